import type { JsonValue } from '../lib/json/json-value.ts'
import type { Exception } from './exception.ts'
import type { Severity } from './severity.ts'
import type { ObjectRef } from './subject.ts'
import type { Verdict } from './verdict.ts'

/** One rule's answer about one object that a person should see: a failure, or a verdict that is not known. */
export interface Finding {
  /** Permanent id of the rule, with the number of the validation where a rule has several: `BW-POD-028.1`. */
  readonly ruleId: string
  readonly verdict: Verdict
  readonly status: FindingStatus
  readonly severity: Severity
  readonly subject: ObjectRef
  /** The element the finding is about when it is not the whole object; `""` otherwise. */
  readonly element: string
  readonly message: string
  readonly evidence: readonly Evidence[]
  readonly locations: readonly Location[]
  readonly frameworks: readonly string[]
  /** Names of equivalent checks elsewhere, in their own words. */
  readonly aliases: readonly string[]
  readonly fix?: FixOffer
  /** What hid the finding, where `status` is `excepted`. */
  readonly exception?: Exception
  /** Why the verdict is `unknown`; absent otherwise. */
  readonly reason?: string
  /** `f1:` and 32 hexadecimal digits. Made of identities, never of a line number or an index. */
  readonly fingerprint: string
}

export type FindingStatus = 'new' | 'existing' | 'fixed' | 'excepted'

/** A fact that led to the finding, so that a reader can check it by hand. */
export interface Evidence {
  /** JSON pointer into the object as it was read. */
  readonly pointer: string
  /** The value that stands there; `null` where nothing stands there. */
  readonly value: JsonValue
}

/** Where in the input the cause stands. */
export interface Location {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
  /** The element this location is about: `container/web`; `""` for the object itself. */
  readonly key: string
  /** The element's own fingerprint: baselines and exceptions work on it. */
  readonly fingerprint: string
  /** How certain the place is: read from this very file, from the template it came from, or only its unit. */
  readonly origin: 'exact' | 'template' | 'unit'
}

/** A proven or advised change. `proven` is true only after evaluating again with the patch applied. */
export interface FixOffer {
  readonly level: 'safe' | 'likely' | 'needs-evidence'
  readonly proven: boolean
  readonly patch: readonly JsonValue[]
}
