import { writeAll } from '../../../adapters/process/write-stream.ts'
import { endLabel } from '../../../analyses/network/questions/ends.ts'
import { entryRows, entryWays } from '../../../analyses/network/questions/entries.ts'
import { type ConnectionRow, listConnections } from '../../../analyses/network/questions/list.ts'
import {
  connectionCsv,
  connectionDot,
  connectionMarkdown,
  connectionMermaid,
  connectionText,
  sortedRows,
} from '../../../report/network/connection-formats.ts'
import { connectionRecord } from '../../../report/network/connection-record.ts'
import { connlist } from '../../../report/network/connlist.ts'
import { mapGraph } from '../../../report/network/map/graph.ts'
import { mapHtml } from '../../../report/network/map/html.ts'
import { mapSvg } from '../../../report/network/map/svg.ts'
import type { NetworkFlags } from '../network-flags.ts'
import { type LoadedNetwork, loadNetwork } from '../network-input.ts'
import { meantEnds } from '../network-words.ts'
import { say } from '../say.ts'

/** `breakwater network list`. */
export async function runNetworkListVerb(flags: NetworkFlags): Promise<number> {
  const network = await loadNetwork(flags)
  const format = flags.output ?? 'text'
  const bound =
    format === 'connlist' ? 'must' : flags.bound === undefined && pictures.has(format) ? 'must' : boundOf(flags)
  const rows = connectionRows(network, flags, bound)
  await writeAll(process.stdout, renderRows(rows, format, network))
  if (flags.ipFamily !== 'both' && namesIpv6(network))
    say('rules about IPv6 addresses are not shown; --ip-family both shows them')
  if (network.view.facts.policies.length === 0 && network.view.facts.pods.length > 0)
    say('no network policy was read: everything may connect to everything')
  return network.code
}

/** Pictures show what is certain unless more is asked for. */
const pictures: ReadonlySet<string> = new Set(['dot', 'mermaid', 'svg', 'html'])

export function boundOf(flags: NetworkFlags): 'must' | 'may' {
  return flags.bound === 'must' ? 'must' : 'may'
}

/** All rows of a list, those of ingress controllers among them. */
function connectionRows(network: LoadedNetwork, flags: NetworkFlags, bound: 'must' | 'may'): Iterable<ConnectionRow> {
  const families = flags.ipFamily === 'both' ? ([4, 6] as const) : ([4] as const)
  const rows = [
    ...listConnections(network.view, { families, bound }),
    ...entryRows(entryWays(network.view, network.entries), bound),
  ]
  if (flags.focus === undefined) return rows
  const wanted = new Set(meantEnds(flags.focus, network).map(({ label }) => label))
  return rows.filter(({ src, dst }) => wanted.has(endLabel(src)) || wanted.has(endLabel(dst)))
}

function* renderRows(rows: Iterable<ConnectionRow>, format: string, network: LoadedNetwork): Iterable<string> {
  if (format === 'connlist') {
    for (const line of connlist(rows)) yield `${line}\n`
    return
  }
  const sorted = sortedRows(rows)
  switch (format) {
    case 'ndjson':
      for (const row of sorted) yield `${JSON.stringify(connectionRecord(row, network.view))}\n`
      return
    case 'json':
      yield `${JSON.stringify({ connections: sorted.map(row => connectionRecord(row, network.view)) }, null, 2)}\n`
      return
    case 'csv':
      yield connectionCsv(sorted)
      return
    case 'markdown':
      yield connectionMarkdown(sorted)
      return
    case 'dot':
      yield connectionDot(sorted)
      return
    case 'mermaid':
      yield connectionMermaid(sorted)
      return
    case 'svg':
      yield mapSvg(mapGraph(sorted, network.view))
      return
    case 'html':
      yield* mapHtml(mapGraph(sorted, network.view))
      return
    default:
      yield connectionText(sorted)
  }
}

function namesIpv6({ view }: LoadedNetwork): boolean {
  return view.facts.policies.some(policy =>
    [...policy.ingress, ...policy.egress].some(rule =>
      rule.peers?.some(
        peer =>
          (peer.kind === 'ipBlock' && peer.cidr.includes(':')) ||
          (peer.kind === 'networks' && peer.cidrs.some(cidr => cidr.includes(':'))),
      ),
    ),
  )
}
