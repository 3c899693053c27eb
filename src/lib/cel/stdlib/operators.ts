import { compare, isEqual } from '../equality.ts'
import { define, type FunctionDecl, type Library, overload } from '../functions.ts'
import {
  addInt,
  divideInt,
  divideUint,
  isNumeric,
  moduloInt,
  moduloUint,
  multiplyInt,
  negateInt,
  subtractInt,
  uintResult,
} from '../numbers.ts'
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  INT,
  listType,
  mapType,
  STRING,
  TIMESTAMP,
  typeParam,
  UINT,
} from '../types.ts'
import {
  CelDouble,
  CelDuration,
  CelError,
  CelTimestamp,
  CelUint,
  type CelValue,
  doubleOf,
  Failure,
  findInMap,
  isInt,
  isInt64,
  isList,
  isMap,
  NO_SUCH_OVERLOAD,
} from '../values.ts'

const A = typeParam('A')
const B = typeParam('B')
const LIST_A = listType(A)
const MAP_AB = mapType(A, B)

const DURATION_OVERFLOW = new CelError('integer overflow')
const TIMESTAMP_OVERFLOW = new CelError('timestamp overflow')
const MIN_TIMESTAMP = -62_135_596_800n * 1_000_000_000n
const MAX_TIMESTAMP = 253_402_300_799n * 1_000_000_000n + 999_999_999n

function durationResult(nanos: bigint): CelValue {
  return isInt64(nanos) ? new CelDuration(nanos) : DURATION_OVERFLOW
}

export function timestampResult(nanos: bigint, offset: number): CelValue {
  return nanos < MIN_TIMESTAMP || nanos > MAX_TIMESTAMP ? TIMESTAMP_OVERFLOW : new CelTimestamp(nanos, offset)
}

export function add(a: CelValue, b: CelValue): CelValue {
  if (typeof a === 'string') return typeof b === 'string' ? a + b : NO_SUCH_OVERLOAD
  if (isInt(a)) return isInt(b) ? addInt(a, b) : NO_SUCH_OVERLOAD
  if (isList(a)) return isList(b) ? (b.length === 0 ? a : a.length === 0 ? b : [...a, ...b]) : NO_SUCH_OVERLOAD
  const x = doubleOf(a)
  if (x !== undefined) return onDoubles(x, b, y => x + y)
  if (a instanceof CelUint) return b instanceof CelUint ? uintResult(a.value + b.value) : NO_SUCH_OVERLOAD
  if (a instanceof Uint8Array) {
    if (!(b instanceof Uint8Array)) return NO_SUCH_OVERLOAD
    const joined = new Uint8Array(a.length + b.length)
    joined.set(a)
    joined.set(b, a.length)
    return joined
  }
  if (a instanceof CelDuration) {
    if (b instanceof CelDuration) return durationResult(a.nanos + b.nanos)
    return b instanceof CelTimestamp ? timestampResult(b.nanos + a.nanos, b.offset) : NO_SUCH_OVERLOAD
  }
  if (a instanceof CelTimestamp)
    return b instanceof CelDuration ? timestampResult(a.nanos + b.nanos, a.offset) : NO_SUCH_OVERLOAD
  return NO_SUCH_OVERLOAD
}

function subtract(a: CelValue, b: CelValue): CelValue {
  if (isInt(a)) return isInt(b) ? subtractInt(a, b) : NO_SUCH_OVERLOAD
  const x = doubleOf(a)
  if (x !== undefined) return onDoubles(x, b, y => x - y)
  if (a instanceof CelUint) return b instanceof CelUint ? uintResult(a.value - b.value) : NO_SUCH_OVERLOAD
  if (a instanceof CelDuration) return b instanceof CelDuration ? durationResult(a.nanos - b.nanos) : NO_SUCH_OVERLOAD
  if (a instanceof CelTimestamp) {
    if (b instanceof CelDuration) return timestampResult(a.nanos - b.nanos, a.offset)
    return b instanceof CelTimestamp ? durationResult(a.nanos - b.nanos) : NO_SUCH_OVERLOAD
  }
  return NO_SUCH_OVERLOAD
}

function multiply(a: CelValue, b: CelValue): CelValue {
  if (isInt(a)) return isInt(b) ? multiplyInt(a, b) : NO_SUCH_OVERLOAD
  const x = doubleOf(a)
  if (x !== undefined) return onDoubles(x, b, y => x * y)
  return a instanceof CelUint && b instanceof CelUint ? uintResult(a.value * b.value) : NO_SUCH_OVERLOAD
}

function divide(a: CelValue, b: CelValue): CelValue {
  if (isInt(a)) return isInt(b) ? divideInt(a, b) : NO_SUCH_OVERLOAD
  const x = doubleOf(a)
  if (x !== undefined) return onDoubles(x, b, y => x / y)
  return a instanceof CelUint && b instanceof CelUint ? divideUint(a, b) : NO_SUCH_OVERLOAD
}

function modulo(a: CelValue, b: CelValue): CelValue {
  if (isInt(a)) return isInt(b) ? moduloInt(a, b) : NO_SUCH_OVERLOAD
  return a instanceof CelUint && b instanceof CelUint ? moduloUint(a, b) : NO_SUCH_OVERLOAD
}

function negate(a: CelValue): CelValue {
  if (isInt(a)) return negateInt(a)
  const x = doubleOf(a)
  if (x !== undefined) return CelDouble.of(-x)
  return a instanceof CelDuration ? durationResult(-a.nanos) : NO_SUCH_OVERLOAD
}

function contains(element: CelValue, collection: CelValue): CelValue {
  if (isList(collection)) {
    for (const item of collection) if (isEqual(element, item)) return true
    return false
  }
  return isMap(collection) ? findInMap(collection, element) !== undefined : NO_SUCH_OVERLOAD
}

function onDoubles(_x: number, b: CelValue, combine: (y: number) => number): CelValue {
  const y = doubleOf(b)
  return y === undefined ? NO_SUCH_OVERLOAD : CelDouble.of(combine(y))
}

function relation(decide: (order: -1 | 0 | 1) => boolean): (a: CelValue, b: CelValue) => CelValue {
  return (a, b) => {
    const order = compare(a, b)
    return order instanceof Failure ? order : decide(order)
  }
}

const less = relation(order => order < 0)
const lessOrEqual = relation(order => order <= 0)
const greater = relation(order => order > 0)
const greaterOrEqual = relation(order => order >= 0)

export function isComparable(value: CelValue): boolean {
  return (
    typeof value === 'string' ||
    typeof value === 'boolean' ||
    isNumeric(value) ||
    value instanceof CelTimestamp ||
    value instanceof CelDuration ||
    value instanceof Uint8Array
  )
}

const isTime = (value: CelValue): boolean => value instanceof CelTimestamp || value instanceof CelDuration

function comparison(name: string, id: string, call: (a: CelValue, b: CelValue) => CelValue): FunctionDecl {
  const numbers: readonly (readonly [string, CelType])[] = [
    ['int64', INT],
    ['uint64', UINT],
    ['double', DOUBLE],
  ]
  const same: readonly (readonly [string, CelType])[] = [
    ['string', STRING],
    ['bytes', BYTES],
    ['timestamp', TIMESTAMP],
    ['duration', DURATION],
  ]
  return {
    name,
    overloads: [
      overload(`${id}_bool`, [BOOL, BOOL], BOOL),
      ...numbers.flatMap(([left, leftType]) =>
        numbers.map(([right, rightType]) =>
          overload(left === right ? `${id}_${left}` : `${id}_${left}_${right}`, [leftType, rightType], BOOL),
        ),
      ),
      ...same.map(([suffix, type]) => overload(`${id}_${suffix}`, [type, type], BOOL)),
    ],
    singleton: { accepts: isComparable, call },
  }
}

/** Operators; `&&`, `||`, `?:`, `==`, `!=`, indexing and selection are evaluated by the back-ends themselves. */
export const OPERATORS: Library = {
  name: 'operators',
  functions: [
    define('_?_:_', overload('conditional', [BOOL, A, A], A)),
    define('_&&_', overload('logical_and', [BOOL, BOOL], BOOL)),
    define('_||_', overload('logical_or', [BOOL, BOOL], BOOL)),
    {
      name: '!_',
      overloads: [overload('logical_not', [BOOL], BOOL)],
      singleton: { accepts: () => true, call: a => (typeof a === 'boolean' ? !a : NO_SUCH_OVERLOAD) },
    },
    define('@not_strictly_false', overload('not_strictly_false', [BOOL], BOOL)),
    define('_==_', overload('equals', [A, A], BOOL)),
    define('_!=_', overload('not_equals', [A, A], BOOL)),
    {
      name: '_+_',
      overloads: [
        overload('add_bytes', [BYTES, BYTES], BYTES),
        overload('add_double', [DOUBLE, DOUBLE], DOUBLE),
        overload('add_duration_duration', [DURATION, DURATION], DURATION),
        overload('add_duration_timestamp', [DURATION, TIMESTAMP], TIMESTAMP),
        overload('add_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP),
        overload('add_int64', [INT, INT], INT),
        overload('add_list', [LIST_A, LIST_A], LIST_A),
        overload('add_string', [STRING, STRING], STRING),
        overload('add_uint64', [UINT, UINT], UINT),
      ],
      singleton: {
        accepts: a => typeof a === 'string' || isNumeric(a) || isList(a) || a instanceof Uint8Array || isTime(a),
        call: add,
      },
    },
    {
      name: '_/_',
      overloads: [
        overload('divide_double', [DOUBLE, DOUBLE], DOUBLE),
        overload('divide_int64', [INT, INT], INT),
        overload('divide_uint64', [UINT, UINT], UINT),
      ],
      singleton: { accepts: isNumeric, call: divide },
    },
    {
      name: '_%_',
      overloads: [overload('modulo_int64', [INT, INT], INT), overload('modulo_uint64', [UINT, UINT], UINT)],
      singleton: { accepts: a => isInt(a) || a instanceof CelUint, call: modulo },
    },
    {
      name: '_*_',
      overloads: [
        overload('multiply_double', [DOUBLE, DOUBLE], DOUBLE),
        overload('multiply_int64', [INT, INT], INT),
        overload('multiply_uint64', [UINT, UINT], UINT),
      ],
      singleton: { accepts: isNumeric, call: multiply },
    },
    {
      name: '-_',
      overloads: [overload('negate_double', [DOUBLE], DOUBLE), overload('negate_int64', [INT], INT)],
      singleton: {
        accepts: a => (isNumeric(a) && !(a instanceof CelUint)) || a instanceof CelDuration || typeof a === 'boolean',
        call: negate,
      },
    },
    {
      name: '_-_',
      overloads: [
        overload('subtract_double', [DOUBLE, DOUBLE], DOUBLE),
        overload('subtract_duration_duration', [DURATION, DURATION], DURATION),
        overload('subtract_int64', [INT, INT], INT),
        overload('subtract_timestamp_duration', [TIMESTAMP, DURATION], TIMESTAMP),
        overload('subtract_timestamp_timestamp', [TIMESTAMP, TIMESTAMP], DURATION),
        overload('subtract_uint64', [UINT, UINT], UINT),
      ],
      singleton: { accepts: a => isNumeric(a) || isTime(a), call: subtract },
    },
    comparison('_<_', 'less', less),
    comparison('_<=_', 'less_equals', lessOrEqual),
    comparison('_>_', 'greater', greater),
    comparison('_>=_', 'greater_equals', greaterOrEqual),
    define('_[_]', overload('index_list', [LIST_A, INT], A), overload('index_map', [MAP_AB, A], B)),
    {
      name: '@in',
      overloads: [overload('in_list', [A, LIST_A], BOOL), overload('in_map', [A, MAP_AB], BOOL)],
      singleton: { accepts: () => true, call: contains },
    },
  ],
}
