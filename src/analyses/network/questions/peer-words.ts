import type { NetworkService, ServicePort } from '../../../inventory/network/services.ts'
import { parseCidr, parseIp } from '../../../lib/ip/address.ts'
import { addressRanges, intersectRanges } from '../../../lib/ip/address-ranges.ts'
import { didYouMean } from '../../../lib/text/did-you-mean.ts'
import type { AddressRange, Labels, NetworkEndpoint, NetworkPod, Peer } from '../../../model/network.ts'
import { workloadLabel } from './ends.ts'
import type { NetworkView } from './network-view.ts'
import { numberRanges, rangeLabel, textRanges } from './range-text.ts'

/** What a peer in a question means: one end or several, each asked about by itself. */
export type Meaning =
  | { readonly kind: 'ends'; readonly ends: readonly MeantEnd[]; readonly service?: NetworkService }
  | { readonly kind: 'nothing'; readonly message: string; readonly next: string }

export interface MeantEnd {
  readonly label: string
  readonly endpoint: NetworkEndpoint
  /** Pods of the end, none outside the cluster. */
  readonly pods: readonly NetworkPod[]
  /** The addresses that are meant outside the cluster. */
  readonly outside: readonly AddressRange[]
}

export interface PeerWordOptions {
  readonly services: readonly NetworkService[]
  /** Addresses of the metadata services of clouds. */
  readonly metadata: readonly string[]
}

const peerForms =
  'NAMESPACE/NAME, NAMESPACE/NAME[Kind], NAMESPACE/pod/NAME, NAMESPACE/, NAMESPACE/{app=web}, svc:NAMESPACE/NAME, an address or CIDR, fqdn:HOST, internet, metadata'

/** Understands a peer as people write it. */
export function meaningOf(word: string, view: NetworkView, options: PeerWordOptions): Meaning {
  if (word === 'internet') return internet(view)
  if (word === 'metadata') return ends(options.metadata.flatMap(address => addressEnds(address, view)))
  if (word.startsWith('svc:')) return serviceMeaning(word.slice(4), view, options.services)
  if (word.startsWith('fqdn:')) {
    const name = word.slice(5)
    return ends([
      { label: word, endpoint: { peers: [view.engine.peerOfName(name)], pod: undefined }, pods: [], outside: [] },
    ])
  }
  if (parseIp(word) !== undefined || parseCidr(word) !== undefined) return ends(addressEnds(word, view))
  const slash = word.indexOf('/')
  if (slash < 0) return nothing(`"${word}" is no peer`, `peers are ${peerForms}`)
  return namespaced(word.slice(0, slash), word.slice(slash + 1), word, view)
}

function ends(list: readonly MeantEnd[]): Meaning {
  return { kind: 'ends', ends: list }
}

function nothing(message: string, next: string): Meaning {
  return { kind: 'nothing', message, next }
}

function internet({ engine }: NetworkView): Meaning {
  return ends(
    engine.externalRanges().flatMap(peer => {
      const open = peer.isInsideCluster ? [] : peer.ranges.filter(range => !isPrivate(range.from))
      if (open.length === 0) return []
      return [{ label: rangeLabel(open), endpoint: { peers: [peer.id], pod: undefined }, pods: [], outside: open }]
    }),
  )
}

/**
 * Addresses that are not reached over the Internet (RFC 6890): questions set them apart, so that no range holds both.
 */
export const privateRanges: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '::/127',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
]
const privateCidrs = privateRanges.map(text => parseCidr(text)!)

/** Whether some address of a range outside the cluster is reached over the Internet. */
export function isInternet(peer: Extract<Peer, { kind: 'external' }>): boolean {
  return !peer.isInsideCluster && peer.ranges.some(({ from }) => !isPrivate(from))
}

/** Whether an address is not reached over the Internet. */
export function isPrivate(address: string): boolean {
  const parsed = parseIp(address)
  return (
    parsed !== undefined &&
    privateCidrs.some(cidr => cidr.family === parsed.family && cidr.from <= parsed.value && parsed.value <= cidr.to)
  )
}

function addressEnds(word: string, view: NetworkView): readonly MeantEnd[] {
  const { engine } = view
  const single = parseIp(word)
  if (single !== undefined) {
    const peer = engine.peerOfAddress(word)
    const pods = view.facts.pods.filter(pod => pod.ips.includes(word))
    if (peer === undefined) return []
    const isOutside = engine.peer(peer).kind === 'external'
    const outside = isOutside ? [{ family: single.family, from: word, to: word }] : []
    return [{ label: word, endpoint: { peers: [peer], pod: pods[0] }, pods, outside }]
  }
  const meant = parseCidr(word)!
  return engine.peersOfCidr(word).map(peer => {
    const known = engine.peer(peer)
    const ranges = known.kind === 'external' ? known.ranges : []
    const label = ranges.length > 0 ? `${ranges[0]?.from}-${ranges[0]?.to}` : word
    const outside = ranges.flatMap(range =>
      textRanges(intersectRanges(numberRanges(range), addressRanges(meant.family, [meant]))),
    )
    return { label, endpoint: { peers: [peer], pod: undefined }, pods: [], outside }
  })
}

function serviceMeaning(word: string, view: NetworkView, services: readonly NetworkService[]): Meaning {
  const service = services.find(({ namespace, name }) => `${namespace}/${name}` === word)
  if (service === undefined) {
    const known = services.map(({ namespace, name }) => `${namespace}/${name}`)
    const [near] = didYouMean(word, known)
    return nothing(
      `there is no Service "${word}" in the input`,
      near === undefined ? `Services: ${sample(known)}` : `did you mean svc:${near}?`,
    )
  }
  if (service.type === 'ExternalName') {
    const endpoint = { peers: [view.engine.peerOfName(service.externalName)], pod: undefined }
    return { kind: 'ends', ends: [{ label: `fqdn:${service.externalName}`, endpoint, pods: [], outside: [] }], service }
  }
  return { kind: 'ends', ends: byWorkload(service.pods, view), service }
}

/** The ports of a Service that a question about one of its own ports means. */
export function servicePorts(service: NetworkService, protocol: string, port: number): readonly ServicePort[] {
  return service.ports.filter(one => one.protocol === protocol && one.port === port)
}

function namespaced(namespace: string, rest: string, word: string, view: NetworkView): Meaning {
  const pods = view.facts.pods.filter(pod => pod.namespace === namespace)
  if (pods.length === 0) {
    if (view.facts.pods.length === 0)
      return nothing(
        `"${word}" is not known: the input holds no pod and no workload`,
        'name their manifests; charts and kustomizations are not rendered',
      )
    const known = [...new Set(view.facts.pods.map(pod => pod.namespace))].sort()
    const [near] = didYouMean(namespace, known)
    return nothing(
      `no pod of namespace "${namespace}" was read`,
      near === undefined ? `namespaces with pods: ${sample(known)}` : `did you mean ${near}/${rest}?`,
    )
  }
  if (rest === '') return ends(byWorkload(pods, view))
  if (rest.startsWith('{') && rest.endsWith('}')) {
    const wanted = rest
      .slice(1, -1)
      .split(',')
      .map(term => term.trim().split('='))
    const isMatch = (labels: Labels) => wanted.every(([key, value]) => labels[key ?? ''] === value)
    const matching = pods.filter(pod => isMatch(pod.labels))
    return matching.length === 0
      ? nothing(`no pod of namespace "${namespace}" has the labels ${rest}`, 'write labels as {app=web,tier=front}')
      : ends(byWorkload(matching, view))
  }
  if (rest.startsWith('pod/')) {
    const pod = pods.find(({ name, isTemplate }) => name === rest.slice(4) && !isTemplate)
    if (pod === undefined) {
      const [near] = didYouMean(
        rest.slice(4),
        pods.filter(({ isTemplate }) => !isTemplate).map(({ name }) => name),
      )
      return nothing(
        `there is no pod "${word}" in the input`,
        near === undefined ? `workloads: ${workloadSample(pods)}` : `did you mean ${namespace}/pod/${near}?`,
      )
    }
    return ends([{ label: word, endpoint: { peers: view.engine.peersOfPod(pod), pod }, pods: [pod], outside: [] }])
  }
  const [, name, kind] = /^([^[\]]*)(?:\[(.+)\])?$/.exec(rest) ?? []
  const matching = pods.filter(
    ({ workload }) => workload.name === name && (kind === undefined || workload.kind === kind),
  )
  if (matching.length === 0) {
    const [near] = didYouMean(rest, [...new Set(pods.map(({ workload }) => workload.name))])
    return nothing(
      `there is no workload "${word}" in the input`,
      near === undefined ? `workloads: ${workloadSample(pods)}` : `did you mean ${namespace}/${near}?`,
    )
  }
  return ends(byWorkload(matching, view))
}

/** One end for each workload of some pods, asked about with exactly these pods. */
function byWorkload(pods: readonly NetworkPod[], view: NetworkView): readonly MeantEnd[] {
  const groups = new Map<string, NetworkPod[]>()
  for (const pod of pods) {
    const label = workloadLabel(pod.workload)
    const list = groups.get(label)
    if (list === undefined) groups.set(label, [pod])
    else list.push(pod)
  }
  return [...groups].flatMap(([label, own]) => {
    const peers = [...new Set(own.flatMap(pod => view.engine.peersOfPod(pod)))].sort((a, b) => a - b)
    return peers.length === 0 ? [] : [{ label, endpoint: { peers, pod: undefined }, pods: own, outside: [] }]
  })
}

function workloadSample(pods: readonly NetworkPod[]): string {
  return sample([...new Set(pods.map(pod => workloadLabel(pod.workload)))])
}

function sample(words: readonly string[]): string {
  return words.length > 8 ? `${words.slice(0, 8).join(', ')} and ${words.length - 8} more` : words.join(', ')
}
