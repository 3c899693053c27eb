import type { ApiLifecycle } from '../../../inventory/api-lifecycle.ts'
import type { KindTable } from '../../../inventory/defaulting/index.ts'
import type { PodPaths } from '../../../inventory/pod-paths.ts'

/** What checks know of the target: its minor, its kinds, which API versions came and went, where pods are. */
export interface CheckKnowledge {
  readonly minor: number
  readonly table: KindTable
  readonly lifecycle: ApiLifecycle
  readonly podPaths: PodPaths
}
