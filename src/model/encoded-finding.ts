import type { JsonBytes } from '../lib/json/json-bytes.ts'
import { jsonText } from '../lib/json/json-text.ts'
import type { JsonValue } from '../lib/json/json-value.ts'
import type { Evidence, Finding, Location } from './finding.ts'

/** A finding that a report of lines copies and makes nothing of: its words are JSON already, its fingerprints digests. */
export interface EncodedFinding extends Omit<Finding, 'message' | 'evidence' | 'locations' | 'fingerprint'> {
  readonly words: EncodedWords
  readonly locations: readonly EncodedLocation[]
  readonly digest: string
}

/** `digest`: the hexadecimal digest that the fingerprint begins with, and more of it. */
export interface EncodedLocation extends Omit<Location, 'fingerprint'> {
  readonly digest: string
}

/** What stands before the digits of a fingerprint: how it was made. */
export const fingerprintScheme = 'f1:'
export const fingerprintDigits = 32

export function fingerprintOf(digest: string): string {
  return fingerprintScheme + digest.slice(0, fingerprintDigits)
}

/** What a finding says and shows: `"message":"...","evidence":[...]`, as it stands in a line of ndjson. */
export interface EncodedWords {
  readonly bytes: Uint8Array
  /** Evidence that JSON does not give back as it was: integers and other numbers beyond 2^53. */
  readonly exact: readonly Evidence[] | undefined
}

/** Writes `"message":"...","evidence":[...]`. */
export function encodeWords(into: JsonBytes, message: string, evidence: readonly Evidence[]): void {
  encodeWordsWith(into, message, evidence, writePointer)
}

/** The same for evidence whose pointers are still to be made, by `pointer`. */
export function encodeWordsWith<T extends Pick<Evidence, 'value'>>(
  into: JsonBytes,
  message: string,
  evidence: readonly T[],
  pointer: (into: JsonBytes, evidence: T) => void,
): void {
  into.raw(bytes.message)
  into.text(message)
  into.raw(bytes.evidence)
  let isFirst = true
  for (const entry of evidence) {
    const { value } = entry
    into.raw(isFirst ? bytes.firstPointer : bytes.nextPointer)
    pointer(into, entry)
    if (value === null) into.raw(bytes.absent)
    else {
      into.raw(bytes.value)
      if (typeof value === 'string') into.text(value)
      else into.plain(jsonText(value))
      into.raw(bytes.end)
    }
    isFirst = false
  }
  into.raw(bytes.evidenceEnd)
}

function writePointer(into: JsonBytes, { pointer }: Evidence): void {
  into.text(pointer)
}

/** The words themselves. */
export function decodedWords({ bytes: encoded, exact }: EncodedWords): Pick<Finding, 'message' | 'evidence'> {
  // A cast, because `encodeWords` wrote it.
  const { message, evidence } = JSON.parse(`{${decoder.decode(encoded)}}`) as Pick<Finding, 'message' | 'evidence'>
  return { message, evidence: exact ?? evidence }
}

/** The finding as the other reports take it. */
export function decodedFinding({ words, locations, digest, ...rest }: EncodedFinding): Finding {
  return {
    ...rest,
    ...decodedWords(words),
    locations: locations.map(({ file, line, column, key, digest: own, origin }) => ({
      file,
      line,
      column,
      key,
      fingerprint: fingerprintOf(own),
      origin,
    })),
    fingerprint: fingerprintOf(digest),
  }
}

/** Whether JSON gives the value back as it is. */
export function survivesJson(value: JsonValue): boolean {
  if (typeof value === 'number') return Number.isFinite(value) && Math.abs(value) < 2 ** 53 && !Object.is(value, -0)
  if (typeof value === 'bigint') return false
  if (typeof value !== 'object' || value === null) return true
  for (const key of Object.keys(value)) {
    if (!survivesJson((value as Readonly<Record<string, JsonValue>>)[key]!)) return false
  }
  return true
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
const encoder = new TextEncoder()
const bytes = {
  message: encoder.encode('"message":'),
  evidence: encoder.encode(',"evidence":['),
  firstPointer: encoder.encode('{"pointer":'),
  nextPointer: encoder.encode(',{"pointer":'),
  absent: encoder.encode(',"value":null}'),
  value: encoder.encode(',"value":'),
  end: encoder.encode('}'),
  evidenceEnd: encoder.encode(']'),
}
