import type { Location } from './finding.ts'

/** Where an object was read. */
export interface ObjectSource {
  readonly file: string
  /** The render unit it belongs to (chart, overlay, Compose project); `""` for a plain file. */
  readonly unit: string
  readonly origin: Location['origin']
}
