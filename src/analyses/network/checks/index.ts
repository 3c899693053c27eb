import type { Inventory } from '../../../inventory/inventory.ts'
import type { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import type { MetadataEndpoint } from '../../../model/metadata-endpoint.ts'
import type { NetworkEngineOptions } from '../network-engine.ts'
import { networkModel } from '../network-model.ts'
import { checkedNetwork } from './checked-network.ts'
import { checkEngineSupport } from './engine-support.ts'
import { checkIngresses } from './ingresses.ts'
import { checkIsolation } from './isolation.ts'
import { checkMetadata } from './metadata.ts'
import { checkPolicyMeaning } from './policy-meaning.ts'
import { checkReachability } from './reachability.ts'
import { checkRedundancy } from './redundancy.ts'
import { checkRefusedEntries } from './refused-entries.ts'
import { checkRoutes } from './routes.ts'
import { checkServices } from './services.ts'
import { podGroups } from './workloads.ts'

export interface NetworkCheckOptions {
  readonly endpoints: readonly MetadataEndpoint[]
  /** Pods as controllers make them: findings need the object behind each pod. */
  readonly engine: Omit<NetworkEngineOptions, 'asDeclared'>
  /** Pods that nothing isolates are told by every rule they concern, not by BW-NET-001 alone. */
  readonly everyPod: boolean
}

/** Answers the network rules that were asked for about a whole snapshot, whose pods are those of `withVirtualMachines`. */
export function checkNetwork(inventory: Inventory, answers: SnapshotAnswers, options: NetworkCheckOptions): void {
  const engine = {
    ...options.engine,
    withNotYetExisting: true,
    setApart: [...(options.engine.setApart ?? []), ...options.endpoints.map(({ address }) => address)],
  }
  const network = checkedNetwork(networkModel(inventory, engine), options.endpoints)
  let known: ReturnType<typeof podGroups> | undefined
  const groups = () => {
    known ??= podGroups(inventory)
    return known
  }
  checkIsolation(inventory, groups, answers)
  checkServices(inventory, groups, answers)
  checkIngresses(inventory, answers)
  checkRefusedEntries(network, answers)
  checkPolicyMeaning(network, answers)
  checkReachability(network, answers)
  checkMetadata(network, answers, options.everyPod)
  checkRoutes(network, answers)
  checkRedundancy(network, answers)
  checkEngineSupport(network, answers)
}
