import { endLabel } from '../../../analyses/network/questions/ends.ts'
import type { ConnectionRow } from '../../../analyses/network/questions/list.ts'
import type { NetworkView } from '../../../analyses/network/questions/network-view.ts'
import { compareText } from '../../../lib/text/compare-text.ts'
import { openText } from '../connection-formats.ts'

/** A picture of connections: workloads in the regions of their namespaces. */
export interface MapGraph {
  readonly namespaces: readonly string[]
  readonly nodes: readonly MapNode[]
  readonly edges: readonly MapEdge[]
  /** Ports as text; edges hold an index. */
  readonly ports: readonly string[]
  /** Ranges outside, as text; `[node, direction, range, ports]`. */
  readonly outside: readonly OutsideEdge[]
  readonly ranges: readonly string[]
}

export interface MapNode {
  readonly name: string
  readonly kind: string
  /** Index of its namespace. */
  readonly namespace: number
  readonly exposure: NodeExposure
  readonly pods: number
}

/** Who may open something to a workload, the widest first. */
export type NodeExposure = 'outside' | 'cluster' | 'namespace' | 'closed'

export interface MapEdge {
  readonly src: number
  readonly dst: number
  readonly ports: number
  /** False where it is only possibly open. */
  readonly isCertain: boolean
}

export interface OutsideEdge {
  readonly node: number
  readonly direction: 'in' | 'out'
  readonly range: number
  readonly ports: number
}

/** The rows of a list as a graph. Workloads without a connection are in it as well. */
export function mapGraph(rows: Iterable<ConnectionRow>, view: NetworkView): MapGraph {
  const workloads = view.workloads
  const namespaces = [...new Set(workloads.map(({ workload }) => workload.namespace))].sort(compareText)
  const namespaceIndex = new Map(namespaces.map((name, i) => [name, i]))
  const nodeIndex = new Map(workloads.map((end, i) => [endLabel(end), i]))
  const exposure: NodeExposure[] = workloads.map(() => 'closed')
  const texts = new Indexed()
  const ranges = new Indexed()
  const edges: MapEdge[] = []
  const outside: OutsideEdge[] = []
  const widen = (node: number, to: NodeExposure): void => {
    if (widths.indexOf(to) < widths.indexOf(exposure[node]!)) exposure[node] = to
  }
  for (const { src, dst, connection } of rows) {
    const ports = texts.of(openText(connection))
    const from = nodeIndex.get(endLabel(src))
    const to = nodeIndex.get(endLabel(dst))
    if (from !== undefined && to !== undefined) {
      edges.push({ src: from, dst: to, ports, isCertain: !connection.must.isEmpty })
      widen(to, workloads[from]!.workload.namespace === workloads[to]!.workload.namespace ? 'namespace' : 'cluster')
    } else if (to !== undefined) {
      outside.push({ node: to, direction: 'in', range: ranges.of(endLabel(src)), ports })
      widen(to, 'outside')
    } else if (from !== undefined) {
      outside.push({ node: from, direction: 'out', range: ranges.of(endLabel(dst)), ports })
    }
  }
  return {
    namespaces,
    nodes: workloads.map(({ workload, pods }, i) => ({
      name: workload.name,
      kind: workload.kind,
      namespace: namespaceIndex.get(workload.namespace)!,
      exposure: exposure[i]!,
      pods: pods.reduce((sum, { replicas }) => sum + replicas, 0),
    })),
    edges,
    ports: texts.list,
    outside,
    ranges: ranges.list,
  }
}

const widths: readonly NodeExposure[] = ['outside', 'cluster', 'namespace', 'closed']

class Indexed {
  readonly list: string[] = []
  private readonly known = new Map<string, number>()

  of(text: string): number {
    let index = this.known.get(text)
    if (index === undefined) {
      index = this.list.push(text) - 1
      this.known.set(text, index)
    }
    return index
  }
}
