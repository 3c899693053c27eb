import type { EntryPoint } from '../../../inventory/network/entry-points.ts'
import { targetPorts } from '../../../inventory/network/services.ts'
import type { PeerId, Protocol } from '../../../model/network.ts'
import type { NetworkEngine } from '../network-engine.ts'
import { awaitedLabel } from './awaited.ts'
import type { WorkloadEnd } from './ends.ts'
import type { ConnectionRow } from './list.ts'
import { between, type NetworkView } from './network-view.ts'
import { portList } from './open-ports.ts'

/** One entry point with what policies do with it at each workload behind it. */
export interface EntryWay {
  readonly entry: EntryPoint
  readonly workload: WorkloadEnd
  /** Ports of the pods, with whether the controller may open them. */
  readonly ports: readonly WayPort[]
}

export interface WayPort {
  readonly protocol: Protocol
  readonly port: number
  readonly open: 'must' | 'may' | 'no'
  /**
   * Where it is closed to an arbitrary pod: the pods to which policies open it, of which the controller may be one.
   * Known where the engine was built `withNotYetExisting`.
   */
  readonly admits: readonly string[]
}

/**
 * From an ingress controller, of which only its being in the cluster is known, to the workloads that routes name: it
 * reaches a port where any pod of the cluster may.
 */
export function entryWays(view: NetworkView, entries: readonly EntryPoint[]): readonly EntryWay[] {
  const { engine } = view
  if (entries.length === 0) return []
  const byPod = new Map(view.workloads.flatMap(workload => workload.pods.map(pod => [pod, workload] as const)))
  return entries.flatMap(entry => {
    const ways = new Map<WorkloadEnd, Map<string, WayPort>>()
    for (const pod of entry.service?.pods ?? []) {
      const workload = byPod.get(pod)
      if (workload === undefined || !entry.isPermitted) continue
      const ports = ways.get(workload) ?? new Map<string, WayPort>()
      ways.set(workload, ports)
      const { connection } = between(engine, [engine.ingressController], engine.peersOfPod(pod))
      for (const servicePort of entry.ports) {
        for (const port of targetPorts(servicePort, pod)) {
          const { protocol } = servicePort
          const open = connection.must.has(protocol, port) ? 'must' : connection.may.has(protocol, port) ? 'may' : 'no'
          const key = `${protocol} ${port}`
          const admits = open === 'no' ? admittedTo(engine, engine.peersOfPod(pod), protocol, port) : []
          if (ports.get(key)?.open !== 'must') ports.set(key, { protocol, port, open, admits })
        }
      }
    }
    return [...ways].map(([workload, ports]) => ({ entry, workload, ports: [...ports.values()] }))
  })
}

function admittedTo(
  engine: NetworkEngine,
  peers: readonly PeerId[],
  protocol: Protocol,
  port: number,
): readonly string[] {
  const found = new Set<string>()
  for (const peer of peers) {
    for (const { peer: other } of engine.whoCan(peer, protocol, port)) {
      const known = engine.peer(other)
      if (known.kind === 'notYetExisting') found.add(awaitedLabel(known))
    }
  }
  return [...found]
}

/** The same as rows of a connection list, one for each workload. */
export function entryRows(ways: readonly EntryWay[], bound: 'must' | 'may'): readonly ConnectionRow[] {
  const byWorkload = new Map<WorkloadEnd, WayPort[]>()
  for (const { workload, ports } of ways) byWorkload.set(workload, [...(byWorkload.get(workload) ?? []), ...ports])
  return [...byWorkload].flatMap(([dst, ports]): ConnectionRow[] => {
    const open = (bounds: readonly string[]) =>
      portList(ports.filter(port => bounds.includes(port.open)).map(({ protocol, port }) => [protocol, port] as const))
    const connection = { must: open(['must']), may: open(['must', 'may']) }
    return connection[bound].isEmpty ? [] : [{ src: { kind: 'ingressController' }, dst, connection, replicas: 'all' }]
  })
}
