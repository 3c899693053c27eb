import { entryOf } from '../../lib/collections/entry-of.ts'
import { type JsonPath, type JsonValue, ownValue, valueAt } from '../../lib/json/json-value.ts'
import type { NetworkPod, Protocol } from '../../model/network.ts'
import type { Inventory } from '../inventory.ts'
import { selectorOf } from '../inventory.ts'
import { LabelPostings } from '../label-postings.ts'
import type { LabelSelector } from '../label-selector.ts'
import type { SnapshotObject } from '../snapshot/snapshot-object.ts'
import { type SourceRanges, sourceRangesOf } from './source-ranges.ts'

/** A Service as far as connections go. */
export interface NetworkService {
  readonly object: SnapshotObject
  readonly namespace: string
  readonly name: string
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName'
  /** Without an address of its own: clients connect to the pods. */
  readonly isHeadless: boolean
  readonly externalName: string
  readonly ports: readonly ServicePort[]
  /** Whom its load balancer lets in; everybody where it has none. */
  readonly sourceRanges: SourceRanges
  readonly externalIPs: readonly string[]
  /** `Cluster` rewrites the client's address to a node's (core/v1 externalTrafficPolicy). */
  readonly externalTrafficPolicy: 'Cluster' | 'Local'
  /** Pods behind it, in the order of the input. */
  readonly pods: readonly NetworkPod[]
}

export interface ServicePort {
  readonly name: string
  readonly port: number
  readonly protocol: Protocol
  /** A number, or the name of a container's port. */
  readonly target: number | string
  readonly nodePort: number | undefined
  readonly path: JsonPath
}

/** The Services of a snapshot with the pods behind them: by selector, or by the EndpointSlices of those without one. */
export function networkServices(
  inventory: Inventory,
  byNamespace: ReadonlyMap<string, LabelPostings<NetworkPod>>,
): readonly NetworkService[] {
  const slices = endpointNames(inventory)
  return inventory.objects
    .filter(({ ref }) => ref.group === '' && ref.kind === 'Service')
    .map(object => {
      const { namespace, name } = object.ref
      const spec = ownValue(object.object, 'spec')
      const candidates = byNamespace.get(namespace) ?? noPods
      const selector = selectorOf(object.object)
      const type = typeOf(ownValue(spec, 'type'))
      return {
        object,
        namespace,
        name,
        type,
        isHeadless: ownValue(spec, 'clusterIP') === 'None',
        externalName: textOf(ownValue(spec, 'externalName')),
        ports: portsOf(ownValue(spec, 'ports')),
        sourceRanges: sourceRangesOf(object, type === 'LoadBalancer'),
        externalIPs: textsOf(ownValue(spec, 'externalIPs')),
        externalTrafficPolicy: ownValue(spec, 'externalTrafficPolicy') === 'Local' ? 'Local' : 'Cluster',
        pods: podsBehind(selector, candidates, slices.get(`${namespace}/${name}`)),
      }
    })
}

const noPods = new LabelPostings<NetworkPod>([], pod => pod.labels)

/** Pods by their namespace, each found by its labels there. */
export function podsByNamespace(pods: readonly NetworkPod[]): ReadonlyMap<string, LabelPostings<NetworkPod>> {
  const lists = new Map<string, NetworkPod[]>()
  for (const pod of pods) entryOf(lists, pod.namespace, () => []).push(pod)
  return new Map([...lists].map(([namespace, list]) => [namespace, new LabelPostings(list, pod => pod.labels)]))
}

function podsBehind(
  selector: LabelSelector,
  candidates: LabelPostings<NetworkPod>,
  endpoints: Endpoints | undefined,
): readonly NetworkPod[] {
  if (selector.kind === 'selector') return candidates.selected(selector)
  if (endpoints === undefined) return []
  return candidates.items.filter(
    pod => endpoints.names.has(pod.name) || pod.ips.some(ip => endpoints.addresses.has(ip)),
  )
}

interface Endpoints {
  readonly names: Set<string>
  readonly addresses: Set<string>
}

/** Pods that EndpointSlices (discovery.k8s.io/v1) and Endpoints name, by Service. */
function endpointNames(inventory: Inventory): ReadonlyMap<string, Endpoints> {
  const found = new Map<string, Endpoints>()
  for (const { ref, object } of inventory.objects) {
    const isSlice = ref.kind === 'EndpointSlice'
    if (!isSlice && !(ref.kind === 'Endpoints' && ref.group === '')) continue
    const name = isSlice ? valueAt(object, ['metadata', 'labels', 'kubernetes.io/service-name']) : ref.name
    if (typeof name !== 'string') continue
    const key = `${ref.namespace}/${name}`
    const endpoints = found.get(key) ?? { names: new Set(), addresses: new Set() }
    found.set(key, endpoints)
    const entries = isSlice
      ? listOf(ownValue(object, 'endpoints'))
      : listOf(ownValue(object, 'subsets')).flatMap(subset => listOf(ownValue(subset, 'addresses')))
    for (const entry of entries) {
      const target = ownValue(entry, 'targetRef')
      const pod = ownValue(target, 'name')
      if (ownValue(target, 'kind') === 'Pod' && typeof pod === 'string') endpoints.names.add(pod)
      for (const address of [...listOf(ownValue(entry, 'addresses')), ownValue(entry, 'ip')])
        if (typeof address === 'string') endpoints.addresses.add(address)
    }
  }
  return found
}

/** The numbers of the ports of a pod that a Service port leads to: none, or one, or several for a repeated name. */
export function targetPorts(port: Pick<ServicePort, 'target' | 'protocol'>, pod: NetworkPod): readonly number[] {
  if (typeof port.target === 'number') return [port.target]
  return pod.ports
    .filter(({ name, protocol }) => name === port.target && protocol === port.protocol)
    .map(({ port: number }) => number)
}

function portsOf(value: JsonValue | undefined): readonly ServicePort[] {
  return listOf(value).flatMap((entry, i) => {
    const port = ownValue(entry, 'port')
    const protocol = ownValue(entry, 'protocol') ?? 'TCP'
    if (typeof port !== 'number' || (protocol !== 'TCP' && protocol !== 'UDP' && protocol !== 'SCTP')) return []
    const target = ownValue(entry, 'targetPort')
    const nodePort = ownValue(entry, 'nodePort')
    return [
      {
        name: textOf(ownValue(entry, 'name')),
        port,
        protocol,
        target:
          typeof target === 'string' && target !== ''
            ? target
            : typeof target === 'number' && target > 0
              ? target
              : port,
        nodePort: typeof nodePort === 'number' && nodePort > 0 ? nodePort : undefined,
        path: ['spec', 'ports', i],
      },
    ]
  })
}

const types: ReadonlySet<unknown> = new Set(['NodePort', 'LoadBalancer', 'ExternalName'])

function typeOf(value: JsonValue | undefined): NetworkService['type'] {
  return types.has(value) ? (value as NetworkService['type']) : 'ClusterIP'
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  return listOf(value).filter(entry => typeof entry === 'string')
}

export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}
