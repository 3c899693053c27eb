import { isJsonObject, type JsonPath, type JsonValue } from '../../lib/json/json-value.ts'
import { formatQuantity, parseQuantity, type Quantity, roundUpToMilli } from '../../lib/quantity/quantity.ts'
import type { Field, KindTable, Shape } from './kind-table.ts'

/** A value while it is decoded: the same as `JsonValue`, but still open to the defaults. */
export type Draft = null | boolean | number | bigint | string | Draft[] | DraftObject
export interface DraftObject {
  [key: string]: Draft
}

/** Something in an object that its type does not know or cannot hold. */
export interface SchemaIssue {
  readonly kind: 'unknown-field' | 'wrong-type'
  readonly path: JsonPath
  readonly message: string
  /** Name of the struct in which it stands: `core/v1.PodSpec`. */
  readonly struct: string
}

export interface Decoder {
  readonly table: KindTable
  readonly issues: SchemaIssue[]
}

/**
 * Decodes a JSON value as the API server decodes it into its Go type: unknown fields and nulls are dropped, quantities
 * get their canonical form. What a field cannot hold is noted and kept as it stands, so that rules still see it.
 */
export function decodeStruct(decoder: Decoder, value: JsonValue, type: number, path: JsonPath): Draft {
  const struct = decoder.table.types[type]!
  if (!isJsonObject(value)) return wrong(decoder, value, struct.name, path, 'an object')
  const draft: DraftObject = {}
  for (const key of Object.keys(value)) {
    const field = struct.fields.get(key)
    const inner = value[key] as JsonValue
    if (field === undefined) {
      decoder.issues.push({
        kind: 'unknown-field',
        path: [...path, key],
        message: `unknown field "${key}"`,
        struct: struct.name,
      })
    } else if (inner !== null) {
      draft[key] = decode(decoder, inner, field.shape, struct.name, [...path, key], field)
    }
  }
  return draft
}

function decode(
  decoder: Decoder,
  value: JsonValue,
  shape: Shape,
  struct: string,
  path: JsonPath,
  field?: Field,
): Draft {
  switch (shape.kind) {
    case 'struct':
      return value === null ? {} : decodeStruct(decoder, value, shape.type, path)
    case 'list':
      if (!Array.isArray(value)) return wrong(decoder, value, struct, path, 'a list')
      return value.map((item, i) => decode(decoder, item, shape.item, struct, [...path, i]))
    case 'map': {
      if (!isJsonObject(value)) return wrong(decoder, value, struct, path, 'a map')
      const draft: DraftObject = Object.create(null) as DraftObject
      const isResourceList = shape.value.kind === 'quantity'
      for (const key of Object.keys(value)) {
        const inner = decode(decoder, value[key] as JsonValue, shape.value, struct, [...path, key])
        draft[key] = isResourceList && typeof inner === 'string' ? milli(inner) : inner
      }
      return draft
    }
    case 'any':
      return value as Draft
    default:
      return decodeScalar(decoder, value, shape.kind, struct, path, field)
  }
}

function milli(text: string): string {
  const quantity = decodedQuantity(text)
  return quantity === undefined ? text : formatQuantity(roundUpToMilli(quantity))
}

const zeroScalars: Readonly<Record<string, Draft>> = {
  string: '',
  bool: false,
  int32: 0,
  int64: 0,
  number: 0,
  intOrString: 0,
  quantity: '0',
  bytes: '',
}

function decodeScalar(
  decoder: Decoder,
  value: JsonValue,
  kind: ScalarKind,
  struct: string,
  path: JsonPath,
  field: Field | undefined,
): Draft {
  // A null item of a list or map is the zero value of its type.
  if (value === null) return field === undefined ? (zeroScalars[kind] ?? null) : null
  const problem = scalarProblem(value, kind)
  if (problem !== undefined) return wrong(decoder, value, struct, path, problem)
  if (kind === 'quantity') return formatQuantity(decodedQuantity(String(value))!)
  if (kind === 'time' || kind === 'microTime') return decodeTime(value, kind === 'microTime')!
  return value as Draft
}

export type ScalarKind = Exclude<Shape['kind'], 'struct' | 'list' | 'map' | 'any'>

/** What a value that is not null should have been to be decoded into a scalar; `undefined` where it can be. */
export function scalarProblem(value: JsonValue, kind: ScalarKind): string | undefined {
  switch (kind) {
    case 'string':
      return typeof value === 'string' ? undefined : 'a string'
    case 'bool':
      return typeof value === 'boolean' ? undefined : 'true or false'
    case 'int32':
      return isInteger(value, 31) ? undefined : 'a whole number of 32 bits'
    case 'int64':
      return isInteger(value, 63) ? undefined : 'a whole number'
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint' ? undefined : 'a number'
    case 'quantity':
      return isQuantity(value) ? undefined : 'a quantity'
    case 'intOrString':
      return typeof value === 'string' || isInteger(value, 31) ? undefined : 'a whole number or a string'
    case 'time':
    case 'microTime':
      return decodeTime(value, false) === undefined ? 'a time (RFC 3339)' : undefined
    case 'bytes':
      return typeof value === 'string' && isBase64(value) ? undefined : 'base64 text'
  }
}

function isQuantity(value: JsonValue): boolean {
  return (
    (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') &&
    decodedQuantity(String(value)) !== undefined
  )
}

/** The quantity of a text as it stands in JSON, where white space around it counts for nothing. */
export function decodedQuantity(text: string): Quantity | undefined {
  const quantity = parseQuantity(text.trim())
  return typeof quantity === 'string' ? undefined : quantity
}

function isInteger(value: JsonValue, bits: number): value is number | bigint {
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) <= 2 ** bits && value !== 2 ** bits
  return typeof value === 'bigint' && bits === 63
}

const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/

/** Times are printed in UTC, with whole seconds, or with six digits where the type has microseconds. */
function decodeTime(value: JsonValue, isMicro: boolean): string | undefined {
  const match = typeof value === 'string' ? rfc3339.exec(value) : null
  if (match === null) return undefined
  const seconds = Date.parse(`${match[1]}${match[3]}`)
  if (Number.isNaN(seconds)) return undefined
  const utc = new Date(seconds).toISOString().slice(0, 19)
  return isMicro ? `${utc}.${(match[2] ?? '').slice(0, 6).padEnd(6, '0')}Z` : `${utc}Z`
}

function isBase64(text: string): boolean {
  const compact = text.replace(/[\r\n]/g, '')
  return compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact)
}

function wrong(decoder: Decoder, value: JsonValue, struct: string, path: JsonPath, expected: string): Draft {
  const given = Array.isArray(value)
    ? 'a list'
    : isJsonObject(value)
      ? 'an object'
      : value === null
        ? 'null'
        : typeof value === 'string'
          ? 'a string'
          : typeof value === 'boolean'
            ? 'a boolean'
            : 'a number'
  decoder.issues.push({ kind: 'wrong-type', path, message: `expected ${expected}, found ${given}`, struct })
  return value as Draft
}
