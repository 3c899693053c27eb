import { JsonError } from '../../lib/json/json-error.ts'
import type { JsonValue } from '../../lib/json/json-value.ts'
import { endOfJsonValue, locateInJson } from '../../lib/json/locate-json.ts'
import { jsonExtent, parseJsonSlice, skipJsonBlanks } from '../../lib/json/parse-json.ts'
import { breaksBetween, documentsOf } from '../../lib/yaml/documents.ts'
import { isLongerThanBytes } from '../../lib/yaml/limits.ts'
import { locateInYaml } from '../../lib/yaml/locate.ts'
import { ManifestCollector, noPath, type Origin } from './collector.ts'
import { decodeText, withLineFeeds, withoutMark } from './decode-text.ts'
import { defaultManifestLimits, type ManifestLimits, type ManifestReading, type ManifestSource } from './manifest.ts'
import { placeAt } from './place.ts'
import { readYamlStretch } from './yaml-stretch.ts'

/** Every object of one file, read as kubectl reads it. For inputs larger than one document's bound: `stream.ts`. */
export function readManifest(
  file: string,
  content: Uint8Array | string,
  limits: ManifestLimits = defaultManifestLimits,
): ManifestReading {
  const collector = new ManifestCollector()
  let text: string | undefined
  if (typeof content === 'string') text = withoutMark(content)
  else {
    const decoded = decodeText(file, content)
    for (const diagnostic of decoded.diagnostics) collector.note(diagnostic)
    text = decoded.text
    if (text === undefined) collector.countDamage()
  }
  if (text !== undefined && text !== '') new TextReader(file, withLineFeeds(text), limits, collector).all()
  const reading = collector.take()
  return text !== undefined && isForeignJson(file, text, reading) ? foreign : reading
}

// Editors and compilers keep settings in JSON with comments (tsconfig.json): broken to kubectl, and nothing it is asked for.
function isForeignJson(file: string, text: string, { diagnostics, manifests }: ManifestReading): boolean {
  return (
    file.endsWith('.json') &&
    manifests.length === 0 &&
    diagnostics.some(({ level }) => level === 'error') &&
    diagnostics.every(({ code }) => code === 'JSON_SYNTAX' || code.startsWith('YAML_')) &&
    !/apiVersion|kind/.test(text)
  )
}

const foreign: ManifestReading = { manifests: [], diagnostics: [], documents: { read: 1, damaged: 0, skipped: 1 } }

/** Whether kubectl takes the stream for JSON: the first thing in its first 4 KiB is a brace. */
export function looksLikeJson(text: string): boolean {
  const first = /^[\s\x85]*/.exec(text.length > 4096 ? text.slice(0, 4096) : text)![0].length
  return text.charCodeAt(first) === 0x7b && first < 4096
}

class TextReader {
  private readonly file: string
  private readonly text: string
  private readonly limits: ManifestLimits
  private readonly collector: ManifestCollector

  constructor(file: string, text: string, limits: ManifestLimits, collector: ManifestCollector) {
    this.file = file
    this.text = text
    this.limits = limits
    this.collector = collector
  }

  all(): void {
    if (looksLikeJson(this.text)) this.jsonStream()
    else this.yamlStream(0, 1, 0, undefined)
  }

  // A stream that begins as JSON stays JSON, unless its first or second value is none: then the rest is YAML.
  private jsonStream() {
    const { text, limits } = this
    let at = 0
    let line = 1
    let column = 0
    let lineAt = 0
    for (let document = 0; ; document++) {
      const start = skipJsonBlanks(text, at)
      if (start >= text.length) return
      ;({ line, column } = movedTo(text, start, lineAt, line, column))
      lineAt = start
      if (document >= limits.maxDocuments) return this.tooManyDocuments(line)
      try {
        const { end, needsCare } = jsonExtent(text, start, limits)
        const value = parseJsonSlice(text, start, end, needsCare)
        at = end
        this.jsonDocument(value, document, line, column, start, end)
      } catch (error) {
        if (!(error instanceof JsonError)) throw error
        if (error.code !== 'JSON_SYNTAX') {
          at = Math.max(endOfJsonValue(text, start), start + 1)
          this.damage(error, line, start, column)
        } else if (document > 1) return this.damage(error, line, start, column)
        else {
          // The blanks behind the last value go first, up to and including one line feed.
          const rest = afterOneLine(text, at)
          const restLine = line - breaksBetween(text, rest, start)
          return this.yamlStream(rest, restLine, document, error)
        }
      }
    }
  }

  private jsonDocument(value: JsonValue, document: number, line: number, column: number, start: number, end: number) {
    if (isLongerThanBytes(this.text.slice(start, end), this.limits.maxDocumentBytes)) {
      return this.tooLarge({ start, end, line })
    }
    const source: ManifestSource = {
      text: this.text,
      start,
      end,
      line,
      column,
      format: 'json',
      isSkippable: false,
      path: noPath,
    }
    const origin: Origin = { file: this.file, document, line, source }
    this.collector.document(value, origin, count => this.itemOrigins(origin, count))
  }

  private yamlStream(from: number, firstLine: number, firstDocument: number, jsonError: JsonError | undefined) {
    const { limits, collector } = this
    const text = from === 0 ? this.text : this.text.slice(from)
    for (const found of documentsOf(text)) {
      const document = firstDocument + found.index
      const line = firstLine + found.line - 1
      if (document >= limits.maxDocuments) return this.tooManyDocuments(line)
      if (found.problem !== undefined) {
        const place = { file: this.file, line: firstLine + found.problem.line - 1, column: found.problem.column }
        collector.damage(place, 'YAML_SEPARATOR', found.problem.message)
        continue
      }
      if (isLongerThanBytes(text.slice(found.start, found.end), limits.maxDocumentBytes)) {
        this.tooLarge({ ...found, line })
        continue
      }
      // A stream that began as JSON is most likely meant as JSON.
      const onError = found.index === 0 && jsonError ? (): void => this.damage(jsonError, 1, 0, 0) : undefined
      const stretch = { ...found, text, lineAt: found.start, file: this.file, document, line }
      const reading = readYamlStretch(stretch, limits, collector, onError)
      if (reading === undefined || reading.value === null) continue
      collector.document(reading.value, reading.origin, count => this.itemOrigins(reading.origin, count))
    }
  }

  private itemOrigins(list: Origin, count: number): readonly Origin[] {
    return itemOriginsOf(list, count, this.limits.maxDepth)
  }

  private damage(error: JsonError, line: number, start: number, column: number): void {
    const offset = Math.min(error.offset, Math.max(this.text.length - 1, 0))
    const place = placeAt(this.text, offset, { start, line, column })
    this.collector.damage({ file: this.file, ...place }, error.code, error.message)
  }

  private tooLarge({ line }: { readonly start: number; readonly end: number; readonly line: number }): void {
    const message = `document is larger than ${this.limits.maxDocumentBytes} bytes and was not read`
    this.collector.damage({ file: this.file, line, column: 1 }, 'READ_DOCUMENT_LIMIT', message)
  }

  private tooManyDocuments(line: number): void {
    const message = `more than ${this.limits.maxDocuments} documents; the rest was not read`
    this.collector.damage({ file: this.file, line, column: 1 }, 'READ_DOCUMENTS_LIMIT', message)
  }
}

// Each item gets its own stretch of the text, so that finding a place in the last of many does not walk all others.
function itemOriginsOf(list: Origin, count: number, maxDepth: number): readonly Origin[] {
  const { source } = list
  const paths = Array.from({ length: count }, (_, index) => ['items', index] as const)
  const spans =
    source.format === 'json'
      ? jsonItemSpans(source)
      : locateInYaml(source.text, source.start, source.end, paths, source.isSkippable, maxDepth)
  let { line, column } = source
  let lineAt = source.start
  return paths.map((path, index) => {
    const { start, end } = spans[index] ?? { start: source.start, end: source.end }
    // Aliases can send items back to earlier text.
    if (start < lineAt) {
      ;({ line, column } = source)
      lineAt = source.start
    }
    ;({ line, column } = movedTo(source.text, start, lineAt, line, column))
    lineAt = start
    const isOwn = source.format === 'json' || source.isSkippable
    const next = source.format === 'json' ? end : Math.max(spans[index + 1]?.start ?? source.end, start)
    return {
      ...list,
      line,
      source: isOwn ? { ...source, start, end: next, line, column, path: noPath } : { ...source, path },
    }
  })
}

/** Line, and characters before `to` on it, from those of an earlier offset. */
function movedTo(
  text: string,
  to: number,
  from: number,
  line: number,
  column: number,
): { readonly line: number; readonly column: number } {
  const place = placeAt(text, to, { start: from, line, column })
  return { line: place.line, column: place.column - 1 }
}

function jsonItemSpans(source: ManifestSource): readonly { readonly start: number; readonly end: number }[] {
  const { text } = source
  const [list] = locateInJson(text, source.start, [['items']])
  const spans: { start: number; end: number }[] = []
  if (list === undefined) return spans
  let at = skipJsonBlanks(text, skipJsonBlanks(text, skipJsonBlanks(text, list.end) + 1) + 1)
  while (at < source.end && text.charCodeAt(at) !== 0x5d) {
    const end = endOfJsonValue(text, at)
    spans.push({ start: at, end })
    at = skipJsonBlanks(text, end)
    if (text.charCodeAt(at) !== 0x2c) break
    at = skipJsonBlanks(text, at + 1)
  }
  return spans
}

function isUnicodeBlank(c: number): boolean {
  return (
    c === 0x20 ||
    (c >= 0x09 && c <= 0x0d) ||
    c === 0x85 ||
    c === 0xa0 ||
    (c > 0x7f && /\s/.test(String.fromCharCode(c)))
  )
}

function afterOneLine(text: string, from: number): number {
  let at = from
  while (at < text.length && isUnicodeBlank(text.charCodeAt(at))) {
    if (text.charCodeAt(at++) === 0x0a) return at
  }
  return at
}
