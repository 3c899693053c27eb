import { hash } from 'node:crypto'
import type { NetworkCheckOptions } from '../../analyses/network/checks/index.ts'
import { fingerprint } from '../../analyses/policy/index.ts'
import { buildInventory, type Inventory } from '../../inventory/inventory.ts'
import { type PodPaths, withVirtualMachines } from '../../inventory/pod-paths.ts'
import { SnapshotAnswers } from '../../inventory/snapshot/answers.ts'
import type { SnapshotObject } from '../../inventory/snapshot/snapshot-object.ts'
import type { Finding } from '../../model/finding.ts'
import type { RuleMeta } from '../../model/rule.ts'
import type { RuleVerdict } from '../../model/rule-verdict.ts'
import type { Verdict } from '../../model/verdict.ts'

/** Findings of the rules that need more than one object. */
export interface SnapshotFindings {
  readonly findings: readonly Finding[]
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** Findings of rules about one object that these make redundant, by `absorbedKey`. */
  readonly absorbed: readonly string[]
}

export interface SnapshotContext {
  readonly podPaths: PodPaths
  /** What is known of the network engine, where a question names it. */
  readonly network?: Pick<NetworkCheckOptions, 'engine' | 'everyPod'>
  /** `1.37`. */
  readonly target: string
}

/** Everything that was read, in the order of the input. */
interface Snapshot {
  readonly objects: readonly SnapshotObject[]
  /** With virtual machines among the pods; one for all domains. */
  inventory(): Inventory
}

/** Answers the rules of one domain about everything that was read. */
type Domain = (snapshot: Snapshot, answers: SnapshotAnswers, context: SnapshotContext) => void

/** Loaded only where a rule of the domain was asked for and there is something to ask about. */
const domains: Readonly<Record<string, () => Promise<Domain>>> = {
  access: async () => {
    const [{ checkAccess }, { accessTables }] = await Promise.all([
      import('../../analyses/access/checks/index.ts'),
      import('../access/access-tables.ts'),
    ])
    return ({ objects, inventory }, answers, { podPaths, target }) =>
      checkAccess(objects, answers, { podPaths, target, inventory, tables: () => accessTables(target) })
  },
  network: async () => {
    const [{ checkNetwork }, { metadataEndpoints }] = await Promise.all([
      import('../../analyses/network/checks/index.ts'),
      import('../../adapters/fs/metadata-endpoints.ts'),
    ])
    return ({ inventory }, answers, { network }) =>
      checkNetwork(inventory(), answers, {
        endpoints: metadataEndpoints(),
        engine: network?.engine ?? {},
        everyPod: network?.everyPod ?? false,
      })
  },
}

/** Runs the chosen rules of every domain over a snapshot. `objects` come in any order. */
export async function snapshotFindings(
  rules: ReadonlyMap<string, readonly RuleMeta[]>,
  objects: readonly SnapshotObject[],
  context: SnapshotContext,
): Promise<SnapshotFindings> {
  const ordered = [...objects].sort((a, b) => a.order - b.order)
  const findings: Finding[] = []
  const verdicts = { fail: 0, pass: 0, notApplicable: 0, providerOwned: 0, unknown: 0 }
  if (ordered.length === 0) return { findings, verdicts, absorbed: [] }
  const absorbed: string[] = []
  let built: Inventory | undefined
  const inventory = () => {
    built ??= buildInventory(ordered, withVirtualMachines(context.podPaths))
    return built
  }
  for (const [domain, metas] of rules) {
    const answers = new SnapshotAnswers(new Set(metas.map(meta => meta.id)))
    const answer = await domains[domain]!()
    answer({ objects: ordered, inventory }, answers, context)
    const byId = new Map(metas.map(meta => [meta.id, meta]))
    for (const verdict of answers.verdicts) {
      findings.push(findingOf(verdict, byId.get(verdict.ruleId)!))
      verdicts[verdict.verdict]++
    }
    for (const count of answers.passed.values()) verdicts.pass += count
    absorbed.push(...answers.absorbed)
  }
  return { findings, verdicts, absorbed }
}

function findingOf(verdict: RuleVerdict, meta: RuleMeta): Finding {
  const { subject, message, reason, evidence, fix } = verdict
  const whole = fingerprint(sha256, meta.id, subject, '', '')
  const print = (key: string): string => (key === '' ? whole : fingerprint(sha256, meta.id, subject, '', key))
  return {
    ruleId: meta.id,
    verdict: verdict.verdict,
    status: 'new',
    severity: verdict.severity ?? meta.severity,
    subject,
    element: '',
    message,
    evidence,
    locations: verdict.elements.map(element => ({ ...element, fingerprint: print(element.key) })),
    frameworks: meta.frameworks,
    aliases: meta.aliases,
    ...(fix === undefined ? {} : { fix }),
    ...(reason === undefined ? {} : { reason }),
    fingerprint: whole,
  }
}

const sha256 = (text: string): string => hash('sha256', text, 'hex')
