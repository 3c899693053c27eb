import { type End, endLabel } from '../../analyses/network/questions/ends.ts'
import type { ConnectionRow } from '../../analyses/network/questions/list.ts'
import { type OpenPorts, portText } from '../../analyses/network/questions/open-ports.ts'
import { compareText } from '../../lib/text/compare-text.ts'
import { escapeTerminal } from '../../lib/text/escape-terminal.ts'
import { csvCell } from '../csv.ts'
import { portsDiffer } from './connection-record.ts'

/** Rows in the order of their labels, so that any input order prints the same. */
export function sortedRows(rows: Iterable<ConnectionRow>): readonly ConnectionRow[] {
  return [...rows]
    .map(row => ({ row, key: `${endLabel(row.src)}\n${endLabel(row.dst)}` }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ row }) => row)
}

/** For a person: sources as headings, what each reaches below. */
export function connectionText(rows: readonly ConnectionRow[]): string {
  const lines: string[] = []
  let last = ''
  for (const { src, dst, connection, replicas } of rows) {
    const label = endLabel(src)
    if (label !== last) lines.push(`${lines.length === 0 ? '' : '\n'}${escapeTerminal(label)}`)
    last = label
    const some = replicas === 'some' ? '  (some replicas)' : ''
    lines.push(`  -> ${escapeTerminal(endLabel(dst))}  ${openText(connection)}${some}`)
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** What is open, and what may be. */
export function openText(connection: OpenPorts): string {
  const { must, may } = connection
  if (must.isEmpty) return `possibly ${portText(may)}`
  return portsDiffer(connection) ? `${portText(must)} (possibly ${portText(may)})` : portText(must)
}

export function connectionCsv(rows: readonly ConnectionRow[]): string {
  const lines = rows.map(({ src, dst, connection, replicas }) =>
    [endLabel(src), endLabel(dst), portText(connection.must), portText(connection.may), replicas]
      .map(csvCell)
      .join(','),
  )
  return `${['source,destination,open,possibly,replicas', ...lines].join('\r\n')}\r\n`
}

export function connectionMarkdown(rows: readonly ConnectionRow[]): string {
  const cell = (text: string) =>
    text
      .replaceAll('|', '\\|')
      .replaceAll('<', '&lt;')
      .replaceAll(/[\r\n]+/g, ' ')
  const lines = rows.map(
    ({ src, dst, connection }) => `| ${cell(endLabel(src))} | ${cell(endLabel(dst))} | ${cell(openText(connection))} |`,
  )
  return `${['| source | destination | open |', '| --- | --- | --- |', ...lines].join('\n')}\n`
}

/** Graphviz: namespaces as clusters. */
export function connectionDot(rows: readonly ConnectionRow[]): string {
  const { nodes, edges } = graphOf(rows)
  const text = (value: string) =>
    `"${value
      .replaceAll('\\', '\\\\')
      .replaceAll('"', '\\"')
      .replaceAll(/[\r\n]+/g, ' ')}"`
  const byNamespace = new Map<string, string[]>()
  for (const [label, end] of nodes) {
    const namespace = end.kind === 'workload' ? end.workload.namespace : ''
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), label])
  }
  const lines = ['digraph connections {', '  rankdir=LR; node [shape=box, style=rounded, fontname="sans-serif"];']
  let cluster = 0
  for (const [namespace, labels] of byNamespace) {
    const own = labels.map(label => {
      const end = nodes.get(label)!
      const shown = end.kind === 'workload' ? `${end.workload.name} [${end.workload.kind}]` : label
      return `${text(label)} [label=${text(shown)}];`
    })
    if (namespace === '') lines.push(...own.map(line => `  ${line}`))
    else
      lines.push(
        `  subgraph cluster_${cluster++} {`,
        `    label=${text(namespace)};`,
        ...own.map(line => `    ${line}`),
        '  }',
      )
  }
  for (const { src, dst, label } of edges) lines.push(`  ${text(src)} -> ${text(dst)} [label=${text(label)}];`)
  return `${[...lines, '}'].join('\n')}\n`
}

export function connectionMermaid(rows: readonly ConnectionRow[]): string {
  const { nodes, edges } = graphOf(rows)
  const ids = new Map([...nodes.keys()].map((label, i) => [label, `n${i}`]))
  const text = (value: string) =>
    `"${value
      .replaceAll('&', '#amp;')
      .replaceAll('"', '#quot;')
      .replaceAll('<', '#lt;')
      .replaceAll(/[\r\n]+/g, ' ')}"`
  const lines = ['flowchart LR']
  const byNamespace = new Map<string, string[]>()
  for (const [label, end] of nodes) {
    const namespace = end.kind === 'workload' ? end.workload.namespace : ''
    const shown = end.kind === 'workload' ? end.workload.name : label
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), `${ids.get(label)}[${text(shown)}]`])
  }
  let group = 0
  for (const [namespace, own] of byNamespace) {
    if (namespace === '') lines.push(...own.map(line => `  ${line}`))
    else lines.push(`  subgraph g${group++}[${text(namespace)}]`, ...own.map(line => `    ${line}`), '  end')
  }
  for (const { src, dst, label } of edges) lines.push(`  ${ids.get(src)} -->|${text(label)}| ${ids.get(dst)}`)
  return `${lines.join('\n')}\n`
}

function graphOf(rows: readonly ConnectionRow[]): {
  readonly nodes: ReadonlyMap<string, End>
  readonly edges: readonly { readonly src: string; readonly dst: string; readonly label: string }[]
} {
  const nodes = new Map<string, End>()
  const edges = rows.map(({ src, dst, connection }) => {
    const [from, to] = [endLabel(src), endLabel(dst)]
    nodes.set(from, src)
    nodes.set(to, dst)
    return { src: from, dst: to, label: openText(connection) }
  })
  return { nodes: new Map([...nodes].sort(([a], [b]) => compareText(a, b))), edges }
}
