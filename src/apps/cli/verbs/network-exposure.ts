import { writeAll } from '../../../adapters/process/write-stream.ts'
import { endLabel } from '../../../analyses/network/questions/ends.ts'
import { type Exposure, exposureOf } from '../../../analyses/network/questions/exposure.ts'
import type { OpenPorts } from '../../../analyses/network/questions/open-ports.ts'
import { csvCell } from '../../../report/csv.ts'
import { openText } from '../../../report/network/connection-formats.ts'
import { portRecord } from '../../../report/network/connection-record.ts'
import type { NetworkFlags } from '../network-flags.ts'
import { loadNetwork } from '../network-input.ts'
import { meantEnds } from '../network-words.ts'
import { escapeLines } from './network-can.ts'

/** `breakwater network exposure`: who outside, and which pods that do not exist yet, may open what to each workload. */
export async function runNetworkExposureVerb(flags: NetworkFlags): Promise<number> {
  const network = await loadNetwork(flags, { withNotYetExisting: true })
  const all = exposureOf(network.view, network.services, network.entries)
  const wanted =
    flags.focus === undefined ? undefined : new Set(meantEnds(flags.focus, network).map(({ label }) => label))
  const shown = wanted === undefined ? all : all.filter(({ workload }) => wanted.has(endLabel(workload)))
  await writeAll(process.stdout, [render(shown, flags.output ?? 'text')])
  return network.code
}

function render(rows: readonly Exposure[], format: string): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ exposure: rows.map(recordOf) }, null, 2)}\n`
    case 'ndjson':
      return rows.map(row => `${JSON.stringify(recordOf(row))}\n`).join('')
    case 'csv':
      return table(rows, ',', '\r\n', csvCell)
    case 'markdown': {
      const cell = (text: string) =>
        text
          .replaceAll('|', '\\|')
          .replaceAll('<', '&lt;')
          .replaceAll(/[\r\n]+/g, ' ')
      return rows.length === 0 ? '' : markdown(rows, cell)
    }
    default:
      return `${escapeLines(rows.flatMap((row, i) => (i === 0 ? textOf(row) : ['', ...textOf(row)])))}\n`
  }
}

const columns = ['workload', 'from the Internet', 'from any pod', 'to the Internet', 'to any pod', 'ways from outside']

function cells(row: Exposure): readonly string[] {
  return [
    endLabel(row.workload),
    orNothing(row.internet.ingress),
    orNothing(row.cluster.ingress),
    orNothing(row.internet.egress),
    orNothing(row.cluster.egress),
    row.ways.map(wayText).join('; '),
  ]
}

function table(rows: readonly Exposure[], separator: string, end: string, cell: (text: string) => string): string {
  return [columns, ...rows.map(cells)].map(row => `${row.map(cell).join(separator)}${end}`).join('')
}

function markdown(rows: readonly Exposure[], cell: (text: string) => string): string {
  const line = (row: readonly string[]) => `| ${row.map(cell).join(' | ')} |`
  return `${[line(columns), line(columns.map(() => '---')), ...rows.map(row => line(cells(row)))].join('\n')}\n`
}

function textOf(row: Exposure): readonly string[] {
  const { isolated } = row
  const open = (side: 'ingress' | 'egress') => (isolated[side] ? '' : ` (no policy isolates its ${side})`)
  const lines = [
    endLabel(row.workload),
    `  from the Internet  ${orNothing(row.internet.ingress)}${open('ingress')}`,
    `  from any pod       ${orNothing(row.cluster.ingress)}`,
    `  to the Internet    ${orNothing(row.internet.egress)}${open('egress')}`,
    `  to any pod         ${orNothing(row.cluster.egress)}`,
  ]
  for (const { direction, label, open: ports } of row.selected)
    lines.push(`  ${direction === 'ingress' ? 'from' : 'to  '} ${label}  ${openText(ports)}`)
  for (const way of row.ways) lines.push(`  way ${wayText(way)}`)
  return lines
}

function orNothing(ports: OpenPorts | undefined): string {
  return ports === undefined ? 'nothing' : openText(ports)
}

function wayText({ label, internet, ports }: Exposure['ways'][number]): string {
  const words = { yes: '', maybe: ' possibly', no: ' closed by policy' }
  const texts = ports.map(({ protocol, port, open, admits }) => {
    const only = admits === undefined ? words[open] : ` only from ${admits.join(' or ')}`
    return `${protocol} ${port}${only}`
  })
  return `${label}${internet === 'no' ? ' (not the Internet)' : ''}: ${texts.join(', ')}`
}

function recordOf({ workload, isolated, internet, cluster, selected, ways }: Exposure) {
  const open = (ports: OpenPorts | undefined) =>
    ports === undefined ? null : { conn: portRecord(ports.must), possibly: portRecord(ports.may) }
  return {
    workload: endLabel(workload),
    isolated,
    internet: { ingress: open(internet.ingress), egress: open(internet.egress) },
    cluster: { ingress: open(cluster.ingress), egress: open(cluster.egress) },
    selected: selected.map(({ direction, label, open: ports }) => ({ direction, peer: label, ...open(ports) })),
    ways,
  }
}
