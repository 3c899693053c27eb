import { formatDuration, formatTimestamp } from './stdlib/time.ts'
import { CelType } from './types.ts'
import {
  CelDouble,
  CelDuration,
  CelMap,
  CelOptional,
  CelTimestamp,
  CelUint,
  type CelValue,
  isList,
  KubernetesValue,
  LazyMap,
  StructValue,
  typeOf,
} from './values.ts'

/** The run-time type name of a result. */
export function printType(value: CelValue): string {
  return typeOf(value).name
}

/** A result as JSON text: integers in full, doubles as numbers, everything else by its kind. */
export function printValue(value: CelValue): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return printDouble(value)
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      return value === null ? 'null' : printObject(value)
  }
}

/** Bare numbers are ints where they are whole; a double prints like one, by its type it is known. */
function printDouble(value: number): string {
  if (Number.isNaN(value)) return '"NaN"'
  if (!Number.isFinite(value)) return value > 0 ? '"Infinity"' : '"-Infinity"'
  return JSON.stringify(value)
}

function printObject(value: Exclude<CelValue, null>): string {
  if (isList(value)) return `[${value.map(printValue).join(',')}]`
  if (value instanceof Uint8Array) return JSON.stringify(base64(value))
  if (value instanceof CelDouble) return printDouble(value.value)
  if (value instanceof CelUint) return String(value.value)
  if (value instanceof CelDuration) return JSON.stringify(formatDuration(value.nanos))
  if (value instanceof CelTimestamp) return JSON.stringify(formatTimestamp(value))
  if (value instanceof CelType) return JSON.stringify(value.name)
  if (value instanceof KubernetesValue) return JSON.stringify(value.display())
  if (value instanceof CelOptional)
    return value.value === undefined
      ? '{"@type":"optional"}'
      : `{"@type":"optional","value":${printValue(value.value)}}`
  if (value instanceof CelMap)
    return object([...value.entries.values()].map(([key, entry]) => [printKey(key), printValue(entry)]))
  if (value instanceof StructValue) return object([...value.fields].map(([name, field]) => [name, printValue(field)]))
  if (value instanceof LazyMap) return object(value.keys().map(key => [key, printValue(value.find(key) ?? null)]))
  const plain = value as { readonly [key: string]: CelValue }
  return object(Object.keys(plain).map(key => [key, printValue(plain[key]!)]))
}

function object(entries: readonly (readonly [key: string, value: string])[]): string {
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`
}

function printKey(key: CelValue): string {
  if (typeof key === 'string') return key
  if (key instanceof CelUint) return String(key.value)
  if (key instanceof CelDouble) return printDouble(key.value)
  return String(key)
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

function base64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i]!, bytes[i + 1], bytes[i + 2]]
    text += DIGITS[a >> 2]! + DIGITS[((a & 3) << 4) | ((b ?? 0) >> 4)]!
    text += b === undefined ? '=' : DIGITS[((b & 15) << 2) | ((c ?? 0) >> 6)]!
    text += c === undefined ? '=' : DIGITS[c & 63]!
  }
  return text
}
