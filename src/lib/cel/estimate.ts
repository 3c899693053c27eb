import { ACCUMULATOR, type CallExpr, type ComprehensionExpr, type Expr } from './ast.ts'
import type { Checked } from './checker.ts'
import { type CallEstimate, estimateCall, type SizedNode } from './estimate-functions.ts'
import { fixed, ONE, plus, type Range, times, UNBOUNDED, union, ZERO } from './estimate-range.ts'
import { codePointCount } from './text.ts'
import { type CelType, DYN, isOptionalType } from './types.ts'

/**
 * The size of a value that a schema bounds: the number of characters, items or entries at a path such as
 * `['object', 'spec', 'containers', '@items', 'name']`. `undefined` where nothing is known.
 */
export type SizeAt = (path: readonly string[], type: CelType) => Range | undefined

/** Between which bounds the cost of an expression lies, whatever its input. */
export function estimateCost(expr: Expr, checked: Checked, sizeAt: SizeAt = () => undefined): Range {
  return new Estimate(checked, sizeAt).cost(expr)
}

interface EntrySizes {
  readonly kind: 'list' | 'map'
  readonly key: Range
  readonly value: Range
}

interface Local {
  readonly path: readonly string[] | undefined
  readonly size: Range | undefined
  readonly entries: EntrySizes | undefined
}

class Estimate {
  readonly checked: Checked
  readonly sizeAt: SizeAt
  readonly paths = new Map<number, readonly string[]>()
  readonly sizes = new Map<number, Range>()
  readonly entries = new Map<number, EntrySizes>()
  readonly locals = new Map<string, Local[]>()

  constructor(checked: Checked, sizeAt: SizeAt) {
    this.checked = checked
    this.sizeAt = sizeAt
  }

  cost(node: Expr): Range {
    switch (node.kind) {
      case 'literal':
        return ZERO
      case 'ident':
        this.paths.set(node.id, this.local(node.name)?.path ?? [node.name])
        return ONE
      case 'select':
        return this.costSelect(node)
      case 'call':
        return this.costCall(node)
      case 'list': {
        const costs = node.elements.map(element => this.cost(element))
        const value = this.sizesOf(node.elements)
        this.entries.set(node.id, { kind: 'list', key: ONE, value })
        return plus(...costs, fixed(10))
      }
      case 'map': {
        const costs = node.entries.flatMap(entry => [this.cost(entry.key), this.cost(entry.value)])
        const key = this.sizesOf(node.entries.map(entry => entry.key))
        const value = this.sizesOf(node.entries.map(entry => entry.value))
        this.entries.set(node.id, { kind: 'map', key, value })
        return plus(...costs, fixed(30))
      }
      case 'struct':
        return plus(...node.fields.map(field => this.cost(field.value)), fixed(40))
      case 'comprehension':
        return node.accuVar !== ACCUMULATOR ? this.costBinding(node) : this.costLoop(node)
    }
  }

  costSelect(node: Expr & { kind: 'select' }): Range {
    const reference = this.checked.references.get(node.id)
    if (reference?.kind === 'variable') {
      this.paths.set(node.id, [reference.name])
      return ONE
    }
    const operand = this.cost(node.operand)
    if (node.testOnly) return operand
    const path = this.pathOf(node.operand)
    if (path !== undefined) this.paths.set(node.id, [...path, node.field])
    // Steps through dyn count too, because evaluation counts them: an estimate must never be exceeded.
    return plus(operand, ONE)
  }

  costCall(node: CallExpr): Range {
    const reference = this.checked.references.get(node.id)
    if (node.function === 'dyn' && node.args.length === 1) {
      const [arg] = node.args as [Expr]
      const cost = this.cost(arg)
      this.copySizes(node, arg)
      return plus(ONE, cost)
    }
    const argCosts = node.args.map(arg => this.cost(arg))
    const args = node.args.map(arg => this.sized(arg))
    const qualified = reference?.kind === 'function' && reference.qualified
    const hasTarget = node.target !== undefined && !qualified
    const target = hasTarget ? this.cost(node.target) : ZERO
    const targetNode = hasTarget ? this.sized(node.target) : undefined
    const overloads =
      reference?.kind === 'function' ? reference.overloads : node.function === '_?._' ? ['select_optional_field'] : []
    const name = reference?.kind === 'function' ? reference.declaration.name : node.function
    let calls: Range | undefined
    let size: Range | undefined
    for (const overload of overloads) {
      const estimate = this.callEstimate(node, name, overload, targetNode, args, argCosts)
      calls = calls === undefined ? estimate.cost : union(calls, estimate.cost)
      if (estimate.size !== undefined) size = size === undefined ? estimate.size : union(size, estimate.size)
      if (overload === 'index_list' || overload === 'index_map') {
        size = this.entriesOf(node.args[0]!)?.value
        const path = this.pathOf(node.args[0]!)
        if (path !== undefined) this.paths.set(node.id, [...path, overload === 'index_list' ? '@items' : '@values'])
      }
      size ??= this.sizeOf(node)
    }
    if (size !== undefined) this.sizes.set(node.id, size)
    return plus(target, calls ?? ZERO)
  }

  callEstimate(
    node: CallExpr,
    name: string,
    overload: string,
    target: SizedNode | undefined,
    args: readonly SizedNode[],
    argCosts: readonly Range[],
  ): CallEstimate {
    const [first, second, third] = argCosts as [Range, Range, Range]
    if (overload === 'logical_and' || overload === 'logical_or')
      return { cost: { min: first.min, max: first.max + second.max }, size: undefined }
    if (overload === 'conditional') {
      const [, truthy, falsy] = node.args as [Expr, Expr, Expr]
      this.joinEntries(node, truthy, falsy)
      return { cost: plus(first, union(second, third)), size: union(args[1]!.size, args[2]!.size) }
    }
    if (/^add_(string|bytes|list)$/u.test(overload)) this.joinEntries(node, node.args[0]!, node.args[1]!)
    const estimate = estimateCall(name, overload, target, args)
    return { cost: plus(estimate.cost, ...argCosts), size: estimate.size }
  }

  costLoop(node: ComprehensionExpr): Range {
    const before = plus(this.cost(node.iterRange), this.cost(node.accuInit))
    this.push(node.accuVar, this.localOf(node.accuInit))
    const entries = this.entriesOf(node.iterRange)
    const isList = (entries?.kind ?? this.typeOf(node.iterRange).kind) === 'list'
    const path = this.pathOf(node.iterRange)
    const at = (step: string): readonly string[] | undefined => (path === undefined ? undefined : [...path, step])
    const first: Local =
      node.iterVar2 !== ''
        ? { path: at(isList ? '@indices' : '@keys'), size: entries?.key, entries: undefined }
        : { path: at(isList ? '@items' : '@keys'), size: isList ? entries?.value : entries?.key, entries: undefined }
    this.push(node.iterVar, first)
    if (node.iterVar2 !== '')
      this.push(node.iterVar2, { path: at(isList ? '@items' : '@values'), size: entries?.value, entries: undefined })
    const condition = this.cost(node.loopCondition)
    const step = this.cost(node.loopStep)
    this.pop(node.iterVar)
    if (node.iterVar2 !== '') this.pop(node.iterVar2)
    const result = this.cost(node.result)
    this.pop(node.accuVar)
    const count = this.sizeOf(node.iterRange) ?? UNBOUNDED
    const { kind } = node.accuInit
    if (kind === 'literal') this.sizes.set(node.id, this.sizeOf(node.accuInit) ?? UNBOUNDED)
    else if (kind === 'list' || kind === 'map') {
      this.sizes.set(node.id, count)
      const sizes = this.entriesOf(node.loopStep)
      if (sizes !== undefined) this.entries.set(node.id, sizes)
    }
    return plus(before, result, times(count, plus(step, condition)))
  }

  costBinding(node: ComprehensionExpr): Range {
    const before = plus(this.cost(node.iterRange), this.cost(node.accuInit))
    this.push(node.accuVar, this.localOf(node.accuInit))
    const result = this.cost(node.result)
    this.pop(node.accuVar)
    this.copySizes(node, node.result)
    return plus(before, result)
  }

  // ---- sizes and paths

  sized(node: Expr): SizedNode {
    const path = this.pathOf(node)
    const usable = path?.[0] === ACCUMULATOR ? undefined : path
    const size = this.sizeOf(node)
    return {
      type: this.typeOf(node),
      size: size ?? UNBOUNDED,
      literal: node.kind === 'literal' ? node.value : undefined,
      itemSize: item => (usable === undefined ? undefined : this.sizeAt([...usable, '@items'], item)),
    }
  }

  sizesOf(nodes: readonly Expr[]): Range {
    return (
      nodes
        .map(node => this.sizeOf(node) ?? UNBOUNDED)
        .reduce<Range | undefined>((a, b) => (a === undefined ? b : union(a, b)), undefined) ?? ZERO
    )
  }

  sizeOf(node: Expr): Range | undefined {
    const known = this.sizes.get(node.id)
    if (known !== undefined) return known
    if (node.kind === 'literal') {
      const { value } = node
      return fixed(typeof value === 'string' ? codePointCount(value) : value instanceof Uint8Array ? value.length : 1)
    }
    if (node.kind === 'list') return fixed(node.elements.length)
    if (node.kind === 'map') return fixed(node.entries.length)
    const type = this.typeOf(node)
    const path = this.pathOf(node)
    const declared = path === undefined ? undefined : this.sizeAt(path, type)
    if (declared !== undefined) return declared
    if (isScalar(type)) return ONE
    return node.kind === 'ident' ? this.local(node.name)?.size : undefined
  }

  entriesOf(node: Expr): EntrySizes | undefined {
    const known = this.entries.get(node.id)
    return known ?? (node.kind === 'ident' ? this.local(node.name)?.entries : undefined)
  }

  joinEntries(node: Expr, a: Expr, b: Expr): void {
    const first = this.entriesOf(a)
    const second = this.entriesOf(b)
    if (first === undefined || second === undefined) return
    this.entries.set(node.id, {
      kind: first.kind,
      key: union(first.key, second.key),
      value: union(first.value, second.value),
    })
  }

  copySizes(to: Expr, from: Expr): void {
    const size = this.sizeOf(from)
    if (size !== undefined) this.sizes.set(to.id, size)
    const entries = this.entriesOf(from)
    if (entries !== undefined) this.entries.set(to.id, entries)
  }

  pathOf(node: Expr): readonly string[] | undefined {
    if (node.kind === 'ident') {
      const local = this.local(node.name)
      if (local !== undefined) return local.path
    }
    return this.paths.get(node.id)
  }

  typeOf(node: Expr): CelType {
    return this.checked.types.get(node.id) ?? DYN
  }

  local(name: string): Local | undefined {
    return this.locals.get(name)?.at(-1)
  }

  localOf(node: Expr): Local {
    return { path: this.pathOf(node), size: this.sizeOf(node), entries: this.entriesOf(node) }
  }

  push(name: string, local: Local): void {
    const stack = this.locals.get(name)
    if (stack === undefined) this.locals.set(name, [local])
    else stack.push(local)
  }

  pop(name: string): void {
    this.locals.get(name)?.pop()
  }
}

function isScalar(type: CelType): boolean {
  if (isOptionalType(type)) return isScalar(type.parameters[0]!)
  return ['bool', 'double', 'duration', 'int', 'timestamp', 'uint'].includes(type.kind)
}
