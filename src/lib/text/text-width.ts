import { wideRanges } from './wide-ranges.generated.ts'

/** How many terminal cells `text` takes: two for a Hangul syllable or an emoji, none for a combining mark. */
export function textWidth(text: string): number {
  if (isAscii(text)) return text.length
  let cells = 0
  for (const cluster of clusters(text)) cells += clusterWidth(cluster)
  return cells
}

/** The grapheme clusters of `text`: what a reader calls one character. */
export function clusters(text: string): readonly string[] {
  return isAscii(text) ? text.split('') : Array.from(segmenter.segment(text), part => part.segment)
}

/** Cells of one grapheme cluster. A terminal draws it as wide as its base character. */
export function clusterWidth(cluster: string): number {
  const base = cluster.codePointAt(0)
  if (base === undefined) return 0
  if (base < 0x300) return isControl(base) ? 0 : cluster.includes(emojiSelector) ? 2 : 1
  // A keycap, a text symbol asked to be an emoji and a pair of regional indicators are drawn in two cells.
  if (cluster.includes(emojiSelector) || (cluster.length >= 4 && isRegionalIndicator(base))) return 2
  if (isWide(base)) return 2
  return zeroWidth.test(cluster) ? 0 : 1
}

/** `text` filled up with spaces to `width` cells; unchanged where it is as wide already. */
export function padEnd(text: string, width: number): string {
  const missing = width - textWidth(text)
  return missing > 0 ? text + ' '.repeat(missing) : text
}

export function padStart(text: string, width: number): string {
  const missing = width - textWidth(text)
  return missing > 0 ? ' '.repeat(missing) + text : text
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })
const emojiSelector = '\u{fe0f}'
/** Clusters that hold nothing but marks, joiners and other characters without a cell of their own. */
const zeroWidth = /^[\p{Mn}\p{Me}\p{Cf}\u{1160}-\u{11ff}\u{d7b0}-\u{d7ff}]+$/u

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x20 || unit > 0x7e) return false
  }
  return true
}

function isControl(point: number): boolean {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || point === 0xad
}

function isRegionalIndicator(point: number): boolean {
  return point >= 0x1f1e6 && point <= 0x1f1ff
}

/** Binary search: ranges lie in order as first, last, first, last. */
function isWide(point: number): boolean {
  let low = 0
  let high = wideRanges.length / 2 - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    if (point < (wideRanges[2 * middle] ?? 0)) high = middle - 1
    else if (point > (wideRanges[2 * middle + 1] ?? 0)) low = middle + 1
    else return true
  }
  return false
}
