import { type IdSet, InternedIdSets, NO_IDS } from '../../lib/sets/interned-id-sets.ts'
import type { CniProfile } from '../../model/cni-profile.ts'
import type { PeerId, PodSelection, RulePeer, Selector, UnknownReason } from '../../model/network.ts'
import { addressTest } from './address-test.ts'
import { type Cluster, namespaceNameLabel } from './cluster.ts'
import { type Match, nameCovers } from './peer-records.ts'

/** The peers that one entry of a rule matches; what the facts leave open is `maybe`. The two do not overlap. */
export interface PeerTerm {
  sure: IdSet
  maybe: IdSet
  /** Why `maybe` is not decided. */
  readonly reason: UnknownReason
  /** The same question about one peer. */
  readonly match: (peer: PeerId) => Match
}

/** Who a term is asked for: admin kinds never match hostNetwork pods by selectors. */
type Asker = 'NetworkPolicy' | 'admin' | 'subject'

/** Peers by entry of rules, each entry evaluated once however many rules have it. */
export class PeerTerms {
  readonly sets = new InternedIdSets()
  readonly cluster: Cluster
  private readonly cni: CniProfile
  private readonly isPartial: boolean
  private readonly terms = new Map<string, PeerTerm>()
  private readonly namespaces = new Map<string, NamespaceMatches>()

  constructor(cluster: Cluster, cni: CniProfile, isPartial: boolean) {
    this.cluster = cluster
    this.cni = cni
    this.isPartial = isPartial
  }

  all(): Iterable<PeerTerm> {
    return this.terms.values()
  }

  subject(selection: PodSelection): PeerTerm {
    return this.pods(selection, false, 'subject')
  }

  /** The term of a peer; `undefined` for `everything`, which is no set but every peer there ever is. */
  peer(peer: RulePeer, asker: 'NetworkPolicy' | 'admin'): PeerTerm | undefined {
    switch (peer.kind) {
      case 'everything':
        return undefined
      case 'pods':
        return this.pods(peer.selection, peer.hasPodSelector, asker)
      case 'nothing':
        return this.term('nothing', 'policy-invalid', () => 'no', [])
      case 'nodes':
        return this.nodes(peer.selector)
      case 'domainNames':
        return this.names(peer.names)
      case 'ipBlock':
      case 'networks':
        return this.addresses(peer)
    }
  }

  private pods(selection: PodSelection, hasPodSelector: boolean, asker: Asker): PeerTerm {
    const { namespaces, pods } = selection
    const scope =
      namespaces.kind === 'name'
        ? `=${namespaces.name}`
        : namespaces.kind === 'selector'
          ? namespaces.selector.key
          : '!'
    const hostNetwork =
      asker === 'NetworkPolicy' && namespaces.kind === 'selector' ? this.hostNetworkRule(hasPodSelector, pods) : 'no'
    const role = asker === 'subject' ? 'subject' : 'pods'
    const key = `${role} ${hostNetwork} ${namespaces.kind}|${scope}|${pods?.key ?? ''}`
    const known = this.terms.get(key)
    if (known !== undefined) return known
    const matches = this.namespacesOf(selection.namespaces)
    const compiled =
      pods === undefined || pods.requirements.length === 0 ? undefined : this.cluster.podLabels.compile(pods)
    const matchesAll =
      namespaces.kind === 'selector' && namespaces.selector.requirements.length === 0 && compiled === undefined
    const match = (peer: PeerId): Match => {
      const record = this.cluster.records[peer]!
      if (record.kind === 'ingressController') return matchesAll && asker !== 'subject' ? 'yes' : 'no'
      if (record.kind === 'class') {
        const scoped = matches.of(record.namespace)
        return scoped === 'no' || (compiled !== undefined && !this.cluster.podLabels.matches(compiled, peer))
          ? 'no'
          : scoped
      }
      if (record.kind !== 'node' || hostNetwork === 'no') return 'no'
      const hosted = record.pods.map(pod => matches.of(this.cluster.namespaceId(pod.namespace)))
      if (!hosted.some(answer => answer !== 'no')) return 'no'
      return hostNetwork === 'yes' && hosted.includes('yes') ? 'yes' : 'maybe'
    }
    const found = this.selected(selection, matches)
    if (matchesAll && asker !== 'subject') found.sure.push(this.cluster.controller)
    if (hostNetwork !== 'no') {
      for (const peer of this.cluster.nodePeers.values()) {
        const answer = match(peer)
        if (answer !== 'no') found[answer === 'yes' ? 'sure' : 'maybe'].push(peer)
      }
    }
    return this.keep(key, matches.isPartial ? 'labels' : 'cni', match, found.sure, found.maybe)
  }

  private hostNetworkRule(hasPodSelector: boolean, pods: Selector | undefined): Match {
    const rule = this.cni.hostNetworkByNamespace
    const isEmpty = hasPodSelector && (pods === undefined || pods.requirements.length === 0)
    if (rule === 'withEmptyPodSelector') return isEmpty ? 'yes' : 'no'
    return rule === 'unknown' ? 'maybe' : 'no'
  }

  /** The classes that a selection matches, found by namespace or by label, whichever leaves fewer to look at. */
  private selected({ pods }: PodSelection, matches: NamespaceMatches): { sure: PeerId[]; maybe: PeerId[] } {
    const { podLabels, classes, records } = this.cluster
    const compiled = pods === undefined || pods.requirements.length === 0 ? undefined : podLabels.compile(pods)
    const byLabel = compiled === undefined ? undefined : podLabels.candidates(compiled)
    const namespaces = matches.matching()
    let size = 0
    for (const namespace of namespaces) size += classes.inNamespace[namespace]!.length
    const found = { sure: [] as PeerId[], maybe: [] as PeerId[] }
    if (byLabel !== undefined && byLabel.length < size) {
      for (const peer of byLabel) {
        const record = records[peer]!
        const answer = record.kind === 'class' ? matches.of(record.namespace) : 'no'
        if (answer !== 'no' && podLabels.matches(compiled!, peer)) found[answer === 'yes' ? 'sure' : 'maybe'].push(peer)
      }
      return found
    }
    for (const namespace of namespaces) {
      const side = matches.of(namespace) === 'yes' ? found.sure : found.maybe
      for (const peer of classes.inNamespace[namespace]!)
        if (compiled === undefined || podLabels.matches(compiled, peer)) side.push(peer)
    }
    return found
  }

  private namespacesOf(scope: PodSelection['namespaces']): NamespaceMatches {
    const key =
      scope.kind === 'selector'
        ? `selector ${scope.selector.key}`
        : scope.kind === 'name'
          ? `name ${scope.name}`
          : 'none'
    let matches = this.namespaces.get(key)
    if (matches === undefined) {
      matches = new NamespaceMatches(this.cluster, scope, this.isPartial)
      this.namespaces.set(key, matches)
    }
    return matches
  }

  private nodes(selector: Selector): PeerTerm {
    const compiled = this.cluster.nodeLabels.compile(selector)
    const match = (peer: PeerId): Match => {
      const record = this.cluster.records[peer]!
      if (record.kind !== 'node') return 'no'
      // The labels of a node that was not read are not known; an empty selector asks for none.
      if (record.labels < 0) return compiled.requirements.length === 0 ? 'yes' : 'maybe'
      return this.cluster.nodeLabels.matches(compiled, record.labels) ? 'yes' : 'no'
    }
    return this.term(`nodes ${selector.key}`, 'labels', match, this.cluster.nodePeers.values())
  }

  /** Domain names match names; which addresses they stand for is not known, so that every outside one may be among them. */
  private names(names: readonly string[]): PeerTerm {
    const match = (peer: PeerId): Match => {
      const record = this.cluster.records[peer]!
      if (record.kind === 'fqdn') return names.some(name => nameCovers(name, record.name)) ? 'yes' : 'no'
      return record.kind === 'external' ? 'maybe' : 'no'
    }
    const { namePeers, atomPeers } = this.cluster
    return this.term(`names ${names.join()}`, 'fqdn', match, [...namePeers.values(), ...atomPeers[4], ...atomPeers[6]])
  }

  private addresses(peer: RulePeer & { readonly kind: 'ipBlock' | 'networks' }): PeerTerm {
    const key = peer.kind === 'ipBlock' ? `block ${peer.cidr} ${peer.except.join()}` : `networks ${peer.cidrs.join()}`
    const known = this.terms.get(key)
    if (known !== undefined) return known
    const test = addressTest(this.cluster, this.cni, peer)
    return this.term(key, test.reason, test.match, test.candidates())
  }

  private term(key: string, reason: UnknownReason, match: PeerTerm['match'], candidates: Iterable<PeerId>): PeerTerm {
    const known = this.terms.get(key)
    if (known !== undefined) return known
    const sure: PeerId[] = []
    const maybe: PeerId[] = []
    for (const peer of candidates) {
      const answer = match(peer)
      if (answer === 'yes') sure.push(peer)
      else if (answer === 'maybe') maybe.push(peer)
    }
    return this.keep(key, reason, match, sure, maybe)
  }

  private keep(
    key: string,
    reason: UnknownReason,
    match: PeerTerm['match'],
    sure: readonly PeerId[],
    maybe: readonly PeerId[],
  ): PeerTerm {
    const term: PeerTerm = { sure: this.idOf(sure), maybe: this.idOf(maybe), reason, match }
    this.terms.set(key, term)
    return term
  }

  idOf(peers: readonly PeerId[]): IdSet {
    if (peers.length === 0) return NO_IDS
    const members = new Uint32Array(peers)
    return this.sets.idOf(isAscending(members) ? members : members.sort())
  }

  /** Drops what was remembered of namespaces; terms keep asking afresh. */
  forgetNamespaces(): void {
    for (const matches of this.namespaces.values()) matches.forget()
  }
}

function isAscending(list: Uint32Array): boolean {
  for (let i = 1; i < list.length; i++) if (list[i - 1]! >= list[i]!) return false
  return true
}

/** Which namespaces a scope matches. Answers are remembered until they are forgotten. */
class NamespaceMatches {
  private readonly cluster: Cluster
  private readonly scope: PodSelection['namespaces']
  readonly isPartial: boolean
  private readonly answers = new Map<number, Match>()
  private listed: readonly number[] | undefined

  constructor(cluster: Cluster, scope: PodSelection['namespaces'], isPartial: boolean) {
    this.cluster = cluster
    this.scope = scope
    this.isPartial = isPartial && scope.kind === 'selector'
  }

  of(namespace: number): Match {
    const known = this.answers.get(namespace)
    if (known !== undefined) return known
    const answer = this.answerFor(namespace)
    this.answers.set(namespace, answer)
    return answer
  }

  forget(): void {
    this.answers.clear()
    this.listed = undefined
  }

  matching(): readonly number[] {
    this.listed ??= this.list()
    return this.listed
  }

  private list(): readonly number[] {
    const { scope, cluster } = this
    if (scope.kind === 'none') return []
    if (scope.kind === 'name') {
      const id = cluster.namespaceIds.get(scope.name)
      return id === undefined ? [] : [id]
    }
    const { namespaceLabels } = cluster
    const found: number[] = []
    const byLabel = this.isPartial ? undefined : namespaceLabels.candidates(namespaceLabels.compile(scope.selector))
    if (byLabel !== undefined) {
      for (const id of byLabel) if (this.of(id) !== 'no') found.push(id)
    } else for (let id = 0; id < cluster.namespaceNames.length; id++) if (this.of(id) !== 'no') found.push(id)
    return found
  }

  private answerFor(namespace: number): Match {
    const { scope, cluster } = this
    if (scope.kind === 'none') return 'no'
    if (scope.kind === 'name') return cluster.namespaceNames[namespace] === scope.name ? 'yes' : 'no'
    const compiled = cluster.namespaceLabels.compile(scope.selector)
    if (!this.isPartial || cluster.namespaceFacts[namespace]?.isDeclared === true)
      return cluster.namespaceLabels.matches(compiled, namespace) ? 'yes' : 'no'
    const partly = cluster.namespaceLabels.matchesPartly(compiled, namespace, namespaceNameLabel)
    return partly === undefined ? 'maybe' : partly ? 'yes' : 'no'
  }
}
