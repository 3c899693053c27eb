import type { MapGraph } from './graph.ts'

export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export interface MapLayout {
  readonly width: number
  readonly height: number
  /** By the index of the namespace. */
  readonly regions: readonly Box[]
  /** By the index of the node. */
  readonly nodes: readonly Box[]
  /** The outside, above everything. */
  readonly outside: Box
}

const cell = { width: 182, height: 52 }
const node = { width: 136, height: 24 }
const region = { padding: 12, title: 26, gap: 26 }
const outsideHeight = 40

/**
 * Places namespaces and their workloads in two levels, the same for the same graph: namespaces that connect most stand
 * side by side, workloads stand in a grid inside. No randomness, no simulation: under a millisecond for a few thousand.
 */
export function layoutMap(graph: MapGraph): MapLayout {
  const members: number[][] = graph.namespaces.map(() => [])
  for (const [i, { namespace }] of graph.nodes.entries()) members[namespace]!.push(i)
  const sizes = members.map(({ length }) => {
    const columns = Math.max(1, Math.ceil(Math.sqrt(length / 2.4)))
    const rows = Math.max(1, Math.ceil(length / columns))
    return {
      columns,
      width: columns * cell.width + region.padding * 2 - (cell.width - node.width),
      height: rows * cell.height + region.title + region.padding,
    }
  })
  const area = sizes.reduce((sum, { width, height }) => sum + (width + region.gap) * (height + region.gap), 0)
  const wanted = Math.max(960, ...sizes.map(({ width }) => width), Math.sqrt(area * 1.7))
  const regions: Box[] = []
  const nodes: Box[] = []
  let x = 0
  let y = outsideHeight + region.gap * 2
  let rowHeight = 0
  let widest = 0
  for (const index of orderOf(graph)) {
    const { columns, width, height } = sizes[index]!
    if (x > 0 && x + width > wanted) {
      x = 0
      y += rowHeight + region.gap
      rowHeight = 0
    }
    regions[index] = { x, y, width, height }
    for (const [i, member] of members[index]!.entries()) {
      nodes[member] = {
        x: x + region.padding + (i % columns) * cell.width,
        y: y + region.title + Math.floor(i / columns) * cell.height,
        ...node,
      }
    }
    x += width + region.gap
    widest = Math.max(widest, x - region.gap)
    rowHeight = Math.max(rowHeight, height)
  }
  const width = Math.max(widest, 320)
  return {
    width,
    height: y + rowHeight,
    regions,
    nodes,
    outside: { x: width / 2 - 110, y: 0, width: 220, height: outsideHeight },
  }
}

/** Namespaces, each next to the one it has most connections with among those placed; ties by name. */
function orderOf(graph: MapGraph): readonly number[] {
  const count = graph.namespaces.length
  const weights: Map<number, number>[] = graph.namespaces.map(() => new Map())
  const total = new Float64Array(count)
  for (const { src, dst } of graph.edges) {
    const [a, b] = [graph.nodes[src]!.namespace, graph.nodes[dst]!.namespace]
    if (a === b) continue
    weights[a]!.set(b, (weights[a]!.get(b) ?? 0) + 1)
    weights[b]!.set(a, (weights[b]!.get(a) ?? 0) + 1)
    total[a]! += 1
    total[b]! += 1
  }
  const placed = new Uint8Array(count)
  const pull = new Float64Array(count)
  const order: number[] = []
  while (order.length < count) {
    let best = -1
    for (let i = 0; i < count; i++) {
      if (placed[i] === 1) continue
      if (best < 0 || pull[i]! > pull[best]! || (pull[i] === pull[best] && total[i]! > total[best]!)) best = i
    }
    placed[best] = 1
    order.push(best)
    for (const [other, weight] of weights[best]!) pull[other]! += weight
  }
  return order
}
