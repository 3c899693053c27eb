import { escapeTerminal } from '../../../lib/text/escape-terminal.ts'
import { htmlText } from '../../html-text.ts'
import type { MapGraph } from './graph.ts'
import { type Box, layoutMap, type MapLayout } from './layout.ts'

/** Edges between workloads are drawn one by one up to this number; beyond it they are bundled by namespace. */
const maxSingleEdges = 240

/** The heaviest bundles are drawn; more of them would be a net in which nothing is seen. */
const maxBundles = 160

/** The map as one SVG document that needs nothing beside it. */
export function mapSvg(graph: MapGraph): string {
  const layout = layoutMap(graph)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${svgElement(graph, layout, `<style>${svgStyle}</style>`)}\n`
}

/** The element alone, for a page that brings its own style. */
export function svgElement(graph: MapGraph, layout: MapLayout, defs: string): string {
  const margin = 16
  const box = `${-margin} ${-margin} ${round(layout.width + margin * 2)} ${round(layout.height + margin * 2)}`
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" id="map" class="map" viewBox="${box}" role="img" aria-label="Map of connections: ${graph.nodes.length} workloads in ${graph.namespaces.length} namespaces">`,
    `<defs>${defs}<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerUnits="userSpaceOnUse" markerWidth="9" markerHeight="9" orient="auto"><path d="M0 0 8 4 0 8z" class="head"/></marker></defs>`,
    `<g class="regions">${layout.regions.map((region, i) => regionElement(region, graph.namespaces[i]!)).join('')}</g>`,
    `<g class="edges">${edgeElements(graph, layout)}</g>`,
    '<g id="focus"></g>',
    `<g class="nodes">${graph.nodes.map((_, i) => nodeElement(graph, layout, i)).join('')}</g>`,
    outsideElement(graph, layout),
    '</svg>',
  ]
  return parts.join('\n')
}

function regionElement({ x, y, width, height }: Box, name: string): string {
  const label = shortened(name, Math.floor(width / 7.5))
  return `<g class="region"><title>${text(name)}</title><rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="10"/><text x="${round(x + 12)}" y="${round(y + 18)}">${text(label)}</text></g>`
}

function nodeElement(graph: MapGraph, layout: MapLayout, index: number): string {
  const { name, kind, exposure, namespace, pods } = graph.nodes[index]!
  const { x, y, width, height } = layout.nodes[index]!
  const title = `${graph.namespaces[namespace]}/${name}[${kind}], ${pods === 1 ? 'one pod' : `${pods} pods`}, ${exposureWords[exposure]}`
  return `<g class="node ${exposure}" data-node="${index}"><title>${text(title)}</title><rect x="${round(x)}" y="${round(y)}" width="${width}" height="${height}" rx="5"/><text x="${round(x + 8)}" y="${round(y + 16)}">${text(shortened(name, 19))}</text></g>`
}

/** What the colour of a workload says. */
export const exposureWords = {
  outside: 'open to addresses outside the cluster',
  cluster: 'open to other namespaces',
  namespace: 'open to its own namespace',
  closed: 'open to nobody',
} as const

function edgeElements(graph: MapGraph, layout: MapLayout): string {
  return graph.edges.length <= maxSingleEdges ? singleEdges(graph, layout) : bundledEdges(graph, layout)
}

function singleEdges(graph: MapGraph, layout: MapLayout): string {
  return graph.edges
    .map(({ src, dst, ports, isCertain }) => {
      const label = `${nodeLabel(graph, src)} -> ${nodeLabel(graph, dst)}: ${graph.ports[ports]}`
      return `<path class="edge${isCertain ? '' : ' possible'}" d="${curve(layout.nodes[src]!, layout.nodes[dst]!)}" marker-end="url(#arrow)"><title>${text(label)}</title></path>`
    })
    .join('')
}

/** One line for each pair of namespaces, as wide as the pair has connections. */
function bundledEdges(graph: MapGraph, layout: MapLayout): string {
  const bundles = new Map<string, { readonly from: number; readonly to: number; count: number }>()
  for (const { src, dst } of graph.edges) {
    const [from, to] = [graph.nodes[src]!.namespace, graph.nodes[dst]!.namespace]
    if (from === to) continue
    const key = `${from} ${to}`
    const bundle = bundles.get(key) ?? { from, to, count: 0 }
    bundle.count++
    bundles.set(key, bundle)
  }
  const shown = [...bundles.values()]
    .sort((a, b) => b.count - a.count || a.from - b.from || a.to - b.to)
    .slice(0, maxBundles)
  return shown
    .map(({ from, to, count }) => {
      const label = `${graph.namespaces[from]} -> ${graph.namespaces[to]}: ${count} pairs of workloads`
      const width = (1 + Math.log2(count) * 0.7).toFixed(1)
      return `<path class="bundle" d="${curve(layout.regions[from]!, layout.regions[to]!)}" stroke-width="${width}" marker-end="url(#arrow)"><title>${text(label)}</title></path>`
    })
    .join('')
}

function outsideElement(graph: MapGraph, layout: MapLayout): string {
  const { x, y, width, height } = layout.outside
  const into = new Set(graph.outside.filter(({ direction }) => direction === 'in').map(({ node }) => node))
  const lines = [...new Set([...into].map(node => graph.nodes[node]!.namespace))].map(namespace => {
    const count = [...into].filter(node => graph.nodes[node]!.namespace === namespace).length
    const label = `outside -> ${graph.namespaces[namespace]}: ${count} workloads`
    return `<path class="bundle from-world" d="${curve(layout.outside, layout.regions[namespace]!)}" marker-end="url(#arrow)"><title>${text(label)}</title></path>`
  })
  const caption =
    into.size === 0 ? 'outside: opens nothing' : `outside: opens ${into.size} workload${into.size === 1 ? '' : 's'}`
  return `<g class="world">${lines.join('')}<rect x="${round(x)}" y="${round(y)}" width="${width}" height="${height}" rx="20"/><text x="${round(x + width / 2)}" y="${round(y + 25)}" text-anchor="middle">${caption}</text></g>`
}

/** From the side of one box to the facing side of another. */
function curve(a: Box, b: Box): string {
  const [ax, ay] = [a.x + a.width / 2, a.y + a.height / 2]
  const [bx, by] = [b.x + b.width / 2, b.y + b.height / 2]
  const isVertical = Math.abs(by - ay) >= Math.abs(bx - ax) * 0.6
  if (isVertical) {
    const down = by >= ay
    const [y1, y2] = [down ? a.y + a.height : a.y, down ? b.y : b.y + b.height]
    const bend = Math.max(14, Math.abs(y2 - y1) / 2.4) * (down ? 1 : -1)
    return `M${round(ax)} ${round(y1)}C${round(ax)} ${round(y1 + bend)} ${round(bx)} ${round(y2 - bend)} ${round(bx)} ${round(y2)}`
  }
  const right = bx >= ax
  const [x1, x2] = [right ? a.x + a.width : a.x, right ? b.x : b.x + b.width]
  const bend = Math.max(14, Math.abs(x2 - x1) / 2.4) * (right ? 1 : -1)
  return `M${round(x1)} ${round(ay)}C${round(x1 + bend)} ${round(ay)} ${round(x2 - bend)} ${round(by)} ${round(x2)} ${round(by)}`
}

function nodeLabel(graph: MapGraph, index: number): string {
  const { name, kind, namespace } = graph.nodes[index]!
  return `${graph.namespaces[namespace]}/${name}[${kind}]`
}

function shortened(name: string, length: number): string {
  return name.length > length ? `${name.slice(0, Math.max(1, length - 1))}…` : name
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** Names are untrusted: control characters are shown as escapes, and none is markup. */
function text(value: string): string {
  return htmlText(escapeTerminal(value))
}

const svgStyle = `.map{background:#fff;font:12px system-ui,sans-serif}
.region rect{fill:#f6f7f9;stroke:#d3d9e0}.region text{font-weight:600;fill:#334}
.node rect{fill:#fff;stroke:#8794a5}.node text{fill:#1b2430;font-size:11px}
.node.outside rect{fill:#fdebe9;stroke:#b3261e}.node.cluster rect{fill:#fdf1d9;stroke:#855400}.node.namespace rect{fill:#e8f0fb;stroke:#0b5fb8}.node.closed rect{fill:#eceff3;stroke:#6b7686}
.edge,.bundle{fill:none;stroke:#6b7f99;stroke-opacity:.55}.edge.possible{stroke-dasharray:4 3}.bundle.from-world{stroke:#b3261e}
.head{fill:#6b7f99}.world>rect{fill:#fff;stroke:#b3261e;stroke-width:1.5}.world>text{fill:#b3261e;font-weight:600}`
