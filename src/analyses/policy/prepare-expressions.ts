import { check } from '../../lib/cel/checker.ts'
import type { Environment } from '../../lib/cel/environment.ts'
import { LoweringError, lower } from '../../lib/cel/lower.ts'
import { parse } from '../../lib/cel/parser.ts'
import { type PortableExpression, portableOf } from '../../lib/cel/portable.ts'
import type { Policy } from '../../model/policy.ts'
import { type CompiledPolicy, compilePolicy, type Lazy } from './compiled-policy.ts'
import { keyOf, type PreparedHead, type PreparedPolicy } from './prepared.ts'

/** The text for `PreparedExpressions`: one line for each policy behind one for all. */
export function prepareExpressions(policies: readonly Policy[], minor: number): string {
  const conditions: Record<string, PortableExpression> = {}
  const lines = policies.map(policy => {
    const compiled = compilePolicy(policy, { minor, makeFunction: undefined })
    for (const condition of compiled.conditions) {
      const portable = prepared(condition, compiled.syntax)
      if (portable !== null) conditions[condition.source.text] = portable
    }
    return `${keyOf(policy)}\t${JSON.stringify(preparedPolicy(compiled))}`
  })
  const head: PreparedHead = { minor, conditions }
  return [JSON.stringify(head), ...lines].join('\n')
}

function preparedPolicy(compiled: CompiledPolicy): PreparedPolicy {
  const of = (lazy: Lazy | undefined): PortableExpression | null =>
    lazy === undefined ? null : prepared(lazy, lazy.environment())
  return {
    variables: [...compiled.variables.values()].map(({ expression }) => of(expression)),
    validations: compiled.validations.map(({ expression }) => of(expression)),
    messages: compiled.validations.map(({ message }) => of(message)),
  }
}

function prepared({ source }: Lazy, environment: Environment): PortableExpression | null {
  const parsed = parse(source.text, environment)
  const checked = parsed.ok ? check(parsed.expr, environment) : undefined
  if (!parsed.ok || checked === undefined || checked.errors.length > 0)
    throw new Error(`a policy that ships does not compile: ${source.text}`)
  const lowered = lower(parsed.expr, checked, environment)
  if (lowered instanceof LoweringError) throw new Error(lowered.message)
  return portableOf(lowered) ?? null
}
