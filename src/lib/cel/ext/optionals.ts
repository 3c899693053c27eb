import { displayText } from '../display.ts'
import { define, type Library, member, overload } from '../functions.ts'
import { BOOL, DYN, INT, listType, mapType, optionalType, STRING, typeParam } from '../types.ts'
import {
  CelDouble,
  CelDuration,
  CelError,
  CelMap,
  CelOptional,
  CelTimestamp,
  CelUint,
  type CelValue,
  isList,
  isMap,
  LazyMap,
  sizeOfMap,
} from '../values.ts'

const K = typeParam('K')
const V = typeParam('V')
const LIST_V = listType(V)
const MAP_KV = mapType(K, V)
const OPTIONAL_V = optionalType(V)

const NONE_DEREFERENCED = new CelError('optional.none() dereference')

/** Optional values; `or`, `orValue` and the indexing forms are evaluated by the back-ends themselves. */
export const OPTIONALS: Library = {
  name: 'optionals',
  functions: [
    define(
      'optional.of',
      overload('optional_of', [V], OPTIONAL_V, value => CelOptional.of(value!)),
    ),
    define(
      'optional.ofNonZeroValue',
      overload('optional_ofNonZeroValue', [V], OPTIONAL_V, value =>
        isZero(value!) ? CelOptional.none : CelOptional.of(value!),
      ),
    ),
    define(
      'optional.none',
      overload('optional_none', [], OPTIONAL_V, () => CelOptional.none),
    ),
    define(
      'value',
      member('optional_value', [OPTIONAL_V], V, optional => (optional as CelOptional).value ?? NONE_DEREFERENCED),
    ),
    define(
      'hasValue',
      member('optional_hasValue', [OPTIONAL_V], BOOL, optional => (optional as CelOptional).value !== undefined),
    ),
    define('or', member('optional_or_optional', [OPTIONAL_V, OPTIONAL_V], OPTIONAL_V)),
    define('orValue', member('optional_orValue_value', [OPTIONAL_V, V], V)),
    define('_?._', overload('select_optional_field', [DYN, STRING], OPTIONAL_V)),
    define(
      '_[?_]',
      overload('list_optindex_optional_int', [LIST_V, INT], OPTIONAL_V),
      overload('optional_list_optindex_optional_int', [optionalType(LIST_V), INT], OPTIONAL_V),
      overload('map_optindex_optional_value', [MAP_KV, K], OPTIONAL_V),
      overload('optional_map_optindex_optional_value', [optionalType(MAP_KV), K], OPTIONAL_V),
    ),
    define(
      '_[_]',
      overload('optional_list_index_int', [optionalType(LIST_V), INT], OPTIONAL_V),
      overload('optional_map_index_value', [optionalType(MAP_KV), K], OPTIONAL_V),
    ),
  ],
}

/** `first`, `last`, `unwrapOpt`: added in 1.33. */
export const OPTIONAL_LISTS: Library = {
  name: 'optionals.lists',
  functions: [
    define(
      'last',
      member('list_last', [LIST_V], OPTIONAL_V, list => ends(list as readonly CelValue[], -1)),
    ),
    define(
      'first',
      member('list_first', [LIST_V], OPTIONAL_V, list => ends(list as readonly CelValue[], 0)),
    ),
    define(
      'optional.unwrap',
      overload('optional_unwrap', [listType(OPTIONAL_V)], LIST_V, list => unwrap(list as readonly CelValue[])),
    ),
    define(
      'unwrapOpt',
      member('optional_unwrapOpt', [listType(OPTIONAL_V)], LIST_V, list => unwrap(list as readonly CelValue[])),
    ),
  ],
}

function ends(list: readonly CelValue[], at: number): CelValue {
  const value = list.at(at)
  return value === undefined ? CelOptional.none : CelOptional.of(value)
}

function unwrap(list: readonly CelValue[]): CelValue {
  const values: CelValue[] = []
  for (const item of list) {
    if (!(item instanceof CelOptional)) return new CelError(`value ${displayText(item)} is not optional`)
    if (item.value !== undefined) values.push(item.value)
  }
  return values
}

/** Midnight of the first of January of year 1, Go's zero time. */
const ZERO_TIME = -62_135_596_800_000_000_000n

/** Null, false, zero and what is empty. */
function isZero(value: CelValue): boolean {
  if (value === null || value === false || value === 0 || value === '') return true
  if (value instanceof CelDouble) return value.value === 0
  if (value instanceof CelUint) return value.value === 0n
  if (isList(value) || value instanceof Uint8Array) return value.length === 0
  if (value instanceof CelMap || value instanceof LazyMap || isMap(value)) return sizeOfMap(value) === 0
  if (value instanceof CelDuration) return value.nanos === 0n
  return value instanceof CelTimestamp && value.nanos === ZERO_TIME
}
