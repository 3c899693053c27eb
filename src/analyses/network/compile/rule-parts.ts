import type { IdSet } from '../../../lib/sets/interned-id-sets.ts'
import type { CniProfile } from '../../../model/cni-profile.ts'
import type { Direction, NetworkPolicyObject, NetworkRule, PeerId, RulePort } from '../../../model/network.ts'
import { type Match, strongest } from '../peer-records.ts'
import type { PeerTerm, PeerTerms } from '../peer-terms.ts'
import { ALL_PORTS, NO_PORTS, type PortSets, type PortsId } from '../port-sets.ts'

type NamedPort = RulePort & { readonly kind: 'named' }

/**
 * Part of one rule that is decided as a whole: some peers and one set of ports. A rule is one part, unless it names
 * ports of its peers: these differ from peer to peer.
 */
export interface RulePart {
  readonly policy: number
  readonly rule: NetworkRule
  /** Every peer there is or will be; `sure` and `maybe` say nothing then. */
  readonly isEverything: boolean
  readonly terms: readonly PeerTerm[]
  sure: IdSet
  maybe: IdSet
  readonly least: PortsId
  readonly most: PortsId
  /** Ports by name, to be looked up at the subject of an ingress rule; `least` and `most` are without them. */
  readonly names: readonly NamedPort[]
  /** Only peers on which the rule's names mean these ports are meant; the names of an egress rule. */
  readonly namedAs: PortsId | undefined
}

/** What turns rules into parts. */
export class RuleCompiler {
  private readonly terms: PeerTerms
  private readonly ports: PortSets
  private readonly cni: CniProfile

  constructor(terms: PeerTerms, ports: PortSets, cni: CniProfile) {
    this.terms = terms
    this.ports = ports
    this.cni = cni
  }

  partsOf(policy: number, object: NetworkPolicyObject, direction: Direction): RulePart[] {
    const asker = askerOf(object)
    return object[direction].flatMap(rule => {
      const found = (rule.peers ?? []).map(peer => this.terms.peer(peer, asker))
      const isEverything = rule.peers === undefined || found.includes(undefined)
      const terms = isEverything ? [] : (found as PeerTerm[])
      const { sets } = this.terms
      const [first] = terms
      // The halves of one term do not overlap; those of several may.
      const isOne = first !== undefined && terms.length === 1
      const sure = isOne ? first.sure : sets.union(terms.map(term => term.sure))
      const maybe = isOne ? first.maybe : sets.subtract(sets.union(terms.map(term => term.maybe)), sure)
      const names = (rule.ports ?? []).filter(port => port.kind === 'named')
      const { least, most } = this.numbered(rule)
      const part: RulePart = {
        policy,
        rule,
        isEverything,
        terms,
        sure,
        maybe,
        least,
        most,
        names: [],
        namedAs: undefined,
      }
      if (names.length === 0) return most === NO_PORTS ? [] : [part]
      if (direction === 'ingress') return [{ ...part, names }]
      return [...(most === NO_PORTS ? [] : [part]), ...this.byNames(part, names)]
    })
  }

  /** The numbered ports of a rule, at least and at most: what the network engine may not know is in `most` alone. */
  private numbered(rule: NetworkRule): { least: PortsId; most: PortsId } {
    if (rule.ports === undefined) return { least: ALL_PORTS, most: ALL_PORTS }
    let least = NO_PORTS
    let most = NO_PORTS
    for (const port of rule.ports) {
      if (port.kind !== 'range') continue
      const all = this.ports.range(port.protocol, port.from, port.to)
      most = this.ports.sets.or(most, all)
      if (port.protocol === 'SCTP' && this.cni.sctp !== 'yes') continue
      // An engine that does not know endPort takes the first port alone.
      const isShort = port.isEndPort && this.cni.endPort !== 'yes'
      least = this.ports.sets.or(least, isShort ? this.ports.range(port.protocol, port.from, port.from) : all)
    }
    return { least, most }
  }

  /** The ports of an ingress rule on a subject whose names mean `named`. */
  withNames(part: RulePart, named: number): { readonly least: PortsId; readonly most: PortsId } {
    const { least, most } = this.namedPorts(part.names, named)
    return { least: this.ports.sets.or(part.least, least), most: this.ports.sets.or(part.most, most) }
  }

  /** Whether a peer declares the names of an egress rule as ports for which the policy has no part. */
  needsAnotherPart(object: NetworkPolicyObject, parts: readonly RulePart[], peer: PeerId): boolean {
    const record = this.terms.cluster.records[peer]!
    if (record.kind !== 'class' || record.named === 0) return false
    return object.egress.some(rule => {
      const names = (rule.ports ?? []).filter(port => port.kind === 'named')
      if (names.length === 0) return false
      const { most } = this.namedPorts(names, record.named)
      if (most === NO_PORTS || !this.isMeant(object, rule, peer)) return false
      return !parts.some(part => part.rule === rule && part.namedAs === most)
    })
  }

  private isMeant(object: NetworkPolicyObject, rule: NetworkRule, peer: PeerId): boolean {
    const asker = askerOf(object)
    return rule.peers === undefined || rule.peers.some(entry => this.terms.peer(entry, asker)?.match(peer) !== 'no')
  }

  /** Whether the names of an egress rule's part mean its ports on a peer that declares `named`. */
  meansOn(part: RulePart, named: number): boolean {
    const names = (part.rule.ports ?? []).filter(port => port.kind === 'named')
    return this.namedPorts(names, named).most === part.namedAs
  }

  /** The ports that names stand for where they are declared as `named`, at least and at most. */
  private namedPorts(names: readonly NamedPort[], named: number): { least: PortsId; most: PortsId } {
    let most = NO_PORTS
    for (const { name, protocol } of names)
      most = this.ports.sets.or(most, this.terms.cluster.named.resolve(named, name, protocol))
    return { least: this.cni.namedPorts === 'yes' ? most : NO_PORTS, most }
  }

  /** The peers of an egress rule, apart by what its names mean on each. Names mean nothing outside of pods. */
  private byNames(part: RulePart, names: readonly NamedPort[]): RulePart[] {
    const { records } = this.terms.cluster
    const { sets } = this.terms
    const groups = new Map<PortsId, { sure: PeerId[]; maybe: PeerId[] }>()
    const place = (peer: PeerId, side: 'sure' | 'maybe'): void => {
      const record = records[peer]!
      if (record.kind !== 'class' || record.named === 0) return
      const { most } = this.namedPorts(names, record.named)
      if (most === NO_PORTS) return
      const group = groups.get(most) ?? { sure: [], maybe: [] }
      groups.set(most, group)
      group[side].push(peer)
    }
    if (part.isEverything) for (let peer = 0; peer < records.length; peer++) place(peer, 'sure')
    else {
      for (const peer of sets.members(part.sure)) place(peer, 'sure')
      for (const peer of sets.members(part.maybe)) place(peer, 'maybe')
    }
    return [...groups].map(([most, { sure, maybe }]) => ({
      ...part,
      isEverything: false,
      sure: this.terms.idOf(sure),
      maybe: this.terms.idOf(maybe),
      least: this.cni.namedPorts === 'yes' ? most : NO_PORTS,
      most,
      namedAs: most,
    }))
  }
}

function askerOf({ kind }: NetworkPolicyObject): 'NetworkPolicy' | 'admin' {
  return kind === 'NetworkPolicy' ? kind : 'admin'
}

/** Whether a part's peers match one peer, by what its terms answer, before ports. */
export function partMatch(part: RulePart, answerOf: (term: PeerTerm) => Match): Match {
  // A part for the names of a rule without peers has no terms either.
  if (part.isEverything || part.rule.peers === undefined) return 'yes'
  let answer: Match = 'no'
  for (const term of part.terms) answer = strongest(answer, answerOf(term))
  return answer
}
