import type {
  Connection,
  NetworkEndpoint,
  NetworkPod,
  NetworkVerdict,
  PeerId,
  Protocol,
  UnknownReason,
} from '../../../model/network.ts'
import type { EngineState } from '../engine-state.ts'
import { ALL_PORTS, NO_PORTS, type PortsId } from '../port-sets.ts'
import { evidenceOf, reasonsIn } from './evidence.ts'

/** What passes between two peers: egress at the source and ingress at the destination. */
function portsBetween(state: EngineState, src: PeerId, dst: PeerId, bound: 'must' | 'may'): PortsId {
  return canMeet(state, src, dst) ? portsOnPath(state, src, dst, bound) : NO_PORTS
}

export function portsOnPath(state: EngineState, src: PeerId, dst: PeerId, bound: 'must' | 'may'): PortsId {
  const egress = state.portsOf('egress', src, dst, bound)
  return egress === NO_PORTS ? NO_PORTS : state.ports.sets.and(egress, state.portsOf('ingress', dst, src, bound))
}

export function can(state: EngineState, src: PeerId, dst: PeerId): Connection {
  return {
    must: state.ports.view(portsBetween(state, src, dst, 'must')),
    may: state.ports.view(portsBetween(state, src, dst, 'may')),
  }
}

/** Pods that are seen through addresses of different families do not meet there. Outside there is always a way. */
export function canMeet({ cluster }: EngineState, src: PeerId, dst: PeerId): boolean {
  const one = cluster.podFamilyOf(src)
  if (one === undefined) return true
  const other = cluster.podFamilyOf(dst)
  return other === undefined || one === other
}

/** The pairs of peers through which two ends meet; all of them where they have no family in common. */
export function meetingPairs(
  state: EngineState,
  src: NetworkEndpoint,
  dst: NetworkEndpoint,
): readonly (readonly [PeerId, PeerId])[] {
  const all = src.peers.flatMap(from => dst.peers.map(to => [from, to] as const))
  const meeting = all.filter(([from, to]) => canMeet(state, from, to))
  return meeting.length === 0 ? all : meeting
}

/**
 * What is never filtered: a pod's connections to itself, and those between a node and the pods on it (networking.k8s.io/v1).
 */
export function exemptionOf(
  state: EngineState,
  src: NetworkEndpoint,
  dst: NetworkEndpoint,
): 'self' | 'ownNode' | undefined {
  if (src.pod !== undefined && src.pod === dst.pod && !src.pod.isTemplate) return 'self'
  const isOwn = (node: string | undefined, pod: NetworkPod | undefined): boolean =>
    node !== undefined && node !== '' && pod?.node === node
  return isOwn(nodeOf(state, src), dst.pod) || isOwn(nodeOf(state, dst), src.pod) ? 'ownNode' : undefined
}

function nodeOf(state: EngineState, { peers }: NetworkEndpoint): string | undefined {
  const record = peers.length === 0 ? undefined : state.cluster.records[peers[0]!]
  return record?.kind === 'node' ? record.name : undefined
}

export function connection(state: EngineState, src: NetworkEndpoint, dst: NetworkEndpoint): Connection {
  const { sets } = state.ports
  const isExempt = exemptionOf(state, src, dst) !== undefined
  let must = isExempt ? ALL_PORTS : NO_PORTS
  let may = must
  if (!isExempt) {
    for (const [from, to] of meetingPairs(state, src, dst)) {
      must = sets.or(must, portsOnPath(state, from, to, 'must'))
      may = sets.or(may, portsOnPath(state, from, to, 'may'))
    }
  }
  return { must: state.ports.view(must), may: state.ports.view(may) }
}

export function verdict(
  state: EngineState,
  src: NetworkEndpoint,
  dst: NetworkEndpoint,
  protocol: Protocol | undefined,
  port: number,
): NetworkVerdict {
  const { must, may } = connection(state, src, dst)
  if (state.ports.has(must.id, protocol, port)) return { answer: 'allow' }
  if (!state.ports.has(may.id, protocol, port)) return { answer: 'deny' }
  const reasons = new Set<UnknownReason>()
  for (const [from, to] of meetingPairs(state, src, dst)) {
    for (const reason of reasonsIn(evidenceOf(state, 'egress', from, to, protocol, port))) reasons.add(reason)
    for (const reason of reasonsIn(evidenceOf(state, 'ingress', to, from, protocol, port))) reasons.add(reason)
  }
  return { answer: 'unknown', reasons: [...reasons] }
}
