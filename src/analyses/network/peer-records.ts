import type { Family } from '../../lib/ip/address.ts'
import type { NetworkPod, Selector } from '../../model/network.ts'

/** What the engine keeps of one peer. */
export type PeerRecord = ClassRecord | NodeRecord | ExternalRecord | NameRecord | ControllerRecord

/** Pods that no policy tells apart; none where it stands for pods that do not exist yet. */
export interface ClassRecord {
  readonly kind: 'class'
  readonly namespace: number
  /** Named ports that rules mention, as an id of `NamedPorts`. */
  named: number
  /** The family through which the pods are seen; `undefined` where no rule asks for addresses. */
  readonly family: Family | undefined
  /** The atom of the pods' address in that family; -1 where they have none yet. */
  atom: number
  readonly pods: NetworkPod[]
  /** The selectors of a peer that does not exist yet. */
  readonly awaited: Awaited | undefined
}

export interface Awaited {
  readonly namespaceSelector: Selector | undefined
  readonly podSelector: Selector | undefined
}

export interface NodeRecord {
  readonly kind: 'node'
  readonly name: string
  /** Item in the index of node labels; -1 where no Node object was read. */
  labels: number
  /** Addresses of the node, of either family. */
  addresses: readonly string[]
  readonly pods: NetworkPod[]
}

export interface ExternalRecord {
  readonly kind: 'external'
  readonly family: Family
  readonly atom: number
}

export interface NameRecord {
  readonly kind: 'fqdn'
  readonly name: string
}

export interface ControllerRecord {
  readonly kind: 'ingressController'
}

/** Whether a peer's name pattern is covered by one of a rule: `*.b.c` and `a.b.c` are by `*.b.c`. */
export function nameCovers(pattern: string, name: string): boolean {
  if (pattern === name) return true
  return pattern.startsWith('*.') && name.replace(/^\*\./, '').endsWith(pattern.slice(1))
}

/** Answer of one rule entry about one peer. */
export type Match = 'no' | 'maybe' | 'yes'

export function strongest(a: Match, b: Match): Match {
  return a === 'yes' || b === 'yes' ? 'yes' : a === 'maybe' || b === 'maybe' ? 'maybe' : 'no'
}
