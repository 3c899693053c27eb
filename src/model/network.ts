import type { JsonPath } from '../lib/json/json-value.ts'
import type { Position } from './policy.ts'

/** Where an object was read, and how to find a place in it. */
export interface PolicySource {
  readonly file: string
  /** First line of the object, from 1. */
  readonly line: number
  /** Line and column, from 1, of the value at a path, or of its deepest ancestor that exists. */
  readonly locate: (path: JsonPath) => Position
}

/** The object that makes pods, as connectivity lists name it: `shop/web[Deployment]`. */
export interface WorkloadRef {
  readonly namespace: string
  readonly name: string
  readonly kind: string
}

export type Labels = Readonly<Record<string, string>>

/** One running pod, or one pod template, which stands for `replicas` pods that are alike. */
export interface NetworkPod {
  readonly namespace: string
  /** Of the pod; that of the workload where only a template was read. */
  readonly name: string
  readonly workload: WorkloadRef
  readonly isTemplate: boolean
  /** 1 for a pod. */
  readonly replicas: number
  readonly labels: Labels
  /** Of containers and of init containers that restart, in order; those of other init containers never listen. */
  readonly ports: readonly ContainerPort[]
  readonly hostNetwork: boolean
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
  /** Canonical addresses, of either family; none where the pod comes from a manifest. */
  readonly ips: readonly string[]
  /** `''` where it is not scheduled. */
  readonly node: string
  readonly file: string
  /** Line of the object that holds it, from 1. */
  readonly line: number
}

export type Protocol = 'TCP' | 'UDP' | 'SCTP'

export const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP']

export interface ContainerPort {
  /** `''` for a port without a name. */
  readonly name: string
  readonly port: number
  readonly protocol: Protocol
  readonly hostPort?: HostPort
}

/** A port of the node that leads to one of a container. */
export interface HostPort {
  readonly port: number
  /** The address of the node that it is bound to, as written; `''` for all of them. */
  readonly ip: string
}

export interface NetworkNamespace {
  readonly name: string
  /** Without `kubernetes.io/metadata.name`, which every namespace has whatever is written. */
  readonly labels: Labels
  /** False where objects live in it and no Namespace object was read, so that its labels are not known. */
  readonly isDeclared: boolean
  readonly file: string
  readonly line: number
}

export interface NetworkNode {
  readonly name: string
  readonly labels: Labels
  /** Addresses of `status.addresses` that are IP addresses. */
  readonly addresses: readonly string[]
  readonly file: string
  readonly line: number
}

export type Direction = 'ingress' | 'egress'

export type PolicyKind =
  | 'NetworkPolicy'
  | 'AdminNetworkPolicy'
  | 'BaselineAdminNetworkPolicy'
  | 'ClusterNetworkPolicy'
  | UnsupportedKind

/** Kinds that restrict connections and that the engine does not evaluate: what they select is unknown. */
export type UnsupportedKind = `${string}/${string}`

export type PolicyTier = 'Admin' | 'NetworkPolicy' | 'Baseline'

/** One policy of any kind, as read. Refused entries stay in place, as entries that match nothing. */
export interface NetworkPolicyObject {
  readonly kind: PolicyKind
  /** `''` for cluster-scoped kinds. */
  readonly namespace: string
  readonly name: string
  readonly tier: PolicyTier
  /** 0 to 1000 in the ordered tiers; 0 elsewhere. */
  readonly priority: number
  readonly subject: PodSelection
  /** Directions in which the policy acts: for a NetworkPolicy those it isolates. */
  readonly directions: readonly Direction[]
  readonly ingress: readonly NetworkRule[]
  readonly egress: readonly NetworkRule[]
  /** What is wrong with it, refused or only doubtful, in the order of the document. */
  readonly problems: readonly PolicyProblem[]
  /** The API server would not store it: it is evaluated as if it were absent, too. */
  readonly isRefused: boolean
  /** The kind is not evaluated: pods it selects are unknown in its directions. */
  readonly isUnsupported: boolean
  readonly source: PolicySource
}

/** Pods by namespace and labels; hostNetwork pods are never among them. */
export interface PodSelection {
  readonly namespaces: NamespaceScope
  /** `undefined` matches every pod of the namespaces. */
  readonly pods: Selector | undefined
}

export type NamespaceScope =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'selector'; readonly selector: Selector }
  | { readonly kind: 'none' }

/** A label selector in normal form. Requirements are sorted; `key` is equal for equal selectors and no others. */
export interface Selector {
  readonly key: string
  readonly requirements: readonly SelectorRequirement[]
  readonly path: JsonPath
}

export interface SelectorRequirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values: readonly string[]
}

export type RuleAction = 'allow' | 'deny' | 'pass'

export interface NetworkRule {
  /** In its direction, from 0, as written. */
  readonly index: number
  /** `''` where it has none. */
  readonly name: string
  readonly action: RuleAction
  /** `undefined`: every peer, inside and outside. An empty list matches nothing. */
  readonly peers: readonly RulePeer[] | undefined
  /** `undefined`: every port of every protocol, ICMP included. An empty list matches nothing. */
  readonly ports: readonly RulePort[] | undefined
  readonly path: JsonPath
}

export type RulePeer =
  | {
      readonly kind: 'pods'
      readonly selection: PodSelection
      readonly hasPodSelector: boolean
      readonly path: JsonPath
    }
  | { readonly kind: 'ipBlock'; readonly cidr: string; readonly except: readonly string[]; readonly path: JsonPath }
  /** Unlike an ipBlock, it always covers pods and nodes whose address lies inside. */
  | { readonly kind: 'networks'; readonly cidrs: readonly string[]; readonly path: JsonPath }
  | { readonly kind: 'nodes'; readonly selector: Selector; readonly path: JsonPath }
  | { readonly kind: 'domainNames'; readonly names: readonly string[]; readonly path: JsonPath }
  /** Everything: what an unknown peer of a Deny or Pass becomes, failing closed. */
  | { readonly kind: 'everything'; readonly path: JsonPath }
  /** An entry that was refused; it matches nothing. */
  | { readonly kind: 'nothing'; readonly path: JsonPath }

export type RulePort =
  | {
      readonly kind: 'range'
      readonly protocol: Protocol
      readonly from: number
      readonly to: number
      /** Written with `endPort`, which some engines do not know. */
      readonly isEndPort: boolean
      readonly path: JsonPath
    }
  /** `protocol` is `undefined` where the name alone counts (admin kinds). */
  | { readonly kind: 'named'; readonly name: string; readonly protocol: Protocol | undefined; readonly path: JsonPath }
  | { readonly kind: 'nothing'; readonly path: JsonPath }

export type PolicyProblemCode =
  | 'CIDR_INVALID'
  | 'CIDR_HOST_BITS'
  | 'EXCEPT_OUTSIDE_CIDR'
  | 'POLICY_TYPES_OMIT_RULES'
  | 'PEER_EMPTY'
  | 'PEER_CONFLICT'
  | 'PEER_UNKNOWN'
  | 'PEERS_MISSING'
  | 'SELECTOR_INVALID'
  | 'SUBJECT_INVALID'
  | 'PORT_INVALID'
  | 'PORT_DIGITS'
  | 'PORT_NAME_INVALID'
  | 'PORT_RANGE_INVALID'
  | 'PORT_NAME_WITHOUT_PODS'
  | 'PROTOCOL_INVALID'
  | 'POLICY_TYPE_INVALID'
  | 'ACTION_INVALID'
  | 'TIER_INVALID'
  | 'PRIORITY_INVALID'
  | 'DOMAIN_NAME_INVALID'
  | 'DOMAIN_NAME_NOT_ACCEPT'
  | 'LIMIT_EXCEEDED'
  | 'NAME_INVALID'
  | 'FIELD_TYPE'
  | 'FIELD_UNKNOWN'

export interface PolicyProblem {
  readonly code: PolicyProblemCode
  /** True where the API server refuses the object for it. */
  readonly isRefusal: boolean
  readonly path: JsonPath
  readonly message: string
}

/** All that the engine knows of a cluster. */
export interface NetworkFacts {
  readonly pods: readonly NetworkPod[]
  readonly namespaces: readonly NetworkNamespace[]
  readonly nodes: readonly NetworkNode[]
  readonly policies: readonly NetworkPolicyObject[]
}

export type IpFamily = 4 | 6

/** Inclusive bounds in canonical text. */
export interface AddressRange {
  readonly family: IpFamily
  readonly from: string
  readonly to: string
}

/** Index of a peer in one engine; it stays the peer's for the engine's life. */
export type PeerId = number

/** One end of connections: all that policies cannot tell apart. */
export type Peer =
  | {
      readonly kind: 'class'
      readonly id: PeerId
      readonly namespace: string
      /** Labels that some selector asks for; others make no difference. */
      readonly labels: Labels
      readonly pods: readonly NetworkPod[]
      /** The family of the address through which it is seen; `undefined` where that makes no difference. */
      readonly family: IpFamily | undefined
    }
  /** A node and the hostNetwork pods on it; `''` where no node is known for them. */
  | { readonly kind: 'node'; readonly id: PeerId; readonly node: string; readonly pods: readonly NetworkPod[] }
  | {
      readonly kind: 'external'
      readonly id: PeerId
      readonly ranges: readonly AddressRange[]
      /** All of it lies inside the addresses given as the cluster's. */
      readonly isInsideCluster: boolean
    }
  /** Names that one pattern covers and no narrower one; `*` are all others. */
  | { readonly kind: 'fqdn'; readonly id: PeerId; readonly name: string }
  | {
      readonly kind: 'notYetExisting'
      readonly id: PeerId
      /** `undefined`: a namespace that does not exist yet, with `namespaceLabels`. */
      readonly namespace: string | undefined
      readonly namespaceLabels: Labels
      readonly labels: Labels
      /** The selectors it stands for, as written, for output: `namespaceSelector` and `podSelector`. */
      readonly namespaceSelector: Selector | undefined
      readonly podSelector: Selector | undefined
    }
  /** A pod of the cluster of which nothing is known. */
  | { readonly kind: 'ingressController'; readonly id: PeerId }

/** A set of ports. Equal sets are the same object within one engine. */
export interface PortSet {
  readonly id: number
  readonly isEmpty: boolean
  /** Every port of every protocol, and ICMP and the rest. */
  readonly isAll: boolean
  /** Complete in all three protocols; `other` traffic may be missing. */
  readonly hasAllPorts: boolean
  /** What has no ports (ICMP, IP-in-IP): only rules without ports allow it. */
  readonly hasOther: boolean
  /** Inclusive, ascending, not touching. */
  readonly ranges: Readonly<Record<Protocol, readonly (readonly [from: number, to: number])[]>>
  has(protocol: Protocol, port: number): boolean
}

/** `must` is allowed whatever is not known turns out to be; `may` is allowed in some case. `must` is inside `may`. */
export interface Connection {
  readonly must: PortSet
  readonly may: PortSet
}

export type UnknownReason =
  | 'cni'
  | 'pod-ip'
  | 'priority'
  | 'fqdn'
  | 'icmp'
  | 'policy-invalid'
  | 'unsupported-kind'
  | 'labels'
  | 'source-ranges'
  | 'node-address'

export type NetworkVerdict =
  | { readonly answer: 'allow' | 'deny' }
  | { readonly answer: 'unknown'; readonly reasons: readonly UnknownReason[] }

export interface PolicyRef {
  readonly kind: PolicyKind
  readonly namespace: string
  readonly name: string
  readonly file: string
  readonly line: number
}

export interface RuleRef {
  readonly policy: PolicyRef
  readonly direction: Direction
  /** From 0, as written. */
  readonly rule: number
  readonly ruleName: string
  readonly action: RuleAction
  readonly file: string
  readonly line: number
  readonly column: number
  /** JSON pointer of the rule in its object. */
  readonly pointer: string
}

/** One thing that keeps a rule from matching: `podSelector` wants `app=api`, the peer has `app=web`. */
export interface RuleDifference {
  readonly field:
    | 'podSelector'
    | 'namespaceSelector'
    | 'namespace'
    | 'ipBlock'
    | 'nodes'
    | 'domainNames'
    | 'ports'
    | 'peers'
  readonly wants: string
  readonly has: string
  readonly pointer: string
  readonly line: number
}

/** Why one end allows or denies. */
export interface DirectionExplanation {
  readonly direction: Direction
  readonly verdict: NetworkVerdict
  /**
   * What decided: a rule of an ordered tier; the NetworkPolicies that select the pod; `default`: nothing denies;
   * `exempt`: no policy can concern this end (outside, node), or the traffic is never filtered (pod to itself, own node).
   */
  readonly decidedBy: PolicyTier | 'default' | 'exempt'
  /** Rules that decide; several where NetworkPolicies allow the same. */
  readonly deciding: readonly RuleRef[]
  /** Rules that match and are decided before. */
  readonly overruled: readonly RuleRef[]
  /** NetworkPolicies that isolate the end in this direction. */
  readonly isolatedBy: readonly PolicyRef[]
  /** For a denial by isolation: the rule that fails by the fewest differences. */
  readonly nearest: { readonly rule: RuleRef; readonly differences: readonly RuleDifference[] } | undefined
  /** Policies and rules whose effect is not known, with the reason. */
  readonly uncertain: readonly {
    readonly policy: PolicyRef
    readonly rule: RuleRef | undefined
    readonly reason: UnknownReason
  }[]
}

export interface Explanation {
  readonly verdict: NetworkVerdict
  /** `self`: a pod to itself. `ownNode`: a node and a pod on it, which is always open (probes). */
  readonly exemption: 'self' | 'ownNode' | undefined
  readonly egress: DirectionExplanation
  readonly ingress: DirectionExplanation
}

/** One end of a question: a peer, and the very pod where one is meant. */
export interface NetworkEndpoint {
  /** Several where a pod has addresses of both families that policies tell apart. */
  readonly peers: readonly PeerId[]
  readonly pod: NetworkPod | undefined
}
