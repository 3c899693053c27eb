import { writeFileAtomic } from '../../../adapters/fs/atomic-write.ts'
import { metadataEndpoints } from '../../../adapters/fs/metadata-endpoints.ts'
import { writeAll } from '../../../adapters/process/write-stream.ts'
import { decidersOf } from '../../../analyses/network/questions/can.ts'
import { endLabel } from '../../../analyses/network/questions/ends.ts'
import { type MetadataReach, metadataReach } from '../../../analyses/network/questions/metadata.ts'
import {
  closeByAdminPolicy,
  closeByNetworkPolicies,
  hasAdminTier,
  type ProvenRemedy,
} from '../../../analyses/network/remedies/close-metadata.ts'
import type { JsonObject } from '../../../lib/json/json-value.ts'
import { printYaml } from '../../../lib/yaml/print-yaml.ts'
import { csvCell } from '../../../report/csv.ts'
import { verdictText } from '../../../report/network/explain-text.ts'
import { exitCode } from '../exit-code.ts'
import type { NetworkFlags } from '../network-flags.ts'
import { type LoadedNetwork, loadNetwork } from '../network-input.ts'
import { say } from '../say.ts'
import { escapeLines } from './network-can.ts'

/** `breakwater network metadata`: which pods reach the metadata services of clouds, why, and what closes them. */
export async function runNetworkMetadataVerb(flags: NetworkFlags): Promise<number> {
  const network = await loadNetwork(flags)
  const endpoints = metadataEndpoints()
  const reached = metadataReach(network.view, endpoints, flags.asDeclared === true)
  const remedy = remedyFor(network, flags, reached)
  await writeAll(process.stdout, [render(reached, remedy, flags.output ?? 'text')])
  if (flags.write !== undefined && remedy?.isProven === true) {
    writeFileAtomic(flags.write, remedyYaml(remedy))
    say(`${flags.write}: the policy that closes ${remedy.closed} ways, proven`)
  }
  const isOpen = reached.some(({ verdict }) => verdict.answer === 'allow')
  if (flags.failOn === 'open' && isOpen) return exitCode.findings
  return network.code
}

function remedyFor(
  { view, inventory, options }: LoadedNetwork,
  flags: NetworkFlags,
  reached: readonly MetadataReach[],
): ProvenRemedy | undefined {
  const remedyOptions = { engine: options, endpoints: metadataEndpoints() }
  const isAdmin = flags.remedy === undefined ? hasAdminTier(options.cniProfile) : flags.remedy === 'admin'
  if (isAdmin) return closeByAdminPolicy(view.facts, reached, remedyOptions)
  const written = (policy: { readonly namespace: string; readonly name: string }): JsonObject | undefined => {
    const found = inventory.objects.find(
      ({ ref }) => ref.kind === 'NetworkPolicy' && ref.namespace === policy.namespace && ref.name === policy.name,
    )
    return found?.object
  }
  return closeByNetworkPolicies(view.facts, written, reached, remedyOptions)
}

function render(reached: readonly MetadataReach[], remedy: ProvenRemedy | undefined, format: string): string {
  if (format === 'json' || format === 'ndjson') {
    const rows = reached.map(recordOf)
    if (format === 'ndjson') return rows.map(row => `${JSON.stringify(row)}\n`).join('')
    const offered = remedy?.isProven ? { objects: remedy.objects, closed: remedy.closed, proven: true } : null
    return `${JSON.stringify({ reach: rows, remedy: offered }, null, 2)}\n`
  }
  if (format === 'csv') {
    const rows = reached.map(row => {
      const { workload, address, endpoint, verdict, by } = recordOf(row)
      return [workload, address, endpoint, verdict, by.map(one => `${one.file}:${one.line}`).join(' ')]
    })
    return `${[['workload', 'address', 'endpoint', 'verdict', 'by'], ...rows].map(row => row.map(csvCell).join(',')).join('\r\n')}\r\n`
  }
  return textOf(reached, remedy)
}

function recordOf({ workload, endpoint, verdict, port, explanation, isHostNetwork }: MetadataReach) {
  return {
    workload: endLabel(workload),
    address: endpoint.address,
    endpoint: endpoint.name,
    port: `${port.protocol}/${port.port}`,
    verdict: verdict.answer,
    ...(verdict.answer === 'unknown' ? { reasons: verdict.reasons } : {}),
    hostNetwork: isHostNetwork,
    by: decidersOf(explanation),
  }
}

function textOf(reached: readonly MetadataReach[], remedy: ProvenRemedy | undefined): string {
  const lines: string[] = []
  const byWorkload = new Map<string, MetadataReach[]>()
  for (const one of reached) {
    if (one.verdict.answer === 'deny') continue
    const label = endLabel(one.workload)
    byWorkload.set(label, [...(byWorkload.get(label) ?? []), one])
  }
  for (const [label, own] of byWorkload) {
    const [first] = own
    const addresses = own.map(({ endpoint, verdict }) => `${endpoint.address}${verdict.answer === 'allow' ? '' : '?'}`)
    lines.push(`${label}  ${verdictText(first!.verdict)}  ${addresses.join(' ')}`, `  ${reasonOf(first!)}`)
  }
  const total = new Set(reached.map(({ workload }) => workload)).size
  if (byWorkload.size === 0) lines.push(`no pod of ${total} workloads reaches a metadata service`)
  else lines.push('', `${byWorkload.size} of ${total} workloads reach a metadata service`)
  if (remedy !== undefined) {
    if (remedy.isProven) {
      lines.push('', `This closes ${remedy.closed} ways; asked again with it, none is open:`, '')
      lines.push(...remedyYaml(remedy).trimEnd().split('\n'))
      const left = new Set(remedy.left.map(({ workload }) => endLabel(workload)))
      if (left.size > 0) {
        lines.push(
          '',
          `Still open, on the network of their node, where no policy is about them: ${[...left].join(', ')}`,
        )
      }
    } else lines.push('', 'No policy was found that closes all of it; nothing is offered.')
  }
  return `${escapeLines(lines)}\n`
}

function reasonOf({ explanation, isHostNetwork }: MetadataReach): string {
  if (isHostNetwork) return 'on the network of its node: no policy is about it'
  const { egress } = explanation
  const [rule] = egress.deciding
  if (rule !== undefined) {
    const { kind, namespace, name } = rule.policy
    return `allowed by ${kind}/${namespace === '' ? '' : `${namespace}/`}${name} rule ${rule.rule + 1} (${rule.file}:${rule.line})`
  }
  return egress.verdict.answer === 'unknown' ? verdictText(egress.verdict) : 'no policy isolates its egress'
}

function remedyYaml(remedy: ProvenRemedy): string {
  return remedy.objects.map(object => printYaml(object)).join('---\n')
}
