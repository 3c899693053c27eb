import type { CniProfile } from '../../model/cni-profile.ts'
import type {
  Connection,
  Explanation,
  NetworkEndpoint,
  NetworkNamespace,
  NetworkNode,
  NetworkPod,
  NetworkPolicyObject,
  NetworkVerdict,
  Peer,
  PeerId,
  Protocol,
} from '../../model/network.ts'

export interface NetworkEngineOptions {
  /** `genericCni` where absent: what depends on the network engine is unknown. */
  readonly cniProfile?: CniProfile
  /** Address ranges of the cluster's pods: pods without an address are taken to have one inside. */
  readonly clusterCidrs?: readonly string[]
  /** Every pod counts as an ordinary running one: hostNetwork and phase are ignored. */
  readonly asDeclared?: boolean
  /** The input is part of a cluster: labels of namespaces that were not read are unknown, not absent. */
  readonly isClusterPartial?: boolean
  /** Adds a peer for each selector that could match pods or namespaces that do not exist yet. */
  readonly withNotYetExisting?: boolean
  /** Sets of more peers than this are cut into cells instead of being named in tables. Answers do not depend on it. */
  readonly wideFrom?: number
  /** Further addresses to set apart from others, such as metadata endpoints: addresses or CIDRs. */
  readonly setApart?: readonly string[]
}

/** Answers about one state of a cluster. All answers are exact for the facts; what they leave open is `may` without `must`. */
export interface NetworkEngine {
  /** Rises with every edit. */
  readonly generation: number
  readonly size: EngineSize
  peers(): readonly Peer[]
  peer(id: PeerId): Peer
  /** The peers of a pod: one, or one for each address family where policies tell the families apart. */
  peersOfPod(pod: NetworkPod): readonly PeerId[]
  /** The peers of all pods of a workload: several where replicas differ in labels, ports or addresses. */
  classesOf(namespace: string, name: string, kind?: string): readonly PeerId[]
  externalRanges(): readonly (Peer & { readonly kind: 'external' })[]
  /** The pod's or node's peer for an address of theirs, else the range that holds it; `undefined` for no address. */
  peerOfAddress(address: string): PeerId | undefined
  /** The peers that a CIDR's external addresses belong to; partly covered ranges are included. */
  peersOfCidr(cidr: string): readonly PeerId[]
  peerOfName(fqdn: string): PeerId
  readonly ingressController: PeerId
  /** What policies let `src` open to `dst`. For one class twice: between two of its pods. */
  can(src: PeerId, dst: PeerId): Connection
  /** As `can`, for the union of the ends' peers; a pod to itself and a node to its own pods are open. */
  connection(src: NetworkEndpoint, dst: NetworkEndpoint): Connection
  /** `protocol` undefined asks about traffic without ports, such as ICMP. */
  verdict(src: NetworkEndpoint, dst: NetworkEndpoint, protocol: Protocol | undefined, port: number): NetworkVerdict
  explain(src: NetworkEndpoint, dst: NetworkEndpoint, protocol: Protocol | undefined, port: number): Explanation
  /** Peers that `peer` may open anything to, ascending; both bounds for each. */
  reach(peer: PeerId): readonly PeerConnection[]
  /** Peers that may open anything to `peer`; only those that may open this port where one is given. */
  whoCan(peer: PeerId, protocol?: Protocol, port?: number): readonly PeerConnection[]
  /** For every pair of peers, whether anything is open. */
  matrix(bound: 'must' | 'may'): ConnectivityMatrix
  /** Policies that select a pod of the class, by direction. */
  policiesOf(peer: PeerId): {
    readonly ingress: readonly NetworkPolicyObject[]
    readonly egress: readonly NetworkPolicyObject[]
  }
  /** Peers of one number are under the same policies in a direction, and open to the same ranges outside. */
  alike(peer: PeerId, direction: 'ingress' | 'egress'): number
  /** Whether some NetworkPolicy isolates the peer, in each direction. */
  isIsolated(peer: PeerId, direction: 'ingress' | 'egress'): boolean
  /** Peers that a policy selects. */
  subjectOf(policy: NetworkPolicyObject): readonly PeerId[]
  /** Applies edits in order; answers from now on are those of a fresh build. */
  apply(edits: readonly NetworkEdit[]): void
}

export interface EngineSize {
  readonly pods: number
  readonly classes: number
  readonly atoms: number
  readonly peers: number
  readonly tables: number
  readonly cells: number
  readonly portSets: number
}

export interface PeerConnection {
  readonly peer: PeerId
  readonly connection: Connection
}

/** Bit rows: peer `d` of row `s` is set where `s` can open something to `d`. */
export interface ConnectivityMatrix {
  readonly peers: number
  has(src: PeerId, dst: PeerId): boolean
  /** Words of 32 peers each; not to be written to. */
  row(src: PeerId): Uint32Array
  readonly bytes: number
}

export type NetworkEdit =
  | { readonly kind: 'putPolicy'; readonly policy: NetworkPolicyObject }
  | { readonly kind: 'removePolicy'; readonly policy: Pick<NetworkPolicyObject, 'kind' | 'namespace' | 'name'> }
  | { readonly kind: 'putPod'; readonly pod: NetworkPod }
  | { readonly kind: 'removePod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'putNamespace'; readonly namespace: NetworkNamespace }
  | { readonly kind: 'removeNamespace'; readonly name: string }
  | { readonly kind: 'putNode'; readonly node: NetworkNode }
  | { readonly kind: 'removeNode'; readonly name: string }
