import { ACCUMULATOR, type CallExpr, type ComprehensionExpr, type Expr, type MacroName } from './ast.ts'
import type { CelConstant } from './values.ts'

/** Which groups of macros an environment knows beside the standard ones. */
export interface MacroSet {
  /** `optMap`, `optFlatMap`: since 1.28. */
  readonly optionals: boolean
  /** Two-variable comprehensions: since 1.32. */
  readonly twoVariables: boolean
  /** `sortBy`: since 1.34. */
  readonly sortBy: boolean
  /** `cel.bind`, which Kubernetes does not have. */
  readonly bind?: boolean
}

export interface ExprFactory {
  nextId(): number
}

export type Expansion = { readonly expr: Expr } | { readonly error: string; readonly offset: number }

/**
 * The expansion of a macro call; an error when a macro of this name and arity got unfit arguments; `undefined` when it
 * is an ordinary call. Every new node is anchored at `offset`, the opening parenthesis of the call.
 */
export function expandMacro(
  macros: MacroSet,
  factory: ExprFactory,
  offset: number,
  name: string,
  target: Expr | undefined,
  args: readonly Expr[],
): Expansion | undefined {
  const make = new Maker(factory, offset)
  if (target === undefined) return name === 'has' && args.length === 1 ? make.has(args[0]!) : undefined
  switch (name) {
    case 'all':
    case 'exists':
    case 'exists_one':
      if (args.length === 2) return make.quantifier(name, target, args)
      return args.length === 3 && macros.twoVariables ? make.quantifier(name, target, args) : undefined
    case 'existsOne':
      return args.length === 3 && macros.twoVariables ? make.quantifier('exists_one', target, args) : undefined
    case 'map':
      return args.length === 2 || args.length === 3 ? make.map(target, args) : undefined
    case 'filter':
      return args.length === 2 ? make.filter(target, args) : undefined
    case 'transformList':
    case 'transformMap':
    case 'transformMapEntry':
      return macros.twoVariables && (args.length === 3 || args.length === 4)
        ? make.transform(name, target, args)
        : undefined
    case 'optMap':
    case 'optFlatMap':
      return macros.optionals && args.length === 2 ? make.optional(name, target, args) : undefined
    case 'sortBy':
      return macros.sortBy && args.length === 2 ? make.sortBy(target, args) : undefined
    case 'bind':
      return macros.bind === true && args.length === 3 && target.kind === 'ident' && target.name === 'cel'
        ? make.bind(args)
        : undefined
    default:
      return undefined
  }
}

const OVERWRITES = 'iteration variable overwrites accumulator variable'

class Maker {
  readonly factory: ExprFactory
  readonly offset: number

  constructor(factory: ExprFactory, offset: number) {
    this.factory = factory
    this.offset = offset
  }

  has(operand: Expr): Expansion {
    if (operand.kind !== 'select') return { error: 'invalid argument to has() macro', offset: operand.offset }
    return { expr: { ...operand, id: this.factory.nextId(), offset: this.offset, testOnly: true } }
  }

  quantifier(macro: 'all' | 'exists' | 'exists_one', target: Expr, args: readonly Expr[]): Expansion {
    const variables =
      args.length === 2 ? simpleVariable(args[0]!, 'argument must be a simple name') : twoVariables(args)
    if ('error' in variables) return variables
    const predicate = args.at(-1)!
    switch (macro) {
      case 'all':
        return this.fold(macro, target, variables, {
          init: this.literal(true),
          condition: this.call('@not_strictly_false', [this.accumulator()]),
          step: this.call('_&&_', [this.accumulator(), predicate]),
        })
      case 'exists':
        return this.fold(macro, target, variables, {
          init: this.literal(false),
          condition: this.call('@not_strictly_false', [this.call('!_', [this.accumulator()])]),
          step: this.call('_||_', [this.accumulator(), predicate]),
        })
      case 'exists_one': {
        const increment = this.call('_+_', [this.accumulator(), this.literal(1)])
        return this.fold(macro, target, variables, {
          init: this.literal(0),
          condition: this.literal(true),
          step: this.call('_?_:_', [predicate, increment, this.accumulator()]),
          result: this.call('_==_', [this.accumulator(), this.literal(1)]),
        })
      }
    }
  }

  map(target: Expr, args: readonly Expr[]): Expansion {
    const variables = simpleVariable(args[0]!, 'argument is not an identifier')
    if ('error' in variables) return variables
    const step = this.call('_+_', [this.accumulator(), this.list([args.at(-1)!])])
    return this.collect('map', target, variables, this.list([]), args.length === 3 ? args[1] : undefined, step)
  }

  filter(target: Expr, args: readonly Expr[]): Expansion {
    const variables = simpleVariable(args[0]!, 'argument is not an identifier')
    if ('error' in variables) return variables
    const step = this.call('_+_', [this.accumulator(), this.list([args[0]!])])
    return this.collect('filter', target, variables, this.list([]), args[1], step)
  }

  transform(
    macro: 'transformList' | 'transformMap' | 'transformMapEntry',
    target: Expr,
    args: readonly Expr[],
  ): Expansion {
    const variables = twoVariables(args)
    if ('error' in variables) return variables
    const transform = args.at(-1)!
    const filter = args.length === 4 ? args[2] : undefined
    if (macro === 'transformList') {
      const step = this.call('_+_', [this.accumulator(), this.list([transform])])
      return this.collect(macro, target, variables, this.list([]), filter, step)
    }
    const inserted = macro === 'transformMap' ? [this.ident(variables.first), transform] : [transform]
    const step = this.call('cel.@mapInsert', [this.accumulator(), ...inserted])
    const empty: Expr = { kind: 'map', id: this.factory.nextId(), offset: this.offset, entries: [] }
    return this.collect(macro, target, variables, empty, filter, step)
  }

  optional(macro: 'optMap' | 'optFlatMap', target: Expr, args: readonly Expr[]): Expansion {
    const variable = args[0]!
    if (variable.kind !== 'ident')
      return { error: `${macro}() variable name must be a simple identifier`, offset: variable.offset }
    const hasValue = this.member('hasValue', target, [])
    // The target is evaluated twice, as in the reference implementation, and both times cost.
    const value = this.member('value', this.copy(target), [])
    const mapped = this.bound(macro, variable.name, value, args[1]!)
    const some = macro === 'optMap' ? this.call('optional.of', [mapped]) : mapped
    return { expr: this.call('_?_:_', [hasValue, some, this.call('optional.none', [])]) }
  }

  sortBy(target: Expr, args: readonly Expr[]): Expansion {
    if (target.kind === 'literal' || target.kind === 'map' || target.kind === 'struct') {
      const error = 'sortBy can only be applied to a list, identifier, comprehension, call or select expression'
      return { error, offset: target.offset }
    }
    const input = '@__sortBy_input__'
    const keys = this.map(this.ident(input), args)
    if ('error' in keys) return keys
    const call = this.member('@sortByAssociatedKeys', this.ident(input), [keys.expr])
    return { expr: this.bound('sortBy', input, target, call) }
  }

  bind(args: readonly Expr[]): Expansion {
    const variable = args[0]!
    if (variable.kind !== 'ident')
      return { error: 'cel.bind() variable names must be simple identifiers', offset: variable.offset }
    return { expr: this.bound('bind', variable.name, args[1]!, args[2]!) }
  }

  collect(
    macro: MacroName,
    target: Expr,
    variables: Variables,
    init: Expr,
    filter: Expr | undefined,
    append: Expr,
  ): Expansion {
    const step = filter === undefined ? append : this.call('_?_:_', [filter, append, this.accumulator()])
    return this.fold(macro, target, variables, { init, condition: this.literal(true), step })
  }

  fold(
    macro: MacroName,
    iterRange: Expr,
    variables: Variables,
    parts: { readonly init: Expr; readonly condition: Expr; readonly step: Expr; readonly result?: Expr },
  ): Expansion {
    const expr: ComprehensionExpr = {
      kind: 'comprehension',
      id: this.factory.nextId(),
      offset: this.offset,
      macro,
      iterRange,
      iterVar: variables.first,
      iterVar2: variables.second,
      accuVar: ACCUMULATOR,
      accuInit: parts.init,
      loopCondition: parts.condition,
      loopStep: parts.step,
      result: parts.result ?? this.accumulator(),
    }
    return { expr }
  }

  /** A variable binding: a fold over nothing whose accumulator is the variable. */
  bound(macro: MacroName, name: string, value: Expr, result: Expr): Expr {
    return {
      kind: 'comprehension',
      id: this.factory.nextId(),
      offset: this.offset,
      macro,
      iterRange: this.list([]),
      iterVar: '#unused',
      iterVar2: '',
      accuVar: name,
      accuInit: value,
      loopCondition: this.literal(false),
      loopStep: this.ident(name),
      result,
    }
  }

  literal(value: CelConstant): Expr {
    return { kind: 'literal', id: this.factory.nextId(), offset: this.offset, value }
  }

  ident(name: string): Expr {
    return { kind: 'ident', id: this.factory.nextId(), offset: this.offset, name }
  }

  accumulator(): Expr {
    return this.ident(ACCUMULATOR)
  }

  list(elements: readonly Expr[]): Expr {
    return { kind: 'list', id: this.factory.nextId(), offset: this.offset, elements, optionalIndices: [] }
  }

  call(name: string, args: readonly Expr[]): CallExpr {
    return { kind: 'call', id: this.factory.nextId(), offset: this.offset, function: name, target: undefined, args }
  }

  member(name: string, target: Expr, args: readonly Expr[]): CallExpr {
    return { kind: 'call', id: this.factory.nextId(), offset: this.offset, function: name, target, args }
  }

  /** The same expression with ids of its own. */
  copy(node: Expr): Expr {
    const id = this.factory.nextId()
    switch (node.kind) {
      case 'literal':
      case 'ident':
        return { ...node, id }
      case 'select':
        return { ...node, id, operand: this.copy(node.operand) }
      case 'call': {
        const target = node.target === undefined ? undefined : this.copy(node.target)
        return { ...node, id, target, args: node.args.map(arg => this.copy(arg)) }
      }
      case 'list':
        return { ...node, id, elements: node.elements.map(element => this.copy(element)) }
      case 'map': {
        const entries = node.entries.map(entry => ({
          ...entry,
          id: this.factory.nextId(),
          key: this.copy(entry.key),
          value: this.copy(entry.value),
        }))
        return { ...node, id, entries }
      }
      case 'struct': {
        const fields = node.fields.map(field => ({
          ...field,
          id: this.factory.nextId(),
          value: this.copy(field.value),
        }))
        return { ...node, id, fields }
      }
      case 'comprehension':
        return {
          ...node,
          id,
          iterRange: this.copy(node.iterRange),
          accuInit: this.copy(node.accuInit),
          loopCondition: this.copy(node.loopCondition),
          loopStep: this.copy(node.loopStep),
          result: this.copy(node.result),
        }
    }
  }
}

interface Variables {
  readonly first: string
  readonly second: string
}

type Refusal = { readonly error: string; readonly offset: number }

function simpleVariable(arg: Expr, message: string): Variables | Refusal {
  if (arg.kind !== 'ident') return { error: message, offset: arg.offset }
  if (isAccumulator(arg.name)) return { error: OVERWRITES, offset: arg.offset }
  return { first: arg.name, second: '' }
}

function twoVariables(args: readonly Expr[]): Variables | Refusal {
  const [first, second] = [args[0]!, args[1]!]
  for (const arg of [first, second])
    if (arg.kind !== 'ident') return { error: 'argument must be a simple name', offset: arg.offset }
  if (first.kind !== 'ident' || second.kind !== 'ident') throw new Error('unreachable')
  if (first.name === second.name) return { error: `duplicate variable name: ${first.name}`, offset: second.offset }
  for (const arg of [first, second]) if (isAccumulator(arg.name)) return { error: OVERWRITES, offset: arg.offset }
  return { first: first.name, second: second.name }
}

function isAccumulator(name: string): boolean {
  return name === ACCUMULATOR || name === '__result__'
}
