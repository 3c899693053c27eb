import { CelType } from './types.ts'
import {
  CelDouble,
  CelDuration,
  CelOptional,
  CelTimestamp,
  CelUint,
  type CelValue,
  isInt,
  isList,
  isMap,
  typeOf,
} from './values.ts'

const LIBRARY_TYPES: Readonly<Record<string, string>> = {
  'net.IP': 'cel.IP',
  'net.CIDR': 'cel.CIDR',
  'kubernetes.Quantity': 'cel.Quantity',
  'kubernetes.URL': 'cel.URL',
  'kubernetes.Semver': 'cel.Semver',
  'kubernetes.NamedFormat': 'cel.Format',
}

/** The name of the server's own type for a value, which some of its messages show. */
export function goTypeName(value: CelValue): string {
  if (value === null) return 'types.Null'
  if (typeof value === 'string') return 'types.String'
  if (typeof value === 'boolean') return 'types.Bool'
  if (isInt(value)) return 'types.Int'
  if (typeof value === 'number' || value instanceof CelDouble) return 'types.Double'
  if (value instanceof CelUint) return 'types.Uint'
  if (value instanceof Uint8Array) return 'types.Bytes'
  if (value instanceof CelDuration) return 'types.Duration'
  if (value instanceof CelTimestamp) return 'types.Timestamp'
  if (value instanceof CelOptional) return '*types.Optional'
  if (value instanceof CelType) return '*types.Type'
  if (isList(value)) return '*types.baseList'
  if (isMap(value)) return '*types.baseMap'
  return LIBRARY_TYPES[typeOf(value).name] ?? 'interface {}'
}
