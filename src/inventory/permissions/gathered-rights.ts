import type { PolicyRule } from '../../model/access.ts'

/** Single rights about the same thing as one rule with several verbs, and things with the same verbs as one rule: a pure change of form. */
export function gatheredRights(atoms: readonly PolicyRule[]): readonly PolicyRule[] {
  const byThing = new Map<string, { rule: PolicyRule; verbs: string[] }>()
  for (const atom of atoms) {
    const key = JSON.stringify([atom.apiGroups, atom.resources, atom.resourceNames, atom.nonResourceURLs])
    const entry = byThing.get(key)
    if (entry === undefined) byThing.set(key, { rule: atom, verbs: [...atom.verbs] })
    else entry.verbs.push(...atom.verbs)
  }
  const byVerbs = new Map<string, PolicyRule>()
  for (const { rule, verbs } of byThing.values()) {
    const key = JSON.stringify([verbs, rule.apiGroups, rule.resourceNames, rule.nonResourceURLs.length > 0])
    const known = byVerbs.get(key)
    byVerbs.set(key, {
      ...rule,
      verbs,
      resources: [...(known?.resources ?? []), ...rule.resources],
      nonResourceURLs: [...(known?.nonResourceURLs ?? []), ...rule.nonResourceURLs],
    })
  }
  return [...byVerbs.values()]
}
