import type { JsonObject } from '../../lib/json/json-value.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { DescribedCheck, Pack, Policy, PolicyBinding } from '../../model/policy.ts'
import type { RuleMeta } from '../../model/rule.ts'
import type { SourceDocument } from '../../read/policies/fields.ts'
import { type PolicySet, readPolicies } from '../../read/policies/read-policies.ts'

/** The rules that ship, or a folder of a user's, as they were read. */
export interface RuleSet {
  /** Every rule in the form that holds today. */
  readonly policies: readonly Policy[]
  /** Forms that rules had in earlier versions of the Pod Security Standards. */
  readonly earlier: readonly Policy[]
  readonly bindings: readonly PolicyBinding[]
  readonly packs: ReadonlyMap<string, Pack>
  /** Rules that code answers for one object; `planPolicies` is given the code. */
  readonly checks: readonly DescribedCheck[]
  /** Rules that a domain answers when everything was read. */
  readonly snapshotChecks: readonly DescribedCheck[]
  readonly metas: ReadonlyMap<string, RuleMeta>
  /** Parameters and other objects of the files. */
  readonly params: readonly JsonObject[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Domains whose rules need more than one object. */
const snapshotDomains: ReadonlySet<string> = new Set(['network', 'access'])

/** The pack that `recommended` in a rule's description is about. */
export const RECOMMENDED = 'recommended'

/** Policies, bindings, packs and parameters of a set of documents. Nothing is compiled yet. */
export function loadRules(documents: readonly SourceDocument[]): RuleSet {
  return rulesOf(readPolicies(documents))
}

/** What the build read out of the policy files, as JSON carries it. */
export type ReadPolicies = Omit<PolicySet, 'others'> & { readonly others: readonly Pick<SourceDocument, 'object'>[] }

/** The same of documents that were read already. */
export function rulesOf({ policies, bindings, packs, checks, others, diagnostics }: ReadPolicies): RuleSet {
  const byName = new Map(packs.map(pack => [pack.name, pack]))
  const recommended = new Set(byName.get(RECOMMENDED)?.rules.map(({ id }) => id.replace(/[.]\d+$/, '')))
  const described = policies.map(policy => {
    if (policy.meta === undefined || !recommended.has(policy.meta.id)) return policy
    return { ...policy, meta: { ...policy.meta, recommended: true } }
  })
  const metas = new Map<string, RuleMeta>()
  const current = described.filter(({ until }) => until === undefined)
  for (const { meta } of current) if (meta !== undefined) metas.set(meta.id, meta)
  const native = checks.map(check => ({
    ...check,
    meta: { ...check.meta, recommended: recommended.has(check.meta.id) },
  }))
  for (const { meta } of native) metas.set(meta.id, meta)
  return {
    policies: current,
    earlier: described.filter(({ until }) => until !== undefined),
    bindings,
    packs: byName,
    checks: native.filter(({ check }) => !snapshotDomains.has(check)),
    snapshotChecks: native.filter(({ check }) => snapshotDomains.has(check)),
    metas,
    params: others.map(({ object }) => object),
    diagnostics,
  }
}
