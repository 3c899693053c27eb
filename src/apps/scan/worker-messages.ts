import type { PolicyFacts } from '../../analyses/policy/index.ts'
import type { SnapshotObject } from '../../inventory/snapshot/snapshot-object.ts'
import type { FileQueue } from './file-queue.ts'
import type { ScanRequest } from './scan-request.ts'
import type { ShareResult } from './share-result.ts'

/** What a scan worker is started with. */
export interface WorkerStart {
  readonly request: ScanRequest
  readonly queue: FileQueue
  /** Its place among the threads; the main thread is 0. */
  readonly part: number
}

export type ToWorker =
  /** The paths of all inputs; what is no regular file is read by the main thread. */
  | { readonly kind: 'files'; readonly paths: readonly string[]; readonly areRegular: readonly boolean[] }
  | { readonly kind: 'finish'; readonly facts: readonly PolicyFacts[]; readonly absorbed: readonly string[] }

/** What one thread tells the others when it has read its files. */
export interface SharedFacts {
  readonly facts: PolicyFacts
  readonly snapshot: readonly SnapshotObject[]
}

export type FromWorker =
  | ({ readonly kind: 'facts' } & SharedFacts)
  | { readonly kind: 'result'; readonly result: ShareResult }
  | {
      readonly kind: 'error'
      readonly message: string
      readonly stack: string | undefined
      readonly known: { readonly code: string; readonly next: string | undefined } | undefined
    }
