import { writeAll } from '../../../adapters/process/write-stream.ts'
import { endLabel, type WorkloadEnd } from '../../../analyses/network/questions/ends.ts'
import type { NetworkPolicyObject } from '../../../model/network.ts'
import { csvCell } from '../../../report/csv.ts'
import { exitCode } from '../exit-code.ts'
import type { NetworkFlags } from '../network-flags.ts'
import { type LoadedNetwork, loadNetwork } from '../network-input.ts'
import { escapeLines } from './network-can.ts'

interface Row {
  readonly workload: string
  readonly ingress: 'isolated' | 'open' | 'some'
  readonly egress: 'isolated' | 'open' | 'some'
  readonly hostNetwork: boolean
  readonly policies: readonly string[]
}

/** `breakwater network coverage`: which workloads policies isolate, in which direction, and by which policies. */
export async function runNetworkCoverageVerb(flags: NetworkFlags): Promise<number> {
  const network = await loadNetwork(flags)
  const rows = network.view.workloads.map(workload => rowOf(workload, network, flags))
  await writeAll(process.stdout, [render(rows, flags.output ?? 'text')])
  const isUncovered = rows.some(row => !row.hostNetwork && (row.ingress !== 'isolated' || row.egress !== 'isolated'))
  return flags.failOn === 'uncovered' && isUncovered ? exitCode.findings : network.code
}

function rowOf(workload: WorkloadEnd, { view }: LoadedNetwork, flags: NetworkFlags): Row {
  const isolation = (direction: 'ingress' | 'egress') => {
    const isolated = workload.peers.filter(peer => view.engine.isIsolated(peer, direction)).length
    return isolated === workload.peers.length ? 'isolated' : isolated === 0 ? 'open' : 'some'
  }
  const policies = new Set<NetworkPolicyObject>()
  for (const peer of workload.peers) {
    const own = view.engine.policiesOf(peer)
    for (const policy of [...own.ingress, ...own.egress]) policies.add(policy)
  }
  return {
    workload: endLabel(workload),
    ingress: isolation('ingress'),
    egress: isolation('egress'),
    hostNetwork: flags.asDeclared !== true && workload.pods.every(pod => pod.hostNetwork),
    policies: [...policies].map(
      ({ kind, namespace, name }) => `${kind}/${namespace === '' ? '' : `${namespace}/`}${name}`,
    ),
  }
}

function render(rows: readonly Row[], format: string): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify({ coverage: rows }, null, 2)}\n`
    case 'ndjson':
      return rows.map(row => `${JSON.stringify(row)}\n`).join('')
    case 'csv':
      return [
        ['workload', 'ingress', 'egress', 'hostNetwork', 'policies'],
        ...rows.map(row => [row.workload, row.ingress, row.egress, String(row.hostNetwork), row.policies.join(' ')]),
      ]
        .map(row => `${row.map(csvCell).join(',')}\r\n`)
        .join('')
    default: {
      const width = Math.max(8, ...rows.map(({ workload }) => workload.length))
      const lines = rows.map(row => {
        const who = row.hostNetwork ? 'on the network of its node: no policy is about it' : row.policies.join(', ')
        return `${row.workload.padEnd(width)}  ${row.ingress.padEnd(8)}  ${row.egress.padEnd(8)}  ${who}`
      })
      const covered = rows.filter(row => row.ingress === 'isolated' && row.egress === 'isolated').length
      const head = `${'workload'.padEnd(width)}  ${'ingress'.padEnd(8)}  ${'egress'.padEnd(8)}  policies`
      return `${escapeLines([head, ...lines, '', `${covered} of ${rows.length} workloads are isolated in both directions`])}\n`
    }
  }
}
