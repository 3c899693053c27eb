import { writeAll } from '../../../adapters/process/write-stream.ts'
import type { End } from '../../../analyses/network/questions/ends.ts'
import { isEntrance, partsThrough } from '../../../analyses/network/questions/entrance.ts'
import type { ConnectionRow } from '../../../analyses/network/questions/list.ts'
import { externalRows } from '../../../analyses/network/questions/list.ts'
import { between } from '../../../analyses/network/questions/network-view.ts'
import { type OpenPorts, portList } from '../../../analyses/network/questions/open-ports.ts'
import type { MeantEnd } from '../../../analyses/network/questions/peer-words.ts'
import type { NetworkService } from '../../../inventory/network/services.ts'
import {
  connectionCsv,
  connectionDot,
  connectionMarkdown,
  connectionMermaid,
  connectionText,
  sortedRows,
} from '../../../report/network/connection-formats.ts'
import { connectionRecord } from '../../../report/network/connection-record.ts'
import { UserError } from '../../user-error.ts'
import type { NetworkFlags } from '../network-flags.ts'
import { type LoadedNetwork, loadNetwork } from '../network-input.ts'
import { askedPort, meantPeer } from '../network-words.ts'
import { boundOf } from './network-list.ts'

/** `breakwater network who-can PEER` and `reach PEER`. */
export async function runNetworkPeersVerb(
  question: 'who-can' | 'reach',
  word: string,
  flags: NetworkFlags,
): Promise<number> {
  const asked = askedPort(flags.port)
  if (asked !== undefined && (asked.protocol === undefined || typeof asked.port === 'string')) {
    throw new UserError('INVALID_PORT', `${flags.port} has no number`, { next: 'write a port such as TCP/443' })
  }
  const network = await loadNetwork(flags)
  const { ends, service } = meantPeer(word, network)
  const rows = ends.flatMap(end => [...rowsOf(question, end, service, network, flags)])
  const shown =
    asked === undefined
      ? rows
      : rows.flatMap(row => onlyPort(row, asked.protocol!, asked.port as number, boundOf(flags)))
  await writeAll(process.stdout, [render(sortedRows(shown), flags.output ?? 'text', network)])
  return network.code
}

function* rowsOf(
  question: 'who-can' | 'reach',
  end: MeantEnd,
  service: NetworkService | undefined,
  network: LoadedNetwork,
  flags: NetworkFlags,
): Iterable<ConnectionRow> {
  const { view } = network
  const bound = boundOf(flags)
  const families = flags.ipFamily === 'both' ? ([4, 6] as const) : ([4] as const)
  const own: End = view.workload(end.label) ?? { kind: 'other', label: end.label }
  const isOutside = end.pods.length === 0 && own.kind === 'other'
  if (!isOutside) {
    const workload = { kind: 'workload', workload: end.pods[0]!.workload, ...end.endpoint, pods: end.pods } as const
    const isWayIn = question === 'who-can' && service !== undefined && isEntrance(service)
    const through = isWayIn ? partsThrough(view, service, workload) : undefined
    yield* externalRows(view.engine, workload, question === 'reach' ? 'out' : 'in', { families, bound }, through)
  }
  for (const other of view.workloads) {
    if (other === own) continue
    const [src, dst] = question === 'reach' ? [end.endpoint.peers, other.peers] : [other.peers, end.endpoint.peers]
    const { connection, replicas } = between(view.engine, src, dst)
    if (connection[bound].isEmpty) continue
    yield question === 'reach'
      ? { src: own, dst: other, connection, replicas }
      : { src: other, dst: own, connection, replicas }
  }
}

function onlyPort(
  row: ConnectionRow,
  protocol: 'TCP' | 'UDP' | 'SCTP',
  port: number,
  bound: 'must' | 'may',
): readonly ConnectionRow[] {
  const cut = (ports: OpenPorts['must']) =>
    portList(ports.ranges[protocol].some(([from, to]) => from <= port && port <= to) ? [[protocol, port]] : [])
  const connection = { must: cut(row.connection.must), may: cut(row.connection.may) }
  return connection[bound].isEmpty ? [] : [{ ...row, connection }]
}

function render(rows: readonly ConnectionRow[], format: string, network: LoadedNetwork): string {
  const records = () => rows.map(row => connectionRecord(row, network.view))
  switch (format) {
    case 'json':
      return `${JSON.stringify({ connections: records() }, null, 2)}\n`
    case 'ndjson':
      return records()
        .map(record => `${JSON.stringify(record)}\n`)
        .join('')
    case 'csv':
      return connectionCsv(rows)
    case 'markdown':
      return connectionMarkdown(rows)
    case 'dot':
      return connectionDot(rows)
    case 'mermaid':
      return connectionMermaid(rows)
    default:
      return rows.length === 0 ? 'nothing\n' : connectionText(rows)
  }
}
