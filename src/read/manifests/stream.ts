import { ManifestCollector } from './collector.ts'
import { withoutMark } from './decode-text.ts'
import { JsonStream } from './json-stream.ts'
import { defaultManifestLimits, type ManifestLimits, type ManifestReading } from './manifest.ts'
import { looksLikeJson } from './read-manifest.ts'
import { YamlStream } from './yaml-stream.ts'

/** How much of the beginning decides between JSON and YAML, as for kubectl. */
const probeLength = 4096

/**
 * Reads an input of any length in bounded memory, document by document and List item by List item: a live dump of
 * 50,000 pods, or a pipe that never ends. Push chunks, take what they completed, end. A chunk may be reused after `push`.
 */
export class ManifestStream {
  private readonly file: string
  private readonly limits: ManifestLimits
  private readonly collector = new ManifestCollector()
  private head: Uint8Array | undefined = new Uint8Array(0)
  private json: JsonStream | undefined
  private yaml: YamlStream | undefined
  private decoder: TextDecoder | undefined
  private heldReturn = ''
  private hasReportedEncoding = false
  /** Nothing that is pushed from now on is read: the input is binary, or damaged beyond finding a next document. */
  isStopped = false

  constructor(file: string, limits: ManifestLimits = defaultManifestLimits) {
    this.file = file
    this.limits = limits
  }

  push(chunk: Uint8Array): ManifestReading {
    if (!this.isStopped && chunk.length > 0) {
      if (this.head !== undefined) this.probe(chunk, false)
      else this.feed(chunk)
    }
    return this.collector.take()
  }

  end(): ManifestReading {
    if (!this.isStopped && this.head !== undefined) this.probe(new Uint8Array(0), true)
    if (!this.isStopped) {
      if (this.yaml !== undefined) this.yaml.push(this.text(new Uint8Array(0), true))
      this.json?.end()
      this.yaml?.end()
    }
    return this.collector.take()
  }

  private probe(chunk: Uint8Array, isEnd: boolean): void {
    const head = new Uint8Array(this.head!.length + chunk.length)
    head.set(this.head!)
    head.set(chunk, this.head!.length)
    this.head = head
    if (head.length < probeLength && !isEnd) return
    this.head = undefined
    const isLittle = head[0] === 0xff && head[1] === 0xfe
    const isBig = head[0] === 0xfe && head[1] === 0xff
    let bytes: Uint8Array = head
    if (isLittle || isBig) {
      this.decoder = new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be', { ignoreBOM: true })
      bytes = head.subarray(2)
    } else if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) bytes = head.subarray(3)
    if (this.decoder === undefined) {
      const beginning = new TextDecoder().decode(bytes.subarray(0, probeLength))
      if (looksLikeJson(beginning)) this.json = new JsonStream(this.file, this.limits, this.collector)
    }
    if (this.json === undefined) {
      // JSON in UTF-16 is YAML in flow style to the second reader, which takes text.
      this.decoder ??= new TextDecoder('utf-8', { ignoreBOM: true })
      this.yaml = new YamlStream(this.file, this.limits, this.collector)
    }
    if (bytes.length > 0) this.feed(bytes)
  }

  private feed(chunk: Uint8Array) {
    const isWide = this.decoder !== undefined && this.decoder.encoding !== 'utf-8'
    if (!isWide && chunk.indexOf(0) >= 0) return this.stop('READ_BINARY', 'is a binary file: it holds NUL bytes')
    if (this.json === undefined) return this.feedText(this.text(chunk, false))
    const used = this.json.push(chunk)
    if (used === chunk.length) return
    const { documents, currentLine } = this.json
    if (documents >= this.limits.maxDocuments) {
      const message = `more than ${this.limits.maxDocuments} documents; the rest was not read`
      this.stop('READ_DOCUMENTS_LIMIT', message, currentLine)
      return
    }
    if (documents > 1) {
      const message = 'text between JSON documents; nothing behind it is read'
      return this.stop('JSON_SYNTAX', message, currentLine)
    }
    // One document at most was JSON: for kubectl the rest is YAML.
    this.json = undefined
    this.decoder = new TextDecoder('utf-8', { ignoreBOM: true })
    this.yaml = new YamlStream(this.file, this.limits, this.collector, currentLine, documents)
    this.feedText(this.text(chunk.subarray(used), false))
  }

  private feedText(text: string): void {
    this.yaml?.push(text)
    if (this.yaml?.isStopped) this.isStopped = true
  }

  /** The chunk as text with line feeds only. */
  private text(chunk: Uint8Array, isEnd: boolean): string {
    let text = this.heldReturn + (this.decoder?.decode(chunk, { stream: !isEnd }) ?? '')
    this.heldReturn = ''
    if (!isEnd && text.endsWith('\r')) {
      text = text.slice(0, -1)
      this.heldReturn = '\r'
    }
    if (!this.hasReportedEncoding && text.includes('\ufffd') && !holdsReplacement(chunk)) {
      this.hasReportedEncoding = true
      const message = 'bytes that are not UTF-8 are read as U+FFFD; save the file as UTF-8'
      this.collector.problem({ file: this.file, line: 0, column: 0 }, 'READ_INVALID_UTF8', message)
    }
    const unix = text.includes('\r\n') ? text.replaceAll('\r\n', '\n') : text
    return withoutMark(unix)
  }

  private stop(code: string, message: string, line = 1): void {
    this.isStopped = true
    this.collector.damage({ file: this.file, line, column: 1 }, code, message)
  }
}

/** Whether the author wrote U+FFFD. */
function holdsReplacement(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(0xef); at >= 0; at = bytes.indexOf(0xef, at + 1)) {
    if (bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd) return true
  }
  return false
}
