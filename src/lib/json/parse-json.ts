import { JsonError } from './json-error.ts'
import { jsonFault } from './json-fault.ts'
import type { JsonValue } from './json-value.ts'

export interface JsonLimits {
  readonly maxDepth: number
  readonly maxStringBytes: number
}

/** What a first look at one JSON value shows, before anything is built. */
export interface JsonExtent {
  /** Offset behind the value. */
  readonly end: number
  /** A run of 16 digits, an exponent or half a surrogate pair: `JSON.parse` alone would lose something. */
  readonly needsCare: boolean
}

/** The whitespace of JSON. */
export function skipJsonBlanks(text: string, from: number): number {
  let at = from
  for (;;) {
    const c = text.charCodeAt(at)
    if (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) at++
    else return at
  }
}

/**
 * Where the JSON value that starts at `start` ends, by brackets and quotes only. The bounds are held here, because
 * `JSON.parse` itself accepts a million levels. An unclosed value ends at the end of the text.
 */
export function jsonExtent(text: string, start: number, limits: JsonLimits): JsonExtent {
  let at = start
  let depth = 0
  let needsCare = false
  const first = text.charCodeAt(start)
  if (first !== 0x7b && first !== 0x5b && first !== 0x22) {
    bareValue.lastIndex = start
    const length = bareValue.exec(text)?.[0].length ?? 0
    return { end: start + Math.max(length, 1), needsCare: true }
  }
  for (; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const open = at
        for (;;) {
          at++
          const c = text.charCodeAt(at)
          if (c === 0x22) break
          if (c === 0x5c) {
            at++
            // \uD8xx to \uDFxx may lack their other half.
            if (text.charCodeAt(at) === 0x75 && (text.charCodeAt(at + 1) | 0x20) === 0x64) needsCare = true
          } else if (at >= text.length) return { end: text.length, needsCare }
        }
        if (at - open > limits.maxStringBytes) {
          throw new JsonError('JSON_STRING_LIMIT', `a string is longer than ${limits.maxStringBytes} bytes`, open)
        }
        if (depth === 0) return { end: at + 1, needsCare }
        break
      }
      case 0x7b:
      case 0x5b:
        if (++depth > limits.maxDepth) {
          throw new JsonError('JSON_DEPTH_LIMIT', `nested deeper than ${limits.maxDepth} levels`, at)
        }
        break
      case 0x7d:
      case 0x5d:
        if (--depth <= 0) return { end: at + 1, needsCare }
        break
      case 0x30:
      case 0x31:
      case 0x32:
      case 0x33:
      case 0x34:
      case 0x35:
      case 0x36:
      case 0x37:
      case 0x38:
      case 0x39: {
        const first = at
        let c = text.charCodeAt(at + 1)
        while (c >= 0x30 && c <= 0x39) c = text.charCodeAt(++at + 1)
        if (at - first >= 15 || (c | 0x20) === 0x65) needsCare = true
        break
      }
    }
  }
  return { end: text.length, needsCare }
}

const bareValue = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?|true|false|null/y

/** Reads the JSON value between two offsets, whose bounds `jsonExtent` has checked. Throws `JsonError`. */
export function parseJsonSlice(text: string, start: number, end: number, needsCare: boolean): JsonValue {
  const slice = start === 0 && end === text.length ? text : text.slice(start, end)
  try {
    // Own properties come out for every key, `__proto__` included: JSON.parse defines, it does not assign.
    if (!needsCare) return JSON.parse(slice) as JsonValue
    return careful(slice)
  } catch (error) {
    if (error instanceof JsonError) throw new JsonError(error.code, error.message, start + error.offset)
    if (error instanceof SyntaxError) {
      // The engine's own message quotes the input, which may be a secret.
      const { offset, message } = jsonFault(slice)
      throw new JsonError('JSON_SYNTAX', message, start + offset)
    }
    throw error
  }
}

// The reviver of ES2025 sees the source text of primitives; the standard library types here do not know that yet.
type SourceReviver = (
  text: string,
  reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
) => unknown

function careful(text: string): JsonValue {
  const value = (JSON.parse as SourceReviver)(text, (_key, member, { source }) => {
    if (typeof member === 'number' && source !== undefined) return exactNumber(member, source, text)
    return typeof member === 'string' ? member.toWellFormed() : member
  })
  return withWellFormedKeys(value as JsonValue)
}

function exactNumber(value: number, source: string, text: string): number | bigint {
  if (!Number.isFinite(value)) {
    const offset = Math.max(text.indexOf(source), 0)
    throw new JsonError('JSON_VALUE', `number ${source.slice(0, 40)} is out of range`, offset)
  }
  if (Number.isSafeInteger(value) || !integerForm.test(source) || source.length > 20) return value
  const integer = BigInt(source)
  return integer >= minInt64 && integer <= maxInt64 ? integer : value
}

const integerForm = /^-?[0-9]+$/
const minInt64 = -(2n ** 63n)
const maxInt64 = 2n ** 63n - 1n

/** A half surrogate in a key becomes U+FFFD, as in Go's decoder. */
function withWellFormedKeys(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withWellFormedKeys)
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key.toWellFormed(), withWellFormedKeys(member)] as const),
  )
}
