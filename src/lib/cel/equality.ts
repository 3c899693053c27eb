import { compareNumbers, isNumeric } from './numbers.ts'
import { compareBytes, compareText } from './text.ts'
import { CelType } from './types.ts'
import {
  CelDuration,
  CelError,
  CelOptional,
  CelTimestamp,
  CelUnknown,
  type CelValue,
  type Failure,
  findInMap,
  isList,
  isMap,
  KubernetesValue,
  keysOf,
  NO_SUCH_OVERLOAD,
  StructValue,
  sizeOfMap,
} from './values.ts'

/** Deep, heterogeneous equality: numbers compare across their types, different types are simply unequal. */
export function isEqual(a: CelValue, b: CelValue): boolean {
  return equal(a, b) === true
}

/**
 * The same, with the error that the API server gives when a Kubernetes value is compared with something else. Throws a
 * `CelUnknown` that lies inside an operand, because the answer may hang on it.
 */
export function equal(a: CelValue, b: CelValue): boolean | CelError {
  if (a === b) return typeof a !== 'number' || !Number.isNaN(a)
  switch (typeof a) {
    case 'string':
    case 'boolean':
      if (b instanceof CelUnknown) throw b
      return false
    case 'number':
    case 'bigint':
      if (b instanceof CelUnknown) throw b
      return isNumeric(b) && compareNumbers(a, b) === 0
    default:
      return a !== null && b !== null && equalObjects(a, b)
  }
}

function equalObjects(a: Exclude<CelValue, null>, b: CelValue): boolean | CelError {
  if (a instanceof CelUnknown) throw a
  if (b instanceof CelUnknown) throw b
  if (isList(a)) {
    if (!isList(b) || a.length !== b.length) return false
    // An element that cannot be compared does not make lists unequal on the server.
    for (let i = 0; i < a.length; i++) if (equal(a[i]!, b[i]!) === false) return false
    return true
  }
  if (isNumeric(a)) return isNumeric(b) && compareNumbers(a, b) === 0
  if (a instanceof Uint8Array) return b instanceof Uint8Array && compareBytes(a, b) === 0
  if (isMap(a)) return isMap(b) && equalMaps(a, b)
  if (a instanceof CelDuration) return b instanceof CelDuration && a.nanos === b.nanos
  if (a instanceof CelTimestamp) return b instanceof CelTimestamp && a.nanos === b.nanos
  if (a instanceof CelType) return b instanceof CelType && a.name === b.name
  if (a instanceof CelOptional) {
    if (!(b instanceof CelOptional)) return false
    if (a.value === undefined || b.value === undefined) return a.value === b.value
    return equal(a.value, b.value)
  }
  if (a instanceof StructValue) return b instanceof StructValue && equalStructs(a, b)
  return a instanceof KubernetesValue && a.equals(b)
}

function equalStructs(a: StructValue, b: StructValue): boolean {
  if (a.type.name !== b.type.name || a.fields.size !== b.fields.size) return false
  for (const [name, value] of a.fields) {
    const other = b.fields.get(name)
    if (other === undefined || equal(value, other) === false) return false
  }
  return true
}

function equalMaps(a: CelValue, b: CelValue): boolean {
  const keys = keysOf(a)
  if (keys.length !== sizeOfMap(b)) return false
  for (const key of keys) {
    const other = findInMap(b, key)
    if (other === undefined || equal(findInMap(a, key)!, other) === false) return false
  }
  return true
}

const NAN_ORDER = new CelError('NaN values cannot be ordered')

/** -1, 0 or 1, or why the two have no order. */
export function compare(a: CelValue, b: CelValue): -1 | 0 | 1 | Failure {
  switch (typeof a) {
    case 'string':
      return typeof b === 'string' ? compareText(a, b) : NO_SUCH_OVERLOAD
    case 'boolean':
      return typeof b === 'boolean' ? (a === b ? 0 : a ? 1 : -1) : NO_SUCH_OVERLOAD
    default:
      if (isNumeric(a)) {
        if (isNumeric(b)) return compareNumbers(a, b) ?? NAN_ORDER
        return NO_SUCH_OVERLOAD
      }
      if (a instanceof CelTimestamp && b instanceof CelTimestamp)
        return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0
      if (a instanceof CelDuration && b instanceof CelDuration)
        return a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0
      if (a instanceof Uint8Array && b instanceof Uint8Array) return compareBytes(a, b)
      return NO_SUCH_OVERLOAD
  }
}
