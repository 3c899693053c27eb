import type { NetworkFacts } from '../../../src/model/network.ts'
import { readNetworkPolicies } from '../../../src/read/network/read-network-policies.ts'
import type { RandomCluster } from './random-cluster.ts'

/** What the engine reads of a random cluster: its policies go through the readers. */
export function factsOf(cluster: RandomCluster): NetworkFacts {
  const policies = cluster.policies.flatMap(object =>
    readNetworkPolicies({ file: 'f', line: 1, object, locate: () => ({ line: 1, column: 1 }) }, 'default'),
  )
  return { pods: cluster.pods, namespaces: cluster.namespaces, nodes: cluster.nodes, policies }
}
