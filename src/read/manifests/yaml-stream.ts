import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json/json-value.ts'
import { breaksBetween } from '../../lib/yaml/documents.ts'
import { knowsItsKind, type ManifestCollector, type Origin } from './collector.ts'
import type { ManifestLimits } from './manifest.ts'
import { readYamlStretch } from './yaml-stretch.ts'

// As `json-stream.ts`, for what `kubectl get -o yaml` prints: documents part at lines that start with `---`, items of a
// List at dashes of the list's own indentation.

/** Objects out of a YAML stream of any length, as its text arrives. */
export class YamlStream {
  private readonly file: string
  private readonly limits: ManifestLimits
  private readonly collector: ManifestCollector

  /** Text that is not read yet; begins where the current document, item or part behind a list begins. */
  private text = ''
  private line: number
  private document: number
  /** Up to here no line begins a new part. */
  private searched = 0
  private isDropping = false
  private isFirst = true
  /** The current document stands behind the very first separator. */
  private isOpened = false

  /** Of the list that is being read: its indentation and its text without the items. */
  private indent: number | undefined
  private around = ''
  private aroundLine = 1
  private wasList = false
  private listSoFar: JsonObject | undefined
  private waiting: { value: JsonValue; origin: Origin }[] = []
  private waitingLength = 0
  isStopped = false

  constructor(file: string, limits: ManifestLimits, collector: ManifestCollector, line = 1, document = 0) {
    this.file = file
    this.limits = limits
    this.collector = collector
    this.line = line
    this.document = document
  }

  /** Takes text with line feeds only. */
  push(more: string): void {
    this.text = this.text === '' ? more : this.text + more
    this.work(false)
  }

  end(): void {
    if (this.isStopped) return
    if (this.text !== '' && !this.text.endsWith('\n')) this.text += '\n'
    this.work(true)
    if (!this.isStopped) this.finishPart(this.text.length, true)
  }

  private work(isEnd: boolean): void {
    for (;;) {
      if (this.isStopped) return
      const at = this.nextLine()
      if (at < 0) break
      const lineEnd = this.text.indexOf('\n', at)
      if (lineEnd < 0 && !isEnd) break
      if (this.text.startsWith('---', at)) {
        if (!this.separator(at, lineEnd < 0 ? this.text.length : lineEnd)) break
      } else if (this.indent !== undefined) {
        const dash = at + this.indent
        const next = this.text.charCodeAt(dash + 1)
        const isItem =
          this.text.charCodeAt(dash) === 0x2d && (next === 0x20 || next === 0x0a) && isSpaces(this.text, at, dash)
        if (isItem) {
          if (at > 0) this.finishPart(at, false)
          this.searched = this.indent + 1
        } else {
          this.finishPart(at, false)
          this.indent = undefined
          this.searched = 0
        }
      } else if (!this.wasList && /^items:[ \t]*(?:#.*)?$/.test(this.text.slice(at, Math.min(lineEnd, at + 200)))) {
        const found = this.listAhead(lineEnd + 1)
        if (found === undefined && !isEnd) break
        if (found === undefined || found.indent < 0) this.searched = lineEnd
        else this.openList(found.at, found.indent)
      } else this.searched = Math.max(lineEnd, at + 1)
    }
    if (this.text.length > this.limits.maxDocumentBytes) this.drop()
  }

  /** The next line that begins a document, an item or a key at the left edge; the text before it is complete then. */
  private nextLine(): number {
    const { text, indent } = this
    if (this.searched === 0 && text !== '' && isBoundary(text, 0, indent ?? 0)) return 0
    const boundary = indent === undefined || indent === 0 ? leftEdge : edgeOf(indent)
    boundary.lastIndex = Math.max(this.searched, 0)
    const match = boundary.exec(text)
    if (match !== null) return match.index + 1
    this.searched = Math.max(text.lastIndexOf('\n'), this.searched)
    return -1
  }

  private separator(at: number, lineEnd: number): boolean {
    const after = this.text.slice(at + 3, lineEnd).trim()
    const isLeading = this.isFirst && this.text.slice(0, at).trim() === ''
    this.isFirst = false
    if (after !== '' && !after.startsWith('#')) {
      const line = this.line + breaksBetween(this.text, 0, at)
      const message = `invalid document separator: ---${after.slice(0, 40)}`
      this.collector.damage({ file: this.file, line, column: 1 }, 'YAML_SEPARATOR', message)
      this.forgetList()
      if (!isLeading) this.document++
      this.advance(at)
      this.isOpened = false
    } else if (isLeading) {
      this.advance(at)
      this.isOpened = at === 0
    } else {
      this.finishPart(at, true)
      this.isOpened = false
    }
    this.advance(Math.min(lineEnd + 1 - at, this.text.length))
    if (this.document >= this.limits.maxDocuments) {
      const message = `more than ${this.limits.maxDocuments} documents; the rest was not read`
      this.collector.damage({ file: this.file, line: this.line, column: 1 }, 'READ_DOCUMENTS_LIMIT', message)
      this.isStopped = true
    }
    return this.text !== ''
  }

  /** Whether a block sequence follows: its place and indentation, -1 for something else, undefined for too little text. */
  private listAhead(from: number): { readonly at: number; readonly indent: number } | undefined {
    let at = from
    while (at < this.text.length) {
      const lineEnd = this.text.indexOf('\n', at)
      if (lineEnd < 0) return undefined
      const line = this.text.slice(at, lineEnd)
      const first = line.search(/[^ ]/)
      if (first >= 0 && line[first] !== '#') return { at, indent: /^ *-(?: |$)/.test(line) ? first : -1 }
      at = lineEnd + 1
    }
    return undefined
  }

  private openList(at: number, indent: number): void {
    this.around = this.text.slice(0, at)
    this.aroundLine = this.line
    this.wasList = true
    this.advance(at)
    this.indent = indent
    const read = this.stretch(this.around, 0, this.around.length, 0, this.aroundLine, true)
    const list = read?.value
    if (isJsonObject(list ?? null) && typeof (list as JsonObject)['kind'] === 'string') {
      if (typeof (list as JsonObject)['apiVersion'] === 'string') this.listSoFar = list as JsonObject
    }
  }

  /** The text up to `end` is a document, an item, or what stands around the items of a list. */
  private finishPart(end: number, isDocumentEnd: boolean): void {
    if (this.indent !== undefined) this.finishItem(end)
    else if (this.wasList) this.around += this.text.slice(0, end)
    else if (!this.isDropping) this.finishPlain(end)
    else this.tooLarge('document')
    if (isDocumentEnd) {
      if (this.wasList) this.finishList()
      this.document++
      this.isFirst = false
    }
    this.isDropping = false
    this.advance(end)
  }

  private finishPlain(end: number): void {
    const read = this.stretch(this.text, 0, end, 0, this.line, false)
    if (read !== undefined) this.collector.document(read.value, read.origin, () => [])
  }

  private finishItem(end: number) {
    if (this.isDropping) return this.tooLarge('List item')
    const start = (this.indent ?? 0) + 1
    if (start > end) return
    const read = this.stretch(this.text, start, end, 0, this.line, false)
    if (read === undefined) return
    if (this.listSoFar !== undefined || knowsItsKind(read.value)) {
      this.collector.item(read.value, this.listSoFar ?? {}, read.origin)
      return
    }
    this.waitingLength += end
    if (this.waitingLength > this.limits.maxDocumentBytes) this.collector.item(read.value, {}, read.origin)
    else this.waiting.push(read)
  }

  private finishList(): void {
    const read = this.stretch(this.around, 0, this.around.length, 0, this.aroundLine, false)
    if (read !== undefined) this.collector.listDocument()
    const list = read !== undefined && isJsonObject(read.value) ? read.value : {}
    for (const { value, origin } of this.waiting) this.collector.item(value, list, origin)
    this.forgetList()
  }

  private forgetList(): void {
    this.indent = undefined
    this.around = ''
    this.wasList = false
    this.listSoFar = undefined
    this.waiting = []
    this.waitingLength = 0
  }

  private stretch(
    text: string,
    start: number,
    end: number,
    lineAt: number,
    line: number,
    isSilent: boolean,
  ): { value: JsonValue; origin: Origin } | undefined {
    const { file, document } = this
    const stretch = { file, document, text, start, end, lineAt, line, hasDirectives: false, isOpened: this.isOpened }
    return readYamlStretch(stretch, this.limits, this.collector, isSilent ? () => {} : undefined)
  }

  /** A part that has outgrown its bound: forget its text and wait for the next one. */
  private drop(): void {
    this.isDropping = true
    const keep = this.text.lastIndexOf('\n')
    this.advance(keep < 0 ? this.text.length : keep)
    // In the middle of a line: what comes next must not be taken for the beginning of one.
    if (keep < 0) this.text = ' '.repeat((this.indent ?? 0) + 1)
  }

  private tooLarge(what: string): void {
    const message = `${what} is larger than ${this.limits.maxDocumentBytes} bytes and was not read`
    this.collector.damage({ file: this.file, line: this.line, column: 1 }, 'READ_DOCUMENT_LIMIT', message)
  }

  private advance(to: number): void {
    this.line += breaksBetween(this.text, 0, to)
    this.text = this.text.slice(to)
    this.searched = 0
  }
}

const leftEdge = /\n(?=[^ \n#])/g
const edges = new Map<number, RegExp>()

function edgeOf(indent: number): RegExp {
  let edge = edges.get(indent)
  if (edge === undefined) {
    edge = new RegExp(`\\n(?= {0,${indent}}[^ \\n#])`, 'g')
    edges.set(indent, edge)
  }
  return edge
}

function isBoundary(text: string, at: number, indent: number): boolean {
  let first = at
  while (first - at < indent && text.charCodeAt(first) === 0x20) first++
  const c = text.charCodeAt(first)
  return c !== 0x20 && c !== 0x0a && c !== 0x23
}

function isSpaces(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (text.charCodeAt(at) !== 0x20) return false
  return true
}
