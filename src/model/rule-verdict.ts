import type { Evidence, FixOffer, Location } from './finding.ts'
import type { Severity } from './severity.ts'
import type { ObjectRef } from './subject.ts'

/** What an analysis of several objects says of a subject under one rule, before it has a fingerprint. */
export interface RuleVerdict {
  readonly ruleId: string
  readonly verdict: 'fail' | 'unknown'
  /** Where the case is graver or milder than its rule usually is. */
  readonly severity?: Severity
  readonly subject: ObjectRef
  readonly message: string
  /** Why the verdict is unknown. */
  readonly reason?: string
  /** Never empty; the first is where a reader looks first. Keys hold no line and no position. */
  readonly elements: readonly VerdictElement[]
  readonly evidence: readonly Evidence[]
  readonly fix?: FixOffer
}

export interface VerdictElement {
  /** `subject/sa:ci/deployer`, `peer/10.0.0.0/8`; `""` for the object itself. */
  readonly key: string
  readonly file: string
  readonly line: number
  readonly column: number
  readonly origin: Location['origin']
}
