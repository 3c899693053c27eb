import type { AccessRequest, Binding, PolicyRule, Role, Subject, UserInfo } from '../../model/access.ts'
import { subjectNaming } from './identity.ts'
import { resourceMatches, urlMatches } from './match-rule.ts'
import type { PermissionIndex, RoleGrant } from './permission-index.ts'

/** What kept a rule from allowing a request. */
export type Miss = 'namespace' | 'verb' | 'group' | 'resource' | 'name' | 'url'

/** A binding that names the subject, or nearly, and why it does not give the right. */
export type NearMiss =
  | { readonly kind: 'missing-role'; readonly binding: Binding }
  | { readonly kind: 'look-alike'; readonly binding: Binding; readonly subject: Subject }
  | {
      readonly kind: 'rule'
      readonly binding: Binding
      readonly role: Role
      readonly ruleIndex: number
      readonly rule: PolicyRule
      readonly misses: readonly Miss[]
    }

/** The bindings that name a user, wherever they hold. */
export function bindingsNaming(index: PermissionIndex, user: UserInfo): readonly Binding[] {
  return index.bindings.filter(binding => subjectNaming(binding, user) !== undefined)
}

/**
 * The bindings that come closest to giving a right, the closest first: for each binding that names the subject the rule
 * that fails in the fewest respects, and bindings to names that differ from the subject's in case or kind alone.
 */
export function nearMisses(index: PermissionIndex, user: UserInfo, request: AccessRequest): readonly NearMiss[] {
  const found: { readonly miss: NearMiss; readonly distance: number }[] = []
  for (const grant of index.grants) {
    if (subjectNaming(grant.binding, user) === undefined) {
      const subject = lookAlike(grant.binding, user)
      if (subject !== undefined && wouldAllow(grant, request))
        found.push({ miss: { kind: 'look-alike', binding: grant.binding, subject }, distance: 0 })
    } else if (grant.role === undefined) {
      if (isInScope(grant.binding, request))
        found.push({ miss: { kind: 'missing-role', binding: grant.binding }, distance: 9 })
    } else {
      const nearest = nearestRule(grant, grant.role, request)
      if (nearest !== undefined) found.push({ miss: nearest, distance: nearest.misses.length })
    }
  }
  return found.sort((a, b) => a.distance - b.distance).map(({ miss }) => miss)
}

function nearestRule(
  grant: RoleGrant,
  role: Role,
  request: AccessRequest,
): Extract<NearMiss, { kind: 'rule' }> | undefined {
  let nearest: Extract<NearMiss, { kind: 'rule' }> | undefined
  grant.rules.forEach((rule, ruleIndex) => {
    const misses = [...(isInScope(grant.binding, request) ? [] : (['namespace'] as const)), ...missesOf(rule, request)]
    // A rule about something else altogether is no near miss.
    if (misses.includes('resource') && (misses.length > 1 || !isAkin(rule.resources, request))) return
    if (misses.includes('url') && misses.length > 1) return
    if (nearest === undefined || misses.length < nearest.misses.length)
      nearest = { kind: 'rule', binding: grant.binding, role, ruleIndex, rule, misses }
  })
  return nearest
}

function missesOf(rule: PolicyRule, request: AccessRequest): Miss[] {
  const misses: Miss[] = []
  if (!rule.verbs.includes('*') && !rule.verbs.includes(request.verb)) misses.push('verb')
  if (request.kind === 'url') {
    if (!rule.nonResourceURLs.some(url => urlMatches(url, request.path))) misses.push('url')
    return misses
  }
  if (!rule.apiGroups.includes('*') && !rule.apiGroups.includes(request.group)) misses.push('group')
  if (!resourceMatches(rule.resources, request.resource, request.subresource)) misses.push('resource')
  if (rule.resourceNames.length > 0 && !rule.resourceNames.includes(request.name)) misses.push('name')
  return misses
}

/** `pods/exec` and `pods`, `Pods`, `pods/*`, `pod`: written as if it were the same thing. */
function isAkin(resources: readonly string[], request: AccessRequest): boolean {
  if (request.kind === 'url') return false
  const wanted = request.resource.toLowerCase()
  return resources.some(entry => {
    const base = entry.split('/')[0]!.toLowerCase()
    return base !== '' && (base === wanted || `${base}s` === wanted)
  })
}

function wouldAllow(grant: RoleGrant, request: AccessRequest): boolean {
  return isInScope(grant.binding, request) && grant.rules.some(rule => missesOf(rule, request).length === 0)
}

function isInScope(binding: Binding, request: AccessRequest): boolean {
  return binding.namespace === '' || (request.kind === 'resource' && binding.namespace === request.namespace)
}

/** A subject whose name differs in case only, or that has the name under another kind. */
function lookAlike(binding: Binding, { user, groups }: UserInfo): Subject | undefined {
  const name = user.toLowerCase()
  const account = user.split(':').at(-1)!.toLowerCase()
  const isAccount = user.startsWith('system:serviceaccount:')
  return binding.subjects.find(subject => {
    const other = subject.name.toLowerCase()
    if (subject.kind === 'Group') return other === name || groups.some(group => group.toLowerCase() === other)
    if (subject.kind === 'User')
      return other === name || (isAccount && other === account) || groups.includes(subject.name)
    return user !== '' && !isAccount && other === name
  })
}
