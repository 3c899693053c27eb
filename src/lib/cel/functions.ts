import type { CelType } from './types.ts'
import type { CelValue } from './values.ts'

export type Implementation = (...args: CelValue[]) => CelValue

/** One signature of a function. The receiver of a member function is its first argument. */
export interface Overload {
  readonly id: string
  readonly member: boolean
  readonly args: readonly CelType[]
  readonly result: CelType
  /** Absent where the function has one implementation for all overloads, or the evaluator handles it itself. */
  readonly call?: Implementation
}

export interface FunctionDecl {
  readonly name: string
  readonly overloads: readonly Overload[]
  /** One implementation for all overloads, which `accepts` the first operand; it decides about the others itself. */
  readonly singleton?: { readonly accepts: (first: CelValue) => boolean; readonly call: Implementation }
  /** The implementations judge their operands themselves; nothing is checked before. */
  readonly unguarded?: boolean
}

/** A named group of functions, added to an environment as a whole. */
export interface Library {
  readonly name: string
  readonly functions: readonly FunctionDecl[]
  /** Types that can be named in expressions. */
  readonly types?: readonly CelType[]
}

export function overload(id: string, args: readonly CelType[], result: CelType, call?: Implementation): Overload {
  return call === undefined ? { id, member: false, args, result } : { id, member: false, args, result, call }
}

export function member(id: string, args: readonly CelType[], result: CelType, call?: Implementation): Overload {
  return call === undefined ? { id, member: true, args, result } : { id, member: true, args, result, call }
}

export function define(name: string, ...overloads: readonly Overload[]): FunctionDecl {
  return { name, overloads }
}

/** The functions of all libraries by name; overloads of the same name are joined in order. */
export function joinFunctions(libraries: readonly Library[]): ReadonlyMap<string, FunctionDecl> {
  const joined = new Map<string, FunctionDecl>()
  for (const library of libraries)
    for (const declared of library.functions) {
      const known = joined.get(declared.name)
      joined.set(
        declared.name,
        known === undefined
          ? declared
          : { ...known, ...declared, overloads: [...known.overloads, ...declared.overloads] },
      )
    }
  return joined
}
