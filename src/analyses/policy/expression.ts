import type { Expr } from '../../lib/cel/ast.ts'
import { check } from '../../lib/cel/checker.ts'
import { closure } from '../../lib/cel/closures.ts'
import { CostExceeded, Frame } from '../../lib/cel/frame.ts'
import { type Environment, positionAt, withVariables } from '../../lib/cel/index.ts'
import { LoweringError, lower } from '../../lib/cel/lower.ts'
import { parse } from '../../lib/cel/parser.ts'
import { type CelType, DYN } from '../../lib/cel/types.ts'
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
export const SCAN_COST_LIMIT = 10_000_000

export function compileText(source: string, environment: Environment): CompiledExpression | ExpressionError {
  const parsed = parse(source, environment)
  if (!parsed.ok) {
    const { message, offset } = parsed.errors[0]!
    return { error: message, at: positionAt(source, offset ?? 0) }
  }
  return compileTree(parsed.expr, environment, source)
}

/** Compiles a part of an expression by itself; `locals` are the variables that the whole binds around it. */
export function compilePart(
  expr: Expr,
  environment: Environment,
  locals: readonly string[],
): CompiledExpression | ExpressionError {
  const declared = locals.length === 0 ? environment : withVariables(environment, dynamic(locals))
  return compileTree(expr, declared, '')
}

function compileTree(expr: Expr, environment: Environment, source: string): CompiledExpression | ExpressionError {
  const checked = check(expr, environment)
  const [error] = checked.errors
  if (error !== undefined) return { error: error.message, at: positionAt(source, error.offset) }
  const lowered = lower(expr, checked, environment)
  if (lowered instanceof LoweringError) return { error: lowered.message, at: [1, 1] }
  const run = closure(lowered.node, environment)
  const { slots } = lowered
  return {
    expr,
    type: checked.types.get(expr.id) ?? DYN,
    evaluate(resolve) {
      try {
        return run(new Frame(resolve, slots, SCAN_COST_LIMIT))
      } catch (stop) {
        if (stop instanceof CostExceeded) return new CelError('the expression runs on for too long')
        throw stop
      }
    },
  }
}

function dynamic(names: readonly string[]): Readonly<Record<string, CelType>> {
  return Object.fromEntries(names.map(name => [name, DYN]))
}
