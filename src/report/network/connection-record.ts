import { decidersOf } from '../../analyses/network/questions/can.ts'
import type { End } from '../../analyses/network/questions/ends.ts'
import type { ConnectionRow } from '../../analyses/network/questions/list.ts'
import type { NetworkView } from '../../analyses/network/questions/network-view.ts'
import type { OpenPorts, PortList } from '../../analyses/network/questions/open-ports.ts'
import type { PeerId, Protocol } from '../../model/network.ts'

/** One end in JSON. */
export function endRecord(end: End): Readonly<Record<string, unknown>> {
  switch (end.kind) {
    case 'workload':
      return { namespace: end.workload.namespace, name: end.workload.name, kind: end.workload.kind }
    case 'external':
      return { external: true, range: [end.range.from, end.range.to] }
    case 'ingressController':
      return { ingressController: true }
    case 'other':
      return { other: end.label }
  }
}

/** Ports by protocol, inclusive ranges; protocols without an open port are left out. */
export function portRecord(ports: PortList): Readonly<Record<string, readonly (readonly [number, number])[]>> {
  return Object.fromEntries(Object.entries(ports.ranges).filter(([, ranges]) => ranges.length > 0))
}

/** A row of a connection list in JSON, with the rules that make its first port what it is. */
export function connectionRecord(row: ConnectionRow, view: NetworkView): Readonly<Record<string, unknown>> {
  const { src, dst, connection, replicas } = row
  const isCertain = !connection.must.isEmpty
  const ports = isCertain ? connection.must : connection.may
  return {
    src: endRecord(src),
    dst: endRecord(dst),
    conn: portRecord(ports),
    all: ports.isAll || ports.hasAllPorts,
    verdict: isCertain ? 'allow' : 'unknown',
    ...(isCertain && portsDiffer(connection) ? { possibly: portRecord(connection.may) } : {}),
    replicas,
    because: becauseOf(row, view, ports),
  }
}

export function portsDiffer({ must, may }: OpenPorts): boolean {
  return JSON.stringify(must.ranges) !== JSON.stringify(may.ranges)
}

function becauseOf({ src, dst }: ConnectionRow, view: NetworkView, ports: PortList) {
  const first = firstPort(ports)
  const from = peersOf(src, view)
  const to = peersOf(dst, view)
  if (first === undefined || from === undefined || to === undefined) return { egress: [], ingress: [] }
  const [protocol, port] = first
  const explanation = view.engine.explain(
    { peers: from, pod: undefined },
    { peers: to, pod: undefined },
    protocol,
    port,
  )
  const deciders = decidersOf(explanation)
  const of = (direction: string) =>
    deciders.filter(one => one.direction === direction).map(({ direction: _, ...rest }) => rest)
  return { egress: of('egress'), ingress: of('ingress') }
}

function firstPort(ports: PortList): readonly [Protocol, number] | undefined {
  for (const protocol of ['TCP', 'UDP', 'SCTP'] as const) {
    const [range] = ports.ranges[protocol]
    if (range !== undefined) return [protocol, range[0]]
  }
  return undefined
}

function peersOf(end: End, { engine }: NetworkView): readonly PeerId[] | undefined {
  if (end.kind === 'workload') return end.peers
  if (end.kind === 'ingressController') return [engine.ingressController]
  if (end.kind === 'other') return undefined
  const peer = engine.peerOfAddress(end.range.from)
  return peer === undefined ? undefined : [peer]
}
