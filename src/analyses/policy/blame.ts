import type { CallExpr, ComprehensionExpr, Expr, SelectExpr } from '../../lib/cel/ast.ts'
import { CelOptional, type CelValue, isMap, keysOf, unknown } from '../../lib/cel/values.ts'
import type { JsonPath, JsonValue } from '../../lib/json/json-value.ts'
import { valueAt } from '../../lib/json/json-value.ts'
import type { Cause } from './cause.ts'
import type { CompiledPolicy } from './compiled-policy.ts'
import { elementKey } from './element-key.ts'
import { type CompiledExpression, compilePart, type Resolve } from './expression.ts'
import { quantifierOf } from './field-reads.ts'
import { preludePath } from './prelude.ts'
import type { PolicyScope } from './scope.ts'

/** A variable that a macro binds around a part of the expression. */
interface Local {
  readonly name: string
  value: CelValue
  path: JsonPath | undefined
  /** What the predicate says of an element. */
  judgement?: CelValue
}

/** A cause and, where it has a key, the element that the key names; none for an element that stands nowhere. */
export interface BlamedPlace extends Cause {
  readonly element?: JsonPath
  /** True where an error or something unknown kept the element from being judged. */
  readonly isOpen?: boolean
}

/**
 * Which places of the object made a validation false. Of `a && b` the operands that are false, of `a || b` both; of
 * `list.all(x, P)` each element for which P is false, and within it what P read; of anything else what it reads.
 * Reading goes by the expression itself, so that policies of users are explained as well as the shipped ones.
 */
export class Blame {
  private readonly policy: CompiledPolicy
  private readonly parts = new WeakMap<Expr, CompiledExpression | null>()
  private readonly chains = new WeakMap<Expr, Chain>()
  private readonly plain = new WeakMap<Expr, readonly (readonly string[])[] | null>()
  private scope!: PolicyScope

  constructor(policy: CompiledPolicy) {
    this.policy = policy
  }

  /** The causes in the order in which the expression meets them, without repetitions. */
  causesOf(validation: number, scope: PolicyScope): readonly BlamedPlace[] {
    const compiled = this.policy.validations[validation]!.expression.get()
    if ('error' in compiled) return []
    this.scope = scope
    return distinct(this.explain(compiled.expr, false, []))
  }

  /** The causes that the loop over elements has by itself, where it is one of several alternatives. */
  causesInElements(validation: number, scope: PolicyScope): readonly BlamedPlace[] {
    const compiled = this.policy.validations[validation]!.expression.get()
    const quantifier = 'error' in compiled ? undefined : quantifierOf(compiled.expr)
    if (quantifier === undefined) return []
    this.scope = scope
    return distinct(this.explain(quantifier.of, false, []))
  }

  /** Why the expression is not the opposite of `is`. */
  private explain(expr: Expr, is: boolean, locals: readonly Local[]): readonly BlamedPlace[] {
    if (expr.kind === 'literal') return []
    if (expr.kind === 'comprehension') return this.explainMacro(expr, is, locals)
    if (expr.kind === 'call') {
      const [first, second] = expr.args
      switch (expr.function) {
        case '_&&_':
        case '_||_': {
          // The operands that alone make the whole what it is; where it takes both, both.
          const decisive = expr.function === '_||_'
          const operands = [first!, second!]
          const blamed =
            is === decisive ? operands.filter(operand => this.value(operand, locals) !== !decisive) : operands
          const causes = blamed.map(operand => this.explain(operand, is, locals))
          return is === decisive ? causes.flat() : this.mostTelling(causes.flat(), locals)
        }
        case '!_':
          return this.explain(first!, !is, locals)
        case '_?_:_': {
          const test = this.value(first!, locals)
          const branch = test === true ? second! : test === false ? expr.args[2]! : undefined
          const causes = branch === undefined ? [] : this.explain(branch, is, locals)
          return causes.length > 0 ? causes : this.explain(first!, test === true, locals)
        }
      }
    }
    const variable = variableName(expr)
    const own = variable === undefined ? undefined : this.variableTree(variable)
    if (own !== undefined && this.place(expr, locals) === undefined) return this.explain(own, is, [])
    return this.reads(expr, locals).map(path => ({ key: '', path }))
  }

  private explainMacro(expr: ComprehensionExpr, is: boolean, locals: readonly Local[]): readonly BlamedPlace[] {
    const isAll = expr.macro === 'all'
    const predicate = expr.loopStep.kind === 'call' ? expr.loopStep.args[1] : undefined
    if ((!isAll && expr.macro !== 'exists') || isAll === is || predicate === undefined || expr.iterVar2 !== '') {
      return this.reads(expr.iterRange, locals).map(path => ({ key: '', path }))
    }
    const range = this.value(expr.iterRange, locals)
    const causes: BlamedPlace[] = []
    const element: Local = { name: expr.iterVar, value: null, path: undefined }
    const inner = [...locals, element]
    const resolve = withLocals(this.scope.resolve, inner)
    for (const [index, value] of iterated(range).entries()) {
      element.value = value
      element.judgement = this.evaluate(predicate, inner, resolve)
      if (element.judgement === isAll) continue
      element.path = this.pathOfElement(value, index, expr.iterRange, range, locals)
      this.blameElement(predicate, is, inner, element, causes)
    }
    return causes
  }

  private blameElement(
    predicate: Expr,
    is: boolean,
    locals: readonly Local[],
    element: Local,
    into: BlamedPlace[],
  ): void {
    const { pod } = this.scope.surroundings
    const label = pod === undefined || pod.label === '' ? '' : `${pod.label}/`
    const key = label + this.keyOf(element)
    const isOpen = typeof element.judgement !== 'boolean'
    const named = element.path === undefined ? {} : { element: element.path, isOpen }
    const steps = element.path === undefined ? null : this.plainReads(predicate, element.name)
    if (steps !== null) {
      for (const chain of steps) into.push({ key, path: [...element.path!, ...chain], ...named })
      return
    }
    const found = this.explain(predicate, is, locals)
    const within = found.filter(cause => cause.key !== '' || startsWith(cause.path, element.path))
    const outside = found.filter(cause => cause.key === '' && this.exists(cause.path))
    // An element that only takes over a value from outside of it is not what has to be changed.
    const isInherited = outside.length > 0 && inherits(predicate) && !within.some(cause => this.exists(cause.path))
    if (within.length > 0 && !isInherited) for (const { path } of within) into.push({ key, path, ...named })
    else if (outside.length > 0) into.push(...outside)
    // An element that stands nowhere in the object, of a list of names for example, points at what it was sought in.
    else if (element.path === undefined && found.length > 0) into.push(...found)
    // A text that stands nowhere is no element, and may be a secret: the object as a whole is pointed at.
    else if (element.path === undefined && typeof element.value !== 'object') into.push({ key: '', path: [] })
    else into.push({ key, path: element.path ?? [], ...named })
  }

  /** Named by what stands in the object, not by what the types of its fields made of it. */
  private keyOf({ path, value }: Local): string {
    const isInList = typeof path?.at(-1) === 'number'
    return elementKey(path, (isInList ? this.at(path!) : undefined) ?? (value as JsonValue))
  }

  /**
   * What a predicate reads of its element, where that is the same for every element: fields of the element alone, and
   * nothing that decides between alternatives. Most predicates are so, and then nothing has to be evaluated again.
   */
  private plainReads(predicate: Expr, name: string): readonly (readonly string[])[] | null {
    let reads = this.plain.get(predicate)
    if (reads === undefined) {
      const found: (readonly string[])[] = []
      reads = collectPlainReads(predicate, name, found) && found.length > 0 ? found : null
      this.plain.set(predicate, reads)
    }
    return reads
  }

  /**
   * Elements before the object as a whole; inside an element what it holds itself; what is there before what is missing.
   * The other alternatives are ways to be exempt, which nobody meant to take.
   */
  private mostTelling(causes: readonly BlamedPlace[], locals: readonly Local[]): readonly BlamedPlace[] {
    const elements = causes.filter(cause => cause.key !== '')
    if (elements.length > 0) return elements
    const own = causes.filter(cause => startsWith(cause.path, locals.at(-1)?.path))
    if (own.length > 0) return own
    const present = causes.filter(cause => this.exists(cause.path))
    return present.length > 0 ? present : causes
  }

  // ---- elements of lists and maps

  /** Where an element comes from; in a computed list, the very same object is found again. */
  private pathOfElement(
    value: CelValue,
    index: number,
    range: Expr,
    list: CelValue,
    locals: readonly Local[],
  ): JsonPath | undefined {
    const containers = this.scope.surroundings.pod?.containers
    // An alias makes one object of two containers, so that the place in the list comes before the identity.
    if (containers?.[index]?.spec === value) return containers[index].path
    const container = containers?.find(({ spec }) => spec === value)
    if (container !== undefined) return container.path
    const base = this.place(range, locals)
    if (base !== undefined) return [...base, Array.isArray(list) ? index : String(value)]
    if (typeof value !== 'object' || value === null) return undefined
    for (const path of this.reads(range, locals)) {
      const origin = this.at(path)
      const index = Array.isArray(origin) ? (origin as readonly unknown[]).indexOf(value) : -1
      if (index >= 0) return [...path, index]
    }
    return undefined
  }

  // ---- places

  /** The places of the object that an expression reads. */
  private reads(expr: Expr, locals: readonly Local[]): readonly JsonPath[] {
    const place = this.place(expr, locals)
    if (place !== undefined) return [place]
    switch (expr.kind) {
      case 'select': {
        const own = this.variableTree(variableName(expr) ?? '')
        return own === undefined ? this.reads(expr.operand, locals) : this.reads(own, [])
      }
      case 'call': {
        if (expr.function === '@in') {
          // The collection lacks or holds the element; how the element was computed is beside the point.
          const collection = this.reads(expr.args[1]!, locals)
          return collection.length > 0 ? collection : this.reads(expr.args[0]!, locals)
        }
        // What is looked up elsewhere stands in no place of this object.
        if (expr.target?.kind === 'ident' && expr.target.name === 'inventory') return []
        const parts = expr.target === undefined ? expr.args : [expr.target, ...expr.args]
        return parts.flatMap(part => this.reads(part, locals))
      }
      case 'list':
        return expr.elements.flatMap(element => this.reads(element, locals))
      case 'map':
        return expr.entries.flatMap(entry => this.reads(entry.value, locals))
      case 'comprehension':
        return this.reads(expr.iterRange, locals)
      default:
        return []
    }
  }

  /** The single place of the object whose value an expression is; `undefined` where it is computed. */
  private place(expr: Expr, locals: readonly Local[]): JsonPath | undefined {
    switch (expr.kind) {
      case 'ident':
        for (let i = locals.length - 1; i >= 0; i--) if (locals[i]!.name === expr.name) return locals[i]!.path
        return expr.name === 'object' ? [] : undefined
      case 'select':
        return this.placeOfSelect(expr, locals)
      case 'call':
        return this.placeOfCall(expr, locals)
      default:
        return undefined
    }
  }

  private placeOfSelect(expr: SelectExpr, locals: readonly Local[]): JsonPath | undefined {
    const variable = variableName(expr)
    if (variable !== undefined) {
      const declared = this.policy.variables.get(variable)
      const { pod } = this.scope.surroundings
      if (declared?.prelude !== undefined && pod !== undefined) return preludePath(declared.prelude, pod)
      const own = this.variableTree(variable)
      return own === undefined ? undefined : this.place(own, [])
    }
    if (expr.operand.kind === 'ident' && expr.operand.name === 'request') {
      return expr.field === 'namespace' || expr.field === 'name' ? ['metadata', expr.field] : undefined
    }
    return this.placeOfChain(expr, locals)
  }

  /** A chain of fields with constant names: its steps are found once, and only its root each time. */
  private placeOfChain(expr: Expr, locals: readonly Local[]): JsonPath | undefined {
    let chain = this.chains.get(expr)
    if (chain === undefined) {
      chain = chainOf(expr)
      this.chains.set(expr, chain)
    }
    const base = this.place(chain.root, locals)
    return base === undefined ? undefined : [...base, ...chain.steps]
  }

  private placeOfCall(expr: CallExpr, locals: readonly Local[]): JsonPath | undefined {
    const [first, second] = expr.args
    switch (expr.function) {
      case '_?._':
        return this.placeOfChain(expr, locals)
      case '_[_]':
      case '_[?_]': {
        const base = this.place(first!, locals)
        if (base === undefined) return undefined
        const key = second!.kind === 'literal' ? second!.value : this.value(second!, locals)
        return typeof key === 'string' || typeof key === 'number' ? [...base, key] : undefined
      }
      case 'dyn':
        return this.place(first!, locals)
      case 'value':
      case 'hasValue':
        return expr.target === undefined ? undefined : this.place(expr.target, locals)
      case 'or':
      case 'orValue': {
        // A default that the object itself gives stands where the value comes from, if it gives one.
        const own = expr.target === undefined ? undefined : this.place(expr.target, locals)
        if (own === undefined || this.exists(own)) return own
        const inherited = this.place(first!, locals)
        return inherited !== undefined && this.exists(inherited) ? inherited : own
      }
      case '_?_:_': {
        const test = this.value(first!, locals)
        return typeof test === 'boolean' ? this.place(test ? second! : expr.args[2]!, locals) : undefined
      }
      default:
        return undefined
    }
  }

  private variableTree(name: string): Expr | undefined {
    const compiled = this.policy.variables.get(name)?.expression.get()
    return compiled === undefined || 'error' in compiled ? undefined : compiled.expr
  }

  private at(path: JsonPath): JsonValue | undefined {
    const { object } = this.scope.surroundings.request
    return object === undefined ? undefined : valueAt(object, path)
  }

  private exists(path: JsonPath): boolean {
    return this.at(path) !== undefined
  }

  private value(expr: Expr, locals: readonly Local[]): CelValue {
    const resolve = locals.length === 0 ? this.scope.resolve : withLocals(this.scope.resolve, locals)
    return this.evaluate(expr, locals, resolve)
  }

  private evaluate(expr: Expr, locals: readonly Local[], resolve: Resolve): CelValue {
    let part = this.parts.get(expr)
    if (part === undefined) {
      const names = locals.map(local => local.name)
      const compiled = compilePart(expr, this.policy.environment, names, this.policy.makeFunction)
      part = 'error' in compiled ? null : compiled
      this.parts.set(expr, part)
    }
    if (part === null) return notAlone
    const value = part.evaluate(resolve)
    return value instanceof CelOptional ? (value.value ?? null) : value
  }
}

// A part whose meaning hangs on its whole counts as undecided.
const notAlone = unknown('a part that cannot be evaluated by itself')

function withLocals(resolve: Resolve, locals: readonly Local[]): Resolve {
  return name => {
    for (let i = locals.length - 1; i >= 0; i--) if (locals[i]!.name === name) return locals[i]!.value
    return resolve(name)
  }
}

/** Adds the chains of fields that an expression reads of a variable; false where it reads or decides anything else. */
function collectPlainReads(expr: Expr, name: string, into: (readonly string[])[]): boolean {
  switch (expr.kind) {
    case 'literal':
      return true
    case 'list':
      return expr.elements.every(element => element.kind === 'literal')
    case 'ident':
    case 'select': {
      const { root, steps } = chainOf(expr)
      if (root.kind !== 'ident' || root.name !== name) return false
      into.push(steps)
      return true
    }
    case 'call': {
      if (decides.has(expr.function)) return false
      const { root, steps } = chainOf(expr)
      if (root !== expr) {
        if (root.kind !== 'ident' || root.name !== name) return false
        into.push(steps)
        return true
      }
      const parts = expr.target === undefined ? expr.args : [expr.target, ...expr.args]
      // The collection that holds or lacks the element is what the place is about, unless it is written out.
      return expr.function === '@in' && expr.args[1]!.kind !== 'list'
        ? false
        : parts.every(part => collectPlainReads(part, name, into))
    }
    default:
      return false
  }
}

/** Functions that choose between operands, or that reach into places by a computed key. */
const decides = new Set(['_&&_', '_||_', '_?_:_', '_[_]', '_[?_]', 'or'])

interface Chain {
  readonly root: Expr
  readonly steps: readonly string[]
}

function chainOf(expr: Expr): Chain {
  const steps: string[] = []
  let root = expr
  for (;;) {
    if (root.kind === 'select' && !isRoot(root)) {
      steps.push(root.field)
      root = root.operand
    } else if (root.kind === 'call' && root.function === '_?._' && root.args[1]!.kind === 'literal') {
      steps.push(String(root.args[1]!.value))
      root = root.args[0]!
    } else return { root, steps: steps.reverse() }
  }
}

function isRoot(expr: SelectExpr): boolean {
  return expr.operand.kind === 'ident' && (expr.operand.name === 'variables' || expr.operand.name === 'request')
}

function iterated(range: CelValue): readonly CelValue[] {
  if (Array.isArray(range)) return range as readonly CelValue[]
  return typeof range === 'object' && range !== null && isMap(range) ? keysOf(range) : []
}

function variableName(expr: Expr): string | undefined {
  return expr.kind === 'select' && expr.operand.kind === 'ident' && expr.operand.name === 'variables'
    ? expr.field
    : undefined
}

/** True where a predicate falls back to something with `orValue`, so that an absent field may take it over. */
function inherits(expr: Expr): boolean {
  return (
    expr.kind === 'call' &&
    (expr.function === 'orValue' || [...expr.args, ...(expr.target ? [expr.target] : [])].some(inherits))
  )
}

function startsWith(path: JsonPath, prefix: JsonPath | undefined): boolean {
  return prefix !== undefined && path.length >= prefix.length && prefix.every((step, i) => step === path[i])
}

function distinct(causes: readonly BlamedPlace[]): readonly BlamedPlace[] {
  if (causes.length < 2) return causes
  const kept: BlamedPlace[] = []
  for (const cause of causes) if (!kept.some(other => isSame(cause, other))) kept.push(cause)
  return kept.length === causes.length ? causes : kept
}

function isSame(a: Cause, b: Cause): boolean {
  return a.key === b.key && a.path.length === b.path.length && a.path.every((step, i) => step === b.path[i])
}
