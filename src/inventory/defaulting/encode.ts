import type { Draft, DraftObject } from './decode.ts'
import type { Field, KindTable, Shape } from './kind-table.ts'

/**
 * The JSON form that the API server gives a decoded value (Go's `encoding/json` with the tags of the type): optional
 * fields with their zero value are left out, required ones are written even where the author wrote none.
 */
export function encodeStruct(table: KindTable, value: Draft, type: number): Draft {
  if (!isDraftObject(value)) return value
  const encoded: DraftObject = {}
  for (const field of table.types[type]!.fields.values()) {
    const inner = Object.hasOwn(value, field.name) ? value[field.name] : undefined
    const result = encodeField(table, inner, field)
    if (result !== undefined) encoded[field.name] = result
  }
  return encoded
}

function encodeField(table: KindTable, value: Draft | undefined, field: Field): Draft | undefined {
  const { shape } = field
  if (field.isPointer) {
    if (value === undefined) return field.omitEmpty ? undefined : null
    return encode(table, value, shape)
  }
  switch (shape.kind) {
    case 'struct': {
      const encoded = encodeStruct(table, value ?? {}, shape.type)
      return field.omitZero && isDraftObject(encoded) && Object.keys(encoded).length === 0 ? undefined : encoded
    }
    case 'list':
    case 'map':
      if (value === undefined) return field.omitEmpty ? undefined : null
      return field.omitEmpty && isEmpty(value) ? undefined : encode(table, value, shape)
    case 'bytes':
      if (value === undefined) return field.omitEmpty ? undefined : null
      return field.omitEmpty && value === '' ? undefined : value
    case 'time':
    case 'microTime':
      // A zero time is null; only types that say so leave it out.
      return value ?? (field.omitZero ? undefined : null)
    case 'intOrString':
      return value ?? (field.omitZero ? undefined : 0)
    case 'quantity':
      return value ?? (field.omitZero ? undefined : '0')
    case 'any':
      return value ?? (field.omitEmpty || field.omitZero ? undefined : null)
    case 'string':
      return value === undefined || value === '' ? (field.omitEmpty ? undefined : '') : value
    case 'bool':
      return value === undefined || value === false ? (field.omitEmpty ? undefined : false) : value
    default:
      return value === undefined || value === 0 ? (field.omitEmpty ? undefined : 0) : value
  }
}

function encode(table: KindTable, value: Draft, shape: Shape): Draft {
  if (shape.kind === 'struct') return encodeStruct(table, value, shape.type)
  if (shape.kind === 'list' && Array.isArray(value)) return value.map(item => encode(table, item, shape.item))
  if (shape.kind === 'map' && isDraftObject(value)) {
    const encoded = Object.create(null) as DraftObject
    for (const key of Object.keys(value)) encoded[key] = encode(table, value[key]!, shape.value)
    return encoded
  }
  return value
}

export function isDraftObject(value: Draft | undefined): value is DraftObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEmpty(value: Draft): boolean {
  return Array.isArray(value) ? value.length === 0 : isDraftObject(value) && Object.keys(value).length === 0
}
