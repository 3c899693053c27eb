import { type Expr, positionAt } from './ast.ts'
import { type Checked, check } from './checker.ts'
import { closure } from './closures.ts'
import { generate } from './codegen.ts'
import { RUNTIME } from './codegen-runtime.ts'
import { COST_EXCEEDED, EXPRESSION_COST_LIMIT } from './cost.ts'
import type { Environment } from './environment.ts'
import { type Activation, CostExceeded, Frame } from './frame.ts'
import type { Node } from './ir.ts'
import { LoweringError, lower } from './lower.ts'
import { parse } from './parser.ts'
import { type CelType, DYN } from './types.ts'
import { validateLiterals } from './validate.ts'
import { CelError, CelUnknown, type CelValue } from './values.ts'

export type CompileResult = { readonly ok: true; readonly program: Program } | Refusal

export interface Refusal {
  readonly ok: false
  readonly stage: 'parse' | 'check'
  readonly error: string
  /** Line and column from 1; absent for refusals that concern the whole expression. */
  readonly at?: readonly [line: number, column: number]
}

export type Evaluation =
  | { readonly kind: 'value'; readonly value: CelValue; readonly cost: number }
  | { readonly kind: 'error'; readonly message: string; readonly cost: number }
  | { readonly kind: 'unknown'; readonly reasons: readonly string[]; readonly cost: number }
  | { readonly kind: 'cost'; readonly message: string; readonly cost: number }

export interface Program {
  readonly source: string
  /** The expression with its macros expanded. */
  readonly expr: Expr
  /** Static types and what names denote, by node id. */
  readonly checked: Checked
  readonly outputType: CelType
  evaluate(activation: Activation, costLimit?: number): Evaluation
  /** The intermediate form, for the code generator and for cost estimates. */
  readonly node: Node
}

/** Makes a function of source text, as `new Function` does where code generation is allowed. */
export type MakeFunction = (...parametersAndBody: string[]) => (...args: never[]) => unknown

/** Evaluates without counting cost; loops are limited. Failures are values here. */
export type FastEvaluate = (resolve: (name: string) => CelValue | undefined) => CelValue

/**
 * The program as generated JavaScript, several times faster than `evaluate`. `undefined` where the expression needs the
 * closures. `makeFunction` is `(...a) => new Function(...a)`; contexts that forbid it keep to `evaluate`.
 */
export function generateProgram(program: Program, makeFunction: MakeFunction): FastEvaluate | undefined {
  const code = generate(program.node)
  if (code === undefined) return undefined
  const make = makeFunction('R', 'K', code.body) as unknown as (runtime: unknown, constants: unknown) => FastEvaluate
  return make(RUNTIME, code.constants)
}

/** Parses, checks and prepares an expression. */
export function compile(source: string, environment: Environment): CompileResult {
  const parsed = parse(source, environment)
  if (!parsed.ok) {
    const { message, offset } = parsed.errors[0]!
    return refuse('parse', message, source, offset)
  }
  const checked = check(parsed.expr, environment)
  const [error] = checked.errors.length > 0 ? checked.errors : validateLiterals(parsed.expr, checked, environment)
  if (error !== undefined) return refuse('check', error.message, source, error.offset)
  const lowered = lower(parsed.expr, checked, environment)
  if (lowered instanceof LoweringError) return refuse('check', lowered.message, source, undefined)
  const evaluate = closure(lowered.node, environment)
  return {
    ok: true,
    program: {
      source,
      expr: parsed.expr,
      checked,
      node: lowered.node,
      outputType: checked.types.get(parsed.expr.id) ?? DYN,
      evaluate(activation, costLimit = EXPRESSION_COST_LIMIT) {
        const frame = new Frame(activation, lowered.slots, costLimit)
        try {
          return outcome(evaluate(frame), frame)
        } catch (stop) {
          if (stop instanceof CostExceeded) return { kind: 'cost', message: COST_EXCEEDED, cost: frame.cost }
          throw stop
        }
      },
    },
  }
}

function refuse(stage: 'parse' | 'check', error: string, source: string, offset: number | undefined): Refusal {
  return offset === undefined
    ? { ok: false, stage, error }
    : { ok: false, stage, error, at: positionAt(source, offset) }
}

function outcome(value: CelValue, frame: Frame): Evaluation {
  const { cost } = frame
  if (cost > frame.limit) return { kind: 'cost', message: COST_EXCEEDED, cost }
  if (value instanceof CelError) return { kind: 'error', message: value.message, cost }
  if (value instanceof CelUnknown) return { kind: 'unknown', reasons: value.reasons, cost }
  return { kind: 'value', value, cost }
}
