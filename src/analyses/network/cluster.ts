import { type AddressValue, type Family, type IpAddress, parseCidr, parseIp } from '../../lib/ip/address.ts'
import { type AddressRanges, addressRanges } from '../../lib/ip/address-ranges.ts'
import type { Labels, NetworkNamespace, NetworkNode, NetworkPod, PeerId, Selector } from '../../model/network.ts'
import { AddressAtoms } from './address-atoms.ts'
import { LabelIndex } from './label-index.ts'
import { NamedPorts } from './named-ports.ts'
import { type Awaited, type ClassRecord, type NodeRecord, nameCovers, type PeerRecord } from './peer-records.ts'
import { type ClassContext, PodClasses } from './pod-classes.ts'
import type { PortSets } from './port-sets.ts'

/** The label that every namespace carries, whatever is written. */
export const namespaceNameLabel = 'kubernetes.io/metadata.name'

/** How pods become peers. */
export type ClusterOptions = Pick<ClassContext, 'usesPodAddresses' | 'podSpace'> & { readonly asDeclared: boolean }

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
  readonly nodePeers = new Map<string, PeerId>()
  readonly namePeers = new Map<string, PeerId>()
  readonly atoms: Readonly<Record<Family, AddressAtoms>>
  readonly atomPeers: Readonly<Record<Family, PeerId[]>> = { 4: [], 6: [] }
  readonly classes: PodClasses
  private addressOwners: Map<string, PeerId> | undefined
  private nodeItems = 0
  podCount = 0
  controller: PeerId = -1

  constructor(ports: PortSets, options: ClusterOptions, boundaries: Readonly<Record<Family, Iterable<AddressValue>>>) {
    this.named = new NamedPorts(ports)
    this.options = options
    this.atoms = { 4: new AddressAtoms(4, boundaries[4]), 6: new AddressAtoms(6, boundaries[6]) }
    const { podLabels, named, atoms } = this
    const add = (record: PeerRecord): PeerId => this.add(record)
    // Classes ask only for records that they added.
    const recordOf = (id: PeerId): ClassRecord => this.records[id] as ClassRecord
    this.classes = new PodClasses({ ...options, podLabels, named, atoms, add, recordOf })
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

  /** Projects the labels of all namespaces anew, after further ones were asked for. */
  relabelNamespaces(): void {
    for (const [id, facts] of this.namespaceFacts.entries()) {
      const labels = { ...facts?.labels, [namespaceNameLabel]: this.namespaceNames[id]! }
      this.namespaceLabels.set(id, this.namespaceLabels.pairsOf(labels))
    }
  }

  /** A namespace that does not exist yet: it has no name, and only the labels that are asked for. */
  addAwaitedNamespace(labels: Labels): number {
    const id = this.namespaceNames.length
    this.namespaceNames.push('')
    this.namespaceFacts.push({ name: '', labels, isDeclared: true, file: '', line: 0 })
    this.classes.inNamespace.push([])
    this.namespaceLabels.set(id, this.namespaceLabels.pairsOf(labels))
    return id
  }

  private addNamespace(name: string, facts: NetworkNamespace | undefined, labels: Labels): number {
    const id = this.namespaceNames.length
    this.namespaceNames.push(name)
    this.namespaceFacts.push(facts)
    this.namespaceIds.set(name, id)
    this.classes.inNamespace.push([])
    this.namespaceLabels.set(id, this.namespaceLabels.pairsOf(labels))
    return id
  }

  /** Whether the pod takes part in connections: completed pods hold no address. */
  isLive(pod: NetworkPod): boolean {
    return this.options.asDeclared || (pod.phase !== 'Succeeded' && pod.phase !== 'Failed')
  }

  /** Peers of a pod that is known; none for any other. Several where it has addresses of two families that matter. */
  peersOf(pod: NetworkPod): readonly PeerId[] {
    if (!this.isLive(pod)) return []
    if (this.isOnNode(pod)) {
      const node = this.nodePeers.get(pod.node)
      return node === undefined ? [] : [node]
    }
    const namespace = this.namespaceIds.get(pod.namespace)
    return namespace === undefined ? [] : this.classes.find({ ...pod, namespace })
  }

  private isOnNode(pod: NetworkPod): boolean {
    return pod.hostNetwork && !this.options.asDeclared
  }

  /** Peers of a pod, made where they are missing. */
  private peersFor(pod: NetworkPod, onAdded?: (peer: PeerId) => void): readonly PeerId[] {
    if (!this.isLive(pod)) return []
    if (this.isOnNode(pod)) return [this.nodePeer(pod.node)]
    const { labels, ports, ips } = pod
    return this.classes.make({ namespace: this.namespaceId(pod.namespace), labels, ports, ips }, undefined, onAdded)
  }

  /** Adds a pod to its peers and returns them. */
  addPod(pod: NetworkPod, onAdded?: (peer: PeerId) => void): readonly PeerId[] {
    this.addressOwners = undefined
    this.podCount++
    const peers = this.peersFor(pod, onAdded)
    for (const peer of peers) {
      const record = this.records[peer]!
      if (record.kind === 'class' || record.kind === 'node') record.pods.push(pod)
    }
    return peers
  }

  removePod(pod: NetworkPod): void {
    this.addressOwners = undefined
    this.podCount--
    for (const peer of this.peersOf(pod)) {
      const record = this.records[peer]!
      if (record.kind !== 'class' && record.kind !== 'node') continue
      const at = record.pods.indexOf(pod)
      if (at >= 0) {
        record.pods[at] = record.pods.at(-1)!
        record.pods.pop()
      }
    }
  }

  addAwaited(namespace: number, labels: Labels, awaited: Awaited): void {
    this.classes.make({ namespace, labels, ports: [], ips: [] }, awaited)
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
    return id
  }

  /** Addresses of a node: those of its object, else those of the hostNetwork pods on it. */
  addressesOf(record: NodeRecord): readonly IpAddress[] {
    const texts = record.addresses.length > 0 ? record.addresses : [...new Set(record.pods.flatMap(pod => pod.ips))]
    return texts.map(parseIp).filter(address => address !== undefined)
  }

  addAtoms(): void {
    for (const family of [4, 6] as const) for (const { atom } of this.atoms[family].atoms()) this.addAtom(family, atom)
  }

  addAtom(family: Family, atom: number): PeerId {
    const id = this.add({ kind: 'external', family, atom })
    this.atomPeers[family][atom] = id
    return id
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

  /** The family through which pods are seen; `undefined` for other peers, and where it makes no difference. */
  podFamilyOf(peer: PeerId): Family | undefined {
    const record = this.records[peer]!
    return record.kind === 'class' ? record.family : undefined
  }

  /** The peer of the narrowest pattern that covers a name; every wider one covers that pattern, too. */
  peerOfName(name: string): PeerId {
    const plain = name.toLowerCase().replace(/\.$/, '')
    let best = '*'
    for (const pattern of this.namePeers.keys())
      if (pattern !== '*' && nameCovers(pattern, plain) && (best === '*' || nameCovers(best, pattern))) best = pattern
    return this.namePeers.get(best)!
  }

  /** The pod's or node's peer for a canonical address of theirs; the index is built when first asked for. */
  ownerOfAddress(text: string): PeerId | undefined {
    if (this.addressOwners === undefined) {
      this.addressOwners = new Map()
      for (const [id, record] of this.records.entries()) {
        if (record.kind === 'node') for (const address of record.addresses) this.addressOwners.set(address, id)
        if (record.kind === 'class' || record.kind === 'node')
          for (const pod of record.pods) for (const ip of pod.ips) this.setOwner(ip, id)
      }
    }
    return this.addressOwners.get(text)
  }

  /** A pod with two peers has one address in each. */
  private setOwner(ip: string, peer: PeerId): void {
    const family = this.podFamilyOf(peer)
    if (family === undefined || parseIp(ip)?.family === family) this.addressOwners!.set(ip, peer)
  }
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
