import {
  isJsonObject,
  type JsonObject,
  type JsonPath,
  type JsonValue,
  jsonPointer,
  ownValue,
} from '../../lib/json/json-value.ts'
import type { Evidence } from '../../model/finding.ts'

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
export function evidenceAt(object: JsonObject, path: JsonPath): Evidence {
  const existing = deepestExisting(object, path)
  let value: JsonValue = object
  for (const step of existing) value = (value as Record<string | number, JsonValue>)[step]!
  if (existing.length === path.length) return { pointer: jsonPointer(path), value: excerpt(value, 3) }
  if (isJsonObject(value) && Object.keys(value).length === 0) return { pointer: jsonPointer(existing), value: {} }
  return { pointer: jsonPointer(path.slice(0, existing.length + 1)), value: null }
}

const MAX_ENTRIES = 20
const MAX_TEXT = 200

/** A value small enough to print and to keep. */
function excerpt(value: JsonValue, depth: number): JsonValue {
  if (typeof value === 'string') return value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT)}…` : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    return depth === 0
      ? []
      : (value as readonly JsonValue[]).slice(0, MAX_ENTRIES).map(entry => excerpt(entry, depth - 1))
  }
  const copy = Object.create(null) as { [key: string]: JsonValue }
  if (depth === 0) return copy
  for (const key of Object.keys(value).slice(0, MAX_ENTRIES))
    copy[key] = excerpt((value as JsonObject)[key]!, depth - 1)
  return copy
}
