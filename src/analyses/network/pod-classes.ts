import { type Family, type IpAddress, parseIp } from '../../lib/ip/address.ts'
import type { AddressRanges } from '../../lib/ip/address-ranges.ts'
import type { ContainerPort, Labels, NetworkPod, PeerId } from '../../model/network.ts'
import type { AddressAtoms } from './address-atoms.ts'
import type { LabelIndex, LabelPairs } from './label-index.ts'
import type { NamedPorts } from './named-ports.ts'
import type { Awaited, ClassRecord } from './peer-records.ts'

/** What makes pods alike, and where classes become peers. */
export interface ClassContext {
  readonly podLabels: LabelIndex
  readonly named: NamedPorts
  readonly atoms: Readonly<Record<Family, AddressAtoms>>
  /** Some rule can match pods by address: pods then differ by the atom of theirs. */
  readonly usesPodAddresses: boolean
  /** Addresses that pods without one can get, by family; of families that are absent they get none. */
  readonly podSpace: readonly AddressRanges[]
  readonly add: (record: ClassRecord) => PeerId
  readonly recordOf: (id: PeerId) => ClassRecord
}

/** What of a pod matters to rules. */
export interface PodTraits {
  readonly namespace: number
  readonly labels: Labels
  readonly ports: readonly ContainerPort[]
  readonly ips: readonly string[]
}

/** One address of a pod, as far as rules see it. */
interface Facet {
  readonly family: Family | undefined
  readonly atom: number
}

const withoutAddress: readonly Facet[] = [{ family: undefined, atom: -1 }]

/** Classes of pods that no rule tells apart: equal namespace, mentioned labels, mentioned ports, atoms of addresses. */
export class PodClasses {
  private readonly context: ClassContext
  private readonly ids = new Map<string, PeerId>()
  private readonly keys: string[] = []
  private readonly singles: (readonly PeerId[])[] = []
  count = 0
  /** By namespace. */
  readonly inNamespace: PeerId[][] = []
  /** By the atom of their address; -1 holds those without one. */
  readonly atAtom: Readonly<Record<Family, Map<number, PeerId[]>>> = { 4: new Map(), 6: new Map() }

  constructor(context: ClassContext) {
    this.context = context
  }

  /** The classes of a pod, none where they are not there. */
  find(traits: PodTraits): readonly PeerId[] {
    const pairs = this.context.podLabels.pairsOf(traits.labels)
    const named = this.context.named.idOf(traits.ports)
    const prefix = prefixOf(traits.namespace, pairs, named, undefined)
    const known = this.facetsOf(traits.ips)
      .map(facet => this.ids.get(keyOf(prefix, facet)))
      .filter(id => id !== undefined)
    return known.length === 1 ? this.only(known[0]!) : known
  }

  /** The classes of a pod, made where they are missing. */
  make(traits: PodTraits, awaited?: Awaited, onAdded?: (peer: PeerId) => void): readonly PeerId[] {
    const pairs = this.context.podLabels.pairsOf(traits.labels)
    const named = this.context.named.idOf(traits.ports)
    const prefix = prefixOf(traits.namespace, pairs, named, awaited)
    const facets = this.facetsOf(traits.ips)
    const [first] = facets
    if (facets.length === 1)
      return this.only(this.classFor(prefix, traits.namespace, pairs, named, first!, awaited, onAdded))
    return facets.map(facet => this.classFor(prefix, traits.namespace, pairs, named, facet, awaited, onAdded))
  }

  /**
   * Parts a class along what has become known since it was made: labels, port names, cuts of addresses. It keeps the
   * first of its parts; the others are new. A class without pods is forgotten: its traits are not known.
   */
  split(id: PeerId, record: ClassRecord, onAdded: (peer: PeerId) => void): void {
    const groups = new Map<
      string,
      { readonly pairs: LabelPairs; readonly named: number; readonly facet: Facet; readonly pods: NetworkPod[] }
    >()
    for (const pod of record.pods) {
      const pairs = this.context.podLabels.pairsOf(pod.labels)
      const named = this.context.named.idOf(pod.ports)
      const facet = this.facetsOf(pod.ips).find(({ family }) => family === record.family)!
      const key = keyOf(prefixOf(record.namespace, pairs, named, undefined), facet)
      const group = groups.get(key)
      if (group === undefined) groups.set(key, { pairs, named, facet, pods: [pod] })
      else group.pods.push(pod)
    }
    const old = this.keys[id]!
    if (groups.size === 1 && groups.has(old)) return
    this.ids.delete(old)
    const [first, ...rest] = [...groups]
    if (first === undefined) return
    const [key, { pairs, named, facet, pods }] = first
    this.ids.set(key, id)
    this.keys[id] = key
    record.named = named
    this.context.podLabels.set(id, pairs)
    if (record.family !== undefined && facet.atom !== record.atom) this.move(id, record, facet.atom)
    record.pods.length = 0
    record.pods.push(...pods)
    for (const [, group] of rest) {
      const prefix = prefixOf(record.namespace, group.pairs, group.named, undefined)
      const added = this.classFor(prefix, record.namespace, group.pairs, group.named, group.facet, undefined, onAdded)
      this.context.recordOf(added).pods.push(...group.pods)
    }
  }

  private move(id: PeerId, record: ClassRecord, atom: number): void {
    const byAtom = this.atAtom[record.family!]
    const list = byAtom.get(record.atom)!
    list.splice(list.indexOf(id), 1)
    record.atom = atom
    byAtom.set(atom, [...(byAtom.get(atom) ?? []), id])
  }

  private facetsOf(ips: readonly string[]): readonly Facet[] {
    const { atoms, usesPodAddresses, podSpace } = this.context
    if (!usesPodAddresses) return withoutAddress
    const facet = ({ family, value }: IpAddress): Facet => ({ family, atom: atoms[family].atomOf(value) })
    if (ips.length === 1) {
      const only = parseIp(ips[0]!)
      if (only !== undefined) return [facet(only)]
    }
    const addresses = ips.map(parseIp).filter(address => address !== undefined)
    if (addresses.length === 0) return podSpace.map(({ family }) => ({ family, atom: -1 }))
    const byFamily = ([4, 6] as const).map(family => addresses.find(address => address.family === family))
    return byFamily.filter(address => address !== undefined).map(facet)
  }

  private classFor(
    prefix: string,
    namespace: number,
    pairs: LabelPairs,
    named: number,
    { family, atom }: Facet,
    awaited: Awaited | undefined,
    onAdded: ((peer: PeerId) => void) | undefined,
  ): PeerId {
    const key = keyOf(prefix, { family, atom })
    const known = this.ids.get(key)
    if (known !== undefined) return known
    const id = this.context.add({ kind: 'class', namespace, named, family, atom, pods: [], awaited })
    this.count++
    this.ids.set(key, id)
    this.keys[id] = key
    this.inNamespace[namespace]!.push(id)
    this.context.podLabels.set(id, pairs)
    if (family !== undefined) {
      const list = this.atAtom[family].get(atom)
      if (list === undefined) this.atAtom[family].set(atom, [id])
      else list.push(id)
    }
    onAdded?.(id)
    return id
  }

  /** A list of one peer; the same for all pods of the peer. */
  private only(peer: PeerId): readonly PeerId[] {
    const known = this.singles[peer]
    if (known !== undefined) return known
    const single = [peer]
    this.singles[peer] = single
    return single
  }
}

function prefixOf(namespace: number, pairs: LabelPairs, named: number, awaited: Awaited | undefined): string {
  return `${awaited === undefined ? '' : '?'}${namespace}|${pairs.join()}|${named}`
}

function keyOf(prefix: string, { family, atom }: Facet): string {
  return family === undefined ? prefix : `${prefix}|${family}|${atom}`
}
