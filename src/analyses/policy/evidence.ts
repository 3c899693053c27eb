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

/** The part of a path that exists, from the root. */
export function deepestExisting(object: JsonObject, path: JsonPath): JsonPath {
  let current: JsonValue | undefined = object
  for (let i = 0; i < path.length; i++) {
    const step = path[i]!
    if (typeof step === 'string') current = ownValue(current, step)
    else current = Array.isArray(current) ? (current as readonly JsonValue[])[step] : undefined
    if (current === undefined) return path.slice(0, i)
  }
  return path
}

/**
 * What stands at a place. Where nothing stands, the first step that is missing is named with `null`; an empty object in
 * which everything is missing speaks for itself.
 */
export function evidenceAt(object: JsonObject, path: JsonPath, isSecret = false): Evidence {
  const existing = deepestExisting(object, path)
  let value: JsonValue = object
  for (const step of existing) value = (value as Record<string | number, JsonValue>)[step]!
  if (existing.length === path.length) {
    const isHidden = isSecret || isSecretData(object, path)
    return { pointer: jsonPointer(path), value: isHidden ? hidden(value, 3) : excerpt(value, 3) }
  }
  if (isJsonObject(value) && Object.keys(value).length === 0) return { pointer: jsonPointer(existing), value: {} }
  return { pointer: jsonPointer(path.slice(0, existing.length + 1)), value: null }
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
