import type { JsonValue } from '../../lib/json/json-value.ts'
import { breaksBetween } from '../../lib/yaml/documents.ts'
import { type CompleteReading, readCompletely } from '../../lib/yaml/fallback.ts'
import { lastScanHasAmbiguous, lastScanIsSkippable, notTaken, scanDocument } from '../../lib/yaml/scan.ts'
import { YamlError } from '../../lib/yaml/yaml-error.ts'
import { type ManifestCollector, noPath, type Origin } from './collector.ts'
import type { ManifestLimits, ReadingNote } from './manifest.ts'
import { placeAt } from './place.ts'

/** A piece of a text that is one YAML document or one item of a List. */
export interface YamlStretch {
  readonly file: string
  readonly document: number
  readonly text: string
  readonly start: number
  readonly end: number
  /** Where the line of `start` begins: before the dash, for a List item. */
  readonly lineAt: number
  readonly line: number
  readonly hasDirectives: boolean
  /** A separator stands before the text: see `documentsOf`. */
  readonly isOpened: boolean
}

/** The value of a stretch and its place; `undefined` where it is damaged, which is reported then. */
export function readYamlStretch(
  stretch: YamlStretch,
  limits: ManifestLimits,
  collector: ManifestCollector,
  onError?: () => void,
): { readonly value: JsonValue; readonly origin: Origin } | undefined {
  const { file, document, text, start, end, lineAt, line } = stretch
  const scanned = stretch.hasDirectives
    ? notTaken
    : scanDocument(text, start, end, limits.maxDepth, limits.maxStringBytes, lineAt)
  let value: JsonValue
  let isSkippable = false
  let notes: readonly ReadingNote[] = []
  if (scanned === notTaken) {
    // Columns must stay, so what stands before the item on its line is blanked out.
    const opening = stretch.isOpened ? '---\n' : ''
    const own = opening + ' '.repeat(start - lineAt) + text.slice(start, end)
    const zero = lineAt - opening.length
    try {
      const complete = readCompletely(own, limits)
      value = complete.value
      notes = notesOf(complete)
      for (const { key, offset } of complete.duplicates) {
        collector.note({
          level: 'warning',
          code: 'YAML_DUPLICATE_KEY',
          message: `key ${JSON.stringify(key.slice(0, 80))} stands twice in one map; the later one counts`,
          file,
          ...placeAt(text, zero + offset, { start, line, column: start - lineAt }),
        })
      }
    } catch (error) {
      if (!(error instanceof YamlError)) throw error
      if (onError !== undefined) onError()
      else {
        const offset = Math.max(Math.min(zero + error.offset, end - 1), start)
        const place = placeAt(text, offset, { start, line, column: start - lineAt })
        collector.damage({ file, ...place }, error.code, error.message)
      }
      return undefined
    }
  } else {
    value = scanned
    isSkippable = lastScanIsSkippable()
    // The fast reader knows that there is one, the complete one knows where.
    if (lastScanHasAmbiguous())
      notes = notesOf(readCompletely(' '.repeat(start - lineAt) + text.slice(start, end), limits))
  }
  if (value === null) return { value, origin: { file, document, line, source: nowhere } }
  const first = firstToken(text, start, end)
  const column = start - lineAt
  const source = { text, start, end, line, column, format: 'yaml', isSkippable, path: noPath } as const
  const origin = { file, document, line: line + breaksBetween(text, start, first), source }
  return { value, origin: notes.length === 0 ? origin : { ...origin, notes } }
}

function notesOf({ duplicates, ambiguous }: CompleteReading): readonly ReadingNote[] {
  return [
    ...duplicates.map(({ key, path }) => ({ kind: 'duplicate-key', path, text: key, value: key }) as const),
    ...ambiguous.map(
      ({ text, value, isKey, path }) =>
        ({ kind: isKey ? 'ambiguous-key' : 'ambiguous-scalar', path, text, value }) as const,
    ),
  ]
}

const nowhere = {
  text: '',
  start: 0,
  end: 0,
  line: 1,
  column: 0,
  format: 'yaml',
  isSkippable: false,
  path: noPath,
} as const

/** Offset of the first text that is no comment. */
function firstToken(text: string, start: number, end: number): number {
  let at = start
  while (at < end) {
    const c = text.charCodeAt(at)
    if (c === 0x20 || c === 0x0a || c === 0x09) at++
    else if (c === 0x23 || c === 0x25 || text.startsWith('---', at)) at = text.indexOf('\n', at)
    else return at
  }
  return start
}
