import { anyClientPossibly, type ClientAddresses, everyClient } from '../../../inventory/network/client-addresses.ts'
import type { NetworkService } from '../../../inventory/network/services.ts'
import { entryOf } from '../../../lib/collections/entry-of.ts'
import { type Family, parseCidr, parseIp, printIp } from '../../../lib/ip/address.ts'
import { type AddressRanges, intersectRanges, subtractRanges } from '../../../lib/ip/address-ranges.ts'
import type { HostPort, NetworkPod, Peer, PeerId } from '../../../model/network.ts'
import { rangesNeverOfPods } from '../cluster.ts'
import type { RangePart } from './list.ts'
import type { NetworkView } from './network-view.ts'
import { bothOpen, eitherOpen, type OpenPorts, portList } from './open-ports.ts'
import { isInternet, isPrivate } from './peer-words.ts'
import { numberRanges, textRanges } from './range-text.ts'

/** A way by which connections from outside come to pods. */
export interface Entrance {
  readonly clients: ClientAddresses
  /**
   * Whose address policies see. `node`: the connection is handed on by a node, which may put its own address in the
   * place of the client's (core/v1 externalTrafficPolicy: Cluster). Whether policies are asked before that or after it is
   * not defined (networking.k8s.io/v1 ipBlock): surely open is what both addresses may open, possibly what either may.
   */
  readonly seen: 'client' | 'node'
}

/** The entrance that a Service makes for connections from outside. */
export function entranceOf({ sourceRanges, externalTrafficPolicy }: NetworkService): Entrance {
  return { clients: sourceRanges.clients, seen: externalTrafficPolicy === 'Local' ? 'client' : 'node' }
}

/** Whether connections from outside come to a Service by its type. */
export function isEntrance({ type }: NetworkService): boolean {
  return type === 'LoadBalancer' || type === 'NodePort'
}

/** The entrance that a port of a node makes; `undefined` where no other host comes to it. */
export function hostPortEntrance({ ip }: HostPort): Entrance | undefined {
  // The node that takes the connection is the one that the pod is on: it hands on with the client's address.
  const seen = 'client'
  if (ip === '') return { clients: everyClient, seen }
  const address = parseIp(ip)
  if (address === undefined) return { clients: anyClientPossibly, seen }
  if (
    loopback.some(({ family, from, to }) => family === address.family && from <= address.value && address.value <= to)
  )
    return undefined
  const clients = clientsOfFamily(address.family)
  // A private address of a node may be what a public one is translated to.
  const isPublic = !isPrivate(ip) || anyAddress.has(printIp(address.family, address.value))
  return { clients: isPublic ? clients : { ...clients, must: anyClientPossibly.must }, seen }
}

const loopback = ['127.0.0.0/8', '::1/128'].map(text => parseCidr(text)!)
/** What stands for every address of a family. */
const anyAddress: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

function clientsOfFamily(family: Family): ClientAddresses {
  const { must: every } = everyClient
  const { must: none } = anyClientPossibly
  const own = family === 4 ? { 4: every[4], 6: none[6] } : { 4: none[4], 6: every[6] }
  return { must: own, may: own }
}

type External = Extract<Peer, { kind: 'external' }>
type Bound = 'must' | 'may'
type Sources = Readonly<Record<Bound, readonly External[]>>

/**
 * Whether the Internet is among the clients of an entrance, and those whose connections are asked about: addresses of the
 * Internet, or where none is let in all others.
 */
export interface Clients {
  readonly internet: 'yes' | 'maybe' | 'no'
  readonly sources: Sources
}

export function clientsOf({ engine }: NetworkView, { clients }: Entrance): Clients {
  const outside = engine.externalRanges().filter(({ isInsideCluster }) => !isInsideCluster)
  const isAmong = (peer: External, bound: Bound, admitted: ClientAddresses) =>
    peer.ranges.some(range => intersectRanges(numberRanges(range), admitted[bound][range.family]).ranges.length > 0)
  const among = (peers: readonly External[], admitted: ClientAddresses): Sources => ({
    must: peers.filter(peer => isAmong(peer, 'must', admitted)),
    may: peers.filter(peer => isAmong(peer, 'may', admitted)),
  })
  const internet = among(outside.filter(isInternet), { must: wide(clients.must), may: wide(clients.may) })
  if (internet.may.length === 0) return { internet: 'no', sources: among(outside, clients) }
  return { internet: internet.must.length > 0 ? 'yes' : 'maybe', sources: internet }
}

/** Addresses by whether an entrance lets them in. */
export function admission(
  { clients }: Entrance,
  asked: AddressRanges,
): Readonly<Record<Clients['internet'], AddressRanges>> {
  const [must, may] = [clients.must[asked.family], clients.may[asked.family]]
  return {
    yes: intersectRanges(asked, must),
    maybe: subtractRanges(intersectRanges(asked, may), must),
    no: subtractRanges(asked, may),
  }
}

/** An address by itself is a host that somebody knows, and not the Internet. */
function wide(clients: ClientAddresses[Bound]): ClientAddresses[Bound] {
  const only = ({ family, ranges }: AddressRanges) => ({ family, ranges: ranges.filter(({ from, to }) => from !== to) })
  return { 4: only(clients[4]), 6: only(clients[6]) }
}

/** What the sources may open to a pod; by way of nodes where `nodesTo` is given. */
export function openThrough(
  view: NetworkView,
  nodesTo: HandingOn | undefined,
  sources: Sources,
  pod: NetworkPod,
): OpenPorts {
  const peers = view.engine.peersOfPod(pod)
  let open: OpenPorts = { must: noPorts, may: noPorts }
  for (const family of [4, 6] as const) {
    const idsOf = (bound: Bound) =>
      sources[bound].filter(({ ranges }) => ranges[0]?.family === family).map(({ id }) => id)
    const asked = { must: idsOf('must'), may: idsOf('may') }
    if (asked.may.length === 0) continue
    const clients = {
      must: openTo(view, asked.must, peers).must,
      may: openTo(view, asked.may, peers).may,
    }
    open = unionOf(open, withNodes(clients, nodesTo?.(family, peers, pod.node)))
  }
  return open
}

export const noPorts = portList([])

function openTo({ engine }: NetworkView, src: readonly PeerId[], dst: readonly PeerId[]): OpenPorts {
  return engine.connection({ peers: src, pod: undefined }, { peers: dst, pod: undefined })
}

function unionOf(a: OpenPorts, b: OpenPorts): OpenPorts {
  return { must: eitherOpen(a.must, b.must), may: eitherOpen(a.may, b.may) }
}

/** What a client may open where policies see it, or a node in its place. */
export function withNodes(clients: OpenPorts, nodes: OpenPorts | undefined): OpenPorts {
  if (nodes === undefined) return clients
  return { must: bothOpen(clients.must, nodes.must), may: eitherOpen(clients.may, nodes.may) }
}

/** What nodes may open in place of a client that hand its connection on; `undefined` where none does. */
export type HandingOn = (family: Family, peers: readonly PeerId[], ownNode: string) => OpenPorts | undefined

/**
 * Nodes that hand connections on to pods: surely open is what each of them may open. The node that the pod is on hands on
 * without a change of addresses that policies see. Addresses of nodes that were not read are not known: they are any
 * outside the cluster.
 */
export function handingOn(view: NetworkView): HandingOn {
  const declared = new Set(view.facts.nodes.map(({ name }) => name))
  const nodes = view.engine.peers().filter(peer => peer.kind === 'node' && declared.has(peer.node))
  const outside = view.engine.externalRanges().filter(({ isInsideCluster }) => !isInsideCluster)
  const known = new Map<string, readonly NodeGroup[]>()
  return (family, peers, ownNode) => {
    const sources = declared.size > 0 ? nodes : outside.filter(peer => holdsNodes(peer, family))
    const key = `${declared.size > 0 ? '' : family} ${peers.join()}`
    const groups = entryOf(known, key, () => nodeGroups(view, sources, peers))
    let open: OpenPorts | undefined
    for (const { members, must, may } of groups) {
      if (members.size === 1 && members.has(ownNode)) continue
      open = open === undefined ? { must, may } : { must: bothOpen(open.must, must), may: eitherOpen(open.may, may) }
    }
    return open
  }
}

/** Nodes that may open the same, by name. */
interface NodeGroup extends OpenPorts {
  readonly members: Set<string>
}

/** A cluster has many nodes, of which policies tell few apart. */
function nodeGroups(view: NetworkView, sources: readonly Peer[], peers: readonly PeerId[]): readonly NodeGroup[] {
  const groups = new Map<string, NodeGroup>()
  for (const source of sources) {
    const { must, may } = view.engine.connection({ peers: [source.id], pod: undefined }, { peers, pod: undefined })
    const group = entryOf(groups, `${must.id} ${may.id}`, () => ({ must, may, members: new Set<string>() }))
    group.members.add(source.kind === 'node' ? source.node : `${source.id}`)
  }
  return [...groups.values()]
}

/** What becomes of ranges outside on their way through a Service to one end behind it. */
export function partsThrough(
  view: NetworkView,
  service: NetworkService,
  { peers, pods }: { readonly peers: readonly PeerId[]; readonly pods: readonly NetworkPod[] },
): (part: RangePart) => readonly RangePart[] {
  const entrance = entranceOf(service)
  const ownNode = nodeOfAll(pods)
  const nodesTo = entrance.seen === 'node' ? handingOn(view) : undefined
  return part => {
    const { family } = part.range
    const connection = withNodes(part.connection, nodesTo?.(family, peers, ownNode))
    const { yes, maybe } = admission(entrance, numberRanges(part.range))
    const cut = (ranges: AddressRanges, open: OpenPorts) =>
      ranges.ranges.map(({ from, to }, i) => ({ ...part, range: textRanges(ranges)[i]!, from, to, connection: open }))
    return [...cut(yes, connection), ...cut(maybe, { must: noPorts, may: connection.may })].sort((a, b) =>
      a.from < b.from ? -1 : 1,
    )
  }
}

/** The node that all of some pods are on; `''` where there is no such node, or it is not known. */
export function nodeOfAll(pods: readonly NetworkPod[]): string {
  const [own, ...others] = new Set(pods.map(({ node }) => node))
  return others.length === 0 ? (own ?? '') : ''
}

function holdsNodes({ ranges }: External, family: Family): boolean {
  return ranges.some(
    range =>
      range.family === family && subtractRanges(numberRanges(range), rangesNeverOfPods(family)).ranges.length > 0,
  )
}
