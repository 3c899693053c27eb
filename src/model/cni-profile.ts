/** `unknown` where the engine's documents do not say, or differ by version and the version is not known. */
export type Answer = 'yes' | 'no' | 'unknown'

/** What one network engine does where the NetworkPolicy API leaves it open. */
export interface CniProfile {
  readonly name: string
  /** Whether anything enforces policies at all. */
  readonly enforces: Answer
  /** Whether `ipBlock` matches the addresses of pods, and of nodes. */
  readonly ipBlockMatchesPods: Answer
  readonly ipBlockMatchesNodes: Answer
  /** Whether hostNetwork pods are matched by a namespaceSelector: never, or where an empty podSelector stands beside it. */
  readonly hostNetworkByNamespace: 'no' | 'withEmptyPodSelector' | 'unknown'
  readonly endPort: Answer
  readonly namedPorts: Answer
  readonly sctp: Answer
  readonly ipv6: Answer
  readonly except: Answer
  readonly clusterNetworkPolicy: Answer
  readonly adminNetworkPolicy: Answer
}
