import { everyClient } from '../../../inventory/network/client-addresses.ts'
import type { EntryPoint } from '../../../inventory/network/entry-points.ts'
import { type NetworkService, targetPorts } from '../../../inventory/network/services.ts'
import { entryOf } from '../../../lib/collections/entry-of.ts'
import type { NetworkPod, Protocol } from '../../../model/network.ts'
import type { WorkloadEnd } from './ends.ts'
import { type Clients, clientsOf, type Entrance, entranceOf, openThrough } from './entrance.ts'
import { entryWays } from './entries.ts'
import type { NetworkView } from './network-view.ts'
import { hasPort, type OpenPorts } from './open-ports.ts'

/** A way by which traffic from outside comes to a workload, with what policies do to it. */
export interface OutsideWay {
  readonly kind: 'LoadBalancer' | 'NodePort' | 'ExternalIP' | 'Ingress' | 'Route'
  /** `Service shop/web`, `Service shop/web from 10.0.0.0/8`, `Ingress shop/web (shop.example.com)`. */
  readonly label: string
  /** Whether the Internet is among those who come by it. Of an ingress controller it is not known. */
  readonly internet: Clients['internet']
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

/** One way that an object makes, before policies are asked. */
export interface Way {
  readonly kind: OutsideWay['kind']
  readonly label: string
  readonly clients: Clients
  readonly entrance: Entrance
  readonly service: NetworkService
}

/** The ways that Services make through load balancers, ports of nodes and addresses of their own. */
export function serviceWays(view: NetworkView, services: readonly NetworkService[]): readonly Way[] {
  const known = new Map<Entrance['clients'], Clients>()
  const wayOf = (service: NetworkService, kind: Way['kind'], entrance: Entrance, more: string): Way => ({
    kind,
    label: `Service ${service.namespace}/${service.name}${more}`,
    // Most entrances let everybody in.
    clients: entryOf(known, entrance.clients, () => clientsOf(view, entrance)),
    entrance,
    service,
  })
  return services.flatMap(service => {
    const { type, sourceRanges, externalIPs } = service
    const limit = sourceRanges.written.length === 0 ? '' : ` from ${sourceRanges.written.join(', ')}`
    const ways: Way[] = []
    if (type === 'LoadBalancer' || type === 'NodePort') ways.push(wayOf(service, type, entranceOf(service), limit))
    // The source ranges are those of the load balancer: what comes to another address is not asked about them.
    if (type !== 'ExternalName' && externalIPs.length > 0)
      ways.push(
        wayOf(service, 'ExternalIP', { ...entranceOf(service), clients: everyClient }, ` at ${externalIPs.join(', ')}`),
      )
    return ways
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
  for (const way of serviceWays(view, services)) {
    const { kind, label, clients, service } = way
    const ports = new Map<WorkloadEnd, Map<string, OutsidePort>>()
    const openAt = openByPod(view, way)
    for (const pod of service.pods) {
      const workload = workloadOf.get(pod)
      if (workload === undefined) continue
      const own = entryOf(ports, workload, () => new Map<string, OutsidePort>())
      for (const { target, protocol } of service.ports)
        for (const port of targetPorts({ target, protocol }, pod)) addPort(own, protocol, port, openAt(pod))
    }
    for (const [workload, own] of ports)
      add(workload, { kind, label, internet: clients.internet, ports: [...own.values()] })
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

/** Pods that policies cannot tell apart are asked about once. */
export function openByPod(view: NetworkView, { clients, entrance }: Way): (pod: NetworkPod) => OpenPorts {
  const known = new Map<string, OpenPorts>()
  return pod =>
    entryOf(known, `${view.engine.peersOfPod(pod).join()} ${pod.node}`, () =>
      openThrough(view, entrance, clients.sources, pod),
    )
}

/** What is open at some pod of a workload counts. */
function addPort(ports: Map<string, OutsidePort>, protocol: Protocol, port: number, { must, may }: OpenPorts): void {
  const open = hasPort(must, protocol, port) ? 'yes' : hasPort(may, protocol, port) ? 'maybe' : 'no'
  const key = `${protocol} ${port}`
  const known = ports.get(key)
  if (known === undefined || certainty[open] > certainty[known.open]) ports.set(key, { protocol, port, open })
}

const certainty = { no: 0, maybe: 1, yes: 2 } as const
