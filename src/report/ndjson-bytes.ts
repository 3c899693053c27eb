import { JsonBytes } from '../lib/json/json-bytes.ts'
import { jsonText, quoted } from '../lib/json/json-text.ts'
import {
  type EncodedFinding,
  type EncodedLocation,
  encodeWords,
  fingerprintDigits,
  fingerprintScheme,
} from '../model/encoded-finding.ts'
import type { Finding, Location } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import type { Severity } from '../model/severity.ts'
import type { ObjectRef } from '../model/subject.ts'
import { summaryLine } from './finding-line.ts'

/** The bytes of `renderNdjson`, in blocks. A hot loop for 100,000 findings (`bench/`); a test holds it equal to the plain version. */
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
  readonly #bytes = new JsonBytes(blockSize + blockReserve)
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
    return this.#bytes.length
  }

  /** The lines collected so far, as an array of their own. */
  take(): Uint8Array<ArrayBuffer> {
    this.#subject = undefined
    this.#file = undefined
    return this.#bytes.take()
  }

  add(finding: Finding): void {
    const out = this.#bytes
    this.#begin(finding)
    encodeWords(out, finding.message, finding.evidence)
    out.raw(bytes.locations)
    let isFirst = true
    for (const location of finding.locations) {
      this.#addPlace(location, isFirst)
      out.text(location.fingerprint)
      out.raw(origins[location.origin])
      isFirst = false
    }
    this.#end(finding)
    out.text(finding.fingerprint)
    out.raw(bytes.lineEnd)
  }

  /** The same line, for a finding whose parts were made before. */
  addEncoded(finding: EncodedFinding): void {
    const out = this.#bytes
    this.#begin(finding)
    out.raw(finding.words.bytes)
    out.raw(bytes.locations)
    let isFirst = true
    for (const location of finding.locations) {
      this.#addPlace(location, isFirst)
      this.#addFingerprint(location.digest)
      out.raw(origins[location.origin])
      isFirst = false
    }
    this.#end(finding)
    this.#addFingerprint(finding.digest)
    out.raw(bytes.lineEnd)
  }

  #begin(finding: Finding | EncodedFinding): void {
    const out = this.#bytes
    if (finding.verdict === 'fail' && finding.status === 'new') out.raw(failureBytes(finding))
    else {
      out.raw(bytes.ruleId)
      out.text(finding.ruleId)
      out.plain(stateText(finding))
    }
    this.#addSubject(finding.subject)
    if (finding.element === '') out.raw(bytes.noElement)
    else {
      out.raw(bytes.element)
      out.text(finding.element)
      out.raw(bytes.comma)
    }
  }

  #addPlace({ file, line, column, key }: Location | EncodedLocation, isFirst: boolean): void {
    const out = this.#bytes
    out.raw(isFirst ? bytes.firstFile : bytes.nextFile)
    this.#addFile(file)
    out.raw(bytes.line)
    out.number(line)
    out.raw(bytes.column)
    out.number(column)
    out.raw(bytes.key)
    out.text(key)
    out.raw(bytes.fingerprint)
  }

  #addFingerprint(digest: string): void {
    this.#bytes.raw(bytes.scheme)
    this.#bytes.plain(digest, fingerprintDigits)
    this.#bytes.raw(bytes.quote)
  }

  #end(finding: Finding | EncodedFinding): void {
    const out = this.#bytes
    out.raw(bytes.frameworks)
    out.raw(listBytes(finding.frameworks))
    out.raw(bytes.aliases)
    out.raw(listBytes(finding.aliases))
    if (finding.fix !== undefined) {
      const { level, proven, patch } = finding.fix
      out.plain(`,"fix":{"level":"${level}","proven":${proven},"patch":${jsonText(patch)}}`)
    }
    if (finding.reason !== undefined) out.plain(`,"reason":${quoted(finding.reason)}`)
    out.raw(bytes.fingerprint)
  }

  #addFile(file: string): void {
    if (file === this.#file) {
      this.#bytes.again(this.#fileStart, this.#fileEnd)
      return
    }
    this.#file = file
    this.#fileStart = this.#bytes.length
    this.#bytes.text(file)
    this.#fileEnd = this.#bytes.length
  }

  #addSubject(ref: ObjectRef): void {
    const out = this.#bytes
    if (ref === this.#subject) {
      out.again(this.#subjectStart, this.#subjectEnd)
      return
    }
    this.#subject = ref
    this.#subjectStart = out.length
    out.raw(bytes.group)
    out.text(ref.group)
    out.raw(bytes.kind)
    out.text(ref.kind)
    out.raw(bytes.namespace)
    out.text(ref.namespace)
    out.raw(bytes.name)
    out.text(ref.name)
    out.raw(bytes.end)
    this.#subjectEnd = out.length
  }
}

const blockSize = 1 << 18
/** Room for the line that fills the block, so that it seldom has to grow. */
const blockReserve = 1 << 14
const encoder = new TextEncoder()

const bytes = {
  ruleId: encoder.encode('{"ruleId":'),
  group: encoder.encode(',"subject":{"group":'),
  kind: encoder.encode(',"kind":'),
  namespace: encoder.encode(',"namespace":'),
  name: encoder.encode(',"name":'),
  element: encoder.encode(',"element":'),
  noElement: encoder.encode(',"element":"",'),
  comma: encoder.encode(','),
  locations: encoder.encode(',"locations":['),
  firstFile: encoder.encode('{"file":'),
  nextFile: encoder.encode(',{"file":'),
  line: encoder.encode(',"line":'),
  column: encoder.encode(',"column":'),
  key: encoder.encode(',"key":'),
  fingerprint: encoder.encode(',"fingerprint":'),
  frameworks: encoder.encode('],"frameworks":'),
  aliases: encoder.encode(',"aliases":'),
  scheme: encoder.encode(`"${fingerprintScheme}`),
  quote: encoder.encode('"'),
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

function failureBytes(finding: State): Uint8Array {
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

type State = Pick<Finding, 'ruleId' | 'verdict' | 'status' | 'severity'>

function stateText(state: State): string {
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
