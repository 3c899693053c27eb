import type { PolicyRule, Role } from '../../model/access.ts'
import { readLabelSelector, selects } from '../label-selector.ts'

/**
 * The rules that are in force for every ClusterRole, by name: those of an aggregated role are the union over the roles
 * that its selectors choose, transitively, as the aggregation controller writes them. A union that gathers nothing
 * leaves the written rules in force.
 */
export function effectiveRules(roles: readonly Role[]): ReadonlyMap<string, readonly PolicyRule[]> {
  const rules = new Map<string, readonly PolicyRule[]>(roles.map(role => [role.name, role.rules]))
  const sorted = [...roles].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const aggregated = sorted
    .filter(role => role.aggregation !== undefined)
    .map(role => ({ role, gathered: gatheredBy(role, sorted) }))
  // Chains settle after as many rounds as they are long; roles that gather each other settle at their union.
  for (let round = 0; round <= aggregated.length; round++) {
    let changed = false
    for (const { role, gathered } of aggregated) {
      const union = unionOf(gathered.map(other => rules.get(other.name)!))
      if (union.length === 0 || sameRules(union, rules.get(role.name)!)) continue
      rules.set(role.name, union)
      changed = true
    }
    if (!changed) break
  }
  return rules
}

function gatheredBy(role: Role, roles: readonly Role[]): readonly Role[] {
  const chosen = new Set<Role>()
  for (const value of role.aggregation!) {
    const selector = readLabelSelector(value)
    if (selector.kind === 'invalid') continue
    for (const other of roles) if (other !== role && selects(selector, other.labels)) chosen.add(other)
  }
  return [...chosen]
}

function unionOf(lists: readonly (readonly PolicyRule[])[]): readonly PolicyRule[] {
  const seen = new Set<string>()
  const union: PolicyRule[] = []
  for (const rule of lists.flat()) {
    const key = ruleKey(rule)
    if (seen.has(key)) continue
    seen.add(key)
    union.push(rule)
  }
  return union
}

function sameRules(a: readonly PolicyRule[], b: readonly PolicyRule[]): boolean {
  return a.length === b.length && a.every((rule, i) => ruleKey(rule) === ruleKey(b[i]!))
}

function ruleKey(rule: PolicyRule): string {
  return JSON.stringify([rule.verbs, rule.apiGroups, rule.resources, rule.resourceNames, rule.nonResourceURLs])
}
