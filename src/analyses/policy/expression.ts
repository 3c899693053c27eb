import type { Expr } from '../../lib/cel/ast.ts'
import { check } from '../../lib/cel/checker.ts'
import { closure } from '../../lib/cel/closures.ts'
import { generate } from '../../lib/cel/codegen.ts'
import { FuseBlown, RUNTIME } from '../../lib/cel/codegen-runtime.ts'
import { CostExceeded, Frame } from '../../lib/cel/frame.ts'
import { type Environment, positionAt, withVariables } from '../../lib/cel/index.ts'
import type { Node } from '../../lib/cel/ir.ts'
import { type Lowered, LoweringError, lower } from '../../lib/cel/lower.ts'
import { parse } from '../../lib/cel/parser.ts'
import { fromPortable, type PortableExpression } from '../../lib/cel/portable.ts'
import type { FastEvaluate, MakeFunction } from '../../lib/cel/program.ts'
import { type CelType, DYN } from '../../lib/cel/types.ts'
import { validateLiterals } from '../../lib/cel/validate.ts'
import { CelError, type CelValue } from '../../lib/cel/values.ts'

/** Where an expression finds its variables. */
export type Resolve = (name: string) => CelValue | undefined

/** An expression ready to be evaluated. Errors and unknowns are values. */
export interface CompiledExpression {
  readonly expr: Expr
  readonly type: CelType
  evaluate(resolve: Resolve): CelValue
}

/** Why an expression is no program. */
export interface ExpressionError {
  readonly error: string
  /** Line and column inside the expression, from 1. */
  readonly at: readonly [line: number, column: number]
}

/** Ends an evaluation that would run on; the exact cost limits of admission are smaller and counted there. */
const SCAN_COST_LIMIT = 10_000_000

export function compileText(
  source: string,
  environment: Environment,
  makeFunction?: MakeFunction,
): CompiledExpression | ExpressionError {
  // Many policies share an environment and the text of a match condition.
  let known = compiledTexts.get(environment)
  if (known === undefined) {
    known = new Map()
    compiledTexts.set(environment, known)
  }
  let compiled = known.get(source)
  if (compiled === undefined) {
    const parsed = parse(source, environment)
    if (parsed.ok) compiled = compileTree(parsed.expr, environment, source, makeFunction)
    else {
      const { message, offset } = parsed.errors[0]!
      compiled = { error: message, at: positionAt(source, offset ?? 0) }
    }
    known.set(source, compiled)
  }
  return compiled
}

const compiledTexts = new WeakMap<Environment, Map<string, CompiledExpression | ExpressionError>>()

/** Compiles a part of an expression by itself; `locals` are the variables that the whole binds around it. */
export function compilePart(
  expr: Expr,
  environment: Environment,
  locals: readonly string[],
  makeFunction?: MakeFunction,
): CompiledExpression | ExpressionError {
  const declared = locals.length === 0 ? environment : withVariables(environment, dynamic(locals))
  return compileTree(expr, declared, '', makeFunction)
}

function compileTree(
  expr: Expr,
  environment: Environment,
  source: string,
  makeFunction: MakeFunction | undefined,
): CompiledExpression | ExpressionError {
  const checked = check(expr, environment)
  const [error] = checked.errors.length > 0 ? checked.errors : validateLiterals(expr, checked, environment)
  if (error !== undefined) return { error: error.message, at: positionAt(source, error.offset) }
  const lowered = lower(expr, checked, environment)
  if (lowered instanceof LoweringError) return { error: lowered.message, at: [1, 1] }
  const type = checked.types.get(expr.id) ?? DYN
  return new Tiered(
    () => expr,
    () => type,
    lowered,
    environment,
    makeFunction,
  )
}

/** An expression that the build prepared: its tree and its type are made only where somebody asks for them. */
export function preparedExpression(
  source: string,
  portable: PortableExpression,
  environment: () => Environment,
  syntax: Environment,
  makeFunction: MakeFunction | undefined,
): CompiledExpression {
  const lowered = fromPortable(portable, syntax)
  let expr: Expr | undefined
  let type: CelType | undefined
  const tree = (): Expr => {
    if (expr !== undefined) return expr
    const parsed = parse(source, syntax)
    if (!parsed.ok) throw new Error(`a prepared expression does not parse: ${source}`)
    expr = parsed.expr
    return expr
  }
  const typed = (): CelType => {
    type ??= check(tree(), environment()).types.get(tree().id) ?? DYN
    return type
  }
  return new Tiered(tree, typed, lowered, syntax, makeFunction)
}

/** Evaluations after which an expression is worth a program of its own; one file has fewer, a large scan many more. */
const GENERATE_AFTER = 40

/** Runs on closures at first and, where it is asked often, as generated code. Both give the same values. */
class Tiered implements CompiledExpression {
  private readonly tree: () => Expr
  private readonly typed: () => CelType
  private readonly lowered: Lowered
  private readonly makeFunction: MakeFunction | undefined
  private readonly run: (frame: Frame) => CelValue
  private calls = 0
  private fast: FastEvaluate | undefined

  constructor(
    tree: () => Expr,
    typed: () => CelType,
    lowered: Lowered,
    environment: Environment,
    makeFunction: MakeFunction | undefined,
  ) {
    this.tree = tree
    this.typed = typed
    this.lowered = lowered
    this.makeFunction = makeFunction
    this.run = closure(lowered.node, environment)
  }

  get expr(): Expr {
    return this.tree()
  }

  get type(): CelType {
    return this.typed()
  }

  evaluate(resolve: Resolve): CelValue {
    try {
      if (this.fast !== undefined) return this.fast(resolve)
      if (++this.calls === GENERATE_AFTER && this.makeFunction !== undefined) {
        this.fast = generateCode(this.lowered.node, this.makeFunction)
      }
      return this.run(new Frame(resolve, this.lowered.slots, SCAN_COST_LIMIT))
    } catch (stop) {
      if (stop instanceof CostExceeded || stop instanceof FuseBlown)
        return new CelError('the expression runs on for too long')
      throw stop
    }
  }
}

function generateCode(node: Node, makeFunction: MakeFunction): FastEvaluate | undefined {
  const code = generate(node)
  if (code === undefined) return undefined
  const make = makeFunction('R', 'K', code.body) as unknown as (runtime: unknown, constants: unknown) => FastEvaluate
  return make(RUNTIME, code.constants)
}

function dynamic(names: readonly string[]): Readonly<Record<string, CelType>> {
  return Object.fromEntries(names.map(name => [name, DYN]))
}
