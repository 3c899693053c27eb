import type { JsonPath } from '../../lib/json/json-value.ts'

/** Something in the object that made a validation what it is. */
export interface Cause {
  /** The element it belongs to, `container/web`; `""` where it is the object itself. */
  readonly key: string
  /** The place that the expression read. It need not exist: the absence of a field is a cause as well. */
  readonly path: JsonPath
  /** What stands there is a secret and must not be shown, in no part. */
  readonly isSecret?: boolean
}
