import { dispatch } from './dispatch.ts'
import type { Environment } from './environment.ts'
import type { AttributeNode, Node, Step } from './ir.ts'
import { type Lowered, PATTERN_FUNCTIONS, patternCall, quantified, setMembership } from './lower.ts'
import { CelDouble, CelUint, type CelValue, isList, MapBuilder } from './values.ts'

/**
 * Expressions that were parsed, checked and brought into the intermediate form when the program was built, as JSON: a
 * start then does none of it. Nodes are arrays that begin with their kind; functions are named and found again.
 */
export type PortableExpression = readonly [slots: number, node: PortableNode]
type PortableNode = readonly unknown[]

/** `undefined` where the expression holds a constant that JSON cannot carry. */
export function portableOf({ node, slots }: Lowered): PortableExpression | undefined {
  try {
    return [slots, written(node)]
  } catch (error) {
    if (error === notPortable) return undefined
    throw error
  }
}

/** The expression as it was; `environment` is one with the same functions. */
export function fromPortable([slots, node]: PortableExpression, environment: Environment): Lowered {
  return { slots, node: new Reader(environment).node(node) }
}

const notPortable: unique symbol = Symbol('not portable')

function written(node: Node): PortableNode {
  switch (node.kind) {
    case 'const':
      return [node.kind, writtenValue(node.value)]
    case 'attribute': {
      const { base, path, test, counted } = node
      const from =
        base.kind === 'variable' ? base.name : base.kind === 'slot' ? base.slot : { node: written(base.node) }
      return [node.kind, from, path.map(writtenStep), test, counted]
    }
    case 'condition':
      return [node.kind, written(node.test), written(node.truthy), written(node.falsy)]
    case 'and':
    case 'or':
    case 'equal':
    case 'unequal':
      return [node.kind, written(node.left), written(node.right)]
    case 'membership':
      return [node.kind, written(node.element), writtenValue(node.list)]
    case 'call': {
      const { declaration, overload, args, early, appends } = node
      return [node.kind, declaration.name, overload, args.map(written), early, appends]
    }
    case 'optional':
      return [node.kind, node.value, node.lenient, written(node.left), written(node.right)]
    case 'list':
      return [node.kind, node.elements.map(element => [written(element.node), element.optional])]
    case 'map':
      return [node.kind, node.entries.map(({ key, value, optional }) => [written(key), written(value), optional])]
    case 'struct':
      throw notPortable
    case 'fold': {
      const { macro, range, iterSlot, secondSlot, accuSlot, init, condition, step, result } = node
      const parts = [range, init, condition, step, result].map(written)
      return [node.kind, macro, iterSlot, secondSlot, accuSlot, ...parts]
    }
  }
}

function writtenStep(step: Step): unknown {
  return step.kind === 'computed'
    ? [written(step.node), step.optional]
    : [writtenValue(step.key), step.optional, step.test]
}

/** What JSON says itself stands as it is; the rest is an object with a tag. */
function writtenValue(value: CelValue): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)) return value
  if (typeof value === 'bigint') return { int: String(value) }
  if (value instanceof CelDouble) return { double: value.value }
  if (value instanceof CelUint) return { uint: String(value.value) }
  if (isList(value)) return { list: value.map(writtenValue) }
  if (typeof value === 'object' && Object.getPrototypeOf(value) === null)
    return { map: Object.entries(value as { [key: string]: CelValue }).map(([key, item]) => [key, writtenValue(item)]) }
  throw notPortable
}

class Reader {
  private readonly environment: Environment

  constructor(environment: Environment) {
    this.environment = environment
  }

  // The shapes are those that `written` made, in a file that the same build wrote.
  node(from: PortableNode): Node {
    const [kind, a, b, c, d, e] = from as readonly [Node['kind'], never, never, never, never, never]
    switch (kind) {
      case 'const':
        return { kind, value: value(a) }
      case 'attribute':
        return {
          kind,
          base: this.base(a),
          path: (b as PortableNode[]).map(step => this.step(step)),
          test: c,
          counted: d,
        }
      case 'condition':
        return { kind, test: this.node(a), truthy: this.node(b), falsy: this.node(c) }
      case 'and':
      case 'or':
      case 'equal':
      case 'unequal':
        return { kind, left: this.node(a), right: this.node(b) }
      case 'membership':
        return setMembership(this.node(a), value(b))!
      case 'call':
        return this.call(a, b, c, d, e)
      case 'optional':
        return { kind, value: a, lenient: b, left: this.node(c), right: this.node(d) }
      case 'list':
        return {
          kind,
          elements: (a as (readonly [PortableNode, boolean])[]).map(([node, optional]) => ({
            node: this.node(node),
            optional,
          })),
        }
      case 'map':
        return {
          kind,
          entries: (a as (readonly [PortableNode, PortableNode, boolean])[]).map(([key, item, optional]) => ({
            key: this.node(key),
            value: this.node(item),
            optional,
          })),
        }
      case 'fold': {
        const [range, init, condition, step, result] = (from.slice(5) as PortableNode[]).map(part => this.node(part))
        return quantified({
          kind,
          macro: a,
          iterSlot: b,
          secondSlot: c,
          accuSlot: d,
          range: range!,
          init: init!,
          condition: condition!,
          step: step!,
          result: result!,
        })
      }
      case 'struct':
        throw new Error('struct literals are not portable')
    }
  }

  private base(from: unknown): AttributeNode['base'] {
    if (typeof from === 'string') return { kind: 'variable', name: from }
    if (typeof from === 'number') return { kind: 'slot', slot: from }
    return { kind: 'value', node: this.node((from as { readonly node: PortableNode }).node) }
  }

  private step(from: PortableNode): Step {
    const [first, optional, test] = from as readonly [never, boolean, boolean | undefined]
    return test === undefined
      ? { kind: 'computed', node: this.node(first), optional }
      : { kind: 'key', key: value(first), optional, test }
  }

  private call(name: string, overload: string, from: readonly PortableNode[], early: boolean, appends: boolean): Node {
    const declaration = this.environment.functions.get(name)!
    const args = from.map(arg => this.node(arg))
    const pattern = args[1]
    const call =
      PATTERN_FUNCTIONS.has(name) && pattern?.kind === 'const' && typeof pattern.value === 'string'
        ? patternCall(name, pattern.value)
        : dispatch(declaration, overload, args.length).call
    return { kind: 'call', declaration, overload, args, call, early, appends }
  }
}

function value(from: unknown): CelValue {
  if (typeof from !== 'object' || from === null) return from as CelValue
  const tagged = from as {
    readonly int?: string
    readonly double?: number
    readonly uint?: string
    readonly list?: readonly unknown[]
    readonly map?: readonly (readonly [string, unknown])[]
  }
  if (tagged.int !== undefined) return BigInt(tagged.int)
  if (tagged.double !== undefined) return CelDouble.of(tagged.double)
  if (tagged.uint !== undefined) return new CelUint(BigInt(tagged.uint))
  if (tagged.list !== undefined) return tagged.list.map(value)
  const builder = new MapBuilder()
  for (const [key, item] of tagged.map!) builder.set(key, value(item))
  return builder.build()
}
