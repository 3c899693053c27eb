import { compare, isEqual } from '../equality.ts'
import { define, type Library, member, type Overload, overload } from '../functions.ts'
import { goTypeName } from '../go-types.ts'
import { isComparable } from '../stdlib/operators.ts'
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listType,
  STRING,
  TIMESTAMP,
  typeParam,
  UINT,
} from '../types.ts'
import { CelError, type CelValue, Failure, isInt, isList, NO_SUCH_OVERLOAD, typeOf } from '../values.ts'

const LIST_T = listType(typeParam('T'))
const COMPARABLE: readonly CelType[] = [INT, UINT, DOUBLE, BOOL, DURATION, TIMESTAMP, STRING, BYTES]
const MAX_RANGE = 1_000_000

/** The list functions added in 1.34. */
export const EXTENDED_LISTS: Library = {
  name: 'lists',
  functions: [
    define(
      'slice',
      member('list_slice', [LIST_T, INT, INT], LIST_T, (list, start, end) =>
        slice(list as readonly CelValue[], start as number | bigint, end as number | bigint),
      ),
    ),
    {
      name: 'flatten',
      overloads: [
        member('list_flatten', [listType(LIST_T)], LIST_T, list => flattenChecked(list!)),
        member('list_flatten_int', [listType(DYN), INT], listType(DYN), (list, depth) => flattenChecked(list!, depth!)),
      ],
      unguarded: true,
    },
    {
      name: 'sort',
      overloads: COMPARABLE.map(type => member(`list_${type.name}_sort`, [listType(type)], listType(type))),
      singleton: { accepts: isList, call: list => sortBy(list as readonly CelValue[], list as readonly CelValue[]) },
    },
    {
      name: '@sortByAssociatedKeys',
      overloads: COMPARABLE.map(
        (type): Overload => member(`list_${type.name}_sortByAssociatedKeys`, [LIST_T, listType(type)], LIST_T),
      ),
      singleton: {
        accepts: isList,
        call: (list, keys) => sortBy(list as readonly CelValue[], keys as readonly CelValue[]),
      },
    },
    define('lists.range', overload('lists_range', [INT], listType(INT), range)),
    define(
      'reverse',
      member('list_reverse', [LIST_T], LIST_T, list => (list as readonly CelValue[]).toReversed()),
    ),
    {
      name: 'distinct',
      overloads: [
        member('list_distinct', [LIST_T], LIST_T, list => (isList(list!) ? distinct(list) : notDistinct(list!))),
      ],
      unguarded: true,
    },
  ],
}

function slice(list: readonly CelValue[], start: number | bigint, end: number | bigint): CelValue {
  const refuse = (why: string): CelError => new CelError(`cannot slice(${start}, ${end}), ${why}`)
  if (start < 0 || end < 0) return refuse('negative indexes not supported')
  if (start > end) return refuse('start index must be less than or equal to end index')
  if (list.length < end) return refuse(`list is length ${list.length}`)
  return list.slice(Number(start), Number(end))
}

/** Not guarded by types, so these refusals are its own; the last one comes from the server's cost accounting. */
function flattenChecked(list: CelValue, depth?: CelValue): CelValue {
  if (!isList(list)) {
    const args = depth === undefined ? '' : runtimeName(depth)
    return new CelError(`no such overload: ${runtimeName(list)}.flatten(${args})`)
  }
  const levels = depth === undefined ? 1 : depth
  if (!isInt(levels))
    return new CelError(`internal error: interface conversion: ref.Val is ${goTypeName(levels)}, not types.Int`)
  if (levels < 0) return new CelError('level must be non-negative')
  const flat: CelValue[] = []
  flattenInto(flat, list, Number(levels))
  return flat
}

function runtimeName(value: CelValue): string {
  const { name, parameters } = typeOf(value)
  return parameters.length === 0 ? name : `${name}(${parameters.map(parameter => parameter.name).join(', ')})`
}

function flattenInto(flat: CelValue[], list: readonly CelValue[], depth: number): void {
  for (const item of list) {
    if (depth > 0 && isList(item)) flattenInto(flat, item, depth - 1)
    else flat.push(item)
  }
}

function sortBy(list: readonly CelValue[], keys: readonly CelValue[]): CelValue {
  if (!isList(keys)) return NO_SUCH_OVERLOAD
  if (list.length !== keys.length) {
    const sizes = `got ${list.length} and ${keys.length} elements respectively`
    return new CelError(
      `@sortByAssociatedKeys() expected a list of the same size as the associated keys list, but ${sizes}`,
    )
  }
  const [first] = keys
  if (first === undefined) return list
  if (!isComparable(first)) return new CelError('list elements must be comparable')
  const type = typeOf(first)
  if (keys.some(key => typeOf(key) !== type)) return new CelError('list elements must have the same type')
  const order = keys.map((_, i) => i)
  order.sort((a, b) => {
    const result = compare(keys[a]!, keys[b]!)
    return result instanceof Failure ? 0 : result
  })
  return order.map(i => list[i]!)
}

function range(size: CelValue | undefined): CelValue {
  const count = size as number | bigint
  if (count < 0) return new CelError(`lists.range: size must be non-negative, got ${count}`)
  if (count > MAX_RANGE) return new CelError(`lists.range: size ${count} exceeds maximum allowed (${MAX_RANGE})`)
  return Array.from({ length: Number(count) }, (_, i) => i)
}

const ADDABLE = new Set(['int', 'uint', 'double', 'string', 'bytes', DURATION.name, TIMESTAMP.name])

/** The server's cost accounting trips over what is no list, in these words. */
function notDistinct(value: CelValue): CelError {
  const method = ADDABLE.has(typeOf(value).name) ? 'Contains' : 'Add'
  const name = goTypeName(value)
  return new CelError(`internal error: interface conversion: ${name} is not traits.Lister: missing method ${method}`)
}

/** Scalars go through a set; only what has no hash is compared pair by pair. */
function distinct(list: readonly CelValue[]): CelValue {
  const unique: CelValue[] = []
  const seen = new Set<CelValue>()
  for (const item of list) {
    const hashes = typeof item === 'string' || typeof item === 'boolean'
    if (hashes ? seen.has(item) : unique.some(other => isEqual(item, other))) continue
    if (hashes) seen.add(item)
    unique.push(item)
  }
  return unique
}
