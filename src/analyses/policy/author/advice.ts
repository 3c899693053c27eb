import type { JsonPath } from '../../../lib/json/json-value.ts'

/** Something to say to the author of a policy: what is so, why it matters, and what to write instead. */
export interface Advice {
  /** `error`: a server refuses it. `warn`: it does not do what it seems to. `info`: good to know. */
  readonly level: 'error' | 'warn' | 'info'
  readonly code: string
  readonly message: string
  /** The way out; `undefined` where there is nothing to do. */
  readonly next: string | undefined
  /** The field of the policy. */
  readonly path: JsonPath
  /** Line and column inside an expression, with its text; absent where the field itself is meant. */
  readonly within?: { readonly text: string; readonly at: readonly [line: number, column: number] }
}
