import { displayText } from './display.ts'
import { goTypeName } from './go-types.ts'
import {
  CelDouble,
  CelError,
  CelUint,
  CelUnknown,
  type CelValue,
  Failure,
  findInMap,
  isInt,
  isList,
  isMap,
  isNumericKey,
  isPlainMap,
  StructValue,
  typeOf,
} from './values.ts'

/**
 * One step of a path: the value at the key, `undefined` when presence is asked for and there is none, or the error.
 */
export function step(value: CelValue, key: CelValue, presence: boolean): CelValue | undefined {
  if (typeof key === 'string' && isPlainMap(value)) {
    if (Object.hasOwn(value, key)) return value[key]
    return presence ? undefined : new CelError(`no such key: ${key}`)
  }
  if (value instanceof CelUnknown || value instanceof CelError) return value
  if (isList(value)) return listStep(value, key, presence)
  if (isMap(value)) return findInMap(value, key) ?? (presence ? undefined : missing(key))
  if (value instanceof StructValue && typeof key === 'string') {
    if (presence && !value.isSet(key)) return undefined
    return value.get(key)
  }
  return presence ? undefined : missing(key)
}

function listStep(list: readonly CelValue[], key: CelValue, presence: boolean): CelValue | undefined {
  const index = listIndex(key)
  if (index instanceof CelError) return index
  if (index >= 0 && index < list.length) return list[index]
  return presence ? undefined : new CelError(`index out of bounds: ${displayText(key)}`)
}

function listIndex(key: CelValue): number | CelError {
  if (isInt(key)) return Number(key)
  if (key instanceof CelDouble) return key.value
  if (key instanceof CelUint) return Number(key.value)
  if (typeof key === 'number') return new CelError(`unsupported index value ${displayText(key)} in list`)
  return new CelError(`unsupported index type '${typeOf(key).name}' in list`)
}

function missing(key: CelValue): CelError {
  return new CelError(`no such key: ${displayText(key)}`)
}

/** What a computed key must be to be one. */
export function keyFailure(key: CelValue): Failure | undefined {
  if (typeof key === 'string' || typeof key === 'boolean' || isNumericKey(key)) return undefined
  if (key instanceof Failure) return key
  return new CelError(`invalid qualifier type: ${nativeTypeName(key)}`)
}

/** Values of objects are still plain Go values when they are used as keys. */
function nativeTypeName(key: CelValue): string {
  return goTypeName(key)
}
