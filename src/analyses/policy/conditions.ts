import type { Environment } from '../../lib/cel/environment.ts'
import { CelError, CelUnknown, type CelValue, unknown } from '../../lib/cel/values.ts'
import type { CompiledPolicy, Lazy } from './compiled-policy.ts'
import type { Resolve } from './expression.ts'

/** What the match conditions of a policy say of a request. */
export type Conditions =
  | { readonly kind: 'met' }
  /** One is false: the policy does not apply, even where another one fails. */
  | { readonly kind: 'notMet' }
  | { readonly kind: 'error'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

export const met: Conditions = { kind: 'met' }
const notMet: Conditions = { kind: 'notMet' }

/** Evaluates all conditions: a false one skips the policy whatever the others do. They see no variables. */
export function evaluateConditions(conditions: readonly Lazy[], resolve: Resolve): Conditions {
  const errors: string[] = []
  const reasons: string[] = []
  for (const condition of conditions) {
    const compiled = condition.get()
    const value = 'error' in compiled ? new CelError(compiled.error) : compiled.evaluate(resolve)
    if (value === false) return notMet
    if (value === true) continue
    if (value instanceof CelUnknown) reasons.push(...value.reasons)
    else errors.push(value instanceof CelError ? value.message : 'the condition is no bool')
  }
  // An unknown condition may turn out false and skip the policy, errors or not.
  if (reasons.length > 0) return { kind: 'unknown', reason: reasons.join('; ') }
  if (errors.length > 0) return { kind: 'error', reason: errors.length === 1 ? errors[0]! : `[${errors.join(', ')}]` }
  return met
}

/**
 * The conditions of a policy that can be other than true when an object is created, whatever the object. The shipped
 * pod rules ask on UPDATE only, which a scan need not ask again for each object.
 */
export function conditionsOfCreation({ conditions, syntax }: CompiledPolicy): readonly Lazy[] {
  return conditions.filter(condition => {
    // Most policies share the text of their condition.
    let known = metByCreations.get(syntax)
    if (known === undefined) {
      known = new Map()
      metByCreations.set(syntax, known)
    }
    const { text } = condition.source
    let isMet = known.get(text)
    if (isMet === undefined) {
      const compiled = condition.get()
      isMet = !('error' in compiled) && compiled.evaluate(anyCreation) === true
      known.set(text, isMet)
    }
    return !isMet
  })
}

const metByCreations = new WeakMap<Environment, Map<string, boolean>>()

const anything = unknown('any object')
const creation: CelValue = {
  kind: anything,
  resource: anything,
  subResource: anything,
  requestKind: anything,
  requestResource: anything,
  requestSubResource: anything,
  name: anything,
  namespace: anything,
  operation: 'CREATE',
  userInfo: anything,
  dryRun: anything,
  options: anything,
}
const anyCreation: Resolve = name => (name === 'request' ? creation : anything)
