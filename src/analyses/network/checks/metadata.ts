import { identityKey } from '../../../inventory/identity.ts'
import type { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import { entryOf } from '../../../lib/collections/entry-of.ts'
import type { JsonValue } from '../../../lib/json/json-value.ts'
import type { MetadataEndpoint } from '../../../model/metadata-endpoint.ts'
import type { NetworkPolicyObject } from '../../../model/network.ts'
import { endLabel, type WorkloadEnd } from '../questions/ends.ts'
import { type MetadataReach, metadataReach } from '../questions/metadata.ts'
import { closeByAdminPolicy, hasAdminTier } from '../remedies/close-metadata.ts'
import type { CheckedNetwork } from './checked-network.ts'

/**
 * Pods that reach the metadata services of clouds, proven pod by pod: BW-NET-115, 116 and 118. Of pods that nothing
 * isolates BW-NET-001 speaks; here they count only where `everyPod`.
 */
export function checkMetadata(network: CheckedNetwork, answers: SnapshotAnswers, everyPod: boolean): void {
  if (!answers.asks('BW-NET-115', 'BW-NET-116', 'BW-NET-118')) return
  const { view, endpoints } = network
  const reached = metadataReach(view, endpoints, false).filter(({ isHostNetwork }) => !isHostNetwork)
  const byWorkload = new Map<WorkloadEnd, MetadataReach[]>()
  for (const one of reached) entryOf(byWorkload, one.workload, () => []).push(one)
  const opened = new Map<string, Opened>()
  for (const [workload, own] of byWorkload) {
    const isOpen = (rule: string) =>
      own.some(({ endpoint, verdict }) => endpoint.rule === rule && verdict.answer === 'allow')
    const isSelected = workload.peers.some(peer => view.engine.policiesOf(peer).egress.length > 0)
    for (const rule of ['BW-NET-115', 'BW-NET-116'] as const) {
      const asked = own.filter(({ endpoint }) => endpoint.rule === rule)
      const open = asked.filter(({ verdict }) => verdict.answer === 'allow')
      if (open.length > 0 && !everyPod && !isSelected) continue
      // What opens the one opens the other: the graver of them is told.
      if (rule === 'BW-NET-116' && answers.asks('BW-NET-115') && isOpen('BW-NET-115')) continue
      if (open.length > 0) collect(network, opened, rule, workload, open)
      else tellRest(network, answers, rule, workload, asked)
    }
    checkUndone(network, answers, workload, own)
  }
  // The proof builds a second engine: it is made for findings only.
  const fix = opened.size === 0 ? undefined : fixFor(network, reached)
  for (const one of opened.values()) report(network, answers, one, fix)
}

/** Workloads that reach the services because of the same policies: one mistake. */
interface Opened {
  readonly rule: 'BW-NET-115' | 'BW-NET-116'
  readonly policies: readonly NetworkPolicyObject[]
  readonly workloads: WorkloadEnd[]
  readonly endpoints: Set<MetadataEndpoint>
}

function collect(
  network: CheckedNetwork,
  opened: Map<string, Opened>,
  rule: Opened['rule'],
  workload: WorkloadEnd,
  open: readonly MetadataReach[],
): void {
  const policies = new Map<string, NetworkPolicyObject>()
  for (const { explanation } of open) {
    for (const { policy } of explanation.egress.deciding) {
      const own = network.view.facts.policies.find(
        one => one.kind === policy.kind && one.namespace === policy.namespace && one.name === policy.name,
      )
      if (own !== undefined) policies.set(`${own.kind} ${own.namespace}/${own.name}`, own)
    }
  }
  const names = [...policies.keys()].sort()
  // Without a policy that opens it, the workload itself is what has to change.
  const key = `${rule}\n${names.length === 0 ? endLabel(workload) : names.join('\n')}`
  const known = opened.get(key) ?? {
    rule,
    policies: names.map(name => policies.get(name)!),
    workloads: [],
    endpoints: new Set(),
  }
  opened.set(key, known)
  known.workloads.push(workload)
  for (const { endpoint } of open) known.endpoints.add(endpoint)
}

function report(
  network: CheckedNetwork,
  answers: SnapshotAnswers,
  { rule, policies, workloads, endpoints }: Opened,
  patch: readonly JsonValue[] | undefined,
): void {
  const [first] = policies
  const object = first === undefined ? network.objectOf(workloads[0]!) : network.policyObjects.get(first)!
  const who = workloads.length > 3 ? `${workloads.length} workloads` : workloads.map(endLabel).join(', ')
  const verb = workloads.length === 1 ? 'reaches' : 'reach'
  const others = policies.slice(1).map(({ kind, name }) => `${kind} ${name}`)
  const why =
    first === undefined
      ? 'no policy isolates its egress'
      : others.length === 0
        ? 'by this policy'
        : `by this policy and ${others.join(', ')}`
  answers.fail(rule, object, {
    message: `${who} ${verb} ${addressesOf([...endpoints])} (${why})`,
    at: [
      ...policies.map(policy => ({
        object: network.policyObjects.get(policy)!,
        path: ['spec', 'egress'],
        key: policy === first ? '' : `policy/${policy.name}`,
      })),
      ...workloads.map(workload => ({
        object: network.objectOf(workload),
        path: [],
        key: first === undefined ? '' : `workload/${endLabel(workload)}`,
      })),
    ],
    ...(patch === undefined ? {} : { fix: { level: 'likely' as const, proven: true, patch } }),
  })
  // What is proven at the pods need not be told of the policy.
  if (rule === 'BW-NET-115')
    for (const policy of policies) answers.absorb('BW-NET-006', network.policyObjects.get(policy)!.ref)
}

function addressesOf([first, ...more]: readonly MetadataEndpoint[]): string {
  const clouds = [...new Set([first!, ...more].flatMap(endpoint => endpoint.clouds))]
  const others = more.length === 0 ? '' : ` and ${more.length} more metadata services`
  return `${first!.address}${others} (${clouds.join(', ')})`
}

function tellRest(
  network: CheckedNetwork,
  answers: SnapshotAnswers,
  rule: string,
  workload: WorkloadEnd,
  asked: readonly MetadataReach[],
): void {
  const unknown = asked.find(({ verdict }) => verdict.answer === 'unknown')
  if (unknown === undefined) answers.pass(rule)
  else if (unknown.verdict.answer === 'unknown') {
    answers.unknown(rule, network.objectOf(workload), {
      message: `whether it reaches ${unknown.endpoint.address} is not known`,
      reason: unknown.verdict.reasons.join(', '),
    })
  }
}

/** Closed, but only because no policy of the namespace happens to open it: the next one that is added can. */
function checkUndone(
  network: CheckedNetwork,
  answers: SnapshotAnswers,
  workload: WorkloadEnd,
  own: readonly MetadataReach[],
): void {
  // Only where somebody meant to close it: a policy that leaves the address out.
  const meant = workload.peers
    .flatMap(peer => network.view.engine.policiesOf(peer).egress)
    .filter(policy =>
      policy.egress.some(rule =>
        rule.peers?.some(peer => peer.kind === 'ipBlock' && peer.except.some(except => except.startsWith('169.254.'))),
      ),
    )
  if (meant.length === 0) return
  const closed = own.filter(({ endpoint, verdict }) => endpoint.rule === 'BW-NET-115' && verdict.answer === 'deny')
  if (closed.length === 0 || closed.some(({ explanation }) => explanation.egress.decidedBy === 'Admin')) {
    if (closed.length > 0) answers.pass('BW-NET-118')
    return
  }
  const object = network.objectOf(workload)
  answers.fail('BW-NET-118', object, {
    message:
      'the metadata service is closed by NetworkPolicies alone: any policy of the namespace that is added can open it',
    at: [
      { object, path: [], key: '' },
      ...[...new Map(meant.map(policy => [identityKey(network.policyObjects.get(policy)!.ref), policy])).values()].map(
        policy => ({
          object: network.policyObjects.get(policy)!,
          path: ['spec', 'egress'],
          key: `policy/${policy.name}`,
        }),
      ),
    ],
  })
}

/** The policy that closes all of it, where asking again with it has shown that it does. */
function fixFor(network: CheckedNetwork, reached: readonly MetadataReach[]): readonly JsonValue[] | undefined {
  const { engineOptions, endpoints, view } = network
  if (!hasAdminTier(engineOptions.cniProfile)) return undefined
  const remedy = closeByAdminPolicy(view.facts, reached, { engine: engineOptions, endpoints })
  return remedy?.isProven === true ? remedy.objects : undefined
}
