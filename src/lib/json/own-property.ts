import type { JsonValue } from './json-value.ts'

/**
 * Sets an own property whatever the key is. A plain assignment to `__proto__` would change the prototype, and would
 * throw where a process runs with `--disable-proto=throw`.
 */
export function setOwn(object: { [key: string]: JsonValue }, key: string, value: JsonValue): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true })
  } else object[key] = value
}
