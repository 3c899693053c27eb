import { buildInventory, type Inventory, type InventoryObject } from '../../inventory/inventory.ts'
import { type EntryPoint, entryPoints } from '../../inventory/network/entry-points.ts'
import { networkFacts } from '../../inventory/network/facts.ts'
import { type NetworkService, networkServices } from '../../inventory/network/services.ts'
import { type PodPaths, withVirtualMachines } from '../../inventory/pod-paths.ts'
import type { SnapshotObject } from '../../inventory/snapshot/snapshot-object.ts'
import type { NetworkPolicyObject } from '../../model/network.ts'
import { buildNetworkEngine } from './build-network-engine.ts'
import type { NetworkEngineOptions } from './network-engine.ts'
import { type NetworkView, networkView } from './questions/network-view.ts'
import { privateRanges } from './questions/peer-words.ts'

/** Everything that questions about connections stand on, of one state of a cluster. */
export interface NetworkModel {
  readonly inventory: Inventory
  readonly view: NetworkView
  /** With what questions always set apart. */
  readonly engineOptions: NetworkEngineOptions
  readonly policyObjects: ReadonlyMap<NetworkPolicyObject, InventoryObject>
  readonly services: readonly NetworkService[]
  readonly entries: readonly EntryPoint[]
}

/** Builds the model of a snapshot. `options.setApart` is added to what questions always set apart. */
export function networkModel(
  objects: readonly SnapshotObject[],
  podPaths: PodPaths,
  options: NetworkEngineOptions,
): NetworkModel {
  const inventory = buildInventory(objects, withVirtualMachines(podPaths))
  const facts = networkFacts(inventory, options.asDeclared === true)
  const engineOptions = { ...options, setApart: [...privateRanges, ...(options.setApart ?? [])] }
  const view = networkView(buildNetworkEngine(facts, engineOptions), facts)
  const services = networkServices(inventory, facts.pods)
  return {
    inventory,
    view,
    engineOptions,
    policyObjects: facts.policyObjects,
    services,
    entries: entryPoints(inventory, services),
  }
}
