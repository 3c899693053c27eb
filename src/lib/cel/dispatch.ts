import type { FunctionDecl, Implementation, Overload } from './functions.ts'
import type { CelType } from './types.ts'
import {
  CelDuration,
  CelError,
  CelMap,
  CelTimestamp,
  CelUint,
  type CelValue,
  doubleOf,
  Failure,
  findInMap,
  isInt,
  isList,
  isMap,
  keysOf,
  NO_SUCH_OVERLOAD,
  typeOf,
} from './values.ts'

export interface Dispatch {
  readonly call: Implementation
  readonly early: boolean
}

/**
 * How a call finds its implementation at run time: directly when checking left one overload, else by the types of the
 * operands. Operands are never failures here.
 */
export function dispatch(declaration: FunctionDecl, overloadId: string, arity: number): Dispatch {
  const { name, singleton } = declaration
  if (singleton !== undefined) {
    const { accepts, call } = singleton
    return { early: arity > 2, call: (...args) => (accepts(args[0]!) ? call(...args) : withoutTrait(name, args[0]!)) }
  }
  const candidates = declaration.overloads.filter(
    overload => overload.call !== undefined && overload.args.length === arity,
  )
  const bound = declaration.overloads.filter(overload => overload.call !== undefined)
  const resolved =
    candidates.find(overload => overload.id === overloadId) ?? (bound.length === 1 ? candidates[0] : undefined)
  if (resolved !== undefined) return { early: arity > 2, call: guarded(declaration, resolved) }
  const guards = candidates.map(overload => ({ call: overload.call!, accepts: signatureGuard(overload) }))
  const call: Implementation = (...args) => {
    for (const guard of guards) if (guard.accepts(args)) return guard.call(...args)
    return noSuchOverload(name, args)
  }
  return { early: true, call }
}

function guarded(declaration: FunctionDecl, overload: Overload): Implementation {
  const call = overload.call!
  if (declaration.unguarded === true) return call
  const tests = overload.args.map(guardOf)
  const [first, second] = tests
  const { name } = declaration
  if (tests.length === 1) return a => (first!(a!) ? call(a!) : noSuchOverload(name, [a!]))
  if (tests.length === 2) return (a, b) => (first!(a!) && second!(b!) ? call(a!, b!) : noSuchOverload(name, [a!, b!]))
  return (...args) => (tests.every((test, i) => test(args[i]!)) ? call(...args) : noSuchOverload(name, args))
}

function signatureGuard(overload: Overload): (args: readonly CelValue[]) => boolean {
  const tests = overload.args.map(guardOf)
  return args => tests.every((test, i) => test(args[i]!))
}

function noSuchOverload(name: string, args: readonly CelValue[]): CelValue {
  for (const arg of args) if (arg instanceof Failure) return arg
  return new CelError(`no such overload: ${name}(${args.map(arg => typeOf(arg).name).join(', ')})`)
}

/** Texts and times answer calls themselves in the reference evaluator, and refuse in other words. */
function withoutTrait(name: string, first: CelValue): CelValue {
  if (typeof first === 'string' || first instanceof CelDuration || first instanceof CelTimestamp)
    return NO_SUCH_OVERLOAD
  return new CelError(`no such overload: ${name}`)
}

/** Is a value of this type at run time? Collections are judged by their first element, as the server does. */
function guardOf(type: CelType): (value: CelValue) => boolean {
  switch (type.kind) {
    case 'dyn':
    case 'any':
    case 'typeParam':
      return () => true
    case 'bool':
      return value => typeof value === 'boolean'
    case 'string':
      return value => typeof value === 'string'
    case 'int':
      return isInt
    case 'double':
      return value => doubleOf(value) !== undefined
    case 'uint':
      return value => value instanceof CelUint
    case 'bytes':
      return value => value instanceof Uint8Array
    case 'null':
      return value => value === null
    case 'list': {
      const element = guardOf(type.parameters[0]!)
      return value => isList(value) && (value.length === 0 || element(value[0]!))
    }
    case 'map': {
      const key = guardOf(type.parameters[0]!)
      const entry = guardOf(type.parameters[1]!)
      return value => isMap(value) && firstEntryFits(value, key, entry)
    }
    default: {
      const { name } = type
      return value => typeOf(value).name === name
    }
  }
}

function firstEntryFits(
  map: CelValue,
  key: (value: CelValue) => boolean,
  entry: (value: CelValue) => boolean,
): boolean {
  const first = map instanceof CelMap ? map.entries.values().next().value?.[0] : keysOf(map)[0]
  return first === undefined || (key(first) && entry(findInMap(map, first) ?? null))
}
