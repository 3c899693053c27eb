import { type AddressValue, type Family, type IpAddress, parseCidr, parseIp } from '../../lib/ip/address.ts'
import { type AddressRanges, addressRanges } from '../../lib/ip/address-ranges.ts'
import type {
  ContainerPort,
  Labels,
  NetworkNamespace,
  NetworkNode,
  NetworkPod,
  PeerId,
  Selector,
} from '../../model/network.ts'
import { AddressAtoms } from './address-atoms.ts'
import { LabelIndex, type LabelPairs } from './label-index.ts'
import { NamedPorts } from './named-ports.ts'
import { type Awaited, type NodeRecord, nameCovers, type PeerRecord } from './peer-records.ts'
import type { PortSets } from './port-sets.ts'

/** The label that every namespace carries, whatever is written. */
export const namespaceNameLabel = 'kubernetes.io/metadata.name'

/** How pods become peers. */
export interface ClusterOptions {
  readonly asDeclared: boolean
  /** Some rule can match pods by address: pods then differ by the atom of theirs. */
  readonly usesPodAddresses: boolean
  /** Addresses that pods without one can get, by family; of families that are absent they get none. */
  readonly podSpace: readonly AddressRanges[]
}

/**
 * Everything that connections begin and end at, as numbered peers, with the indexes by which rules find them.
 * Numbers only grow: what comes later is larger.
 */
export class Cluster {
  readonly records: PeerRecord[] = []
  /** Labels of pods, by peer; and of namespaces and nodes, each by its own numbers. */
  readonly podLabels = new LabelIndex()
  readonly namespaceLabels = new LabelIndex()
  readonly nodeLabels = new LabelIndex()
  readonly named: NamedPorts
  readonly options: ClusterOptions
  readonly namespaceNames: string[] = []
  readonly namespaceFacts: (NetworkNamespace | undefined)[] = []
  readonly namespaceIds = new Map<string, number>()
  readonly classesIn: PeerId[][] = []
  readonly nodePeers = new Map<string, PeerId>()
  readonly namePeers = new Map<string, PeerId>()
  readonly atoms: Readonly<Record<Family, AddressAtoms>>
  readonly atomPeers: Readonly<Record<Family, PeerId[]>> = { 4: [], 6: [] }
  /** Classes by the atom of their address; -1 holds those without one. */
  readonly classesAt: Readonly<Record<Family, Map<number, PeerId[]>>> = { 4: new Map(), 6: new Map() }
  private readonly classIds = new Map<string, PeerId>()
  private readonly addressOwners = new Map<string, PeerId>()
  private nodeItems = 0
  controller: PeerId = -1

  constructor(ports: PortSets, options: ClusterOptions, boundaries: Readonly<Record<Family, Iterable<AddressValue>>>) {
    this.named = new NamedPorts(ports)
    this.options = options
    this.atoms = { 4: new AddressAtoms(4, boundaries[4]), 6: new AddressAtoms(6, boundaries[6]) }
  }

  /** The number of a namespace, which comes into being where it is first named. */
  namespaceId(name: string): number {
    const known = this.namespaceIds.get(name)
    return known ?? this.addNamespace(name, undefined, { [namespaceNameLabel]: name })
  }

  declareNamespace(namespace: NetworkNamespace): number {
    const labels = { ...namespace.labels, [namespaceNameLabel]: namespace.name }
    const known = this.namespaceIds.get(namespace.name)
    if (known === undefined) return this.addNamespace(namespace.name, namespace, labels)
    this.namespaceFacts[known] = namespace
    this.namespaceLabels.set(known, this.namespaceLabels.pairsOf(labels))
    return known
  }

  /** A namespace that does not exist yet: it has no name, and only the labels that are asked for. */
  addAwaitedNamespace(labels: Labels): number {
    const id = this.namespaceNames.length
    this.namespaceNames.push('')
    this.namespaceFacts.push({ name: '', labels, isDeclared: true, file: '', line: 0 })
    this.classesIn.push([])
    this.namespaceLabels.set(id, this.namespaceLabels.pairsOf(labels))
    return id
  }

  private addNamespace(name: string, facts: NetworkNamespace | undefined, labels: Labels): number {
    const id = this.namespaceNames.length
    this.namespaceNames.push(name)
    this.namespaceFacts.push(facts)
    this.namespaceIds.set(name, id)
    this.classesIn.push([])
    this.namespaceLabels.set(id, this.namespaceLabels.pairsOf(labels))
    return id
  }

  /** Whether the pod takes part in connections: completed pods hold no address. */
  isLive(pod: NetworkPod): boolean {
    return this.options.asDeclared || (pod.phase !== 'Succeeded' && pod.phase !== 'Failed')
  }

  /** Peers of a pod, made where they are missing. Several where it has addresses of two families that matter. */
  peersFor(pod: NetworkPod): PeerId[] {
    if (!this.isLive(pod)) return []
    if (pod.hostNetwork && !this.options.asDeclared) return [this.nodePeer(pod.node)]
    const pairs = this.podLabels.pairsOf(pod.labels)
    return this.classesFor(this.namespaceId(pod.namespace), pairs, pod.ports, pod.ips)
  }

  /** Adds a pod to its peers and returns them. */
  addPod(pod: NetworkPod): PeerId[] {
    const peers = this.peersFor(pod)
    for (const peer of peers) {
      const record = this.records[peer]!
      if (record.kind === 'class' || record.kind === 'node') record.pods.push(pod)
      // Several hostNetwork pods share the address of their node, which owns it.
      for (const ip of pod.ips) this.addressOwners.set(ip, peer)
    }
    return peers
  }

  removePod(pod: NetworkPod, peers: readonly PeerId[]): void {
    for (const peer of peers) {
      const record = this.records[peer]!
      if (record.kind !== 'class' && record.kind !== 'node') continue
      const at = record.pods.indexOf(pod)
      if (at >= 0) {
        record.pods[at] = record.pods.at(-1)!
        record.pods.pop()
      }
      for (const ip of pod.ips) if (this.addressOwners.get(ip) === peer) this.addressOwners.delete(ip)
    }
  }

  addAwaited(namespace: number, labels: Labels, awaited: Awaited): PeerId[] {
    return this.classesFor(namespace, this.podLabels.pairsOf(labels), [], [], awaited)
  }

  private classesFor(
    namespace: number,
    pairs: LabelPairs,
    ports: readonly ContainerPort[],
    ips: readonly string[],
    awaited?: Awaited,
  ): PeerId[] {
    const named = this.named.idOf(ports)
    const prefix = `${awaited === undefined ? '' : '?'}${namespace}|${pairs.join()}|${named}`
    if (!this.options.usesPodAddresses) return [this.classFor(prefix, namespace, pairs, named, undefined, -1, awaited)]
    const addresses = ips.map(parseIp).filter(address => address !== undefined)
    const families: readonly Family[] =
      addresses.length > 0 ? distinctFamilies(addresses) : this.options.podSpace.map(({ family }) => family)
    return families.map(family => {
      const own = addresses.find(address => address.family === family)
      const atom = own === undefined ? -1 : this.atoms[family].atomOf(own.value)
      return this.classFor(`${prefix}|${family}|${atom}`, namespace, pairs, named, family, atom, awaited)
    })
  }

  private classFor(
    key: string,
    namespace: number,
    pairs: LabelPairs,
    named: number,
    family: Family | undefined,
    atom: number,
    awaited: Awaited | undefined,
  ): PeerId {
    const known = this.classIds.get(key)
    if (known !== undefined) return known
    const id = this.add({ kind: 'class', namespace, named, family, atom, pods: [], awaited })
    this.classIds.set(key, id)
    this.classesIn[namespace]!.push(id)
    this.podLabels.set(id, pairs)
    if (family !== undefined) {
      const list = this.classesAt[family].get(atom)
      if (list === undefined) this.classesAt[family].set(atom, [id])
      else list.push(id)
    }
    return id
  }

  nodePeer(name: string): PeerId {
    const known = this.nodePeers.get(name)
    if (known !== undefined) return known
    const id = this.add({ kind: 'node', name, labels: -1, addresses: [], pods: [] })
    this.nodePeers.set(name, id)
    return id
  }

  declareNode(node: NetworkNode): PeerId {
    const id = this.nodePeer(node.name)
    const record = this.records[id] as NodeRecord
    if (record.labels < 0) record.labels = this.nodeItems++
    this.nodeLabels.set(record.labels, this.nodeLabels.pairsOf(node.labels))
    record.addresses = node.addresses
    for (const address of node.addresses) this.addressOwners.set(address, id)
    return id
  }

  /** Addresses of a node: those of its object, else those of the hostNetwork pods on it. */
  addressesOf(record: NodeRecord): readonly IpAddress[] {
    const texts = record.addresses.length > 0 ? record.addresses : [...new Set(record.pods.flatMap(pod => pod.ips))]
    return texts.map(parseIp).filter(address => address !== undefined)
  }

  addAtoms(): void {
    for (const family of [4, 6] as const) {
      for (const { atom } of this.atoms[family].atoms())
        this.atomPeers[family][atom] = this.add({ kind: 'external', family, atom })
    }
  }

  addName(name: string): PeerId {
    const known = this.namePeers.get(name)
    if (known !== undefined) return known
    const id = this.add({ kind: 'fqdn', name })
    this.namePeers.set(name, id)
    return id
  }

  addController(): void {
    this.controller = this.add({ kind: 'ingressController' })
  }

  add(record: PeerRecord): PeerId {
    this.records.push(record)
    return this.records.length - 1
  }

  /** The family in which a peer is seen; `undefined` where it is seen in any. */
  familyOf(peer: PeerId): Family | undefined {
    const record = this.records[peer]!
    return record.kind === 'class' || record.kind === 'external' ? record.family : undefined
  }

  /** The peer of the narrowest pattern that covers a name; every wider one covers that pattern, too. */
  peerOfName(name: string): PeerId {
    const plain = name.toLowerCase().replace(/\.$/, '')
    let best = '*'
    for (const pattern of this.namePeers.keys())
      if (pattern !== '*' && nameCovers(pattern, plain) && (best === '*' || nameCovers(best, pattern))) best = pattern
    return this.namePeers.get(best)!
  }

  ownerOfAddress(text: string): PeerId | undefined {
    return this.addressOwners.get(text)
  }
}

function distinctFamilies(addresses: readonly IpAddress[]): readonly Family[] {
  const families = new Set(addresses.map(({ family }) => family))
  return ([4, 6] as const).filter(family => families.has(family))
}

/** Addresses that no pod ever has: this host, loopback, link-local, multicast and reserved ones (RFC 6890). */
const neverPods: readonly string[] = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/127',
  'fe80::/10',
  'ff00::/8',
]

export function rangesNeverOfPods(family: Family): AddressRanges {
  return addressRanges(
    family,
    neverPods.map(text => parseCidr(text)!).filter(cidr => cidr.family === family),
  )
}

/** Labels that satisfy a selector and carry no more than it asks for; `undefined` where nothing can. */
export function leastLabels(selector: Selector | undefined): Labels | undefined {
  const labels: Record<string, string> = Object.create(null) as Record<string, string>
  const requirements = selector?.requirements ?? []
  for (const { key } of requirements.filter(({ operator }) => operator === 'In' || operator === 'Exists')) {
    const all = requirements.filter(requirement => requirement.key === key)
    if (all.some(({ operator }) => operator === 'DoesNotExist')) return undefined
    const lists = all.filter(({ operator }) => operator === 'In').map(({ values }) => values)
    const isRefused = (value: string) =>
      all.some(({ operator, values }) => operator === 'NotIn' && values.includes(value))
    const wanted =
      lists.length === 0
        ? freeValue(isRefused)
        : lists[0]!.find(value => !isRefused(value) && lists.every(list => list.includes(value)))
    if (wanted === undefined) return undefined
    labels[key] = wanted
  }
  return labels
}

function freeValue(isRefused: (value: string) => boolean): string {
  let value = 'any'
  while (isRefused(value)) value += 'x'
  return value
}
