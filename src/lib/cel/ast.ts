import type { CelConstant } from './values.ts'

/**
 * A parsed expression. Macros are already expanded, exactly as the language defines them, because checking and cost
 * count the expansion; `macro` on a comprehension remembers which macro it came from.
 */
export type Expr = LiteralExpr | IdentExpr | SelectExpr | CallExpr | ListExpr | MapExpr | StructExpr | ComprehensionExpr

interface NodeBase {
  /** Unique within one expression. */
  readonly id: number
  /** Where the node is anchored in the source, in UTF-16 units: an operator, the `(` of a call, the `.` of a selection. */
  readonly offset: number
}

export interface LiteralExpr extends NodeBase {
  readonly kind: 'literal'
  readonly value: CelConstant
}

export interface IdentExpr extends NodeBase {
  readonly kind: 'ident'
  readonly name: string
}

export interface SelectExpr extends NodeBase {
  readonly kind: 'select'
  readonly operand: Expr
  readonly field: string
  /** True for `has(operand.field)`. */
  readonly testOnly: boolean
}

export interface CallExpr extends NodeBase {
  readonly kind: 'call'
  /** Operators carry the names of the CEL specification: `_+_`, `_?_:_`, `_[_]`, `_?._`, `_[?_]`, ... */
  readonly function: string
  readonly target: Expr | undefined
  readonly args: readonly Expr[]
}

export interface ListExpr extends NodeBase {
  readonly kind: 'list'
  readonly elements: readonly Expr[]
  /** Indexes of elements written `?element`. */
  readonly optionalIndices: readonly number[]
}

export interface MapEntry {
  readonly id: number
  readonly offset: number
  readonly key: Expr
  readonly value: Expr
  readonly optional: boolean
}

export interface MapExpr extends NodeBase {
  readonly kind: 'map'
  readonly entries: readonly MapEntry[]
}

export interface StructField {
  readonly id: number
  readonly offset: number
  readonly name: string
  readonly value: Expr
  readonly optional: boolean
}

export interface StructExpr extends NodeBase {
  readonly kind: 'struct'
  readonly typeName: string
  readonly fields: readonly StructField[]
}

export interface ComprehensionExpr extends NodeBase {
  readonly kind: 'comprehension'
  readonly macro: MacroName
  readonly iterRange: Expr
  readonly iterVar: string
  /** Empty for one-variable comprehensions. */
  readonly iterVar2: string
  readonly accuVar: string
  readonly accuInit: Expr
  readonly loopCondition: Expr
  readonly loopStep: Expr
  readonly result: Expr
}

export type MacroName =
  | 'all'
  | 'exists'
  | 'exists_one'
  | 'map'
  | 'filter'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry'
  | 'optMap'
  | 'optFlatMap'
  | 'sortBy'
  | 'bind'

/** The name macros give to the accumulator; it cannot be written in source. */
export const ACCUMULATOR = '@result'

/** Calls `visit` for the node and everything below it, parents first. */
export function walk(root: Expr, visit: (node: Expr) => void): void {
  const pending: Expr[] = [root]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    visit(node)
    const children = childrenOf(node)
    for (let i = children.length - 1; i >= 0; i--) pending.push(children[i]!)
  }
}

/** The direct operands of a node, in source order. */
export function childrenOf(node: Expr): readonly Expr[] {
  switch (node.kind) {
    case 'literal':
    case 'ident':
      return []
    case 'select':
      return [node.operand]
    case 'call':
      return node.target === undefined ? node.args : [node.target, ...node.args]
    case 'list':
      return node.elements
    case 'map':
      return node.entries.flatMap(entry => [entry.key, entry.value])
    case 'struct':
      return node.fields.map(field => field.value)
    case 'comprehension':
      return [node.iterRange, node.accuInit, node.loopCondition, node.loopStep, node.result]
  }
}

/** Line and column, both from 1, columns counted in code points, as the API server counts them. */
export function positionAt(source: string, offset: number): readonly [line: number, column: number] {
  let line = 1
  let start = 0
  for (let i = source.indexOf('\n'); i !== -1 && i < offset; i = source.indexOf('\n', start)) {
    line++
    start = i + 1
  }
  let column = 1
  for (const _ of source.slice(start, offset)) column++
  return [line, column]
}
