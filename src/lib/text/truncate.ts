import { clusters, clusterWidth, textWidth } from './text-width.ts'

/** `text` cut to at most `width` cells, with `…` as the last of them where something was cut off. */
export function truncate(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  if (width < 1) return ''
  return `${prefixOf(text, width - 1)}…`
}

/** As `truncate`, but the middle goes: the beginning and the end of a path say the most. */
export function truncateMiddle(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  if (width < 5) return truncate(text, width)
  const tail = Math.ceil((width - 1) / 2)
  const reversed = clusters(text).toReversed()
  let cells = 0
  let end = ''
  for (const cluster of reversed) {
    cells += clusterWidth(cluster)
    if (cells > tail) break
    end = cluster + end
  }
  return `${prefixOf(text, width - 1 - textWidth(end))}…${end}`
}

/**
 * Lines of at most `width` cells, broken between words; a word that is wider than a line is broken inside. Spaces at
 * breaks are dropped. Always at least one line.
 */
export function wrap(text: string, width: number): readonly string[] {
  const limit = Math.max(width, 8)
  const lines: string[] = []
  let line = ''
  let cells = 0
  for (const word of text.split(' ')) {
    let rest = word
    let restWidth = textWidth(rest)
    if (line !== '' && cells + 1 + restWidth > limit) {
      lines.push(line)
      line = ''
      cells = 0
    }
    while (restWidth > limit) {
      const part = prefixOf(rest, limit)
      lines.push(part)
      rest = rest.slice(part.length)
      restWidth = textWidth(rest)
    }
    line = line === '' ? rest : `${line} ${rest}`
    cells = textWidth(line)
  }
  lines.push(line)
  return lines
}

/** `wrap`, but never more than `most` lines: the last one ends in `…` where text was left out. */
export function wrapTo(text: string, width: number, most: number): readonly string[] {
  const lines = wrap(text, width)
  if (lines.length <= most) return lines
  const kept = lines.slice(0, most - 1)
  return [...kept, truncate(`${lines[most - 1] ?? ''} …`, Math.max(width, 8)).replace(/ ?…$/, '…')]
}

function prefixOf(text: string, width: number): string {
  let cells = 0
  let prefix = ''
  for (const cluster of clusters(text)) {
    cells += clusterWidth(cluster)
    if (cells > width) break
    prefix += cluster
  }
  return prefix
}
