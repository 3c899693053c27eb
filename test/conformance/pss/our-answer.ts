import { createHash } from 'node:crypto'
import { shippedPolicyDocuments } from '../../../src/adapters/fs/shipped-policies.ts'
import {
  chooseRules,
  createPolicyRun,
  loadRules,
  type PolicyPlan,
  planPolicies,
} from '../../../src/analyses/policy/index.ts'
import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import { decodedFinding } from '../../../src/model/encoded-finding.ts'
import type { Finding } from '../../../src/model/finding.ts'
import { LATEST, type Level } from './ask-server.ts'

const rules = loadRules(shippedPolicyDocuments())

/** A level as a version of Kubernetes defines it. Versions that define it alike share one. */
export interface Standard {
  readonly plan: PolicyPlan
  /** The controls of the standard that our findings name for an object, sorted; `unknown` where a rule cannot decide. */
  violatedControls(object: JsonObject): string
}

const byVersion = new Map<string, Standard>()
const byRules = new Map<string, Standard>()

export function standardOf(level: Level, minor: number): Standard {
  return standardOfPacks([`pss-${level}`], minor)
}

/** What several packs find together. */
export function standardOfPacks(names: readonly string[], minor: number): Standard {
  const version = `${names.join()} ${minor}`
  let standard = byVersion.get(version)
  if (standard === undefined) {
    const packs = names.map(name => {
      const pack = rules.packs.get(name)
      if (pack === undefined) throw new Error(`no pack ${name}`)
      return pack
    })
    const { policies, selects, severities } = chooseRules(rules, packs, minor === LATEST ? 'latest' : minor)
    const plan = planPolicies({ policies, selects, severities })
    const forms = plan.rules.map(({ id }) => id).concat(plan.policies.map(({ compiled }) => compiled.policy.name))
    standard = byRules.get(forms.join()) ?? newStandard(plan)
    byRules.set(forms.join(), standard)
    byVersion.set(version, standard)
  }
  return standard
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

function newStandard(plan: PolicyPlan): Standard {
  const known = new WeakMap<JsonObject, string>()
  const ask = (object: JsonObject): string => {
    const run = createPolicyRun(plan, { sha256, defaultNamespace: 'shop' })
    run.add(object, { file: 'object.yaml', unit: '', origin: 'exact' }, paths =>
      paths.map(() => ({ line: 1, column: 1 })),
    )
    const findings: Finding[] = []
    run.finish(
      [run.facts()],
      0,
      () => 0,
      finding => findings.push(decodedFinding(finding)),
    )
    const names = new Set<string>()
    for (const { aliases, verdict } of findings) {
      if (verdict === 'unknown') names.add('unknown')
      for (const alias of aliases) if (!alias.includes(':')) names.add(alias)
    }
    return [...names].sort().join(' ')
  }
  return {
    plan,
    violatedControls(object) {
      const controls = known.get(object) ?? ask(object)
      known.set(object, controls)
      return controls
    },
  }
}
