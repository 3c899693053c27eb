/**
 * The base of every CEL value that no plain JavaScript value can stand for: boxed numbers, durations, optionals, types,
 * Kubernetes values, errors, unknowns. A value is a JSON-like map or list exactly if it is an object but not one of
 * these and no `Uint8Array`.
 */
export abstract class CelObject {
  abstract readonly type: CelType
}

export type TypeKind =
  | 'any'
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'list'
  | 'map'
  | 'null'
  | 'opaque'
  | 'string'
  | 'struct'
  | 'timestamp'
  | 'type'
  | 'typeParam'
  | 'uint'

/** A CEL type; itself a value, as `type(x)` returns it. */
export class CelType extends CelObject {
  readonly kind: TypeKind
  /** The name at run time, without parameters. */
  readonly name: string
  readonly parameters: readonly CelType[]
  /** The fields of a struct type; a function so that types may refer to each other. */
  readonly fields: (() => ReadonlyMap<string, CelType>) | undefined

  constructor(
    kind: TypeKind,
    name: string,
    parameters: readonly CelType[] = [],
    fields?: () => ReadonlyMap<string, CelType>,
  ) {
    super()
    this.kind = kind
    this.name = name
    this.parameters = parameters
    this.fields = fields
  }

  get type(): CelType {
    return TYPE
  }
}

export const BOOL = new CelType('bool', 'bool')
export const BYTES = new CelType('bytes', 'bytes')
export const DOUBLE = new CelType('double', 'double')
export const DURATION = new CelType('duration', 'google.protobuf.Duration')
export const DYN = new CelType('dyn', 'dyn')
export const ERROR = new CelType('error', '!error!')
export const INT = new CelType('int', 'int')
export const NULL = new CelType('null', 'null_type')
export const STRING = new CelType('string', 'string')
export const TIMESTAMP = new CelType('timestamp', 'google.protobuf.Timestamp')
export const TYPE = new CelType('type', 'type')
export const UINT = new CelType('uint', 'uint')

export function listType(element: CelType): CelType {
  return new CelType('list', 'list', [element])
}

export function mapType(key: CelType, value: CelType): CelType {
  return new CelType('map', 'map', [key, value])
}

export function optionalType(value: CelType): CelType {
  return new CelType('opaque', 'optional_type', [value])
}

export function typeType(of: CelType): CelType {
  return new CelType('type', 'type', [of])
}

export function typeParam(name: string): CelType {
  return new CelType('typeParam', name)
}

export function opaqueType(name: string, ...parameters: readonly CelType[]): CelType {
  return new CelType('opaque', name, parameters)
}

/** A type with named fields; one without is known by its functions only, like `kubernetes.Quantity`. */
export function objectType(
  name: string,
  fields?: Readonly<Record<string, CelType>> | (() => ReadonlyMap<string, CelType>),
): CelType {
  if (fields === undefined || typeof fields === 'function') return new CelType('struct', name, [], fields)
  const map = new Map(Object.entries(fields))
  return new CelType('struct', name, [], () => map)
}

export const LIST = listType(DYN)
export const MAP = mapType(DYN, DYN)
export const OPTIONAL = optionalType(DYN)

/** A type as error messages print it. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'any':
      return 'any'
    case 'duration':
      return 'duration'
    case 'timestamp':
      return 'timestamp'
    case 'null':
      return 'null'
    default:
      if (type.parameters.length === 0) return type.name
      return `${type.name}(${type.parameters.map(formatType).join(', ')})`
  }
}

export function isDyn(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'any'
}

export function isOptionalType(type: CelType): boolean {
  return type.kind === 'opaque' && type.name === 'optional_type'
}

/** Equal in every part, names of type parameters included. */
export function isExactType(a: CelType, b: CelType): boolean {
  if (a === b) return true
  if (a.kind !== b.kind || a.parameters.length !== b.parameters.length) return false
  if (a.name !== b.name && a.kind !== 'list' && a.kind !== 'map') return false
  return a.parameters.every((parameter, i) => isExactType(parameter, b.parameters[i]!))
}
