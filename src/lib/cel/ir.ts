import type { MacroName } from './ast.ts'
import type { FunctionDecl, Implementation } from './functions.ts'
import type { CelValue } from './values.ts'

/**
 * The intermediate form of both back-ends: checked, constants folded, names resolved to variables or slots. It keeps
 * the structure that the reference evaluator plans, because the cost of an expression counts that structure.
 */
export type Node =
  | ConstNode
  | AttributeNode
  | ConditionNode
  | LogicalNode
  | EqualityNode
  | MembershipNode
  | CallNode
  | OptionalNode
  | ListNode
  | MapNode
  | StructNode
  | FoldNode

export interface ConstNode {
  readonly kind: 'const'
  readonly value: CelValue
}

/** A variable or value and the path that is followed from it: one evaluation step, however long the path. */
export interface AttributeNode {
  readonly kind: 'attribute'
  readonly base:
    | { readonly kind: 'variable'; readonly name: string }
    | { readonly kind: 'slot'; readonly slot: number }
    | { readonly kind: 'value'; readonly node: Node }
  readonly path: Step[]
  /** True for `has(...)`: the last step only asks for presence. */
  readonly test: boolean
  /** Costs of its own: not as a branch of a conditional, nor as an index. */
  readonly counted: boolean
}

export type Step =
  | {
      readonly kind: 'key'
      readonly key: string | number | bigint | boolean | CelValue
      readonly optional: boolean
      readonly test: boolean
    }
  | { readonly kind: 'computed'; readonly node: Node; readonly optional: boolean }

export interface ConditionNode {
  readonly kind: 'condition'
  readonly test: Node
  readonly truthy: Node
  readonly falsy: Node
}

export interface LogicalNode {
  readonly kind: 'and' | 'or'
  readonly left: Node
  readonly right: Node
}

export interface EqualityNode {
  readonly kind: 'equal' | 'unequal'
  readonly left: Node
  readonly right: Node
}

/** `x in [constants]`, which costs nothing. */
export interface MembershipNode {
  readonly kind: 'membership'
  readonly element: Node
  readonly set: ReadonlySet<unknown>
  readonly list: readonly CelValue[]
}

export interface CallNode {
  readonly kind: 'call'
  readonly declaration: FunctionDecl
  /** Empty when several overloads remain possible. */
  readonly overload: string
  readonly args: readonly Node[]
  readonly call: Implementation
  /** Stops at the first failing operand instead of evaluating all of them. */
  readonly early: boolean
  /** Adds to the accumulator of the enclosing fold in place. */
  readonly appends: boolean
}

/** `or` and `orValue`. */
export interface OptionalNode {
  readonly kind: 'optional'
  readonly value: boolean
  /** See `Environment.lenientOr`. */
  readonly lenient: boolean
  readonly left: Node
  readonly right: Node
}

export interface ListNode {
  readonly kind: 'list'
  readonly elements: readonly { readonly node: Node; readonly optional: boolean }[]
}

export interface MapNode {
  readonly kind: 'map'
  readonly entries: readonly { readonly key: Node; readonly value: Node; readonly optional: boolean }[]
}

export interface StructNode {
  readonly kind: 'struct'
  readonly typeName: string
  readonly fields: readonly { readonly name: string; readonly value: Node; readonly optional: boolean }[]
}

export interface FoldNode {
  readonly kind: 'fold'
  readonly macro: MacroName
  readonly range: Node
  readonly iterSlot: number
  /** -1 with one variable. */
  readonly secondSlot: number
  readonly accuSlot: number
  readonly init: Node
  readonly condition: Node
  readonly step: Node
  readonly result: Node
  /** The predicate of `all` and `exists`, whose fold the back-ends know. */
  readonly predicate: Node | undefined
}
