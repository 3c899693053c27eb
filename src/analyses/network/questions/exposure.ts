import type { EntryPoint } from '../../../inventory/network/entry-points.ts'
import type { NetworkService } from '../../../inventory/network/services.ts'
import type { Connection, Direction, PeerId } from '../../../model/network.ts'
import { type Awaited, awaitedLabel, hasPodSelector } from './awaited.ts'
import type { WorkloadEnd } from './ends.ts'
import { between, type NetworkView } from './network-view.ts'
import type { OpenPorts } from './open-ports.ts'
import { type OutsideWay, outsideWays } from './outside-ways.ts'
import { isInternet } from './peer-words.ts'

/** How far one workload is open. */
export interface Exposure {
  readonly workload: WorkloadEnd
  /** Whether some NetworkPolicy isolates all its pods. */
  readonly isolated: Readonly<Record<Direction, boolean>>
  /** What addresses of the Internet may open to it as far as policies go, and it to them. */
  readonly internet: Readonly<Record<Direction, OpenPorts | undefined>>
  /** What any pod of the cluster may open, today's and tomorrow's. */
  readonly cluster: Readonly<Record<Direction, OpenPorts | undefined>>
  /** Pods that do not exist yet and for which more is open than for any pod: by what they would have to carry. */
  readonly selected: readonly SelectedExposure[]
  /** Ways by which traffic from outside arrives, each with the ports that policies let through. */
  readonly ways: readonly OutsideWay[]
}

export interface SelectedExposure {
  readonly direction: Direction
  readonly label: string
  readonly open: OpenPorts
}

/** Exposure of every workload. The engine must have been built `withNotYetExisting`. */
export function exposureOf(
  view: NetworkView,
  services: readonly NetworkService[],
  entries: readonly EntryPoint[],
): readonly Exposure[] {
  const { engine } = view
  const outside = engine
    .externalRanges()
    .filter(peer => isInternet(peer))
    .map(({ id }) => id)
  const awaited = engine.peers().filter(peer => peer.kind === 'notYetExisting')
  const anyPod = awaited.filter(peer => isUnconstrained(peer)).map(({ id }) => id)
  const ways = outsideWays(view, services, entries)
  return view.workloads.map(workload => {
    const cluster = {
      ingress: unionOf(view, anyPod, workload.peers),
      egress: unionOf(view, workload.peers, anyPod),
    }
    return {
      workload,
      isolated: {
        ingress: workload.peers.every(peer => engine.isIsolated(peer, 'ingress')),
        egress: workload.peers.every(peer => engine.isIsolated(peer, 'egress')),
      },
      internet: {
        ingress: unionOf(view, outside, workload.peers),
        egress: unionOf(view, workload.peers, outside),
      },
      cluster,
      selected: selectedExposure(view, workload, awaited, cluster),
      ways: ways.get(workload) ?? [],
    }
  })
}

function unionOf(view: NetworkView, src: readonly PeerId[], dst: readonly PeerId[]): Connection | undefined {
  if (src.length === 0 || dst.length === 0) return undefined
  const { connection } = between(view.engine, src, dst)
  return connection.may.isEmpty ? undefined : connection
}

/** A pod of any namespace with any labels. */
function isUnconstrained({ namespace, namespaceLabels, labels }: Awaited): boolean {
  return namespace === undefined && Object.keys(namespaceLabels).length === 0 && Object.keys(labels).length === 0
}

function selectedExposure(
  view: NetworkView,
  workload: WorkloadEnd,
  awaited: readonly Awaited[],
  cluster: Readonly<Record<Direction, OpenPorts | undefined>>,
): readonly SelectedExposure[] {
  const found: (SelectedExposure & { readonly peer: Awaited })[] = []
  for (const peer of awaited) {
    if (isUnconstrained(peer)) continue
    for (const direction of ['ingress', 'egress'] as const) {
      const open =
        direction === 'ingress' ? unionOf(view, [peer.id], workload.peers) : unionOf(view, workload.peers, [peer.id])
      if (open === undefined || JSON.stringify(open.may.ranges) === JSON.stringify(cluster[direction]?.may.ranges))
        continue
      found.push({ direction, label: awaitedLabel(peer), open, peer })
    }
  }
  // What any pod of a namespace may do need not be said of some of its pods.
  return found
    .filter(
      one =>
        one.peer.podSelector === undefined ||
        !found.some(
          other =>
            other.direction === one.direction &&
            !hasPodSelector(other.peer) &&
            other.peer.namespace === one.peer.namespace &&
            other.peer.namespaceSelector?.key === one.peer.namespaceSelector?.key &&
            JSON.stringify(other.open.may.ranges) === JSON.stringify(one.open.may.ranges),
        ),
    )
    .map(({ direction, label, open }) => ({ direction, label, open }))
}
