import type { NetworkFacts, NetworkPolicyObject } from '../../model/network.ts'
import { readNetworkPolicies } from '../../read/network/read-network-policies.ts'
import type { Inventory, InventoryObject } from '../inventory.ts'
import { placeOf } from '../snapshot/snapshot-object.ts'
import { networkNamespaces, networkNodes } from './namespaces.ts'
import { networkPods } from './pods.ts'

/** Facts with the objects that policies were read from. */
export interface ReadFacts extends NetworkFacts {
  readonly policyObjects: ReadonlyMap<NetworkPolicyObject, InventoryObject>
}

/** All that the network engine needs to know of a snapshot. Of two policies of one name the later counts. */
export function networkFacts(inventory: Inventory, asDeclared: boolean): ReadFacts {
  const policies = new Map<string, readonly [NetworkPolicyObject, InventoryObject]>()
  for (const object of inventory.objects) {
    const read = readNetworkPolicies(
      {
        object: object.object,
        file: object.source.file,
        line: placeOf(object, []).line,
        locate: path => placeOf(object, path),
      },
      object.ref.namespace,
    )
    for (const [i, policy] of read.entries())
      policies.set(`${policy.kind}\n${policy.namespace}\n${policy.name}\n${i}`, [policy, object])
  }
  return {
    pods: networkPods(inventory, asDeclared),
    namespaces: networkNamespaces(inventory),
    nodes: networkNodes(inventory),
    policies: [...policies.values()].map(([policy]) => policy),
    policyObjects: new Map(policies.values()),
  }
}
