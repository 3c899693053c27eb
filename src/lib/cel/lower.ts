import { compilePattern, type Pattern } from '../regex/pattern.ts'
import type { CallExpr, ComprehensionExpr, Expr } from './ast.ts'
import type { Checked } from './checker.ts'
import { dispatch } from './dispatch.ts'
import type { Environment } from './environment.ts'
import type { FunctionDecl, Implementation } from './functions.ts'
import { goTypeName } from './go-types.ts'
import type { AttributeNode, FoldNode, Node, Step } from './ir.ts'
import { CelType } from './types.ts'
import {
  CelDouble,
  CelError,
  CelOptional,
  CelUint,
  type CelValue,
  constantKey,
  Failure,
  isInt,
  isList,
  isNumericKey,
  MapBuilder,
  NO_SUCH_OVERLOAD,
} from './values.ts'

export interface Lowered {
  readonly node: Node
  /** How many slots the variables of its comprehensions take. */
  readonly slots: number
}

/** Why an expression that checks cannot become a program. */
export class LoweringError {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** Brings a checked expression into the intermediate form and folds what the API server folds. */
export function lower(expr: Expr, checked: Checked, environment: Environment): Lowered | LoweringError {
  const lowering = new Lowering(checked, environment)
  try {
    return { node: lowering.lower(expr), slots: lowering.slots }
  } catch (error) {
    if (error instanceof LoweringError) return error
    throw error
  }
}

interface Locals {
  readonly parent: Locals | undefined
  readonly slots: ReadonlyMap<string, number>
}

/** Functions whose constant patterns the server compiles at write. */
export const PATTERN_FUNCTIONS: ReadonlySet<string> = new Set(['matches', 'find', 'findAll'])

const CONVERSIONS = new Set('bool bytes double duration dyn int string timestamp type uint'.split(' '))

class Lowering {
  readonly checked: Checked
  readonly environment: Environment
  slots = 0
  locals: Locals | undefined
  /** Slots of accumulators that are collections of their own, built in place. */
  readonly growing = new Set<number>()

  constructor(checked: Checked, environment: Environment) {
    this.checked = checked
    this.environment = environment
  }

  lower(expr: Expr): Node {
    switch (expr.kind) {
      case 'literal':
        return { kind: 'const', value: expr.value }
      case 'ident':
        return this.ident(expr.id, expr.name)
      case 'select': {
        if (this.checked.references.has(expr.id)) return this.ident(expr.id, '')
        const step: Step = { kind: 'key', key: expr.field, optional: false, test: expr.testOnly }
        return extend(this.lower(expr.operand), step, expr.testOnly)
      }
      case 'call':
        return this.call(expr)
      case 'list':
        return this.list(expr)
      case 'map':
        return this.map(expr)
      case 'struct':
        return {
          kind: 'struct',
          typeName: expr.typeName.replace(/^\./u, ''),
          fields: expr.fields.map(field => ({
            name: field.name,
            value: this.lower(field.value),
            optional: field.optional,
          })),
        }
      case 'comprehension':
        return this.fold(expr)
    }
  }

  ident(id: number, name: string): Node {
    const reference = this.checked.references.get(id)
    if (reference?.kind === 'type') {
      const { type } = reference
      // The server declares these types for checking but cannot make values of them.
      if (type.kind === 'struct' && !this.environment.constructible.has(type.name))
        throw new LoweringError(`reference to undefined type: ${type.name}`)
      return { kind: 'const', value: type }
    }
    if (reference?.kind === 'variable')
      return { kind: 'attribute', base: reference, path: [], test: false, counted: true }
    const slot = this.slotOf(name)
    if (slot === undefined) throw new LoweringError(`no such attribute(s): ${name}`)
    return { kind: 'attribute', base: { kind: 'slot', slot }, path: [], test: false, counted: true }
  }

  slotOf(name: string): number | undefined {
    for (let scope = this.locals; scope !== undefined; scope = scope.parent) {
      const slot = scope.slots.get(name)
      if (slot !== undefined) return slot
    }
    return undefined
  }

  call(expr: CallExpr): Node {
    const reference = this.checked.references.get(expr.id)
    const qualified = reference?.kind === 'function' && reference.qualified
    const operands = expr.target === undefined || qualified ? expr.args : [expr.target, ...expr.args]
    const args = operands.map(operand => this.lower(operand))
    const [first, second, third] = args as [Node, Node, Node]
    switch (expr.function) {
      case '_&&_':
      case '_||_':
        return { kind: expr.function === '_&&_' ? 'and' : 'or', left: first, right: second }
      case '_?_:_':
        return { kind: 'condition', test: first, truthy: uncounted(second), falsy: uncounted(third) }
      case '_==_':
      case '_!=_':
        return { kind: expr.function === '_==_' ? 'equal' : 'unequal', left: first, right: second }
      case '_[_]':
        return this.index(first, second, false)
      case '_?._':
      case '_[?_]':
        return this.index(first, second, true)
    }
    if (reference?.kind !== 'function') throw new LoweringError(`no such overload: ${expr.function}`)
    const { declaration } = reference
    const overload = reference.overloads.length === 1 ? reference.overloads[0]! : ''
    if ((declaration.name === 'or' || declaration.name === 'orValue') && args.length === 2)
      return {
        kind: 'optional',
        value: declaration.name === 'orValue',
        lenient: this.environment.lenientOr,
        left: first,
        right: second,
      }
    return this.folded(declaration, overload, args)
  }

  /** A call, or its value where the server computes it at write. */
  folded(declaration: FunctionDecl, overload: string, args: readonly Node[]): Node {
    const { call, early } = dispatch(declaration, overload, args.length)
    if (this.environment.fold) {
      if (overload === 'in_list' && args[1]!.kind === 'const') {
        const membership = setMembership(args[0]!, args[1]!.value)
        if (membership !== undefined) return membership
      }
      if (CONVERSIONS.has(declaration.name) && args.length === 1 && args[0]!.kind === 'const') {
        const value = call(args[0]!.value)
        if (value instanceof CelError) throw new LoweringError(value.message)
        if (!(value instanceof Failure)) return { kind: 'const', value }
      }
      if (PATTERN_FUNCTIONS.has(declaration.name) && args[1]?.kind === 'const' && typeof args[1].value === 'string') {
        const pattern = compilePattern(args[1].value)
        if ('error' in pattern) throw new LoweringError(pattern.error)
        return {
          kind: 'call',
          declaration,
          overload,
          args,
          call: patternCall(declaration.name, args[1].value),
          early: true,
          appends: false,
        }
      }
    }
    const first = args[0]
    const appends =
      (declaration.name === '_+_' || declaration.name === 'cel.@mapInsert') &&
      first?.kind === 'attribute' &&
      first.base.kind === 'slot' &&
      first.path.length === 0 &&
      this.growing.has(first.base.slot)
    return { kind: 'call', declaration, overload, args, call, early, appends }
  }

  index(operand: Node, key: Node, optional: boolean): Node {
    if (key.kind !== 'const') return extend(operand, { kind: 'computed', node: uncounted(key), optional }, false)
    if (typeof key.value !== 'string' && typeof key.value !== 'boolean' && !isNumericKey(key.value))
      throw new LoweringError(`invalid qualifier type: ${goTypeName(key.value)}`)
    return extend(operand, { kind: 'key', key: key.value, optional, test: false }, false)
  }

  list(expr: Expr & { kind: 'list' }): Node {
    const elements = expr.elements.map((element, i) => ({
      node: this.lower(element),
      optional: expr.optionalIndices.includes(i),
    }))
    if (!this.environment.fold || elements.some(({ node, optional }) => node.kind !== 'const' || optional))
      return { kind: 'list', elements }
    return { kind: 'const', value: elements.map(({ node }) => (node as { readonly value: CelValue }).value) }
  }

  map(expr: Expr & { kind: 'map' }): Node {
    const entries = expr.entries.map(({ key, value, optional }) => ({
      key: this.lower(key),
      value: this.lower(value),
      optional,
    }))
    const builder = new MapBuilder()
    for (const { key, value, optional } of entries) {
      if (!this.environment.fold || key.kind !== 'const' || value.kind !== 'const' || optional)
        return { kind: 'map', entries }
      builder.set(key.value, value.value)
    }
    return { kind: 'const', value: builder.build() }
  }

  fold(expr: ComprehensionExpr): FoldNode {
    const range = this.lower(expr.iterRange)
    const init = this.lower(expr.accuInit)
    const outer = this.locals
    const accuSlot = this.slots++
    const iterSlot = this.slots++
    const secondSlot = expr.iterVar2 === '' ? -1 : this.slots++
    if (isEmptyCollection(init)) this.growing.add(accuSlot)
    const accu: Locals = { parent: outer, slots: new Map([[expr.accuVar, accuSlot]]) }
    const names = new Map([[expr.iterVar, iterSlot]])
    if (secondSlot !== -1) names.set(expr.iterVar2, secondSlot)
    this.locals = { parent: accu, slots: names }
    const condition = this.lower(expr.loopCondition)
    const step = this.lower(expr.loopStep)
    this.locals = accu
    const result = this.lower(expr.result)
    this.locals = outer
    const { macro } = expr
    return quantified({ kind: 'fold', macro, range, iterSlot, secondSlot, accuSlot, init, condition, step, result })
  }
}

/** Names the predicate of `all` and `exists`, whose folds the back-ends know. */
export function quantified(fold: Omit<FoldNode, 'predicate'>): FoldNode {
  const { macro, step } = fold
  const known = (macro === 'all' && step.kind === 'and') || (macro === 'exists' && step.kind === 'or')
  return { ...fold, predicate: known && (step.kind === 'and' || step.kind === 'or') ? step.right : undefined }
}

/** A function of regular expressions whose pattern is constant, and right; it is compiled when it is first asked. */
export function patternCall(name: string, text: string): Implementation {
  let compiled: Pattern | undefined
  const pattern = (): Pattern => {
    compiled ??= compilePattern(text) as Pattern
    return compiled
  }
  const on = (value: CelValue | undefined, use: (text: string) => CelValue): CelValue => {
    const native = nativeValue(value!)
    return typeof native === 'string' ? use(native) : NO_SUCH_OVERLOAD
  }
  if (name === 'matches') return value => on(value, subject => pattern().test(subject))
  if (name === 'find') return value => on(value, subject => pattern().find(subject) ?? '')
  return (value, _, limit = -1) =>
    on(value, subject => {
      const count = nativeValue(limit)
      return isInt(count) ? pattern().findAll(subject, Number(count)) : NO_SUCH_OVERLOAD
    })
}

/** What these functions see in the server: the name of a type, the inside of an optional. */
function nativeValue(value: CelValue): CelValue {
  if (value instanceof CelType) return value.name
  return value instanceof CelOptional && value.value !== undefined ? nativeValue(value.value) : value
}

function isEmptyCollection(node: Node): boolean {
  if (node.kind === 'list') return node.elements.length === 0
  if (node.kind === 'map') return node.entries.length === 0
  if (node.kind !== 'const' || typeof node.value !== 'object' || node.value === null) return false
  return isList(node.value)
    ? node.value.length === 0
    : Object.getPrototypeOf(node.value) === null && Object.keys(node.value).length === 0
}

/** Appends a step to the operand's path; anything that is no attribute becomes the base of a new one. */
function extend(operand: Node, step: Step, test: boolean): AttributeNode {
  if (operand.kind === 'attribute' && !operand.test) {
    const { base, path } = operand
    return { kind: 'attribute', base, path: [...path, step], test, counted: true }
  }
  return {
    kind: 'attribute',
    base: { kind: 'value', node: operand },
    path: [step],
    test,
    counted: operand.kind !== 'condition',
  }
}

function uncounted(node: Node): Node {
  return node.kind === 'attribute' && !node.test ? { ...node, counted: false } : node
}

/** The set form of `x in [...]`, possible for constants that hash. */
export function setMembership(element: Node, list: CelValue): Node | undefined {
  if (!isList(list)) return undefined
  if (list.length === 0) return { kind: 'const', value: false }
  const set = new Set<unknown>()
  for (const item of list) {
    const scalar =
      typeof item === 'string' ||
      typeof item === 'boolean' ||
      typeof item === 'number' ||
      typeof item === 'bigint' ||
      item instanceof CelDouble ||
      item instanceof CelUint
    if (!scalar) return undefined
    if (!Number.isNaN(item)) set.add(constantKey(item))
  }
  return { kind: 'membership', element, set, list }
}
