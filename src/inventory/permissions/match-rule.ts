import type { AccessRequest, PolicyRule } from '../../model/access.ts'

/** Whether one rule allows a request (rbac.authorization.k8s.io/v1, all comparisons byte by byte). */
export function ruleAllows(rule: PolicyRule, request: AccessRequest): boolean {
  if (!includesOrAll(rule.verbs, request.verb)) return false
  if (request.kind === 'url') return rule.nonResourceURLs.some(url => urlMatches(url, request.path))
  return (
    includesOrAll(rule.apiGroups, request.group) &&
    resourceMatches(rule.resources, request.resource, request.subresource) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(request.name))
  )
}

function includesOrAll(list: readonly string[], value: string): boolean {
  return list.includes(value) || list.includes('*')
}

/** `*`, exactly `res` or `res/sub`, or `*` with `/sub` where the request has that sub-resource. `pods/*` is plain text. */
export function resourceMatches(resources: readonly string[], resource: string, subresource: string): boolean {
  if (subresource === '') return resources.includes(resource) || resources.includes('*')
  for (const entry of resources) {
    if (entry === '*') return true
    // Compared in parts, so that no text is made for each rule.
    if (!entry.endsWith(subresource)) continue
    const slash = entry.length - subresource.length - 1
    if (slash < 0 || entry.charCodeAt(slash) !== 47) continue
    if ((slash === resource.length && entry.startsWith(resource)) || (slash === 1 && entry[0] === '*')) return true
  }
  return false
}

/** `*`, equal, or a prefix where the rule ends in `*`; all trailing stars are cut first. */
export function urlMatches(rule: string, path: string): boolean {
  if (rule === '*' || rule === path) return true
  return rule.endsWith('*') && path.startsWith(rule.replace(/\*+$/, ''))
}
