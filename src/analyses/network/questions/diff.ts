import type { EntryPoint } from '../../../inventory/network/entry-points.ts'
import { nextAddress, parseIp } from '../../../lib/ip/address.ts'
import { compareText } from '../../../lib/text/compare-text.ts'
import { type IpFamily, type NetworkPolicyObject, protocols } from '../../../model/network.ts'
import { type End, endLabel } from './ends.ts'
import { entryRows, entryWays } from './entries.ts'
import { type ConnectionRow, externalParts, listConnections } from './list.ts'
import type { NetworkView } from './network-view.ts'
import type { OpenPorts, PortList } from './open-ports.ts'

/** One state of a cluster in a comparison. Both engines set apart `boundariesOf` the policies of both. */
export interface ComparedState {
  readonly view: NetworkView
  readonly entries: readonly EntryPoint[]
}

/** A pair whose connection is not what it was. */
export interface ConnectionChange {
  readonly kind: 'added' | 'removed' | 'changed'
  readonly src: End
  readonly dst: End
  readonly before: OpenPorts | undefined
  readonly after: OpenPorts | undefined
  /** Something is open, or possibly open, that was not. */
  readonly opens: boolean
  readonly closes: boolean
  /** Whether an end itself came into being, or went. */
  readonly ends: 'same' | 'new' | 'gone'
}

/** Every CIDR that policies name: what two engines set apart, so that their ranges can be compared one by one. */
export function boundariesOf(policies: readonly NetworkPolicyObject[]): readonly string[] {
  const found = new Set<string>()
  for (const policy of policies) {
    for (const rule of [...policy.ingress, ...policy.egress]) {
      for (const peer of rule.peers ?? []) {
        if (peer.kind === 'ipBlock') for (const cidr of [peer.cidr, ...peer.except]) found.add(cidr)
        if (peer.kind === 'networks') for (const cidr of peer.cidrs) found.add(cidr)
      }
    }
  }
  return [...found]
}

/** What differs between two states, in the order of the labels of the ends. */
export function diffConnections(
  before: ComparedState,
  after: ComparedState,
  families: readonly IpFamily[],
): readonly ConnectionChange[] {
  const old = rowsOf(before, families)
  const fresh = rowsOf(after, families)
  const changes: ConnectionChange[] = []
  for (const key of new Set([...old.keys(), ...fresh.keys()])) {
    const [was, is] = [old.get(key), fresh.get(key)]
    const { src, dst } = (is ?? was)!
    const opens = is !== undefined && !isInside(is.connection.may, was?.connection.may)
    const closes = was !== undefined && !isInside(was.connection.may, is?.connection.may)
    const differs = opens || closes || !sameCertainty(was?.connection, is?.connection)
    if (!differs) continue
    changes.push({
      kind: was === undefined ? 'added' : is === undefined ? 'removed' : 'changed',
      src,
      dst,
      before: was?.connection,
      after: is?.connection,
      opens,
      closes,
      ends: endsOf([src, dst], before.view, after.view),
    })
  }
  return merged(changes.sort(inOrder))
}

function rowsOf({ view, entries }: ComparedState, families: readonly IpFamily[]): ReadonlyMap<string, ConnectionRow> {
  const rows = new Map<string, ConnectionRow>()
  const add = (row: ConnectionRow): void => {
    rows.set(`${endLabel(row.src)}\n${endLabel(row.dst)}`, row)
  }
  for (const row of listConnections(view, { families: [], bound: 'may' })) add(row)
  for (const row of entryRows(entryWays(view, entries), 'may')) add(row)
  for (const workload of view.workloads) {
    for (const family of families) {
      for (const direction of ['out', 'in'] as const) {
        for (const { range, connection, replicas } of externalParts(view.engine, workload, direction, family)) {
          if (connection.may.isEmpty) continue
          const external: End = { kind: 'external', range }
          add(
            direction === 'out'
              ? { src: workload, dst: external, connection, replicas }
              : { src: external, dst: workload, connection, replicas },
          )
        }
      }
    }
  }
  return rows
}

/** Whether every port of a list is in another. */
function isInside(inner: PortList, outer: PortList | undefined): boolean {
  if (inner.isEmpty || outer?.isAll === true) return true
  if (outer === undefined || (inner.hasOther && !outer.hasOther)) return false
  return protocols.every(protocol =>
    inner.ranges[protocol].every(([from, to]) => outer.ranges[protocol].some(([a, b]) => a <= from && to <= b)),
  )
}

function sameCertainty(a: OpenPorts | undefined, b: OpenPorts | undefined): boolean {
  return a !== undefined && b !== undefined && isInside(a.must, b.must) && isInside(b.must, a.must)
}

function endsOf(ends: readonly End[], before: NetworkView, after: NetworkView): ConnectionChange['ends'] {
  const isIn = (view: NetworkView) =>
    ends.every(end => end.kind !== 'workload' || view.workload(endLabel(end)) !== undefined)
  return !isIn(before) ? 'new' : !isIn(after) ? 'gone' : 'same'
}

function inOrder(a: ConnectionChange, b: ConnectionChange): number {
  return compareText(endKey(a.src), endKey(b.src)) || compareText(endKey(a.dst), endKey(b.dst))
}

/** Ranges in the order of their addresses. */
function endKey(end: End): string {
  if (end.kind !== 'external') return endLabel(end)
  return `${end.range.family} ${BigInt(parseIp(end.range.from)!.value).toString(16).padStart(32, '0')}`
}

/** Neighbouring ranges that changed alike as one. */
function merged(changes: readonly ConnectionChange[]): readonly ConnectionChange[] {
  const result: ConnectionChange[] = []
  // The latest range of each workload and direction: changes from outside do not stand side by side.
  const latest = new Map<string, number>()
  for (const change of changes) {
    const { src, dst } = change
    if (src.kind !== 'external' && dst.kind !== 'external') {
      result.push(change)
      continue
    }
    const key = dst.kind === 'external' ? `out ${endLabel(src)}` : `in ${endLabel(dst)}`
    const at = latest.get(key)
    if (at !== undefined && touches(result[at]!, change)) {
      const other = result[at]!
      result[at] = { ...other, src: joined(other.src, src), dst: joined(other.dst, dst) }
    } else latest.set(key, result.push(change) - 1)
  }
  return result
}

function touches(a: ConnectionChange, b: ConnectionChange): boolean {
  if (a.kind !== b.kind || a.ends !== b.ends || !sameOpen(a.before, b.before) || !sameOpen(a.after, b.after))
    return false
  if (a.dst.kind === 'external' && b.dst.kind === 'external') return follows(a.dst, b.dst)
  return a.src.kind === 'external' && b.src.kind === 'external' && follows(a.src, b.src)
}

function follows(a: Extract<End, { kind: 'external' }>, b: Extract<End, { kind: 'external' }>): boolean {
  return a.range.family === b.range.family && nextAddress(parseIp(a.range.to)!.value) === parseIp(b.range.from)!.value
}

function joined(a: End, b: End): End {
  // Of the two ends of a change, one is the workload.
  if (a.kind !== 'external' || b.kind !== 'external') return a
  return { kind: 'external', range: { ...a.range, to: b.range.to } }
}

function sameOpen(a: OpenPorts | undefined, b: OpenPorts | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return isInside(a.must, b.must) && isInside(b.must, a.must) && isInside(a.may, b.may) && isInside(b.may, a.may)
}
