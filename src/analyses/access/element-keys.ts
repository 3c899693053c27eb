import type { PolicyRule } from '../../model/access.ts'

/** What a rule is called wherever it moves: its content. */
export function ruleKey(rule: PolicyRule): string {
  const parts = [rule.verbs, rule.apiGroups, [...rule.resources, ...rule.nonResourceURLs], rule.resourceNames]
  return `rule/${parts.map(list => [...list].sort().join(',')).join(' ')}`
}
