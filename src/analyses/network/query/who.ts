import type { PeerId, Protocol } from '../../../model/network.ts'
import type { EngineState } from '../engine-state.ts'
import type { PeerConnection } from '../network-engine.ts'
import { NO_PORTS } from '../port-sets.ts'
import { canMeet } from './can.ts'

/** Peers that a peer may open anything to; one pass, without a matrix. */
export function reach(state: EngineState, src: PeerId): readonly PeerConnection[] {
  return pass(state, peer => [src, peer])
}

/** Peers that may open anything, or the given port, to a peer. */
export function whoCan(state: EngineState, dst: PeerId, protocol?: Protocol, port?: number): readonly PeerConnection[] {
  const all = pass(state, peer => [peer, dst])
  return port === undefined ? all : all.filter(({ connection }) => connection.may.has(protocol ?? 'TCP', port))
}

function pass(state: EngineState, pair: (peer: PeerId) => readonly [PeerId, PeerId]): readonly PeerConnection[] {
  const { sets } = state.ports
  const found: PeerConnection[] = []
  for (let peer = 0; peer < state.cluster.records.length; peer++) {
    const [src, dst] = pair(peer)
    if (!canMeet(state, src, dst)) continue
    const may = sets.and(state.portsOf('egress', src, dst, 'may'), state.portsOf('ingress', dst, src, 'may'))
    if (may === NO_PORTS) continue
    const must = sets.and(state.portsOf('egress', src, dst, 'must'), state.portsOf('ingress', dst, src, 'must'))
    found.push({ peer, connection: { must: state.ports.view(must), may: state.ports.view(may) } })
  }
  return found
}
