// A second evaluator of network policies, written to be compared with the engine: it loops over pods, rules and ports,
// knows no classes, sets or tables, reads policies as they are written, and tries every case of what is open.
import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import type { NetworkPod, Protocol } from '../../../src/model/network.ts'
import { type Address, addressOf, type Block, blockOf, isInside } from './naive-addresses.ts'
import type { RandomCluster } from './random-cluster.ts'

export type NaiveEnd =
  | { readonly kind: 'pod'; readonly pod: NetworkPod }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'address'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string }

interface Port {
  readonly protocol: Protocol | undefined
  readonly port: number
}

type Tri = 'yes' | 'no' | 'maybe'
type Family = 4 | 6
// biome-ignore lint/suspicious/noExplicitAny: policies are read as they are written, by their documentation.
type Raw = any

/** What can come of one side: whether it lets the connection pass in some case, and in all. */
interface Outcome {
  readonly some: boolean
  readonly all: boolean
}

export class NaiveEvaluator {
  private readonly cluster: RandomCluster

  constructor(cluster: RandomCluster) {
    this.cluster = cluster
  }

  /** `undefined` where there are too many cases to try. */
  answer(src: NaiveEnd, dst: NaiveEnd, port: Port): 'allow' | 'deny' | 'unknown' | undefined {
    if (src.kind === 'pod' && dst.kind === 'pod' && src.pod === dst.pod) return 'allow'
    if (this.isOwnNode(src, dst) || this.isOwnNode(dst, src)) return 'allow'
    let some = false
    let all = false
    for (const [seenSrc, seenDst] of this.families(src, dst)) {
      const egress = this.side('egress', src, dst, port, seenDst)
      const ingress = this.side('ingress', dst, src, port, seenSrc)
      if (egress === undefined || ingress === undefined) return undefined
      some ||= egress.some && ingress.some
      all ||= egress.all && ingress.all
    }
    return all ? 'allow' : some ? 'unknown' : 'deny'
  }

  /** Families through which the two ends see each other: common ones, or each the other's where there is none. */
  private families(src: NaiveEnd, dst: NaiveEnd): readonly (readonly [Family, Family])[] {
    const [from, to] = [this.familiesOf(src), this.familiesOf(dst)]
    const common = from.filter(family => to.includes(family))
    if (common.length > 0) return common.map(family => [family, family])
    return from.flatMap(one => to.map(other => [one, other] as const))
  }

  private hostOf(end: NaiveEnd): string | undefined {
    if (end.kind === 'node') return end.name
    return end.kind === 'pod' && end.pod.hostNetwork ? end.pod.node : undefined
  }

  private isOwnNode(one: NaiveEnd, other: NaiveEnd): boolean {
    const host = this.hostOf(one)
    return host !== undefined && host !== '' && other.kind === 'pod' && other.pod.node === host
  }

  private familiesOf(end: NaiveEnd): readonly Family[] {
    if (end.kind === 'address') return [addressOf(end.text).family]
    if (end.kind !== 'pod' || end.pod.hostNetwork) return [4, 6]
    if (end.pod.ips.length > 0)
      return ([4, 6] as const).filter(family => end.pod.ips.some(ip => addressOf(ip).family === family))
    const given = this.cluster.clusterCidrs.map(blockOf)
    return given.length === 0 ? [4] : ([4, 6] as const).filter(family => given.some(block => block.family === family))
  }

  private isBad(entry: unknown): boolean {
    return this.cluster.bad.has(entry)
  }

  private isRefused(value: unknown): boolean {
    if (this.isBad(value)) return true
    return typeof value === 'object' && value !== null && Object.values(value).some(entry => this.isRefused(entry))
  }

  private side(
    direction: 'ingress' | 'egress',
    subject: NaiveEnd,
    other: NaiveEnd,
    port: Port,
    family: Family,
  ): Outcome | undefined {
    if (subject.kind !== 'pod' || subject.pod.hostNetwork) return { some: true, all: true }
    const { pod } = subject
    const certain: JsonObject[] = []
    const doubtful: JsonObject[] = []
    for (const policy of this.cluster.policies) {
      const support = this.supportOf(policy)
      if (support === 'no' || !this.actsOn(policy, direction)) continue
      const selected = this.selectsSubject(policy, pod)
      if (selected === 'no') continue
      if (support === 'unknown' || selected === 'maybe' || this.isRefused(policy)) doubtful.push(policy)
      else certain.push(policy)
    }
    const destination = direction === 'ingress' ? subject : other
    const worlds = doubtful.length === 0 ? [certain] : [this.inOrder([...certain, ...doubtful]), certain]
    const outcomes = worlds.map(policies => this.world(policies, direction, pod, other, destination, port, family))
    if (outcomes.includes(undefined)) return undefined
    return { some: outcomes.some(outcome => outcome!.some), all: outcomes.every(outcome => outcome!.all) }
  }

  private inOrder(policies: readonly JsonObject[]): readonly JsonObject[] {
    return this.cluster.policies.filter(policy => policies.includes(policy))
  }

  private supportOf(policy: Raw): 'yes' | 'no' | 'unknown' {
    if (policy.kind === 'NetworkPolicy') return 'yes'
    return policy.kind === 'ClusterNetworkPolicy'
      ? this.cluster.cni.clusterNetworkPolicy
      : this.cluster.cni.adminNetworkPolicy
  }

  private actsOn(policy: Raw, direction: 'ingress' | 'egress'): boolean {
    if (policy.kind !== 'NetworkPolicy') return (policy.spec[direction] ?? []).length > 0
    const types: string[] | undefined = policy.spec.policyTypes
    if (types !== undefined && types.length > 0) return types.includes(direction === 'ingress' ? 'Ingress' : 'Egress')
    return direction === 'ingress' || (policy.spec.egress ?? []).length > 0
  }

  private selectsSubject(policy: Raw, pod: NetworkPod): Tri {
    const { spec } = policy
    if (policy.kind === 'NetworkPolicy') {
      if (policy.metadata.namespace !== pod.namespace) return 'no'
      return this.labelsMatch(spec.podSelector ?? {}, pod.labels) ? 'yes' : 'no'
    }
    if (spec.subject.namespaces !== undefined) return this.namespaceMatches(spec.subject.namespaces, pod.namespace)
    if (spec.subject.pods === undefined) return 'no'
    return this.podsMatch(spec.subject.pods, pod)
  }

  private podsMatch(pods: Raw, pod: NetworkPod): Tri {
    if (this.isRefused(pods)) return 'no'
    return this.labelsMatch(pods.podSelector, pod.labels)
      ? this.namespaceMatches(pods.namespaceSelector, pod.namespace)
      : 'no'
  }

  private labelsMatch(selector: Raw, labels: Readonly<Record<string, string>>): boolean {
    if (this.isRefused(selector)) return false
    for (const [key, value] of Object.entries(selector.matchLabels ?? {})) if (labels[key] !== value) return false
    for (const { key, operator, values } of selector.matchExpressions ?? []) {
      const has = Object.hasOwn(labels, key)
      const isListed = has && (values ?? []).includes(labels[key])
      if (operator === 'In' && !isListed) return false
      if (operator === 'NotIn' && isListed) return false
      if (operator === 'Exists' && !has) return false
      if (operator === 'DoesNotExist' && has) return false
    }
    return true
  }

  private namespaceMatches(selector: Raw, name: string): Tri {
    if (this.isRefused(selector)) return 'no'
    const known = this.cluster.namespaces.find(namespace => namespace.name === name)
    const labels = { ...(known?.labels ?? {}), 'kubernetes.io/metadata.name': name }
    if (known?.isDeclared || !this.cluster.isClusterPartial) return this.labelsMatch(selector, labels) ? 'yes' : 'no'
    // Labels that were not read could have any value, or not be there.
    const own = 'kubernetes.io/metadata.name'
    const ofName = {
      matchLabels: Object.fromEntries(Object.entries(selector.matchLabels ?? {}).filter(([key]) => key === own)),
      matchExpressions: (selector.matchExpressions ?? []).filter((expression: Raw) => expression.key === own),
    }
    if (!this.labelsMatch(ofName, { [own]: name })) return 'no'
    const asked = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length
    const answered = Object.keys(ofName.matchLabels).length + ofName.matchExpressions.length
    return asked === answered ? 'yes' : 'maybe'
  }

  /** With exactly these policies in force: tries every order of ties and every case of rules that may match. */
  private world(
    policies: readonly Raw[],
    direction: 'ingress' | 'egress',
    pod: NetworkPod,
    other: NaiveEnd,
    destination: NaiveEnd,
    port: Port,
    family: Family,
  ): Outcome | undefined {
    const rulesOf = (policy: Raw): { action: string; match: Tri; peers: Tri; hasPorts: boolean }[] =>
      (policy.spec[direction] ?? []).map((rule: Raw) => {
        const peers = this.rulePeers(policy, rule, direction, other, pod, family)
        const ports = this.rulePorts(rule, port, destination, direction)
        const match = peers === 'no' || ports === 'no' ? 'no' : peers === 'maybe' || ports === 'maybe' ? 'maybe' : 'yes'
        return { action: rule.action ?? 'Allow', match, peers, hasPorts: this.hasAnyPort(rule, destination) }
      })
    const tiers = { Admin: [] as Raw[], NetworkPolicy: [] as Raw[], Baseline: [] as Raw[] }
    for (const policy of policies) tiers[tierOf(policy)].push({ policy, rules: rulesOf(policy) })
    const isIsolated = tiers.NetworkPolicy.length > 0
    const admin = this.ordersOf(tiers.Admin)
    const baseline = isIsolated ? { orders: [[]], untried: [] } : this.ordersOf(tiers.Baseline)
    for (const { rules } of [...admin.untried, ...baseline.untried])
      if (rules.some((rule: Raw) => rule.match !== 'no')) return { some: true, all: false }
    const rules: Raw[] = [...tiers.Admin, ...tiers.NetworkPolicy, ...(isIsolated ? [] : tiers.Baseline)].flatMap(
      ({ rules }) => rules,
    )
    const open = rules.filter(rule => rule.match === 'maybe')
    if (open.length > 8 || open.filter(rule => rule.action === 'Pass').length > 3) return undefined
    let some = false
    let all = true
    for (let choice = 0; choice < 1 << open.length; choice++) {
      const applies = (rule: Raw) =>
        rule.match === 'yes' || (rule.match === 'maybe' && ((choice >> open.indexOf(rule)) & 1) === 1)
      for (const first of admin.orders) {
        for (const last of baseline.orders) {
          const isAllowed = decide(first, isIsolated ? tiers.NetworkPolicy : undefined, last, applies)
          some ||= isAllowed
          all &&= isAllowed
        }
      }
    }
    return { some, all }
  }

  /** Orders of the policies of one tier. Only those that have something to say about the other end count as tied. */
  private ordersOf(list: readonly Raw[]): { orders: readonly (readonly Raw[])[]; untried: readonly Raw[] } {
    const relevant = list.filter(({ rules }) => rules.some((rule: Raw) => rule.peers !== 'no' && rule.hasPorts))
    const old = relevant.filter(({ policy }) => policy.kind === 'BaselineAdminNetworkPolicy')
    const rest = relevant.filter(entry => !old.includes(entry))
    const priorities = [...new Set(rest.map(({ policy }) => policy.spec.priority as number))].sort((a, b) => a - b)
    const groups = priorities.map(priority => rest.filter(({ policy }) => policy.spec.priority === priority))
    let count = 1
    for (const group of groups) count *= factorial(group.length)
    if (count > 24) return { orders: [rest], untried: groups.filter(group => group.length > 1).flat() }
    let orders: Raw[][] = [[]]
    for (const group of groups) orders = orders.flatMap(order => shuffles(group).map(choice => [...order, ...choice]))
    if (old.length === 0) return { orders, untried: [] }
    return {
      orders: orders.flatMap(order => order.map((_, i) => order.toSpliced(i, 0, ...old)).concat([[...order, ...old]])),
      untried: [],
    }
  }

  private rulePeers(
    policy: Raw,
    rule: Raw,
    direction: 'ingress' | 'egress',
    other: NaiveEnd,
    _pod: NetworkPod,
    family: Family,
  ): Tri {
    const peers: Raw[] | undefined = direction === 'ingress' ? rule.from : rule.to
    if (peers === undefined || peers.length === 0) return 'yes'
    return peers
      .map(peer =>
        policy.kind === 'NetworkPolicy'
          ? this.networkPeer(policy, peer, other, family)
          : this.adminPeer(rule, peer, other, family),
      )
      .reduce<Tri>(
        (a, b) => (a === 'yes' || b === 'yes' ? 'yes' : a === 'maybe' || b === 'maybe' ? 'maybe' : 'no'),
        'no',
      )
  }

  private networkPeer(policy: Raw, peer: Raw, other: NaiveEnd, family: Family): Tri {
    if (this.isRefused(peer)) return 'no'
    if (peer.ipBlock !== undefined) {
      const { ipBlockMatchesPods, ipBlockMatchesNodes } = this.cluster.cni
      return this.addressesMatch(
        [peer.ipBlock.cidr],
        peer.ipBlock.except ?? [],
        other,
        family,
        ipBlockMatchesPods,
        ipBlockMatchesNodes,
      )
    }
    const host = this.hostOf(other)
    if (host !== undefined) return this.hostMatches(peer, host)
    if (other.kind !== 'pod') return 'no'
    if (peer.podSelector !== undefined && !this.labelsMatch(peer.podSelector, other.pod.labels)) return 'no'
    if (peer.namespaceSelector === undefined) return policy.metadata.namespace === other.pod.namespace ? 'yes' : 'no'
    return this.namespaceMatches(peer.namespaceSelector, other.pod.namespace)
  }

  /** hostNetwork pods of a node, where the network engine finds them by their namespaces. */
  private hostMatches(peer: Raw, host: string): Tri {
    const rule = this.cluster.cni.hostNetworkByNamespace
    if (rule === 'no' || peer.namespaceSelector === undefined) return 'no'
    const isEmpty = peer.podSelector !== undefined && JSON.stringify(peer.podSelector) === '{}'
    if (rule === 'withEmptyPodSelector' && !isEmpty) return 'no'
    const hosted = this.livePods().filter(pod => pod.hostNetwork && pod.node === host)
    const answers = hosted.map(pod => this.namespaceMatches(peer.namespaceSelector, pod.namespace))
    if (answers.includes('yes')) return rule === 'unknown' ? 'maybe' : 'yes'
    return answers.includes('maybe') ? 'maybe' : 'no'
  }

  livePods(): readonly NetworkPod[] {
    return this.cluster.pods.filter(({ phase }) => phase !== 'Succeeded' && phase !== 'Failed')
  }

  private adminPeer(rule: Raw, peer: Raw, other: NaiveEnd, family: Family): Tri {
    const isAccept = rule.action === 'Accept' || rule.action === 'Allow'
    if (this.isRefused(peer)) return isAccept ? 'no' : 'yes'
    if (peer.networks !== undefined) return this.addressesMatch(peer.networks, [], other, family, 'yes', 'yes')
    if (peer.nodes !== undefined) {
      const host = this.hostOf(other)
      if (host === undefined) return 'no'
      const node = this.cluster.nodes.find(({ name }) => name === host)
      if (node === undefined) return JSON.stringify(peer.nodes) === '{}' ? 'yes' : 'maybe'
      return this.labelsMatch(peer.nodes, node.labels) ? 'yes' : 'no'
    }
    if (peer.domainNames !== undefined) {
      if (other.kind === 'address') return 'maybe'
      if (other.kind !== 'name') return 'no'
      return peer.domainNames.some((name: string) =>
        name.startsWith('*.')
          ? other.name.endsWith(name.slice(1)) && other.name.length > name.length - 1
          : name === other.name,
      )
        ? 'yes'
        : 'no'
    }
    if (other.kind !== 'pod' || other.pod.hostNetwork) return 'no'
    return peer.namespaces !== undefined
      ? this.namespaceMatches(peer.namespaces, other.pod.namespace)
      : this.podsMatch(peer.pods, other.pod)
  }

  private addressesMatch(
    cidrs: readonly string[],
    excepts: readonly string[],
    other: NaiveEnd,
    family: Family,
    forPods: 'yes' | 'no' | 'unknown',
    forNodes: 'yes' | 'no' | 'unknown',
  ): Tri {
    const blocks = cidrs.map(blockOf)
    const cuts = excepts.map(blockOf)
    const { cni } = this.cluster
    const of = (address: Address): Tri => {
      if (!blocks.some(block => isInside(address, block))) return 'no'
      if (
        address.family === 6 &&
        cni.ipv6 !== 'yes' &&
        !(cuts.some(cut => isInside(address, cut)) && cni.except === 'yes')
      )
        return 'maybe'
      if (!cuts.some(cut => isInside(address, cut))) return 'yes'
      return cni.except === 'yes' ? 'no' : 'maybe'
    }
    const weaken = (answer: Tri, engine: string): Tri =>
      engine === 'no' || answer === 'no' ? 'no' : engine === 'yes' ? answer : 'maybe'
    if (other.kind === 'address') return of(addressOf(other.text))
    if (other.kind === 'name') {
      const isWhole = (wanted: Family) =>
        blocks.some(block => block.family === wanted && block.bits === 0) && !cuts.some(cut => cut.family === wanted)
      return isWhole(4) && isWhole(6) ? 'yes' : 'maybe'
    }
    const host = this.hostOf(other)
    if (host !== undefined) {
      const node = this.cluster.nodes.find(({ name }) => name === host)
      const hosted = this.livePods().filter(pod => pod.hostNetwork && pod.node === host)
      const texts = node !== undefined && node.addresses.length > 0 ? node.addresses : hosted.flatMap(pod => pod.ips)
      if (texts.length > 0) {
        const answers = texts.map(text => of(addressOf(text)))
        return weaken(
          answers.every(answer => answer === 'yes') ? 'yes' : answers.every(answer => answer === 'no') ? 'no' : 'maybe',
          forNodes,
        )
      }
      const isAll4 = blocks.some(block => block.family === 4 && block.bits === 0) && !cuts.some(cut => cut.family === 4)
      return weaken(isAll4 ? 'yes' : 'maybe', forNodes)
    }
    if (other.kind !== 'pod') return 'no'
    const own = other.pod.ips.map(addressOf).find(address => address.family === family)
    return weaken(own === undefined ? this.unplaced(blocks, cuts, family) : of(own), forPods)
  }

  /** A pod without an address, by trying addresses that it could get: those next to each boundary. */
  private unplaced(blocks: readonly Block[], cuts: readonly Block[], family: Family): Tri {
    const mine = blocks.filter(block => block.family === family)
    if (mine.length === 0) return 'no'
    const given = this.cluster.clusterCidrs.map(blockOf).filter(block => block.family === family)
    const spaces = given.length > 0 ? given : [blockOf(family === 4 ? '0.0.0.0/0' : '::/0')]
    const never = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/127', 'fe80::/10', 'ff00::/8'].map(
      blockOf,
    )
    const edges = [...blocks, ...cuts, ...spaces, ...never].flatMap(block => [
      block.first - 1n,
      block.first,
      block.last,
      block.last + 1n,
    ])
    const possible = edges
      .map((value): Address => ({ family, value }))
      .filter(
        address => spaces.some(space => isInside(address, space)) && !never.some(block => isInside(address, block)),
      )
    const isIn = (address: Address) => mine.some(block => isInside(address, block))
    const isCut = (address: Address) => cuts.some(cut => isInside(address, cut))
    const least = possible.filter(address => isIn(address) && !isCut(address)).length
    const most = this.cluster.cni.except === 'yes' ? least : possible.filter(isIn).length
    if (least === possible.length) return 'yes'
    if (most === 0) return 'no'
    return given.length === 0 && !mine.some(block => block.bits === 0) ? 'no' : 'maybe'
  }

  /** Whether any port at all is meant: an entry that matches none makes a rule say nothing. */
  private hasAnyPort(rule: Raw, destination: NaiveEnd): boolean {
    const entries: Raw[] | undefined = rule.ports ?? rule.protocols
    if (entries === undefined || entries.length === 0) return true
    return entries.some(entry => {
      if (this.isBad(entry)) return false
      const name =
        entry.namedPort ?? entry.destinationNamedPort ?? (typeof entry.port === 'string' ? entry.port : undefined)
      return (
        name === undefined ||
        this.named(destination, name, entry.protocol ?? (entry.port === undefined ? undefined : 'TCP')).length > 0
      )
    })
  }

  private named(
    destination: NaiveEnd,
    name: string,
    protocol: string | undefined,
  ): readonly { protocol: string; port: number }[] {
    if (destination.kind !== 'pod' || destination.pod.hostNetwork) return []
    return destination.pod.ports.filter(
      port => port.name === name && (protocol === undefined || port.protocol === protocol),
    )
  }

  private rulePorts(rule: Raw, port: Port, destination: NaiveEnd, _direction: string): Tri {
    const entries: Raw[] | undefined = rule.ports ?? rule.protocols
    if (entries === undefined || entries.length === 0) return 'yes'
    const answers = entries.map(entry =>
      this.isBad(entry) || port.protocol === undefined ? 'no' : this.portMatches(entry, port, destination),
    )
    return answers.includes('yes') ? 'yes' : answers.includes('maybe') ? 'maybe' : 'no'
  }

  private portMatches(entry: Raw, { protocol, port }: Port, destination: NaiveEnd): Tri {
    const { cni } = this.cluster
    const name =
      entry.namedPort ?? entry.destinationNamedPort ?? (typeof entry.port === 'string' ? entry.port : undefined)
    if (name !== undefined) {
      const wanted =
        entry.namedPort !== undefined || entry.destinationNamedPort !== undefined
          ? undefined
          : (entry.protocol ?? 'TCP')
      const isNamed = this.named(destination, name, wanted).some(
        declared => declared.protocol === protocol && declared.port === port,
      )
      return !isNamed ? 'no' : cni.namedPorts === 'yes' ? 'yes' : 'maybe'
    }
    const inner = entry.portNumber ?? entry.portRange
    const key = ['tcp', 'udp', 'sctp'].find(word => entry[word] !== undefined)
    const form = key === undefined ? undefined : entry[key].destinationPort
    const own = key?.toUpperCase() ?? inner?.protocol ?? entry.protocol ?? 'TCP'
    if (own !== protocol) return 'no'
    const from = form?.number ?? form?.range?.start ?? inner?.port ?? inner?.start ?? entry.port ?? 1
    const to = form?.number ?? form?.range?.end ?? inner?.port ?? inner?.end ?? entry.endPort ?? entry.port ?? 65535
    if (port < from || port > to) return 'no'
    if (protocol === 'SCTP' && cni.sctp !== 'yes') return 'maybe'
    return entry.endPort !== undefined && cni.endPort !== 'yes' && port !== from ? 'maybe' : 'yes'
  }
}

function tierOf(policy: Raw): 'Admin' | 'NetworkPolicy' | 'Baseline' {
  if (policy.kind === 'NetworkPolicy') return 'NetworkPolicy'
  return policy.kind === 'AdminNetworkPolicy' || policy.spec.tier === 'Admin' ? 'Admin' : 'Baseline'
}

function decide(
  admin: readonly Raw[],
  network: readonly Raw[] | undefined,
  baseline: readonly Raw[],
  applies: (rule: Raw) => boolean,
): boolean {
  const firstIn = (tier: readonly Raw[]): string | undefined => tier.flatMap(({ rules }) => rules).find(applies)?.action
  const first = firstIn(admin)
  if (first === 'Deny') return false
  if (first === 'Accept' || first === 'Allow') return true
  if (network !== undefined) return network.some(({ rules }) => rules.some(applies))
  return firstIn(baseline) !== 'Deny'
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1)
}

function shuffles<T>(list: readonly T[]): readonly (readonly T[])[] {
  return list.length < 2
    ? [list]
    : list.flatMap((first, i) => shuffles(list.filter((_, j) => j !== i)).map(rest => [first, ...rest]))
}
