import { JsonError } from '../../lib/json/json-error.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json/json-value.ts'
import { parseJsonSlice } from '../../lib/json/parse-json.ts'
import { knowsItsKind, type ManifestCollector, noPath, type Origin } from './collector.ts'
import type { ManifestLimits } from './manifest.ts'

// A live dump is one List of 900 MB. Its items are cut out of the bytes by brackets and quotes alone, then read one by
// one; what stands around them is kept as the list's own small document. Benchmark: bench/reading.ts.

/** Bytes of one document or item, from several chunks, up to its bound. */
class Piece {
  private parts: Uint8Array[] = []
  private length = 0
  isTooLarge = false
  isTooDeep = false
  isTooLong = false
  /** Holds what `JSON.parse` alone would lose. */
  needsCare = false
  line = 1
  column = 0

  add(bytes: Uint8Array, max: number): void {
    if (this.isTooLarge || bytes.length === 0) return
    this.length += bytes.length
    if (this.length > max) {
      this.isTooLarge = true
      this.parts = []
    } else this.parts.push(bytes)
  }

  text(): string {
    if (this.parts.length === 1) return decoder.decode(this.parts[0])
    const all = new Uint8Array(this.length)
    let at = 0
    for (const part of this.parts) {
      all.set(part, at)
      at += part.length
    }
    return decoder.decode(all)
  }

  /** An item's bytes of the current chunk are borrowed; what outlives the chunk is copied. */
  own(): void {
    const last = this.parts.length - 1
    if (last >= 0) this.parts[last] = new Uint8Array(this.parts[last]!)
  }

  start(line: number, column: number): void {
    this.parts = []
    this.length = 0
    this.isTooLarge = false
    this.isTooDeep = false
    this.isTooLong = false
    this.needsCare = false
    this.line = line
    this.column = column
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

interface WaitingItem {
  readonly value: JsonValue
  readonly origin: Origin
}

/** Objects out of a JSON stream of any length, as its bytes arrive. */
export class JsonStream {
  private readonly file: string
  private readonly limits: ManifestLimits
  private readonly collector: ManifestCollector

  private depth = 0
  private isInString = false
  private isEscaped = false
  private stringLength = 0
  private line = 1
  /** Bytes before the current line, and before the current chunk. */
  private lineAt = 0
  private consumed = 0

  private readonly around = new Piece()
  private readonly item = new Piece()
  private isInItem = false
  private isInList = false
  private wasList = false
  /** Inside the outermost object: the next string is a key. */
  private isKeyNext = false
  private key: number[] | undefined
  private lastKey = ''

  private document = 0
  private waiting: WaitingItem[] = []
  private waitingBytes = 0
  /** The list as far as it is known, for items that do not say their kind. */
  private listSoFar: JsonObject | undefined

  constructor(file: string, limits: ManifestLimits, collector: ManifestCollector) {
    this.file = file
    this.limits = limits
    this.collector = collector
  }

  get documents(): number {
    return this.document
  }

  get currentLine(): number {
    return this.line
  }

  /**
   * Takes a chunk. Returns how many of its bytes were used: fewer than all where something stands between documents
   * that cannot begin a JSON object, and the stream is no JSON from there on.
   */
  push(chunk: Uint8Array): number {
    let from = 0
    const { maxDepth } = this.limits
    for (let i = 0; i < chunk.length; i++) {
      if (this.isInString) {
        i = this.insideString(chunk, i)
        if (i >= chunk.length) break
        if (this.isInItem && this.depth === 2) {
          this.closeItem(chunk, from, i + 1)
          from = i + 1
        }
        continue
      }
      const c = chunk[i]!
      switch (c) {
        case 0x20:
          // Half of a pretty-printed dump.
          while (chunk[i + 1] === 0x20) i++
          continue
        case 0x09:
        case 0x0d:
          continue
        case 0x0a:
          this.line++
          this.lineAt = this.consumed + i + 1
          continue
        case 0x22:
          if (this.depth === 0) return this.stopped(i)
          if (this.depth === 1 && this.isKeyNext) this.key = []
          if (this.isInList && this.depth === 2 && !this.isInItem) from = this.openItem(i)
          this.isInString = true
          continue
        case 0x7b:
        case 0x5b:
          if (this.depth === 0) {
            if (c !== 0x7b) return this.stopped(i)
            if (this.document >= this.limits.maxDocuments) return this.stopped(i)
            this.openDocument(i)
            from = i
          } else if (this.depth === 1 && c === 0x5b && this.lastKey === 'items' && !this.wasList) {
            this.around.add(new Uint8Array(chunk.subarray(from, i + 1)), this.limits.maxDocumentBytes)
            from = i + 1
            this.isInList = true
            this.wasList = true
            this.depth = 2
            this.knowList()
            continue
          } else if (this.isInList && this.depth === 2 && !this.isInItem) from = this.openItem(i)
          this.depth++
          if (this.depth - (this.isInList ? 2 : 0) > maxDepth)
            (this.isInItem ? this.item : this.around).isTooDeep = true
          continue
        case 0x7d:
        case 0x5d:
          if (this.isInList && this.depth === 2) {
            if (this.isInItem) this.closeItem(chunk, from, i)
            this.isInList = false
            from = i
            this.depth = 1
            continue
          }
          this.depth--
          if (this.isInItem && this.depth === 2) {
            this.closeItem(chunk, from, i + 1)
            from = i + 1
          } else if (this.depth <= 0) {
            if (this.depth < 0) return this.stopped(i)
            this.around.add(new Uint8Array(chunk.subarray(from, i + 1)), this.limits.maxDocumentBytes)
            from = i + 1
            this.closeDocument()
          }
          continue
        case 0x2c:
          if (this.depth === 1) this.isKeyNext = true
          else if (this.isInList && this.depth === 2) {
            if (this.isInItem) this.closeItem(chunk, from, i)
            from = i + 1
          }
          continue
        default:
          if (this.depth === 0) return this.stopped(i)
          if (this.isInList && this.depth === 2 && !this.isInItem) from = this.openItem(i)
          if (c >= 0x30 && c <= 0x39) i = this.number(chunk, i)
      }
    }
    if (this.isInItem) {
      this.item.add(chunk.subarray(from), this.limits.maxDocumentBytes)
      this.item.own()
    } else if (this.depth > 0 && !this.isInList) {
      this.around.add(new Uint8Array(chunk.subarray(from)), this.limits.maxDocumentBytes)
    }
    this.consumed += chunk.length
    return chunk.length
  }

  /** The end of the input: what is still open is damaged. */
  end(): void {
    if (this.depth === 0) return
    const place = { file: this.file, line: this.line, column: 1 }
    this.collector.damage(place, 'JSON_SYNTAX', 'unexpected end of JSON input')
    this.flushWaiting(this.listSoFar ?? {})
  }

  /** Over the digits at `from`; long runs, exponents and whatever the chunk cuts off need the careful parser. */
  private number(chunk: Uint8Array, from: number): number {
    let i = from
    while (chunk[i + 1]! >= 0x30 && chunk[i + 1]! <= 0x39) i++
    const next = chunk[i + 1]
    if (i - from >= 15 || next === undefined || next === 0x65 || next === 0x45) {
      const piece = this.isInItem ? this.item : this.around
      piece.needsCare = true
    }
    return i
  }

  /** Up to the closing quote, or beyond the chunk. */
  private insideString(chunk: Uint8Array, from: number): number {
    let i = from
    if (this.isEscaped) {
      this.isEscaped = false
      i++
    }
    const first = i
    const piece = this.isInItem ? this.item : this.around
    for (; i < chunk.length; i++) {
      const c = chunk[i]
      if (c === 0x22) {
        this.isInString = false
        this.stringLength += i - from
        if (this.stringLength > this.limits.maxStringBytes) piece.isTooLong = true
        this.stringLength = 0
        if (this.key !== undefined) this.closeKey(chunk.subarray(first, i))
        return i
      }
      if (c === 0x5c) {
        // Half a surrogate pair, or too near the end of the chunk to tell.
        const letter = chunk[i + 2] ?? 0x64
        if ((letter | 0x20) === 0x64 && (chunk[i + 1] ?? 0x75) === 0x75) piece.needsCare = true
        if (i + 1 >= chunk.length) {
          this.isEscaped = true
          break
        }
        i++
      }
    }
    this.stringLength += chunk.length - from
    if (this.key !== undefined && this.key.length < 32) this.key.push(...chunk.subarray(first, first + 32))
    return chunk.length
  }

  private closeKey(rest: Uint8Array): void {
    const length = (this.key?.length ?? 0) + rest.length
    this.lastKey = length > 32 ? '' : decoder.decode(Uint8Array.from([...(this.key ?? []), ...rest]))
    this.key = undefined
    this.isKeyNext = false
  }

  private openDocument(at: number): void {
    this.around.start(this.line, this.consumed + at - this.lineAt)
    this.isKeyNext = true
    this.lastKey = ''
    this.wasList = false
    this.listSoFar = undefined
  }

  private openItem(at: number): number {
    this.isInItem = true
    this.item.start(this.line, this.consumed + at - this.lineAt)
    return at
  }

  private closeItem(chunk: Uint8Array, from: number, to: number): void {
    this.isInItem = false
    const { item } = this
    item.add(chunk.subarray(from, to), this.limits.maxDocumentBytes)
    const read = this.read(item, 'List item')
    if (read === undefined) return
    if (this.listSoFar !== undefined || knowsItsKind(read.value)) {
      this.collector.item(read.value, this.listSoFar ?? {}, read.origin)
      return
    }
    // Sorted keys put `kind` behind the items: hold them until it comes, within a document's bound.
    this.waitingBytes += read.origin.source.end
    if (this.waitingBytes > this.limits.maxDocumentBytes) this.collector.item(read.value, {}, read.origin)
    else this.waiting.push(read)
  }

  private closeDocument(): void {
    const read = this.read(this.around, 'document')
    this.document++
    if (!this.wasList) {
      if (read !== undefined) this.collector.document(read.value, read.origin, () => [])
      return
    }
    if (read !== undefined) this.collector.listDocument()
    this.flushWaiting(read !== undefined && isJsonObject(read.value) ? read.value : {})
  }

  private flushWaiting(list: JsonObject): void {
    for (const { value, origin } of this.waiting) this.collector.item(value, list, origin)
    this.waiting = []
    this.waitingBytes = 0
  }

  /** What the list says before its items: all it needs, if kind and apiVersion stand there. */
  private knowList(): void {
    try {
      const list = JSON.parse(`${this.around.text()}]}`) as JsonValue
      if (isJsonObject(list) && typeof list['kind'] === 'string' && typeof list['apiVersion'] === 'string') {
        this.listSoFar = list
      }
    } catch {
      // Damaged, or closed in another order: the end of the document will say so.
    }
  }

  private read(piece: Piece, what: string): WaitingItem | undefined {
    const { file, document, limits } = this
    const place = { file, line: piece.line, column: piece.column + 1 }
    if (piece.isTooLarge) {
      const message = `${what} is larger than ${limits.maxDocumentBytes} bytes and was not read`
      this.collector.damage(place, 'READ_DOCUMENT_LIMIT', message)
      return undefined
    }
    if (piece.isTooDeep) {
      this.collector.damage(place, 'JSON_DEPTH_LIMIT', `nested deeper than ${limits.maxDepth} levels`)
      return undefined
    }
    if (piece.isTooLong) {
      const message = `a string is longer than ${limits.maxStringBytes} bytes`
      this.collector.damage(place, 'JSON_STRING_LIMIT', message)
      return undefined
    }
    const text = piece.text()
    try {
      const end = text.length
      const value = parseJsonSlice(text, 0, end, piece.needsCare)
      const { line, column } = piece
      const source = { text, start: 0, end, line, column, format: 'json', isSkippable: false, path: noPath } as const
      return { value, origin: { file, document, line, source } }
    } catch (error) {
      if (!(error instanceof JsonError)) throw error
      this.collector.damage({ ...place, ...placeIn(text, error.offset, piece) }, error.code, error.message)
      return undefined
    }
  }

  private stopped(at: number): number {
    this.consumed += at
    return at
  }
}

function placeIn(text: string, offset: number, piece: Piece): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n')
  const column = before.at(-1)!.length + 1
  return before.length === 1
    ? { line: piece.line, column: column + piece.column }
    : { line: piece.line + before.length - 1, column }
}
