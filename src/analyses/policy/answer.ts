import type { Severity } from '../../model/severity.ts'
import type { Cause } from './cause.ts'

/** What a policy says of an object; one for each of its rules. */
export type Answer =
  | { readonly kind: 'pass' }
  /** The rule is not about the object. */
  | { readonly kind: 'skip' }
  | {
      readonly kind: 'fail'
      readonly message: string
      readonly causes: readonly Cause[]
      /** Where this case is graver or slighter than the rule in general. */
      readonly severity?: Severity
    }
  | { readonly kind: 'unknown'; readonly message: string; readonly reason: string; readonly causes: readonly Cause[] }
