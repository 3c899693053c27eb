import type { Expr } from '../../lib/cel/ast.ts'
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../lib/json/json-value.ts'
import type { PodView } from '../../model/pod-view.ts'
import type { CompiledPolicy } from './compiled-policy.ts'
import { preludePath } from './prelude.ts'

/** The parts of an object that a policy reads; `*` stands for every entry of a list or map. */
export interface Projection {
  /** True where the whole value is read. */
  whole: boolean
  readonly children: Map<string, Projection>
}

/**
 * What has to be kept of an object so that a policy can be evaluated on it later. Found from the expressions, once for
 * each kind of place a pod can stand at; where an expression takes a value as a whole, the whole is kept.
 */
export function projectionOf(policy: CompiledPolicy, view: PodView | undefined): Projection {
  const root = node()
  for (const path of identityPaths) mark(root, path).whole = true
  const reader = new Reader(policy, view, root)
  for (const variable of policy.variables.values()) {
    const compiled = variable.expression.get()
    if ((variable.prelude === undefined || view === undefined) && !('error' in compiled))
      reader.visit(compiled.expr, new Map())
  }
  for (const { expression, message } of policy.validations) {
    for (const lazy of [expression, message]) {
      const compiled = lazy?.get()
      if (compiled !== undefined && !('error' in compiled)) reader.visit(compiled.expr, new Map())
    }
  }
  return root
}

/** The object reduced to a projection. Lists keep their length, so that paths stay what they are. */
export function project(object: JsonObject, projection: Projection): JsonObject {
  return reduce(object, projection) as JsonObject
}

const identityPaths: readonly (readonly string[])[] = [
  ['apiVersion'],
  ['kind'],
  ['metadata', 'name'],
  ['metadata', 'namespace'],
  ['metadata', 'generateName'],
]

function reduce(value: JsonValue, projection: Projection): JsonValue {
  if (projection.whole || typeof value !== 'object' || value === null) return value
  const any = projection.children.get('*')
  if (Array.isArray(value)) {
    return (value as readonly JsonValue[]).map(entry => reduce(entry, any ?? nothing))
  }
  const copy: { [key: string]: JsonValue } = {}
  for (const [key, child] of projection.children) {
    if (key === '*')
      for (const name of Object.keys(value)) define(copy, name, reduce((value as JsonObject)[name]!, child))
    else if (isJsonObject(value) && Object.hasOwn(value, key)) define(copy, key, reduce(value[key]!, child))
  }
  return copy
}

// `__proto__` as a key of untrusted input must become an own property, not the prototype.
function define(target: { [key: string]: JsonValue }, key: string, value: JsonValue): void {
  if (key === '__proto__') Object.defineProperty(target, key, { value, enumerable: true })
  else target[key] = value
}

function node(): Projection {
  return { whole: false, children: new Map() }
}

const nothing: Projection = node()

function mark(root: Projection, path: readonly string[]): Projection {
  let current = root
  for (const step of path) {
    let child = current.children.get(step)
    if (child === undefined) {
      child = node()
      current.children.set(step, child)
    }
    current = child
  }
  return current
}

type Steps = readonly string[]

/** Walks expressions and marks what they read. */
class Reader {
  private readonly policy: CompiledPolicy
  private readonly view: PodView | undefined
  private readonly root: Projection

  constructor(policy: CompiledPolicy, view: PodView | undefined, root: Projection) {
    this.policy = policy
    this.view = view
    this.root = root
  }

  /** Marks what an expression reads; `bound` are the elements that macros bind. */
  visit(expr: Expr, bound: ReadonlyMap<string, readonly Steps[]>): void {
    const places = this.places(expr, bound)
    if (places !== undefined) {
      for (const place of places) mark(this.root, place).whole = true
      return
    }
    switch (expr.kind) {
      case 'select':
        this.visit(expr.operand, bound)
        break
      case 'call':
        if (expr.target !== undefined) this.visit(expr.target, bound)
        for (const arg of expr.args) this.visit(arg, bound)
        break
      case 'list':
        for (const element of expr.elements) this.visit(element, bound)
        break
      case 'map':
        for (const entry of expr.entries) {
          this.visit(entry.key, bound)
          this.visit(entry.value, bound)
        }
        break
      case 'struct':
        for (const field of expr.fields) this.visit(field.value, bound)
        break
      case 'comprehension': {
        const range = this.places(expr.iterRange, bound)
        const inner = new Map(bound)
        if (range === undefined) this.visit(expr.iterRange, bound)
        else for (const place of range) mark(this.root, place)
        inner.set(expr.iterVar, range === undefined ? [] : range.map(place => [...place, '*']))
        if (expr.iterVar2 !== '') inner.set(expr.iterVar2, inner.get(expr.iterVar)!)
        inner.set(expr.accuVar, [])
        for (const part of [expr.accuInit, expr.loopCondition, expr.loopStep, expr.result]) this.visit(part, inner)
        break
      }
    }
  }

  /** The places whose value an expression is, where it is nothing but a place; several for the containers of a pod. */
  private places(expr: Expr, bound: ReadonlyMap<string, readonly Steps[]>): readonly Steps[] | undefined {
    if (expr.kind === 'ident') return bound.get(expr.name) ?? (expr.name === 'object' ? [[]] : undefined)
    if (expr.kind === 'select') {
      if (expr.operand.kind === 'ident' && expr.operand.name === 'variables') return this.placesOfVariable(expr.field)
      return this.places(expr.operand, bound)?.map(place => [...place, expr.field])
    }
    if (expr.kind !== 'call') return undefined
    const [first, second] = expr.args
    if (expr.function === 'dyn') return this.places(first!, bound)
    if (expr.function === '_?._' || expr.function === '_[_]' || expr.function === '_[?_]') {
      const base = this.places(first!, bound)
      if (base === undefined) return undefined
      const key = second!.kind === 'literal' && typeof second!.value === 'string' ? second!.value : '*'
      if (second!.kind !== 'literal') this.visit(second!, bound)
      return base.map(place => [...place, key])
    }
    return undefined
  }

  private placesOfVariable(name: string): readonly Steps[] | undefined {
    const variable = this.policy.variables.get(name)
    if (variable?.prelude !== undefined && this.view !== undefined) {
      if (variable.prelude === 'containers') {
        return containerLists.map(list => [...steps(this.view!.specPath), list])
      }
      const path = preludePath(variable.prelude, this.view)
      return path === undefined ? undefined : [steps(path)]
    }
    const compiled = variable?.expression.get()
    return compiled === undefined || 'error' in compiled ? undefined : this.places(compiled.expr, new Map())
  }
}

const containerLists = ['initContainers', 'containers', 'ephemeralContainers']

function steps(path: JsonPath): Steps {
  return path.map(step => (typeof step === 'number' ? '*' : step))
}
