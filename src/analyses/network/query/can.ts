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
export function portsBetween(state: EngineState, src: PeerId, dst: PeerId, bound: 'must' | 'may'): PortsId {
  if (!canMeet(state, src, dst)) return NO_PORTS
  const egress = state.portsOf('egress', src, dst, bound)
  return egress === NO_PORTS ? NO_PORTS : state.ports.sets.and(egress, state.portsOf('ingress', dst, src, bound))
}

export function can(state: EngineState, src: PeerId, dst: PeerId): Connection {
  return {
    must: state.ports.view(portsBetween(state, src, dst, 'must')),
    may: state.ports.view(portsBetween(state, src, dst, 'may')),
  }
}

/** Addresses of different families never meet. */
export function canMeet(state: EngineState, src: PeerId, dst: PeerId): boolean {
  const one = state.cluster.familyOf(src)
  if (one === undefined) return true
  const other = state.cluster.familyOf(dst)
  return other === undefined || one === other
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
    for (const from of src.peers) {
      for (const to of dst.peers) {
        must = sets.or(must, portsBetween(state, from, to, 'must'))
        may = sets.or(may, portsBetween(state, from, to, 'may'))
      }
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
  for (const from of src.peers) {
    for (const to of dst.peers) {
      if (!canMeet(state, from, to)) continue
      for (const reason of reasonsIn(evidenceOf(state, 'egress', from, to, protocol, port))) reasons.add(reason)
      for (const reason of reasonsIn(evidenceOf(state, 'ingress', to, from, protocol, port))) reasons.add(reason)
    }
  }
  return { answer: 'unknown', reasons: [...reasons] }
}
