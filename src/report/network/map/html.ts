import { escapeTerminal } from '../../../lib/text/escape-terminal.ts'
import { htmlHead } from '../../html-head.ts'
import { htmlText, scriptJson } from '../../html-text.ts'
import { assets } from './assets.generated.ts'
import type { MapGraph } from './graph.ts'
import { layoutMap } from './layout.ts'
import { exposureWords, svgElement } from './svg.ts'

/** Connections that a page holds one by one; beyond them the picture and its regions stand without the rest. */
const maxEdges = 400_000

/**
 * The map as one self-contained page: the picture, a search, and a table beside it. It asks no network; its policy forbids
 * everything but the one script and the one style sheet. The picture stands without JavaScript as well.
 */
export function* mapHtml(graph: MapGraph): Iterable<string> {
  const edges = graph.edges.slice(0, maxEdges)
  yield htmlHead('Breakwater network map', assets)
  yield header(graph, graph.edges.length - edges.length)
  yield `<main>\n<section class="picture" aria-label="Map">\n${svgElement(graph, layoutMap(graph), '')}\n</section>\n`
  yield `<aside aria-label="Connections"><h2 id="title">Connections</h2><p class="soft" id="note">The list needs JavaScript.</p><table><thead><tr><th>from</th><th>to</th><th>open</th></tr></thead><tbody id="rows"></tbody></table></aside>\n</main>\n`
  yield '<script type="application/json" id="data">'
  yield scriptJson(
    JSON.stringify({
      namespaces: graph.namespaces.map(escapeTerminal),
      nodes: graph.nodes.map(({ namespace, name, kind }) => [namespace, escapeTerminal(name), escapeTerminal(kind)]),
      edges: edges.flatMap(({ src, dst, ports }) => [src, dst, ports]),
      ports: graph.ports,
      outside: graph.outside.flatMap(({ node, direction, range, ports }) => [
        node,
        direction === 'out' ? 1 : 0,
        range,
        ports,
      ]),
      ranges: graph.ranges.map(escapeTerminal),
    }),
  )
  yield `</script>\n<script>${assets.script}</script>\n</body>\n</html>\n`
}

function header(graph: MapGraph, left: number): string {
  const count = `${graph.nodes.length} workloads, ${graph.namespaces.length} namespaces, ${graph.edges.length} connections`
  const missing = left === 0 ? '' : `, of which ${left} are not in this page: use --focus`
  const keys = Object.entries(exposureWords).map(([key, words]) => `<span class="${key}">${words}</span>`)
  return `<header><h1>Network map</h1><span class="soft">${htmlText(count + missing)}</span><input id="search" type="search" placeholder="Search workloads" aria-label="Search workloads"><span class="keys">${keys.join('')}</span><span class="grow"></span><button type="button" id="fit">Whole map</button><button type="button" id="theme">Light or dark</button></header>\n`
}
