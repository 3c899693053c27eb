import type { JsonObject, JsonValue } from '../lib/json/json-value.ts'

/**
 * The object without null fields, as the server hands built-in kinds on: to it, a null field is an absent one. Places
 * in lists are kept, so that every path still points at what the author wrote. Returns the very same object when it
 * holds no null, which is nearly always.
 */
export function withoutNulls(object: JsonObject): JsonObject {
  return prune(object) as JsonObject
}

function prune(value: JsonValue): JsonValue {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    let copy: JsonValue[] | undefined
    for (let i = 0; i < value.length; i++) {
      const item = value[i] as JsonValue
      const pruned = prune(item)
      if (pruned !== item) {
        copy ??= [...value]
        copy[i] = pruned
      }
    }
    return copy ?? value
  }
  const map = value as JsonObject
  let copy: { [key: string]: JsonValue } | undefined
  for (const key in map) {
    const item = map[key] as JsonValue
    if (item === null) {
      copy ??= copyOf(map)
      delete copy[key]
    } else if (typeof item === 'object') {
      const pruned = prune(item)
      if (pruned !== item) {
        copy ??= copyOf(map)
        copy[key] = pruned
      }
    }
  }
  return copy ?? map
}

// Object spread calls no setter, and a null prototype keeps `__proto__` an ordinary key.
function copyOf(map: JsonObject): { [key: string]: JsonValue } {
  const copy = Object.create(null) as { [key: string]: JsonValue }
  for (const key in map) copy[key] = map[key] as JsonValue
  return copy
}
