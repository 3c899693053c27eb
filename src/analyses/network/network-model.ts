import type { Inventory, InventoryObject } from '../../inventory/inventory.ts'
import type { LabelPostings } from '../../inventory/label-postings.ts'
import { type EntryPoint, entryPoints } from '../../inventory/network/entry-points.ts'
import { networkFacts } from '../../inventory/network/facts.ts'
import { type NetworkService, networkServices, podsByNamespace } from '../../inventory/network/services.ts'
import type { NetworkPod, NetworkPolicyObject } from '../../model/network.ts'
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
  /** Pods by their namespace. */
  readonly podsIn: ReadonlyMap<string, LabelPostings<NetworkPod>>
  readonly services: readonly NetworkService[]
  readonly entries: readonly EntryPoint[]
}

/**
 * Builds the model of a snapshot whose pods are those of `withVirtualMachines`. `options.setApart` is added to what
 * questions always set apart.
 */
export function networkModel(inventory: Inventory, options: NetworkEngineOptions): NetworkModel {
  const facts = networkFacts(inventory, options.asDeclared === true)
  const engineOptions = { ...options, setApart: [...privateRanges, ...(options.setApart ?? [])] }
  const view = networkView(buildNetworkEngine(facts, engineOptions), facts)
  const podsIn = podsByNamespace(facts.pods)
  const services = networkServices(inventory, podsIn)
  return {
    inventory,
    view,
    engineOptions,
    policyObjects: facts.policyObjects,
    podsIn,
    services,
    entries: entryPoints(inventory, services),
  }
}
