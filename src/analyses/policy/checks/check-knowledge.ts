import type { ApiLifecycle } from '../../../inventory/api-lifecycle.ts'
import type { KindTable } from '../../../inventory/defaulting/index.ts'

/** What checks know of the target: its minor, its kinds, and which API versions came and went. */
export interface CheckKnowledge {
  readonly minor: number
  readonly table: KindTable
  readonly lifecycle: ApiLifecycle
}
