import { compare, isEqual } from '../equality.ts'
import { define, type FunctionDecl, type Implementation, type Library, member } from '../functions.ts'
import { add, isComparable } from '../stdlib/operators.ts'
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
import {
  CelDouble,
  CelDuration,
  CelError,
  CelUint,
  type CelValue,
  Failure,
  isList,
  NO_SUCH_OVERLOAD,
} from '../values.ts'

const A = typeParam('A')

const COMPARABLE: readonly (readonly [name: string, type: CelType])[] = [
  ['int', INT],
  ['uint', UINT],
  ['double', DOUBLE],
  ['bool', BOOL],
  ['duration', DURATION],
  ['timestamp', TIMESTAMP],
  ['string', STRING],
  ['bytes', BYTES],
]

const ZEROS: readonly (readonly [name: string, type: CelType, zero: CelValue])[] = [
  ['int', INT, 0],
  ['uint', UINT, new CelUint(0n)],
  ['double', DOUBLE, CelDouble.of(0)],
  ['duration', DURATION, new CelDuration(0n)],
]

const items = (value: CelValue | undefined): readonly CelValue[] => value as readonly CelValue[]

function extreme(name: 'min' | 'max', wanted: -1 | 1): Implementation {
  return list => {
    let best: CelValue | undefined
    for (const item of items(list)) {
      if (!isComparable(item)) return NO_SUCH_OVERLOAD
      if (best === undefined || compare(best, item) === wanted) best = item
    }
    return best ?? new CelError(`${name} called on empty list`)
  }
}

const sorted: Implementation = list => {
  const values = items(list)
  for (let i = 0; i < values.length; i++) {
    if (!isComparable(values[i]!)) return NO_SUCH_OVERLOAD
    if (i > 0 && compare(values[i - 1]!, values[i]!) === 1) return false
  }
  return true
}

function sum(zero: CelValue): Implementation {
  return list => {
    let total = zero
    for (const item of items(list)) {
      total = add(total, item)
      if (total instanceof Failure) return NO_SUCH_OVERLOAD
    }
    return total
  }
}

function comparable(
  name: string,
  id: (type: string) => string,
  result: (type: CelType) => CelType,
  call: Implementation,
): FunctionDecl {
  return define(
    name,
    ...COMPARABLE.map(([typeName, type]) => member(id(typeName), [listType(type)], result(type), call)),
  )
}

/** Kubernetes' own list functions. */
export const LISTS: Library = {
  name: 'kubernetes.lists',
  functions: [
    comparable(
      'isSorted',
      type => `list_${type}_is_sorted_bool`,
      () => BOOL,
      sorted,
    ),
    define(
      'sum',
      ...ZEROS.map(([name, type, zero]) => member(`list_${name}_sum_${name}`, [listType(type)], type, sum(zero))),
    ),
    comparable(
      'max',
      type => `list_${type}_max_${type}`,
      type => type,
      extreme('max', -1),
    ),
    comparable(
      'min',
      type => `list_${type}_min_${type}`,
      type => type,
      extreme('min', 1),
    ),
    define(
      'indexOf',
      member('list_a_index_of_int', [listType(A), A], INT, (list, item) =>
        items(list).findIndex(other => isEqual(other, item!)),
      ),
    ),
    define(
      'lastIndexOf',
      member('list_a_last_index_of_int', [listType(A), A], INT, (list, item) =>
        items(list).findLastIndex(other => isEqual(other, item!)),
      ),
    ),
  ],
}

/** `includes`: added in 1.37. */
export const INCLUDES: Library = {
  name: 'kubernetes.lists.includes',
  functions: [
    define(
      'includes',
      member('list_includes_dyn_dyn', [DYN, DYN], BOOL, (target, item) =>
        isList(target!) ? target.some(other => isEqual(other, item!)) : isEqual(target!, item!),
      ),
    ),
  ],
}
