import type { PolicyRule } from '../../model/access.ts'
import { urlMatches } from './match-rule.ts'

/**
 * The parts of `wanted` that `held` does not cover, as the escalation check of the API server computes them: each
 * wanted rule is broken into single (verb, group, resource, name or URL) atoms, and one held rule must cover an atom by
 * itself.
 */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const missing: PolicyRule[] = []
  for (const rule of wanted) {
    for (const atom of atomsOf(rule)) if (!held.some(owner => coversAtom(owner, atom))) missing.push(atom)
  }
  return missing
}

function* atomsOf(rule: PolicyRule): Generator<PolicyRule> {
  const empty = { apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] }
  for (const group of rule.apiGroups) {
    for (const resource of rule.resources) {
      for (const verb of rule.verbs) {
        const atom = { ...empty, verbs: [verb], apiGroups: [group], resources: [resource] }
        if (rule.resourceNames.length === 0) yield atom
        else for (const name of rule.resourceNames) yield { ...atom, resourceNames: [name] }
      }
    }
  }
  for (const url of rule.nonResourceURLs)
    for (const verb of rule.verbs) yield { ...empty, verbs: [verb], nonResourceURLs: [url] }
}

function coversAtom(owner: PolicyRule, atom: PolicyRule): boolean {
  if (!owner.verbs.includes('*') && !owner.verbs.includes(atom.verbs[0]!)) return false
  if (atom.nonResourceURLs.length > 0)
    return owner.nonResourceURLs.some(url => urlMatches(url, atom.nonResourceURLs[0]!))
  if (!owner.apiGroups.includes('*') && !owner.apiGroups.includes(atom.apiGroups[0]!)) return false
  if (!resourceCovers(owner.resources, atom.resources[0]!)) return false
  return (
    owner.resourceNames.length === 0 ||
    (atom.resourceNames.length > 0 && owner.resourceNames.includes(atom.resourceNames[0]!))
  )
}

function resourceCovers(owned: readonly string[], wanted: string): boolean {
  if (owned.includes('*') || owned.includes(wanted)) return true
  const slash = wanted.indexOf('/')
  return slash >= 0 && owned.includes(`*${wanted.slice(slash)}`)
}
