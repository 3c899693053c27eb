import { buildInventory } from '../../../inventory/inventory.ts'
import type { PodPaths } from '../../../inventory/pod-paths.ts'
import type { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import type { SnapshotObject } from '../../../inventory/snapshot/snapshot-object.ts'
import { checkIngresses } from './ingresses.ts'
import { checkIsolation } from './isolation.ts'
import { checkServices } from './services.ts'

export interface NetworkCheckOptions {
  readonly podPaths: PodPaths
}

/** Answers the network rules that were asked for about a whole snapshot. */
export function checkNetwork(
  objects: readonly SnapshotObject[],
  answers: SnapshotAnswers,
  options: NetworkCheckOptions,
): void {
  const inventory = buildInventory(objects, options.podPaths)
  checkIsolation(inventory, answers)
  checkServices(inventory, answers)
  checkIngresses(inventory, answers)
}
