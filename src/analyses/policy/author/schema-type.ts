import type { KindTable } from '../../../inventory/defaulting/index.ts'
import type { Shape } from '../../../inventory/defaulting/kind-table.ts'
import { BOOL, CelType, DOUBLE, DYN, INT, listType, mapType, STRING } from '../../../lib/cel/types.ts'

const made = new WeakMap<KindTable, Map<number, CelType>>()

/** The type of a built-in kind's objects, as its schema declares them. Times and int-or-string are left open. */
export function schemaType(table: KindTable, index: number): CelType {
  let types = made.get(table)
  if (types === undefined) {
    types = new Map()
    made.set(table, types)
  }
  const known = types.get(index)
  if (known !== undefined) return known
  const struct = table.types[index]!
  const type: CelType = new CelType(
    'struct',
    struct.name,
    [],
    once(
      () => new Map([...struct.fields.values()].map(({ name, shape }) => [name, typeOfShape(table, shape)] as const)),
    ),
  )
  types.set(index, type)
  return type
}

function typeOfShape(table: KindTable, shape: Shape): CelType {
  switch (shape.kind) {
    case 'string':
    case 'bytes':
    case 'quantity':
      return STRING
    case 'bool':
      return BOOL
    case 'int32':
    case 'int64':
      return INT
    case 'number':
      return DOUBLE
    case 'list':
      return listType(typeOfShape(table, shape.item))
    case 'map':
      return mapType(STRING, typeOfShape(table, shape.value))
    case 'struct':
      return schemaType(table, shape.type)
    default:
      return DYN
  }
}

function once<T>(make: () => T): () => T {
  let value: T | undefined
  return () => {
    value ??= make()
    return value
  }
}
