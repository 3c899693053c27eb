import type { Finding, Location } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import type { Severity } from '../model/severity.ts'
import type { ObjectRef } from '../model/subject.ts'
import { summaryLine } from './finding-line.ts'
import { jsonText, quoted } from './json-text.ts'

/**
 * The bytes of `renderNdjson`, in blocks. A hot loop for 50,000 findings (`bench/`): text is copied into the block while
 * it is checked, without a string for the line in between, which halves the time and leaves nothing to collect. A test
 * holds it equal to the plain version.
 */
export function* renderNdjsonBytes(report: Report): Iterable<Uint8Array<ArrayBuffer>> {
  const lines = new FindingBytes()
  for (const finding of report.findings) {
    lines.add(finding)
    if (lines.length >= blockSize) yield lines.take()
  }
  const rest = lines.take()
  if (rest.length > 0) yield rest
  yield encoder.encode(`${summaryLine(report.summary)}\n`)
}

/** Collects findings as lines of JSON. A worker thread fills one and hands over what `take` returns. */
export class FindingBytes {
  #block = new Uint8Array(blockSize + blockReserve)
  #at = 0
  /** Where the subject of the latest finding stands in the block; findings about one object follow one another. */
  #subject: ObjectRef | undefined
  #subjectStart = 0
  #subjectEnd = 0
  /** The same of the latest file: findings of one file follow one another, and its path is long. */
  #file: string | undefined
  #fileStart = 0
  #fileEnd = 0

  /** Bytes collected since the last `take`. */
  get length(): number {
    return this.#at
  }

  /** The lines collected so far, as an array of their own. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#block.slice(0, this.#at)
    this.#at = 0
    this.#subject = undefined
    this.#file = undefined
    return taken
  }

  add(finding: Finding): void {
    if (finding.verdict === 'fail' && finding.status === 'new') this.#raw(failureBytes(finding))
    else {
      this.#raw(bytes.ruleId)
      this.#text(finding.ruleId)
      this.#plain(stateText(finding))
    }
    this.#addSubject(finding.subject)
    if (finding.element === '') this.#raw(bytes.noElement)
    else {
      this.#raw(bytes.element)
      this.#text(finding.element)
      this.#raw(bytes.message)
    }
    this.#text(finding.message)
    this.#raw(bytes.evidence)
    let isFirst = true
    for (const { pointer, value } of finding.evidence) {
      this.#raw(isFirst ? bytes.firstPointer : bytes.nextPointer)
      this.#text(pointer)
      this.#raw(bytes.value)
      if (typeof value === 'string') this.#text(value)
      else this.#plain(jsonText(value))
      this.#raw(bytes.end)
      isFirst = false
    }
    this.#raw(bytes.locations)
    isFirst = true
    for (const location of finding.locations) {
      this.#raw(isFirst ? bytes.firstFile : bytes.nextFile)
      this.#addFile(location.file)
      this.#raw(bytes.line)
      this.#number(location.line)
      this.#raw(bytes.column)
      this.#number(location.column)
      this.#raw(bytes.key)
      this.#text(location.key)
      this.#raw(bytes.fingerprint)
      this.#text(location.fingerprint)
      this.#raw(origins[location.origin])
      isFirst = false
    }
    this.#raw(bytes.frameworks)
    this.#raw(listBytes(finding.frameworks))
    this.#raw(bytes.aliases)
    this.#raw(listBytes(finding.aliases))
    if (finding.fix !== undefined) {
      const { level, proven, patch } = finding.fix
      this.#plain(`,"fix":{"level":"${level}","proven":${proven},"patch":${jsonText(patch)}}`)
    }
    if (finding.reason !== undefined) this.#plain(`,"reason":${quoted(finding.reason)}`)
    this.#raw(bytes.fingerprint)
    this.#text(finding.fingerprint)
    this.#raw(bytes.lineEnd)
  }

  #addFile(file: string): void {
    if (file === this.#file) {
      this.#again(this.#fileStart, this.#fileEnd)
      return
    }
    this.#file = file
    this.#fileStart = this.#at
    this.#text(file)
    this.#fileEnd = this.#at
  }

  #again(start: number, end: number): void {
    if (this.#at + end - start > this.#block.length) this.#grow(end - start)
    this.#block.copyWithin(this.#at, start, end)
    this.#at += end - start
  }

  #addSubject(ref: ObjectRef): void {
    if (ref === this.#subject) {
      this.#again(this.#subjectStart, this.#subjectEnd)
      return
    }
    this.#subject = ref
    this.#subjectStart = this.#at
    this.#raw(bytes.group)
    this.#text(ref.group)
    this.#raw(bytes.kind)
    this.#text(ref.kind)
    this.#raw(bytes.namespace)
    this.#text(ref.namespace)
    this.#raw(bytes.name)
    this.#text(ref.name)
    this.#raw(bytes.end)
    this.#subjectEnd = this.#at
  }

  #raw(piece: Uint8Array): void {
    const length = piece.length
    if (this.#at + length > this.#block.length) this.#grow(length)
    const block = this.#block
    if (length < 32) {
      // `set` costs more than it saves for so few bytes.
      for (let i = 0, at = this.#at; i < length; i++, at++) block[at] = piece[i] as number
    } else {
      block.set(piece, this.#at)
    }
    this.#at += length
  }

  /** A JSON string. Plain ASCII is copied while it is looked at; the first other character falls back to `quoted`. */
  #text(text: string): void {
    const length = text.length
    if (this.#at + length * 2 + 2 > this.#block.length) this.#grow(length * 2 + 2)
    const block = this.#block
    let at = this.#at
    block[at++] = quote
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit >= 128 || isPlain[unit] === 0) {
        // Nearly every message names a container in quotation marks.
        if (unit !== quote) {
          this.#plain(quoted(text))
          return
        }
        block[at++] = backslash
      }
      block[at++] = unit
    }
    block[at++] = quote
    this.#at = at
  }

  #number(value: number): void {
    if (value < 0 || value >= 100 || !Number.isInteger(value)) {
      this.#plain(String(value))
      return
    }
    if (this.#at + 2 > this.#block.length) this.#grow(2)
    if (value >= 10) this.#block[this.#at++] = 0x30 + Math.floor(value / 10)
    this.#block[this.#at++] = 0x30 + (value % 10)
  }

  /** Text that is JSON already. */
  #plain(text: string): void {
    const length = text.length
    if (this.#at + length * 3 > this.#block.length) this.#grow(length * 3)
    const block = this.#block
    let at = this.#at
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit >= 128) {
        this.#at += encoder.encodeInto(text, block.subarray(this.#at)).written
        return
      }
      block[at++] = unit
    }
    this.#at = at
  }

  #grow(needed: number): void {
    const larger = new Uint8Array(Math.max(this.#block.length * 2, this.#at + needed))
    larger.set(this.#block.subarray(0, this.#at))
    this.#block = larger
  }
}

const blockSize = 1 << 18
/** Room for the line that fills the block, so that it seldom has to grow. */
const blockReserve = 1 << 14
const quote = 0x22
const backslash = 0x5c
const encoder = new TextEncoder()

/** 1 for ASCII that stands for itself in JSON and begins no command of a CI runner. */
const isPlain = new Uint8Array(128).fill(1, 0x20, 0x7f)
for (const special of '"\\#') isPlain[special.charCodeAt(0)] = 0

const bytes = {
  ruleId: encoder.encode('{"ruleId":'),
  group: encoder.encode(',"subject":{"group":'),
  kind: encoder.encode(',"kind":'),
  namespace: encoder.encode(',"namespace":'),
  name: encoder.encode(',"name":'),
  element: encoder.encode(',"element":'),
  noElement: encoder.encode(',"element":"","message":'),
  message: encoder.encode(',"message":'),
  evidence: encoder.encode(',"evidence":['),
  firstPointer: encoder.encode('{"pointer":'),
  nextPointer: encoder.encode(',{"pointer":'),
  value: encoder.encode(',"value":'),
  locations: encoder.encode('],"locations":['),
  firstFile: encoder.encode('{"file":'),
  nextFile: encoder.encode(',{"file":'),
  line: encoder.encode(',"line":'),
  column: encoder.encode(',"column":'),
  key: encoder.encode(',"key":'),
  fingerprint: encoder.encode(',"fingerprint":'),
  frameworks: encoder.encode('],"frameworks":'),
  aliases: encoder.encode(',"aliases":'),
  end: encoder.encode('}'),
  lineEnd: encoder.encode('}\n'),
}

const origins: Readonly<Record<Location['origin'], Uint8Array>> = {
  exact: encoder.encode(',"origin":"exact"}'),
  template: encoder.encode(',"origin":"template"}'),
  unit: encoder.encode(',"origin":"unit"}'),
}

/** The beginnings of failures: rule and state, of which there are a few hundred. */
const failures = new Map<string, Partial<Record<Severity, Uint8Array>>>()
const maxFailures = 2_000

function failureBytes(finding: Finding): Uint8Array {
  const { ruleId, severity } = finding
  let known = failures.get(ruleId)
  if (known === undefined) {
    if (failures.size >= maxFailures) failures.clear()
    known = {}
    failures.set(ruleId, known)
  }
  known[severity] ??= encoder.encode(`{"ruleId":${quoted(ruleId)}${stateText(finding)}`)
  return known[severity]
}

function stateText(state: Pick<Finding, 'verdict' | 'status' | 'severity'>): string {
  return `,"verdict":"${state.verdict}","status":"${state.status}","severity":"${state.severity}"`
}

/** Findings of one rule share its lists. */
const lists = new WeakMap<readonly string[], Uint8Array>()

function listBytes(list: readonly string[]): Uint8Array {
  let known = lists.get(list)
  if (known === undefined) {
    known = encoder.encode(jsonText(list))
    lists.set(list, known)
  }
  return known
}
