import type { CallExpr, ComprehensionExpr, Expr, SelectExpr } from '../../lib/cel/ast.ts'
import type { CompiledPolicy } from './compiled-policy.ts'

/** Where a pod or object is entered, then field names and `*` for the elements of a list. */
export type FieldPath = readonly string[]

export const POD_SPEC = 'podSpec'
export const POD_META = 'podMeta'
export const OBJECT = 'object'
export const ELEMENTS = '*'

/**
 * What the value of an expression hangs on: the values at `places`, and which of the lists have elements. Two objects
 * that are alike in these get the same answer.
 */
export interface FieldReads {
  readonly places: readonly FieldRead[]
  readonly ranges: readonly FieldSpot[]
}

/** One place of the object, or the same place in each element of a loop. */
export interface FieldSpot {
  /** Several where the loop goes over joined lists. */
  readonly paths: readonly FieldPath[]
  /** The elements of the loop around it; none where it stands but once. */
  readonly within: readonly FieldPath[]
}

export interface FieldRead extends FieldSpot {
  /** Only whether something stands there was asked. */
  readonly isPresence: boolean
}

/** The reads of a validation; `undefined` where it asks for more than fields of the object. */
export function fieldReadsOf(policy: CompiledPolicy, expr: Expr): FieldReads | undefined {
  const reader = new Reader(policy)
  reader.read(reader.visit(expr, noLocals))
  return reader.isRefused ? undefined : { places: reader.places, ranges: reader.ranges }
}

/** What is known of a value: the places where it may stand, or that it is computed from what was read. */
interface Place extends FieldSpot {
  /** A step behind `?.`: absence at any depth is the same `none`. */
  readonly isOptional: boolean
  /** The object, the pod or an element of a list: it is there, and it is a map. */
  readonly isGiven: boolean
}

type Locals = ReadonlyMap<string, Place | undefined>

const noLocals: Locals = new Map()

class Reader {
  readonly places: FieldRead[] = []
  readonly ranges: FieldSpot[] = []
  isRefused = false
  private readonly policy: CompiledPolicy

  constructor(policy: CompiledPolicy) {
    this.policy = policy
  }

  /** The place whose value an expression is; `undefined` for a value that is computed from what was read on the way. */
  visit(expr: Expr, locals: Locals): Place | undefined {
    switch (expr.kind) {
      case 'literal':
        return undefined
      case 'ident':
        return this.ident(expr.name, locals)
      case 'select':
        return this.select(expr, locals)
      case 'call':
        return this.call(expr, locals)
      case 'list':
        for (const element of expr.elements) this.readAll(element, locals)
        return undefined
      case 'map':
        for (const { key, value } of expr.entries) {
          this.readAll(key, locals)
          this.readAll(value, locals)
        }
        return undefined
      case 'struct':
        for (const { value } of expr.fields) this.readAll(value, locals)
        return undefined
      case 'comprehension':
        return this.comprehension(expr, locals)
    }
  }

  /** The value as a whole decides. */
  read(place: Place | undefined, isPresence = false): void {
    if (place === undefined) return
    const { paths, within } = place
    const key = paths.map(path => path.join('\n')).join('\n\n')
    const known = this.places.findIndex(read => read.paths.map(path => path.join('\n')).join('\n\n') === key)
    if (known < 0) this.places.push({ paths, within, isPresence })
    else if (!isPresence) this.places[known] = { paths, within, isPresence }
  }

  private readAll(expr: Expr, locals: Locals): void {
    this.read(this.visit(expr, locals))
  }

  private ident(name: string, locals: Locals): Place | undefined {
    if (locals.has(name)) return locals.get(name)
    if (name === 'object') return given(OBJECT)
    // Parameters are the same for all objects where no binding chooses them.
    if (name !== 'params') this.isRefused = true
    return undefined
  }

  private select(expr: SelectExpr, locals: Locals): Place | undefined {
    if (expr.operand.kind === 'ident' && expr.operand.name === 'variables' && !locals.has('variables'))
      return this.variable(expr.field)
    const base = this.visit(expr.operand, locals)
    if (base === undefined) return undefined
    if (!expr.testOnly) return stepped(base, expr.field, base.isOptional)
    // Of a place that may not be there `has` tells whether it is the parent or the field that is missing.
    if (base.isGiven || base.isOptional) this.read(stepped(base, expr.field, true), true)
    else this.read(base)
    return undefined
  }

  private variable(name: string): Place | undefined {
    const variable = this.policy.variables.get(name)
    if (variable?.prelude === 'o') return given(OBJECT)
    if (variable?.prelude === POD_SPEC || variable?.prelude === POD_META) return given(variable.prelude)
    const compiled = variable?.prelude === 'template' ? undefined : variable?.expression.get()
    if (compiled === undefined || 'error' in compiled) {
      this.isRefused = true
      return undefined
    }
    return this.visit(compiled.expr, noLocals)
  }

  private call(expr: CallExpr, locals: Locals): Place | undefined {
    const [first, second] = expr.args
    switch (expr.function) {
      case '_?._':
      case '_[?_]':
      case '_[_]': {
        const base = this.visit(first!, locals)
        if (base === undefined) break
        const isOptional = base.isOptional || expr.function !== '_[_]'
        if (second!.kind === 'literal' && typeof second!.value === 'string')
          return stepped(base, second!.value, isOptional)
        this.read(base)
        this.readAll(second!, locals)
        return undefined
      }
      case 'dyn':
        return this.visit(first!, locals)
      case 'hasValue': {
        const base = this.visit(expr.target!, locals)
        if (base?.isOptional !== true) break
        this.read(base, true)
        return undefined
      }
      case 'orValue': {
        const base = this.visit(expr.target!, locals)
        // An empty list or map in the place of nothing holds nothing either.
        if (base?.isOptional === true && isEmptyLiteral(first!)) return { ...base, isGiven: false }
        this.read(base)
        this.readAll(first!, locals)
        return undefined
      }
    }
    if (expr.target !== undefined) this.readAll(expr.target, locals)
    for (const arg of expr.args) this.readAll(arg, locals)
    return undefined
  }

  private comprehension(expr: ComprehensionExpr, locals: Locals): undefined {
    const predicate = expr.loopStep.kind === 'call' ? expr.loopStep.args[1] : undefined
    const isQuantifier = (expr.macro === 'all' || expr.macro === 'exists') && expr.iterVar2 === ''
    const range = isQuantifier && predicate !== undefined ? this.range(expr.iterRange, locals) : undefined
    if (range === undefined) {
      this.readAll(expr.iterRange, locals)
      const inner = new Map(locals)
      for (const name of [expr.iterVar, expr.iterVar2, expr.accuVar]) inner.set(name, undefined)
      for (const part of [expr.accuInit, expr.loopCondition, expr.loopStep, expr.result]) this.readAll(part, inner)
      return undefined
    }
    this.ranges.push({ paths: range.paths, within: range.within })
    const elements = range.paths.map(path => [...path, ELEMENTS])
    const element: Place = { paths: elements, isOptional: false, isGiven: true, within: elements }
    this.readAll(predicate!, new Map([...locals, [expr.iterVar, element]]))
    return undefined
  }

  /** The lists that a loop goes over: one place, or the sum of several, each an empty list where it is absent. */
  private range(expr: Expr, locals: Locals): Pick<Place, 'paths' | 'within'> | undefined {
    if (expr.kind === 'call' && expr.function === '_+_') {
      const left = this.range(expr.args[0]!, locals)
      const right = left === undefined ? undefined : this.range(expr.args[1]!, locals)
      if (left === undefined || right === undefined || left.within !== right.within) return undefined
      return { paths: [...left.paths, ...right.paths], within: left.within }
    }
    if (expr.kind === 'select' && expr.operand.kind === 'ident' && expr.operand.name === 'variables') {
      const variable = this.policy.variables.get(expr.field)
      const compiled = variable?.expression.get()
      if (compiled !== undefined && !('error' in compiled)) return this.range(compiled.expr, noLocals)
    }
    if (expr.kind !== 'call' || expr.function !== 'orValue' || !isEmptyLiteral(expr.args[0]!)) return undefined
    const place = this.visit(expr, locals)
    return place === undefined || place.isGiven ? undefined : place
  }
}

const outermost: readonly FieldPath[] = []

function given(root: string): Place {
  return { paths: [[root]], isOptional: false, isGiven: true, within: outermost }
}

function stepped(base: Place, field: string, isOptional: boolean): Place {
  return { ...base, paths: base.paths.map(path => [...path, field]), isOptional, isGiven: false }
}

function isEmptyLiteral(expr: Expr): boolean {
  return (expr.kind === 'list' && expr.elements.length === 0) || (expr.kind === 'map' && expr.entries.length === 0)
}
