import { type AddressValue, nextAddress, parseIp } from '../../../lib/ip/address.ts'
import type { AddressRange, IpFamily, PeerId } from '../../../model/network.ts'
import type { NetworkEngine } from '../network-engine.ts'
import type { End, WorkloadEnd } from './ends.ts'
import { between, type NetworkView } from './network-view.ts'
import { isSameList, type OpenPorts } from './open-ports.ts'

/** One pair of ends with what may be opened from the first to the second. */
export interface ConnectionRow {
  readonly src: End
  readonly dst: End
  readonly connection: OpenPorts
  readonly replicas: 'all' | 'some'
}

export interface ListOptions {
  /** Families whose external ranges are listed. */
  readonly families: readonly IpFamily[]
  /** Pairs open in this bound are listed. */
  readonly bound: 'must' | 'may'
}

/** Every pair that has a connection: workloads with each other, and with ranges outside. No workload with itself. */
export function* listConnections(view: NetworkView, options: ListOptions): Generator<ConnectionRow, void, undefined> {
  const { engine, workloads } = view
  const matrix = engine.matrix(options.bound)
  for (const src of workloads) {
    yield* externalRows(engine, src, 'out', options)
    for (const dst of reachedFrom(view, src, peer => matrix.row(peer))) {
      if (dst === src) continue
      const { connection, replicas } = between(engine, src.peers, dst.peers)
      if (!connection[options.bound].isEmpty) yield { src, dst, connection, replicas }
    }
  }
  for (const dst of workloads) yield* externalRows(engine, dst, 'in', options)
}

/** Workloads of which some pod may be reached, each once. */
function reachedFrom(view: NetworkView, src: WorkloadEnd, row: (peer: PeerId) => Uint32Array): Iterable<WorkloadEnd> {
  const reached = new Set<WorkloadEnd>()
  for (const peer of src.peers) {
    const words = row(peer)
    for (let w = 0; w < words.length; w++) {
      for (let word = words[w]!; word !== 0; word &= word - 1) {
        const bit = 31 - Math.clz32(word & -word)
        for (const end of view.workloadsOf(w * 32 + bit)) reached.add(end)
      }
    }
  }
  return reached
}

/**
 * What one workload may open to the outside, or the outside to it: a row for each widest range with equal ports. `through`
 * is what becomes of each of the engine's ranges on the way.
 */
export function* externalRows(
  engine: NetworkEngine,
  workload: WorkloadEnd,
  direction: 'out' | 'in',
  { families, bound }: ListOptions,
  through: (part: RangePart) => readonly RangePart[] = part => [part],
): Generator<ConnectionRow, void, undefined> {
  for (const family of families) {
    const parts = externalParts(engine, workload, direction, family).flatMap(part => through(part))
    for (const { range, connection, replicas } of merged(parts)) {
      if (connection[bound].isEmpty) continue
      const external: End = { kind: 'external', range }
      yield direction === 'out'
        ? { src: workload, dst: external, connection, replicas }
        : { src: external, dst: workload, connection, replicas }
    }
  }
}

/** The same for each of the engine's ranges by itself, in the order of their addresses. */
export function externalParts(
  engine: NetworkEngine,
  workload: WorkloadEnd,
  direction: 'out' | 'in',
  family: IpFamily,
): readonly RangePart[] {
  const parts: RangePart[] = []
  for (const peer of engine.externalRanges()) {
    if (peer.isInsideCluster) continue
    for (const range of peer.ranges) {
      if (range.family !== family) continue
      const { connection, replicas } =
        direction === 'out' ? between(engine, workload.peers, [peer.id]) : between(engine, [peer.id], workload.peers)
      parts.push({ range, from: parseIp(range.from)!.value, to: parseIp(range.to)!.value, connection, replicas })
    }
  }
  return parts.sort((a, b) => (a.from < b.from ? -1 : 1))
}

export interface RangePart {
  readonly range: AddressRange
  readonly from: AddressValue
  readonly to: AddressValue
  readonly connection: OpenPorts
  readonly replicas: 'all' | 'some'
}

/** Neighbouring ranges with equal connections as one. */
function merged(parts: readonly RangePart[]): readonly RangePart[] {
  const result: RangePart[] = []
  for (const part of parts) {
    const last = result.at(-1)
    const isSame =
      last !== undefined &&
      nextAddress(last.to) === part.from &&
      isSameList(last.connection.must, part.connection.must) &&
      isSameList(last.connection.may, part.connection.may) &&
      last.replicas === part.replicas
    if (isSame) result[result.length - 1] = { ...last, to: part.to, range: { ...last.range, to: part.range.to } }
    else result.push(part)
  }
  return result
}
