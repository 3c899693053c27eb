import { absorbed, isEqualOrUnknown, iteration, nonOptional, unhashable } from './closures.ts'
import { displayText } from './display.ts'
import type { Implementation } from './functions.ts'
import type { Step } from './ir.ts'
import { keyFailure, step } from './path.ts'
import { add } from './stdlib/operators.ts'
import { CelObject } from './types.ts'
import {
  CelError,
  CelOptional,
  CelUnknown,
  type CelValue,
  constantKey,
  Failure,
  isList,
  MapBuilder,
  NO_SUCH_OVERLOAD,
} from './values.ts'

/** Ends generated code that loops too often. */
export class FuseBlown {}

/** Loop iterations of one evaluation. */
const MAX_ITERATIONS = 10_000_000

/** What generated code calls where its inline forms do not apply. Its names appear in the generated text. */
export const RUNTIME = {
  Failure,
  CelObject,
  CelOptional,
  CelUnknown,
  NONE: CelOptional.none,
  MAX: MAX_ITERATIONS,

  variable(resolve: (name: string) => CelValue | undefined, name: string): CelValue {
    const value = resolve(name)
    return value === undefined ? new CelError(`no such attribute(s): ${name}`) : value
  },

  /** A step of a path that did not find its value at once. */
  step(value: CelValue, key: CelValue): CelValue {
    return value instanceof Failure ? value : step(value, key, false)!
  },

  /** The same where absence is no error: `undefined` then. */
  present(value: CelValue | undefined, key: CelValue): CelValue | undefined {
    return value === undefined || value instanceof Failure ? value : step(value, key, true)
  },

  has(value: CelValue, key: CelValue): CelValue {
    if (value instanceof Failure) return value
    const found = step(value, key, true)
    return found instanceof Failure ? found : found !== undefined
  },

  computedKey(key: CelValue): CelValue {
    return keyFailure(key) ?? key
  },

  /** A step by a computed key. */
  at(value: CelValue, key: CelValue): CelValue {
    if (value instanceof CelError) return value
    return key instanceof Failure ? key : step(value, key, false)!
  },

  presentAt(value: CelValue | undefined, key: CelValue): CelValue | undefined {
    if (value === undefined || value instanceof CelError) return value
    return key instanceof Failure ? key : step(value, key, true)
  },

  /** A whole path behind a value that is an optional itself. */
  follow(start: CelOptional, path: readonly Step[], keys: readonly CelValue[]): CelValue {
    let value = start.value
    for (let i = 0; i < path.length && value !== undefined; i++) {
      const part = path[i]!
      value = RUNTIME.presentAt(value, part.kind === 'key' ? part.key : keys[i]!)
      if (value instanceof Failure) return value
    }
    return value === undefined ? CelOptional.none : CelOptional.of(value)
  },

  optional(value: CelValue | undefined): CelValue {
    return value === undefined ? CelOptional.none : value instanceof Failure ? value : CelOptional.of(value)
  },

  absorbed,
  notBool(value: CelValue): CelValue {
    return value instanceof Failure ? value : NO_SUCH_OVERLOAD
  },

  equal(a: CelValue, b: CelValue, negated: boolean): CelValue {
    if (a instanceof Failure) return a
    return b instanceof Failure ? b : isEqualOrUnknown(a, b, negated)
  },

  member(value: CelValue, set: ReadonlySet<unknown>): CelValue {
    return value instanceof Failure ? value : (unhashable(value) ?? set.has(constantKey(value)))
  },

  call1(implementation: Implementation, a: CelValue): CelValue {
    if (a instanceof Failure) return a
    try {
      return implementation(a)
    } catch (error) {
      return unknownOr(error)
    }
  },

  call2(implementation: Implementation, a: CelValue, b: CelValue): CelValue {
    if (a instanceof Failure) return a
    if (b instanceof Failure) return b
    try {
      return implementation(a, b)
    } catch (error) {
      return unknownOr(error)
    }
  },

  callMany(implementation: Implementation, ...args: CelValue[]): CelValue {
    for (const arg of args) if (arg instanceof Failure) return arg
    try {
      return implementation(...args)
    } catch (error) {
      return unknownOr(error)
    }
  },

  notStrictlyFalse(value: CelValue): CelValue {
    return typeof value === 'boolean' ? value : true
  },

  /** `or` and `orValue` of a value that exists: the right-hand side is only evaluated when this is `undefined`. */
  either(value: CelValue, unwrap: boolean, lenient = false): CelValue | undefined {
    if (value instanceof Failure) return value
    if (!(value instanceof CelOptional)) return lenient ? value : NO_SUCH_OVERLOAD
    return value.value === undefined ? undefined : unwrap ? value.value : value
  },

  list(values: readonly (CelValue | undefined)[]): CelValue {
    for (const value of values) if (value instanceof Failure) return value
    return values.filter(value => value !== undefined)
  },

  /** An optional element: its value, or `undefined` to leave it out. */
  element(value: CelValue): CelValue | undefined {
    if (value instanceof Failure) return value
    if (value instanceof CelOptional) return value.value
    return new CelError(`cannot initialize optional list element from non-optional value ${displayText(value)}`)
  },

  map(parts: readonly CelValue[], optional: readonly boolean[]): CelValue {
    const builder = new MapBuilder()
    for (let i = 0; i < parts.length; i += 2) {
      const key = parts[i]!
      let value: CelValue = parts[i + 1]!
      if (key instanceof Failure) return key
      if (value instanceof Failure) return value
      if (optional[i >> 1] === true) {
        if (!(value instanceof CelOptional)) return nonOptional(displayText(key), value)
        if (value.value === undefined) {
          builder.delete(key)
          continue
        }
        value = value.value
      }
      builder.set(key, value)
    }
    return builder.build()
  },

  /** What a comprehension goes over: elements, keys, or the failure. */
  iterate(range: CelValue): readonly CelValue[] | Failure {
    if (range instanceof Failure) return range
    const pairs = iteration(range, false)
    return pairs instanceof CelError ? pairs : pairs.keys
  },

  /** The same with two variables: keys and values in turn. */
  pairs(range: CelValue): readonly CelValue[] | Failure {
    if (range instanceof Failure) return range
    const pairs = iteration(range, true)
    return pairs instanceof CelError ? pairs : pairs.keys.flatMap((key, i) => [key, pairs.valueAt(i)])
  },

  concat(lists: readonly CelValue[]): CelValue {
    let all: CelValue = lists[0]!
    for (const list of lists.slice(1)) {
      if (all instanceof Failure) return all
      if (list instanceof Failure) return list
      all = isList(all) ? add(all, list) : RUNTIME.notList(all, list)
    }
    return all
  },

  notList(a: CelValue, b: CelValue): CelValue {
    return add(a, b)
  },

  blown(): never {
    throw new FuseBlown()
  },
}

function unknownOr(error: unknown): CelValue {
  if (error instanceof CelUnknown) return error
  throw error
}
