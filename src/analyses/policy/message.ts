import { CelError, CelUnknown, type CelValue } from '../../lib/cel/values.ts'
import type { CompiledValidation } from './compiled-policy.ts'
import type { Resolve } from './expression.ts'

/** The longest text that a messageExpression may give, in bytes. */
export const MAX_MESSAGE_BYTES = 5 * 1024

/**
 * The message of a failed validation: messageExpression, where it gives fit text; else message; else the expression.
 */
export function messageOf(validation: CompiledValidation, resolve: () => Resolve): string {
  const computed = validation.message === undefined ? undefined : evaluated(validation, resolve())
  if (computed !== undefined) return computed
  return staticMessage(validation)
}

/** The message that a policy gives where its messageExpression has none. */
export function staticMessage({ validation }: CompiledValidation): string {
  return validation.message.trim() || `failed expression: ${validation.expression.text.trim()}`
}

function evaluated({ message }: CompiledValidation, resolve: Resolve): string | undefined {
  const compiled = message!.get()
  if ('error' in compiled) return undefined
  const value: CelValue = compiled.evaluate(resolve)
  if (value instanceof CelError || value instanceof CelUnknown || typeof value !== 'string') return undefined
  const text = value.trim()
  if (text === '' || text.includes('\n') || isLongerThan(text, MAX_MESSAGE_BYTES)) return undefined
  return text
}

// A UTF-16 unit takes at most three bytes in UTF-8, so that short text need not be encoded to be measured.
function isLongerThan(text: string, bytes: number): boolean {
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes
}
