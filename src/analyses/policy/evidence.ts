import {
  isJsonObject,
  type JsonObject,
  type JsonPath,
  type JsonValue,
  jsonPointer,
  ownValue,
} from '../../lib/json/json-value.ts'
import type { Evidence } from '../../model/finding.ts'
import { secretInText, secretUnder } from '../../read/secrets/plain-secret.ts'
import type { Cause } from './cause.ts'

/** What stands at a place, which is the first `length` steps of a path. */
export interface Shown {
  readonly path: JsonPath
  readonly length: number
  readonly value: JsonValue
}

/** What the causes of an answer point at, each place once. */
export function shownOf(object: JsonObject, causes: readonly Cause[]): readonly Shown[] {
  const found: Shown[] = []
  for (const { path, isSecret } of causes) {
    if (path.length === 0 || found.length === MAX_EVIDENCE) continue
    const shown = shownAt(object, path, isSecret === true)
    if (!isAmong(found, shown)) found.push(shown)
  }
  return found
}

function isAmong(found: readonly Shown[], shown: Shown): boolean {
  for (let i = found.length - 1; i >= 0; i--) if (isSamePlace(found[i]!, shown)) return true
  return false
}

export function evidenceOf({ path, length, value }: Shown): Evidence {
  return { pointer: jsonPointer(length === path.length ? path : path.slice(0, length)), value }
}

/** How many steps of a path exist, from the root. */
export function existingSteps(object: JsonObject, path: JsonPath): number {
  let current: JsonValue = object
  for (let i = 0; i < path.length; i++) {
    const inner = valueAtStep(current, path[i]!)
    if (inner === undefined) return i
    current = inner
  }
  return path.length
}

function valueAtStep(value: JsonValue, step: string | number): JsonValue | undefined {
  if (typeof step === 'string') return ownValue(value, step)
  return Array.isArray(value) ? (value as readonly JsonValue[])[step] : undefined
}

/**
 * What stands at the end of a path. Where nothing stands, the first step that is missing is named with `null`; an empty
 * object in which everything is missing speaks for itself.
 */
function shownAt(object: JsonObject, path: JsonPath, isSecret: boolean): Shown {
  let value: JsonValue = object
  for (let i = 0; i < path.length; i++) {
    const inner = valueAtStep(value, path[i]!)
    if (inner === undefined) {
      if (isJsonObject(value) && isEmpty(value)) return { path, length: i, value: {} }
      return { path, length: i + 1, value: null }
    }
    value = inner
  }
  const isHidden = isSecret || isSecretData(object, path)
  return { path, length: path.length, value: isHidden ? hidden(value, 3) : excerpt(value, 3) }
}

function isEmpty(object: JsonObject): boolean {
  for (const key in object) if (Object.hasOwn(object, key)) return false
  return true
}

/** Whether the pointers of both are equal: a step may be an index in the one and the same digits in the other. */
function isSamePlace(a: Shown, b: Shown): boolean {
  if (a.length !== b.length) return false
  for (let i = a.length - 1; i >= 0; i--) {
    const one = a.path[i]!
    const other = b.path[i]!
    if (one !== other && String(one) !== String(other)) return false
  }
  return true
}

/** What a Secret holds is shown nowhere, whichever rule points there. */
function isSecretData(object: JsonObject, [field]: JsonPath): boolean {
  return object['kind'] === 'Secret' && (field === 'data' || field === 'stringData')
}

/** The shape of a value without its texts. */
function hidden(value: JsonValue, depth: number): JsonValue {
  if (typeof value === 'string') return `(${value.length} characters, not shown)`
  if (!isJsonObject(value) || depth === 0) return '(not shown)'
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ENTRIES)
      .map(([key, inner]) => [key, hidden(inner, depth - 1)]),
  )
}

const MAX_EVIDENCE = 20
const MAX_ENTRIES = 20
const MAX_TEXT = 200

/** A value small enough to print and to keep. */
function excerpt(value: JsonValue, depth: number): JsonValue {
  if (typeof value === 'string') {
    if (secretInText(value) !== undefined) return hidden(value, 0)
    return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value
  }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    return depth === 0
      ? []
      : (value as readonly JsonValue[]).slice(0, MAX_ENTRIES).map(entry => excerpt(entry, depth - 1))
  }
  const copy = Object.create(null) as { [key: string]: JsonValue }
  if (depth === 0) return copy
  const { name, value: text } = value as JsonObject
  // An environment variable, a header, a flag.
  if (typeof name === 'string' && typeof text === 'string' && secretUnder(name, text) !== undefined)
    return { ...value, value: hidden(text, 0) }
  for (const key of Object.keys(value).slice(0, MAX_ENTRIES))
    copy[key] = excerpt((value as JsonObject)[key]!, depth - 1)
  return copy
}
