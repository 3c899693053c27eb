import { defaulted, type KindTable } from '../../../inventory/defaulting/index.ts'
import type { Expr } from '../../../lib/cel/ast.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../../lib/json/json-value.ts'
import type { ServedKind } from '../admission/served-kinds.ts'

/** A step of a path into an object: a field, or any item of a list or map. */
const ITEM = '@item'

export interface FieldAccess {
  /** `['object', 'spec', 'containers', '@item', 'securityContext']`. */
  readonly path: readonly string[]
  readonly offset: number
  /** True for `has(x)`, `.?x` and what stands behind one. */
  readonly isGuard: boolean
}

/** Every field of the objects that an expression reads, loops followed to what they walk. */
export function fieldAccesses(root: Expr): readonly FieldAccess[] {
  const found: FieldAccess[] = []
  new Accesses(found).visit(root, new Map())
  return found
}

type Bound = ReadonlyMap<string, readonly string[] | undefined>

class Accesses {
  private readonly found: FieldAccess[]

  constructor(found: FieldAccess[]) {
    this.found = found
  }

  /** The path that the node denotes, if it is one. */
  visit(node: Expr, bound: Bound): readonly string[] | undefined {
    switch (node.kind) {
      case 'ident':
        return bound.has(node.name) ? bound.get(node.name) : roots.has(node.name) ? [node.name] : undefined
      case 'select': {
        const operand = this.visit(node.operand, bound)
        if (operand === undefined) return undefined
        const path = [...operand, node.field]
        this.found.push({ path, offset: node.offset, isGuard: node.testOnly })
        return path
      }
      case 'call': {
        if (node.function === '_?._' || node.function === '_[?_]') {
          // What stands behind an optional step is optional too.
          const operand = this.visit(node.args[0]!, bound)
          const key = node.args[1]
          if (operand !== undefined && key?.kind === 'literal' && typeof key.value === 'string')
            this.found.push({ path: [...operand, key.value], offset: node.offset, isGuard: true })
          return undefined
        }
        if (node.function === '_[_]') {
          const operand = this.visit(node.args[0]!, bound)
          this.visit(node.args[1]!, bound)
          return operand === undefined ? undefined : [...operand, ITEM]
        }
        if (node.target !== undefined) this.visit(node.target, bound)
        for (const argument of node.args) this.visit(argument, bound)
        return undefined
      }
      case 'comprehension': {
        const range = this.visit(node.iterRange, bound)
        const inner = new Map(bound)
        inner.set(node.accuVar, undefined)
        const item = range === undefined ? undefined : [...range, ITEM]
        inner.set(node.iterVar, node.iterVar2 === '' ? item : undefined)
        if (node.iterVar2 !== '') inner.set(node.iterVar2, item)
        for (const part of [node.accuInit, node.loopCondition, node.loopStep, node.result]) this.visit(part, inner)
        return undefined
      }
      case 'list':
        for (const element of node.elements) this.visit(element, bound)
        return undefined
      case 'map':
        for (const { key, value } of node.entries) {
          this.visit(key, bound)
          this.visit(value, bound)
        }
        return undefined
      default:
        return undefined
    }
  }
}

const roots = new Set(['object', 'oldObject'])

/** Whether a field is there in every object that the schema accepts, once its parent is. */
export type Presence = 'always' | 'byDefault' | 'maybe' | 'unknown'

/** Asks the defaulting itself: an object is built that has the parents of the field and nothing that could be absent. */
export function presenceOf(path: readonly string[], kind: ServedKind, table: KindTable): Presence {
  const steps = path.slice(1)
  if (steps.length === 0 || kind.origin !== 'builtIn') return 'unknown'
  if (steps[0] === 'apiVersion' || steps[0] === 'kind') return 'always'
  if (steps[0] === 'metadata') {
    if (steps.length === 1) return 'always'
    if (steps.length > 2) return 'maybe'
    return generatedMetadata.has(steps[1]!) || (steps[1] === 'namespace' && kind.namespaced) ? 'always' : 'maybe'
  }
  if (steps[0] === 'status') return 'unknown'
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
  const base: JsonObject = { apiVersion, kind: kind.kind, metadata: { name: 'x' } }
  const written = withSteps(base, steps.slice(0, -1), 0) as JsonObject
  const type = typeAt(table, kind, steps.slice(0, -1))
  if (type === undefined) return 'unknown'
  if (type.kind === 'map') return 'maybe'
  const field = type.fields.get(steps.at(-1)!)
  if (field === undefined) return steps.at(-1) === ITEM ? 'always' : 'unknown'
  // A struct that is no pointer is always written.
  if (field.shape.kind === 'struct' && !field.isPointer && !field.omitZero) return 'always'
  if (valueAt(defaulted(written, table).object, steps) !== undefined)
    return field.omitEmpty || field.isPointer ? 'byDefault' : 'always'
  return field.omitEmpty || field.isPointer ? 'maybe' : 'always'
}

const generatedMetadata = new Set(['name', 'uid', 'creationTimestamp', 'managedFields'])

function withSteps(parent: JsonValue, steps: readonly string[], index: number): JsonValue {
  if (index === steps.length) return parent
  const step = steps[index]!
  if (step === ITEM) return [withSteps({}, steps, index + 1)]
  const holder = isJsonObject(parent) ? parent : {}
  return { ...holder, [step]: withSteps({}, steps, index + 1) }
}

type StructOrMap =
  | { readonly kind: 'struct'; readonly fields: KindTable['types'][number]['fields'] }
  | { readonly kind: 'map' }

function typeAt(table: KindTable, kind: ServedKind, steps: readonly string[]): StructOrMap | undefined {
  const apiVersion = kind.group === '' ? kind.version : `${kind.group}/${kind.version}`
  const start = table.kinds.get(`${apiVersion}/${kind.kind}`)
  if (start === undefined) return undefined
  let shape: KindTable['types'][number]['fields'] extends ReadonlyMap<string, infer F>
    ? F extends { readonly shape: infer S }
      ? S
      : never
    : never = { kind: 'struct', type: start.type }
  for (const step of steps) {
    if (shape.kind === 'struct') {
      const field = table.types[shape.type]!.fields.get(step)
      if (field === undefined) return undefined
      shape = field.shape
    } else if (shape.kind === 'list' && step === ITEM) shape = shape.item
    else if (shape.kind === 'map') shape = shape.value
    else return undefined
  }
  if (shape.kind === 'struct') return { kind: 'struct', fields: table.types[shape.type]!.fields }
  return shape.kind === 'map' ? { kind: 'map' } : undefined
}

function valueAt(object: JsonValue, steps: readonly string[]): JsonValue | undefined {
  let current: JsonValue | undefined = object
  for (const step of steps) {
    if (step === ITEM) current = Array.isArray(current) ? (current as readonly JsonValue[])[0] : undefined
    else current = isJsonObject(current) && Object.hasOwn(current, step) ? current[step] : undefined
  }
  return current
}
