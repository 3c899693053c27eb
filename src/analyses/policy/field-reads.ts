import type { CallExpr, ComprehensionExpr, Expr, SelectExpr } from '../../lib/cel/ast.ts'
import type { CompiledPolicy } from './compiled-policy.ts'

/** Where a pod or object is entered, then field names and `*` for the elements of a list. */
export type FieldPath = readonly string[]

export const POD_SPEC = 'podSpec'
export const POD_META = 'podMeta'
export const OBJECT = 'object'
export const REQUEST = 'request'
export const ELEMENTS = '*'

/**
 * What the value of an expression hangs on: the values at `places`, and which of the lists have elements. Two objects
 * that are alike in these get the same answer.
 */
export interface FieldReads {
  readonly places: readonly FieldRead[]
  readonly ranges: readonly FieldSpot[]
  /**
   * The lists whose elements are judged one by one, in their order: the validation holds if and only if it holds for
   * each alone. An absent list is an empty one. `undefined` where elements matter together.
   */
  readonly judged: readonly FieldPath[] | undefined
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
  const quantifier = quantifierOf(expr)
  if (quantifier === undefined) reader.read(reader.visit(expr, noLocals))
  else {
    for (const operand of alternativesOf(expr)) if (operand !== quantifier.of) reader.readAll(operand, noLocals)
    const isAlone = reader.ranges.length === 0
    reader.readAll(quantifier.of, noLocals)
    const outer = reader.ranges.filter(({ within }) => within.length === 0)
    if (isAlone && outer.length === 1 && reader.isOptionalRange(quantifier.range)) reader.judged = outer[0]!.paths
  }
  const { isRefused, places, ranges, judged } = reader
  return isRefused ? undefined : { places, ranges, judged }
}

/** `a || list.all(x, P)`, `!list.exists(x, P)`: the only operand that goes over a list. */
export function quantifierOf(expr: Expr): { readonly of: Expr; readonly range: Expr } | undefined {
  const found = alternativesOf(expr).flatMap(operand => {
    const isNegated = operand.kind === 'call' && operand.function === '!_'
    const loop = isNegated ? operand.args[0]! : operand
    if (loop.kind !== 'comprehension' || loop.iterVar2 !== '' || loop.macro !== (isNegated ? 'exists' : 'all'))
      return []
    return [{ of: operand, range: loop.iterRange }]
  })
  return found.length === 1 ? found[0] : undefined
}

function alternativesOf(expr: Expr): readonly Expr[] {
  return expr.kind === 'call' && expr.function === '_||_' ? expr.args.flatMap(alternativesOf) : [expr]
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
  judged: readonly FieldPath[] | undefined
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
    const key = textOf(place)
    const known = this.places.findIndex(read => textOf(read) === key)
    if (known < 0) this.places.push({ paths, within, isPresence })
    else if (!isPresence) this.places[known] = { paths, within, isPresence }
  }

  readAll(expr: Expr, locals: Locals): void {
    this.read(this.visit(expr, locals))
  }

  private ident(name: string, locals: Locals): Place | undefined {
    if (locals.has(name)) return locals.get(name)
    if (name === 'object') return given(OBJECT)
    // Parameters are the same for all objects where no binding chooses them.
    if (name !== 'params' && !typeNames.has(name)) this.isRefused = true
    return undefined
  }

  private select(expr: SelectExpr, locals: Locals): Place | undefined {
    if (expr.operand.kind === 'ident' && expr.operand.name === 'variables' && !locals.has('variables'))
      return this.variable(expr.field)
    if (expr.operand.kind === 'ident' && expr.operand.name === REQUEST && !locals.has(REQUEST))
      return this.requested(expr.field)
    const base = this.visit(expr.operand, locals)
    if (base === undefined) return undefined
    if (!expr.testOnly) return stepped(base, expr.field, base.isOptional)
    // Of a place that may not be there `has` tells whether it is the parent or the field that is missing.
    if (!base.isGiven && !base.isOptional) this.read(base, true)
    this.read(stepped(base, expr.field, true), true)
    return undefined
  }

  private requested(field: string): Place | undefined {
    if (field !== 'namespace' && field !== 'name') {
      this.isRefused = true
      return undefined
    }
    // Reasons point at the place in the object, which may be there or not.
    this.read({ ...given(OBJECT), paths: [[OBJECT, 'metadata', field]] }, true)
    return stepped(given(REQUEST), field, false)
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
      case 'size': {
        const range = this.range(expr.target ?? first!, locals)
        if (range === undefined) break
        this.goOver(range)
        return undefined
      }
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
    const element = expr.iterVar2 === '' ? this.element(expr, locals) : undefined
    if (element === undefined) this.readAll(expr.iterRange, locals)
    // The elements that a filter keeps are handed on as they are.
    else if (expr.macro === 'filter') this.read(element)
    const inner = new Map(locals)
    for (const name of [expr.iterVar2, expr.accuVar]) inner.set(name, undefined)
    inner.set(expr.iterVar, element)
    for (const part of [expr.accuInit, expr.loopCondition, expr.loopStep, expr.result]) this.readAll(part, inner)
    return undefined
  }

  /** The element of a loop over lists that stand in the object. */
  private element({ iterRange }: ComprehensionExpr, locals: Locals): Place | undefined {
    const range = this.range(iterRange, locals)
    if (range === undefined) return undefined
    this.goOver(range)
    const elements = range.paths.map(path => [...path, ELEMENTS])
    return { paths: elements, isOptional: false, isGiven: true, within: elements }
  }

  private goOver(range: FieldSpot): void {
    const key = textOf(range)
    if (!this.ranges.some(known => textOf(known) === key)) this.ranges.push(range)
  }

  /** The lists that a loop goes over: one place, the sum of several, or some of the elements of these. */
  private range(expr: Expr, locals: Locals): FieldSpot | undefined {
    const tree = this.treeOf(expr)
    if (tree !== undefined) return this.range(tree, noLocals)
    if (expr.kind === 'call' && expr.function === '_+_') {
      const left = this.range(expr.args[0]!, locals)
      const right = left === undefined ? undefined : this.range(expr.args[1]!, locals)
      if (left === undefined || right === undefined || left.within !== right.within) return undefined
      return { paths: [...left.paths, ...right.paths], within: left.within }
    }
    if (expr.kind === 'comprehension') {
      const kept = expr.macro === 'filter' && expr.loopStep.kind === 'call' ? expr.loopStep.args[0] : undefined
      const range = kept === undefined ? undefined : this.range(expr.iterRange, locals)
      if (range === undefined) return undefined
      this.goOver(range)
      const elements = range.paths.map(path => [...path, ELEMENTS])
      const element: Place = { paths: elements, isOptional: false, isGiven: true, within: elements }
      this.readAll(kept!, new Map([...locals, [expr.iterVar, element]]))
      return range
    }
    const place = this.visit(expr, locals)
    return place === undefined ? undefined : { paths: place.paths, within: place.within }
  }

  /** Whether a range is an empty list where the list is absent. */
  isOptionalRange(expr: Expr): boolean {
    const tree = this.treeOf(expr)
    if (tree !== undefined) return this.isOptionalRange(tree)
    if (expr.kind === 'comprehension') return this.isOptionalRange(expr.iterRange)
    if (expr.kind !== 'call') return false
    if (expr.function === '_+_') return expr.args.every(part => this.isOptionalRange(part))
    return expr.function === 'orValue' && isEmptyLiteral(expr.args[0]!)
  }

  /** The expression of a variable that is named, unless it is taken from the pod as a whole. */
  private treeOf(expr: Expr): Expr | undefined {
    if (expr.kind !== 'select' || expr.testOnly) return undefined
    if (expr.operand.kind !== 'ident' || expr.operand.name !== 'variables') return undefined
    const variable = this.policy.variables.get(expr.field)
    if (variable?.prelude !== undefined && variable.prelude !== 'containers') return undefined
    const compiled = variable?.expression.get()
    return compiled === undefined || 'error' in compiled ? undefined : compiled.expr
  }
}

const typeNames = new Set(['bool', 'bytes', 'double', 'dyn', 'int', 'list', 'map', 'null_type', 'string', 'uint'])

function textOf({ paths }: FieldSpot): string {
  return paths.map(path => path.join('\n')).join('\n\n')
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
