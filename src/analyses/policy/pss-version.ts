import type { Pack, Policy } from '../../model/policy.ts'
import type { Severity } from '../../model/severity.ts'
import type { GivenParameter } from './parameters.ts'
import type { RuleSet } from './shipped.ts'

/** A minor version of the Pod Security Standards. A version newer than their last change is their newest state. */
export type StandardVersion = number | 'latest'

/** What a set of packs asks for: hand it to `planPolicies`. */
export interface ChosenRules {
  /** One form of each rule: what a rule demands may have changed with the versions of the standard. */
  readonly policies: readonly Policy[]
  readonly selects: (baseId: string, id: string) => boolean
  readonly severities: ReadonlyMap<string, Severity>
  /** Parameters that the packs give. */
  readonly params: readonly GivenParameter[]
}

/**
 * The rules of some packs as they were in a version of the standard. Where packs differ over the form of a rule, the
 * pack that keeps an earlier one wins: earlier forms are the stricter ones.
 */
export function chooseRules(rules: RuleSet, packs: readonly Pack[], version: StandardVersion = 'latest'): ChosenRules {
  const asked = version === 'latest' ? Number.POSITIVE_INFINITY : version
  const ids = new Set<string>()
  const versions = new Map<string, number>()
  const severities = new Map<string, Severity>()
  const given: GivenParameter[] = []
  for (const { name: pack, rules: listed } of packs) {
    for (const { id, until, asOf, severity, params } of listed) {
      if (until !== undefined && asked > until) continue
      const base = baseOf(id)
      ids.add(id)
      versions.set(base, Math.min(asked, asOf ?? asked, versions.get(base) ?? asked))
      if (severity !== undefined) severities.set(id, severity)
      for (const [name, value] of Object.entries(params)) given.push({ rule: base, name, value, place: `pack ${pack}` })
    }
  }
  const policies = [...rules.policies, ...rules.earlier].filter(policy => {
    const wanted = policy.meta === undefined ? undefined : versions.get(policy.meta.id)
    if (wanted === undefined) return policy.until === undefined
    return (policy.since ?? 0) <= wanted && wanted <= (policy.until ?? wanted)
  })
  return { policies, selects: (base, id) => ids.has(base) || ids.has(id), severities, params: given }
}

/** `BW-POD-028.1` is the first validation of `BW-POD-028`. */
function baseOf(id: string): string {
  const dot = id.indexOf('.')
  return dot < 0 ? id : id.slice(0, dot)
}
