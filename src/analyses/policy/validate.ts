import { CelError, CelUnknown } from '../../lib/cel/values.ts'
import type { CompiledPolicy, CompiledValidation } from './compiled-policy.ts'
import type { PolicyScope } from './scope.ts'

/** What one validation says. Exactly `true` admits; anything else that is a value denies. */
export type Outcome =
  | { readonly kind: 'admit' }
  | { readonly kind: 'deny' }
  | { readonly kind: 'error'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string }

const admit: Outcome = { kind: 'admit' }
const deny: Outcome = { kind: 'deny' }

export function evaluateValidation(validation: CompiledValidation, scope: PolicyScope): Outcome {
  const compiled = validation.expression.get()
  if ('error' in compiled) return { kind: 'error', reason: `compilation error: ${compiled.error}` }
  const value = compiled.evaluate(scope.resolve)
  if (value === true) return admit
  if (value instanceof CelError) return { kind: 'error', reason: value.message }
  if (value instanceof CelUnknown) return { kind: 'unknown', reason: value.reasons.join('; ') }
  return deny
}

/** Says of an evaluation error what an API server would make of it. */
export function errorReason(policy: CompiledPolicy, reason: string): string {
  return policy.policy.failurePolicy === 'Fail'
    ? `${reason} (an API server would deny the object: failurePolicy Fail)`
    : `${reason} (an API server would let the object pass: failurePolicy Ignore)`
}
