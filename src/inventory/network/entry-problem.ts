import type { JsonPath } from '../../lib/json/json-value.ts'
import type { SnapshotObject } from '../snapshot/snapshot-object.ts'

/** What is wrong with a way from outside: the API server refuses the object for it. */
export interface EntryProblem {
  readonly code: 'SOURCE_RANGE_INVALID' | 'SOURCE_RANGES_MISPLACED' | 'HOST_PORT_INVALID' | 'HOST_IP_INVALID'
  readonly message: string
  readonly object: SnapshotObject
  readonly path: JsonPath
}
