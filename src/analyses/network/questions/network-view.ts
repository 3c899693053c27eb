import { entryOf } from '../../../lib/collections/entry-of.ts'
import { compareText } from '../../../lib/text/compare-text.ts'
import type { Connection, NetworkFacts, NetworkPod, PeerId, WorkloadRef } from '../../../model/network.ts'
import type { NetworkEngine } from '../network-engine.ts'
import { type WorkloadEnd, workloadLabel } from './ends.ts'

/** An engine and its peers as people know them: by workload. */
export interface NetworkView {
  readonly engine: NetworkEngine
  readonly facts: NetworkFacts
  /** In the order of their labels. */
  readonly workloads: readonly WorkloadEnd[]
  /** The workloads that have pods of a peer. */
  workloadsOf(peer: PeerId): readonly WorkloadEnd[]
  workload(label: string): WorkloadEnd | undefined
}

interface Group {
  readonly pods: NetworkPod[]
  readonly peers: Set<PeerId>
}

export function networkView(engine: NetworkEngine, facts: NetworkFacts): NetworkView {
  const groups = new Map<string, Group>()
  // Pods of one workload name it by the same object: its label is made once.
  const byWorkload = new Map<WorkloadRef, Group>()
  for (const pod of facts.pods) {
    const group = entryOf(byWorkload, pod.workload, () =>
      entryOf(groups, workloadLabel(pod.workload), () => ({ pods: [], peers: new Set() })),
    )
    group.pods.push(pod)
  }
  for (const peer of engine.peers())
    if (peer.kind === 'class' || peer.kind === 'node')
      for (const { workload } of peer.pods) byWorkload.get(workload)!.peers.add(peer.id)
  const byPeer = new Map<PeerId, WorkloadEnd[]>()
  const byLabel = new Map<string, WorkloadEnd>()
  for (const [label, { pods, peers }] of [...groups].sort(([a], [b]) => compareText(a, b))) {
    // Completed pods have no end of a connection.
    if (peers.size === 0) continue
    const end: WorkloadEnd = {
      kind: 'workload',
      workload: pods[0]!.workload,
      peers: [...peers].sort((a, b) => a - b),
      pods,
    }
    byLabel.set(label, end)
    for (const peer of peers) {
      const list = byPeer.get(peer)
      if (list === undefined) byPeer.set(peer, [end])
      else list.push(end)
    }
  }
  return {
    engine,
    facts,
    workloads: [...byLabel.values()],
    workloadsOf: peer => byPeer.get(peer) ?? [],
    workload: label => byLabel.get(label),
  }
}

export interface WorkloadConnection {
  readonly connection: Connection
  /** `some` where not every pair of their pods may open the same. */
  readonly replicas: 'all' | 'some'
}

/** What some pod of one end may open to some pod of the other. */
export function between(engine: NetworkEngine, src: readonly PeerId[], dst: readonly PeerId[]): WorkloadConnection {
  if (src.length === 1 && dst.length === 1) return { connection: engine.can(src[0]!, dst[0]!), replicas: 'all' }
  const connection = engine.connection({ peers: src, pod: undefined }, { peers: dst, pod: undefined })
  const differs = src.some(s => dst.some(d => engine.can(s, d).must.id !== connection.must.id))
  return { connection, replicas: differs ? 'some' : 'all' }
}
