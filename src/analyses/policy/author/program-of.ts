import type { Expr } from '../../../lib/cel/ast.ts'
import { check } from '../../../lib/cel/checker.ts'
import { closure } from '../../../lib/cel/closures.ts'
import { COST_EXCEEDED, EXPRESSION_COST_LIMIT } from '../../../lib/cel/cost.ts'
import type { Environment } from '../../../lib/cel/environment.ts'
import { CostExceeded, Frame } from '../../../lib/cel/frame.ts'
import { joinFunctions } from '../../../lib/cel/functions.ts'
import { LoweringError, lower } from '../../../lib/cel/lower.ts'
import type { Evaluation, Program } from '../../../lib/cel/program.ts'
import { BOOL, DYN, INT } from '../../../lib/cel/types.ts'
import { CelError, CelUnknown, type CelValue } from '../../../lib/cel/values.ts'

/** A program made of a tree rather than of text; `undefined` where the tree does not check. */
export function programOf(expr: Expr, environment: Environment, source: string): Program | undefined {
  const checked = check(expr, environment)
  if (checked.errors.length > 0) return undefined
  const lowered = lower(expr, checked, environment)
  if (lowered instanceof LoweringError) return undefined
  const run = closure(lowered.node, environment)
  return {
    source,
    expr,
    checked,
    node: lowered.node,
    outputType: checked.types.get(expr.id) ?? DYN,
    evaluate(activation, costLimit = EXPRESSION_COST_LIMIT): Evaluation {
      const frame = new Frame(activation, lowered.slots, costLimit)
      try {
        const value = run(frame)
        const { cost } = frame
        if (value instanceof CelError) return { kind: 'error', message: value.message, cost }
        if (value instanceof CelUnknown) return { kind: 'unknown', reasons: value.reasons, cost }
        return { kind: 'value', value, cost }
      } catch (stop) {
        if (stop instanceof CostExceeded) return { kind: 'cost', message: COST_EXCEEDED, cost: frame.cost }
        throw stop
      }
    },
  }
}

/** The name of the function that marks a branch; it cannot be written in an expression. */
export const MARK = '@mark'

/** An environment in which marks tell what a branch came to. */
export function withMarks(environment: Environment, seen: (branch: number, value: boolean) => void): Environment {
  const mark = {
    name: MARK,
    overloads: [
      {
        id: 'mark',
        member: false,
        args: [INT, BOOL],
        result: BOOL,
        call: (branch?: CelValue, value?: CelValue): CelValue => {
          seen(branch as number, value as boolean)
          return value as boolean
        },
      },
    ],
  }
  const functions = joinFunctions([{ name: 'marks', functions: [mark] }])
  return { ...environment, functions: new Map([...environment.functions, ...functions]) }
}
