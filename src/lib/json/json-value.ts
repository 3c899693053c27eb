/**
 * A JSON value as every reader hands it on. Integers are exact: a safe integer is a `number`, a larger one within
 * int64 a `bigint`, anything else a double. Objects have no prototype chain that a key could reach: see `JsonObject`.
 */
export type JsonValue = null | boolean | number | bigint | string | JsonArray | JsonObject

export type JsonArray = readonly JsonValue[]

/**
 * A JSON object. Keys come from untrusted input: `__proto__` and `constructor` are ordinary own keys here, so code that
 * looks up a key it did not choose itself asks `Object.hasOwn` first.
 */
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** A place inside a JSON value: object keys and array indexes from the root. */
export type JsonPath = readonly (string | number)[]

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The own value at `key`, or `undefined`; never something inherited. */
export function ownValue(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** The value at `path`, or `undefined` where a step does not exist. */
export function valueAt(root: JsonValue, path: JsonPath): JsonValue | undefined {
  let current: JsonValue | undefined = root
  for (const step of path) {
    if (typeof step === 'number') current = Array.isArray(current) ? current[step] : undefined
    else current = ownValue(current, step)
    if (current === undefined) return undefined
  }
  return current
}

/** RFC 6901 text of a path: `/spec/containers/0`. */
export function jsonPointer(path: JsonPath): string {
  let text = ''
  for (const step of path) {
    const token = String(step)
    text += `/${token.includes('~') || token.includes('/') ? token.replaceAll('~', '~0').replaceAll('/', '~1') : token}`
  }
  return text
}
