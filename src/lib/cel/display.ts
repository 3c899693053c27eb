import { formatDouble } from './numbers.ts'
import { formatDuration, formatTimestamp } from './stdlib/time.ts'

import { CelType } from './types.ts'
import {
  CelDouble,
  CelDuration,
  CelError,
  CelOptional,
  CelTimestamp,
  CelUint,
  type CelValue,
  findInMap,
  isList,
  isMap,
  isPlainMap,
  KubernetesValue,
  keysOf,
} from './values.ts'

/** A value as the server's error messages show it (Go's `%v`). */
export function displayText(value: CelValue): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
      return Number.isSafeInteger(value) ? String(value === 0 ? 0 : value) : formatDouble(value)
    case 'bigint':
    case 'boolean':
      return String(value)
    default:
      return value === null ? '0' : displayObject(value)
  }
}

function displayObject(value: Exclude<CelValue, null>): string {
  if (isList(value)) return `[${value.map(displayText).join(', ')}]`
  if (value instanceof Uint8Array) return `[${[...value].join(' ')}]`
  if (value instanceof CelDouble) return formatDouble(value.value)
  if (value instanceof CelUint) return String(value.value)
  if (value instanceof CelDuration) return `{${goDuration(value.nanos)}}`
  if (value instanceof CelTimestamp) return formatTimestamp(value)
  if (value instanceof CelType) return value.name
  if (value instanceof CelError) return value.message
  if (value instanceof CelOptional)
    return value.value === undefined ? 'optional.none()' : `optional(${displayText(value.value)})`
  if (isPlainMap(value) || isMap(value)) {
    const entries = keysOf(value).map(key => `${displayText(key)}: ${displayText(findInMap(value, key) ?? null)}`)
    return `{${entries.join(', ')}}`
  }
  return value instanceof KubernetesValue ? value.display() : ''
}

/** A duration as Go prints it: `1h30m0s`. */
function goDuration(nanos: bigint): string {
  return formatDuration(nanos)
}
