import { everyClient } from '../../../inventory/network/client-addresses.ts'
import type { EntryPoint } from '../../../inventory/network/entry-points.ts'
import { type NetworkService, targetPorts } from '../../../inventory/network/services.ts'
import { entryOf } from '../../../lib/collections/entry-of.ts'
import type { ContainerPort, HostPort, NetworkPod, Protocol } from '../../../model/network.ts'
import type { WorkloadEnd } from './ends.ts'
import {
  type Clients,
  clientsOf,
  type Entrance,
  entranceOf,
  handingOn,
  hostPortEntrance,
  openThrough,
} from './entrance.ts'
import { entryWays } from './entries.ts'
import type { NetworkView } from './network-view.ts'
import { hasPort, type OpenPorts } from './open-ports.ts'

/** A way by which traffic from outside comes to a workload, with what policies do to it. */
export interface OutsideWay {
  readonly kind: 'LoadBalancer' | 'NodePort' | 'ExternalIP' | 'HostPort' | 'Ingress' | 'Route'
  /**
   * `Service shop/web`, `Service shop/web from 10.0.0.0/8`, `hostPort TCP 80 on 192.0.2.1`,
   * `Ingress shop/web (shop.example.com)`.
   */
  readonly label: string
  /** Whether the Internet is among those who come by it. Of an ingress controller it is not known. */
  readonly internet: Clients['internet']
  /** The port of the node; `hostIP` is `''` for all its addresses. */
  readonly hostPort?: { readonly protocol: Protocol; readonly port: number; readonly hostIP: string }
  /** Ports of the pods. */
  readonly ports: readonly OutsidePort[]
}

export interface OutsidePort {
  readonly protocol: Protocol
  readonly port: number
  /** To the Internet; where that does not come by the way, to those who do. */
  readonly open: 'yes' | 'maybe' | 'no'
  /** Where it is closed to an arbitrary pod: the pods to which policies open it, of which the controller may be one. */
  readonly admits?: readonly string[]
}

/** One way to pods, before policies are asked. */
export interface Way extends Pick<OutsideWay, 'kind' | 'label' | 'hostPort'> {
  readonly clients: Clients
  readonly entrance: Entrance
  /** `undefined` for a port of a node. */
  readonly service: NetworkService | undefined
  readonly pods: readonly NetworkPod[]
  /** The ports of a pod that the way leads to. */
  readonly portsAt: (pod: NetworkPod) => readonly (readonly [Protocol, number])[]
}

/** The ways that Services and ports of nodes make. */
export function waysToPods(view: NetworkView, services: readonly NetworkService[]): readonly Way[] {
  const known = new Map<Entrance['clients'], Clients>()
  // Most entrances let everybody in.
  const clients = (entrance: Entrance) => entryOf(known, entrance.clients, () => clientsOf(view, entrance))
  return [...serviceWays(services, clients), ...view.workloads.flatMap(workload => hostPortWays(workload, clients))]
}

/** Through load balancers, ports of nodes that Services have, and addresses of their own. */
function serviceWays(
  services: readonly NetworkService[],
  clientsOfWay: (entrance: Entrance) => Clients,
): readonly Way[] {
  const wayOf = (service: NetworkService, kind: Way['kind'], entrance: Entrance, more: string): Way => ({
    kind,
    label: `Service ${service.namespace}/${service.name}${more}`,
    clients: clientsOfWay(entrance),
    entrance,
    service,
    pods: service.pods,
    portsAt: pod =>
      service.ports.flatMap(port => targetPorts(port, pod).map(number => [port.protocol, number] as const)),
  })
  return services.flatMap(service => {
    const { type, sourceRanges, externalIPs } = service
    const limit = sourceRanges.admitted.length === 0 ? '' : ` from ${sourceRanges.admitted.join(', ')}`
    const ways: Way[] = []
    if (type === 'LoadBalancer' || type === 'NodePort') ways.push(wayOf(service, type, entranceOf(service), limit))
    // The source ranges are those of the load balancer: what comes to another address is not asked about them.
    if (type !== 'ExternalName' && externalIPs.length > 0) {
      const entrance = { ...entranceOf(service), clients: everyClient }
      ways.push(wayOf(service, 'ExternalIP', entrance, ` at ${externalIPs.join(', ')}`))
    }
    return ways
  })
}

/** Through ports of the nodes that pods of a workload are on. */
function hostPortWays({ pods }: WorkloadEnd, clientsOfWay: (entrance: Entrance) => Clients): readonly Way[] {
  const found = new Map<string, { readonly port: ContainerPort; readonly hostPort: HostPort; pods: Set<NetworkPod> }>()
  for (const pod of pods) {
    for (const port of pod.ports) {
      // A pod on the network of its node has all its ports there (core/v1 defaults hostPort to containerPort).
      const hostPort = port.hostPort ?? (pod.hostNetwork ? { port: port.port, ip: '' } : undefined)
      if (hostPort === undefined) continue
      const key = JSON.stringify([port.protocol, port.port, hostPort])
      entryOf(found, key, () => ({ port, hostPort, pods: new Set<NetworkPod>() })).pods.add(pod)
    }
  }
  return [...found.values()].flatMap(({ port: { port, protocol }, hostPort, pods: own }): Way[] => {
    const entrance = hostPortEntrance(hostPort)
    if (entrance === undefined) return []
    const { port: number, ip } = hostPort
    return [
      {
        kind: 'HostPort',
        label: `hostPort ${protocol} ${number}${ip === '' ? '' : ` on ${ip}`}`,
        hostPort: { protocol, port: number, hostIP: ip },
        clients: clientsOfWay(entrance),
        entrance,
        service: undefined,
        pods: [...own],
        portsAt: () => [[protocol, port]],
      },
    ]
  })
}

/** The ways from outside to each workload, with what policies do to them. */
export function outsideWays(
  view: NetworkView,
  services: readonly NetworkService[],
  entries: readonly EntryPoint[],
): ReadonlyMap<WorkloadEnd, readonly OutsideWay[]> {
  const found = new Map<WorkloadEnd, OutsideWay[]>()
  const add = (workload: WorkloadEnd, way: OutsideWay): void => {
    if (way.ports.length > 0) entryOf(found, workload, () => []).push(way)
  }
  const workloadOf = new Map(view.workloads.flatMap(workload => workload.pods.map(pod => [pod, workload] as const)))
  for (const way of waysToPods(view, services)) {
    const { kind, label, clients, hostPort, pods, portsAt } = way
    const ports = new Map<WorkloadEnd, Map<string, OutsidePort>>()
    const openAt = openByPod(view, way)
    for (const pod of pods) {
      const workload = workloadOf.get(pod)
      if (workload === undefined) continue
      const own = entryOf(ports, workload, () => new Map<string, OutsidePort>())
      for (const [protocol, port] of portsAt(pod)) addPort(own, protocol, port, openAt(pod))
    }
    for (const [workload, own] of ports)
      add(workload, {
        kind,
        label,
        internet: clients.internet,
        ...(hostPort === undefined ? {} : { hostPort }),
        ports: [...own.values()],
      })
  }
  for (const { entry, workload, ports } of entryWays(view, entries)) {
    const { kind, namespace, name } = entry.object.ref
    const host = entry.host === '' ? '' : ` (${entry.host})`
    add(workload, {
      kind: kind === 'Ingress' ? 'Ingress' : 'Route',
      label: `${kind} ${namespace}/${name}${host}`,
      internet: 'maybe',
      ports: ports.map(({ protocol, port, open, admits }) => ({
        protocol,
        port,
        open: open === 'must' ? 'yes' : open === 'may' ? 'maybe' : 'no',
        ...(admits.length === 0 ? {} : { admits }),
      })),
    })
  }
  return found
}

/** What the clients of a way may open to a pod. Pods that policies cannot tell apart are asked about once. */
export function openByPod(view: NetworkView, { clients, entrance }: Way): (pod: NetworkPod) => OpenPorts {
  const known = new Map<string, OpenPorts>()
  const nodesTo = entrance.seen === 'node' ? handingOn(view) : undefined
  return pod => {
    const key = `${view.engine.peersOfPod(pod).join()} ${nodesTo === undefined ? '' : pod.node}`
    return entryOf(known, key, () => openThrough(view, nodesTo, clients.sources, pod))
  }
}

/** What is open at some pod of a workload counts. */
function addPort(ports: Map<string, OutsidePort>, protocol: Protocol, port: number, { must, may }: OpenPorts): void {
  const open = hasPort(must, protocol, port) ? 'yes' : hasPort(may, protocol, port) ? 'maybe' : 'no'
  const key = `${protocol} ${port}`
  const known = ports.get(key)
  if (known === undefined || certainty[open] > certainty[known.open]) ports.set(key, { protocol, port, open })
}

const certainty = { no: 0, maybe: 1, yes: 2 } as const
