import {
  BOOL,
  BYTES,
  CelObject,
  type CelType,
  DOUBLE,
  DURATION,
  ERROR,
  INT,
  LIST,
  MAP,
  NULL,
  OPTIONAL,
  opaqueType,
  STRING,
  TIMESTAMP,
  UINT,
} from './types.ts'

/**
 * A CEL value. A safe integer is an `int`, a bigint an `int` beyond that, any other bare number a `double`; what would
 * be ambiguous is boxed. Maps whose keys are all strings are plain objects (ask `Object.hasOwn`), others `CelMap`.
 */
export type CelValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly CelValue[]
  | { readonly [key: string]: CelValue }
  | CelObject

/** What a literal can hold. */
export type CelConstant = null | boolean | number | bigint | string | Uint8Array | CelDouble | CelUint

const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n
export const MAX_UINT64 = 2n ** 64n - 1n

/** A double that a bare number would turn into an int. */
export class CelDouble extends CelObject {
  readonly value: number

  private constructor(value: number) {
    super()
    this.value = value
  }

  get type(): CelType {
    return DOUBLE
  }

  /** The value of a double: boxed only when it must be. */
  static of(value: number): number | CelDouble {
    return Number.isSafeInteger(value) ? new CelDouble(value) : value
  }
}

export class CelUint extends CelObject {
  readonly value: bigint

  constructor(value: bigint) {
    super()
    this.value = value
  }

  get type(): CelType {
    return UINT
  }
}

export class CelDuration extends CelObject {
  readonly nanos: bigint

  constructor(nanos: bigint) {
    super()
    this.nanos = nanos
  }

  get type(): CelType {
    return DURATION
  }
}

export class CelTimestamp extends CelObject {
  /** Nanoseconds since the epoch. */
  readonly nanos: bigint
  /** The offset it was written with, in seconds east of UTC: `string()` keeps it. */
  readonly offset: number

  constructor(nanos: bigint, offset = 0) {
    super()
    this.nanos = nanos
    this.offset = offset
  }

  get type(): CelType {
    return TIMESTAMP
  }
}

export class CelOptional extends CelObject {
  static readonly none = new CelOptional(undefined)
  readonly value: CelValue | undefined

  private constructor(value: CelValue | undefined) {
    super()
    this.value = value
  }

  get type(): CelType {
    return OPTIONAL
  }

  static of(value: CelValue): CelOptional {
    return new CelOptional(value)
  }
}

/** A map with keys that are not all strings. */
export class CelMap extends CelObject {
  readonly entries: ReadonlyMap<unknown, readonly [key: CelValue, value: CelValue]>

  constructor(entries: ReadonlyMap<unknown, readonly [key: CelValue, value: CelValue]>) {
    super()
    this.entries = entries
  }

  get type(): CelType {
    return MAP
  }
}

/** A map whose entries are computed when they are asked for, such as the `variables` of a policy. */
export abstract class LazyMap extends CelObject {
  get type(): CelType {
    return MAP
  }

  /** The value at the key, `undefined` when there is none. May be an error or unknown. */
  abstract find(key: string): CelValue | undefined
  abstract keys(): readonly string[]
}

/** A value of a struct type: the JSON-patch operations and objects of mutations. */
export class StructValue extends CelObject {
  readonly type: CelType
  readonly fields: ReadonlyMap<string, CelValue>

  constructor(type: CelType = MAP, fields: ReadonlyMap<string, CelValue> = new Map()) {
    super()
    this.type = type
    this.fields = fields
  }

  isSet(field: string): boolean {
    return this.fields.has(field)
  }

  get(field: string): CelValue {
    return this.fields.get(field) ?? new CelError(`no such key: ${field}`)
  }
}

/** A value of the Kubernetes libraries: quantities, addresses, URLs and so on. */
export abstract class KubernetesValue extends CelObject {
  /** What cost rules take as its size. */
  get costSize(): number {
    return 1
  }

  /** The pattern size that `validate` is charged for; 0 for everything but formats. */
  get maxPatternSize(): number {
    return 0
  }

  abstract equals(other: CelValue): boolean | CelError
  /** As text, the way results are printed. */
  abstract display(): string
}

/** What is no value: an error or something this context cannot know. */
export abstract class Failure extends CelObject {}

export class CelError extends Failure {
  readonly message: string

  constructor(message: string) {
    super()
    this.message = message
  }

  get type(): CelType {
    return ERROR
  }
}

const UNKNOWN_TYPE = opaqueType('unknown')

/** What this context cannot supply, with the reasons why. */
export class CelUnknown extends Failure {
  readonly reasons: readonly string[]

  constructor(reasons: readonly string[]) {
    super()
    this.reasons = reasons
  }

  get type(): CelType {
    return UNKNOWN_TYPE
  }
}

export function unknown(...reasons: readonly string[]): CelUnknown {
  return new CelUnknown(reasons)
}

export function mergeUnknowns(a: CelUnknown | undefined, b: CelUnknown): CelUnknown {
  return a === undefined || a === b ? b : new CelUnknown([...new Set([...a.reasons, ...b.reasons])])
}

export const NO_SUCH_OVERLOAD = new CelError('no such overload')

// ---- kinds of values

export function isInt(value: CelValue): value is number | bigint {
  return typeof value === 'number' ? Number.isSafeInteger(value) : typeof value === 'bigint'
}

/** The number of a double, or `undefined` for anything else. */
export function doubleOf(value: CelValue): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? undefined : value
  return value instanceof CelDouble ? value.value : undefined
}

export function isList(value: CelValue): value is readonly CelValue[] {
  return Array.isArray(value)
}

/** A map with string keys only, as JSON has it. */
export function isPlainMap(value: CelValue): value is { readonly [key: string]: CelValue } {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof CelObject) &&
    !(value instanceof Uint8Array)
  )
}

export function isMap(value: CelValue): boolean {
  return value instanceof CelMap || value instanceof LazyMap || isPlainMap(value)
}

/** The run-time type of a value; collections are `list(dyn)` and `map(dyn, dyn)`. */
export function typeOf(value: CelValue): CelType {
  switch (typeof value) {
    case 'string':
      return STRING
    case 'number':
      return Number.isSafeInteger(value) ? INT : DOUBLE
    case 'bigint':
      return INT
    case 'boolean':
      return BOOL
    default:
      if (value === null) return NULL
      if (value instanceof CelObject) return value.type
      if (Array.isArray(value)) return LIST
      return value instanceof Uint8Array ? BYTES : MAP
  }
}

/** Can the value be an index or a numeric key? */
export function isNumericKey(value: CelValue): boolean {
  return (
    typeof value === 'number' || typeof value === 'bigint' || value instanceof CelUint || value instanceof CelDouble
  )
}

// ---- integers

export function isInt64(value: bigint): boolean {
  return value >= MIN_INT64 && value <= MAX_INT64
}

/** The canonical form of an int that is known to fit. */
export function int64(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** The canonical form, or `undefined` on overflow. */
export function checkedInt(value: bigint): number | bigint | undefined {
  return isInt64(value) ? int64(value) : undefined
}

// ---- maps

/** A key as JavaScript's `Map` compares it. Equal numbers of different types are keys of their own. */
export function mapKey(key: CelValue): unknown {
  if (key instanceof CelUint) return `\0uint${key.value}`
  if (key instanceof CelDouble) return `\0double${key.value}`
  if (typeof key === 'number' && !Number.isSafeInteger(key)) return `\0double${key}`
  return key
}

/** A constant as a set compares it: numbers that are equal in CEL become the same. */
export function constantKey(value: CelValue): unknown {
  if (value instanceof CelDouble) return value.value
  return value instanceof CelUint ? int64(value.value) : value
}

/** The value at `key`; `undefined` when the map has no such key. */
export function findInMap(map: CelValue, key: CelValue): CelValue | undefined {
  if (map instanceof CelMap) return findTyped(map, key)
  if (typeof key !== 'string') return undefined
  if (map instanceof LazyMap) return map.find(key)
  const plain = map as { readonly [key: string]: CelValue }
  return Object.hasOwn(plain, key) ? plain[key] : undefined
}

/** Numbers are sought as they are, then as the other integer types; keys of type double are only found as such. */
function findTyped({ entries }: CelMap, key: CelValue): CelValue | undefined {
  const found = entries.get(mapKey(key))
  if (found !== undefined) return found[1]
  if (isInt(key)) return key < 0 ? undefined : entries.get(`\0uint${key}`)?.[1]
  if (key instanceof CelUint) return entries.get(int64(key.value))?.[1]
  const double = doubleOf(key)
  if (double === undefined || !Number.isInteger(double)) return undefined
  const integer = BigInt(double)
  return (isInt64(integer) ? entries.get(int64(integer)) : undefined)?.[1] ?? entries.get(`\0uint${integer}`)?.[1]
}

/** The keys in the order in which they were written. */
export function keysOf(map: CelValue): readonly CelValue[] {
  if (map instanceof CelMap) return [...map.entries.values()].map(entry => entry[0])
  if (map instanceof LazyMap) return map.keys()
  return Object.keys(map as object)
}

export function sizeOfMap(map: CelValue): number {
  if (map instanceof CelMap) return map.entries.size
  if (map instanceof LazyMap) return map.keys().length
  let count = 0
  for (const key in map as object) if (Object.hasOwn(map as object, key)) count++
  return count
}

/** Collects entries into the smallest representation: a plain object as long as all keys are strings. */
export class MapBuilder {
  private plain: { [key: string]: CelValue } | undefined = Object.create(null) as { [key: string]: CelValue }
  private readonly entries = new Map<unknown, readonly [CelValue, CelValue]>()

  has(key: CelValue): boolean {
    if (this.plain !== undefined) return typeof key === 'string' && Object.hasOwn(this.plain, key)
    return this.entries.has(mapKey(key))
  }

  set(key: CelValue, value: CelValue): void {
    if (this.plain !== undefined) {
      if (typeof key === 'string') {
        this.plain[key] = value
        return
      }
      for (const name of Object.keys(this.plain)) this.entries.set(name, [name, this.plain[name]!])
      this.plain = undefined
    }
    this.entries.set(mapKey(key), [key, value])
  }

  delete(key: CelValue): void {
    if (this.plain === undefined) this.entries.delete(mapKey(key))
    else if (typeof key === 'string') delete this.plain[key]
  }

  build(): CelValue {
    return this.plain ?? new CelMap(this.entries)
  }
}
