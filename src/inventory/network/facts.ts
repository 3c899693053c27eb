import type { NetworkFacts, NetworkPolicyObject } from '../../model/network.ts'
import { readNetworkPolicies } from '../../read/network/read-network-policies.ts'
import type { Inventory } from '../inventory.ts'
import { placeOf } from '../snapshot/snapshot-object.ts'
import { networkNamespaces, networkNodes } from './namespaces.ts'
import { networkPods } from './pods.ts'

/** All that the network engine needs to know of a snapshot. Of two policies of one name the later counts. */
export function networkFacts(inventory: Inventory, asDeclared: boolean): NetworkFacts {
  const policies = new Map<string, NetworkPolicyObject>()
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
      policies.set(`${policy.kind}\n${policy.namespace}\n${policy.name}\n${i}`, policy)
  }
  return {
    pods: networkPods(inventory, asDeclared),
    namespaces: networkNamespaces(inventory),
    nodes: networkNodes(inventory),
    policies: [...policies.values()],
  }
}
