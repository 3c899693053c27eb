import type { AccessRequest, Decision, GrantPath, PolicyRule, Role, UserInfo } from '../../model/access.ts'
import { ruleAllows } from './match-rule.ts'
import type { PermissionIndex, RoleGrant } from './permission-index.ts'

export const bypassGroup = 'system:masters'

export interface CanOptions {
  /** The files are only a part of the cluster: a role that is missing may exist. */
  readonly isPartial?: boolean
}

/** What the RBAC authorizer says of a request, with every binding and rule that alone suffices. */
export function can(
  index: PermissionIndex,
  user: UserInfo,
  request: AccessRequest,
  options: CanOptions = {},
): Decision {
  if (user.groups.includes(bypassGroup)) return { verdict: 'allowed', by: [], isBypass: true, errors: [] }
  const by: GrantPath[] = []
  const errors: string[] = []
  for (const grant of index.grantsOf(user.user, user.groups, request.kind === 'resource' ? request.namespace : '')) {
    if (grant.role === undefined) errors.push(missingRole(grant))
    else by.push(...pathsOf(grant, grant.role, request))
  }
  if (by.length > 0) return { verdict: 'allowed', by, isBypass: false, errors }
  return {
    verdict: errors.length > 0 && options.isPartial === true ? 'unknown' : 'denied',
    by,
    isBypass: false,
    errors,
  }
}

/** Whether the request is allowed, without saying why: the same answer as `can`, sooner. */
export function isAllowed(index: PermissionIndex, user: UserInfo, request: AccessRequest): boolean {
  if (user.groups.includes(bypassGroup)) return true
  const rules = index.rulesFor(user, request.kind === 'resource' ? request.namespace : '')
  for (const rule of rules) if (ruleAllows(rule, request)) return true
  return false
}

/** Every rule of a grant that allows the request. Rules of aggregated roles have no index of their own. */
export function pathsOf(grant: RoleGrant, role: Role, request: AccessRequest): GrantPath[] {
  const paths: GrantPath[] = []
  grant.rules.forEach((rule: PolicyRule, i) => {
    if (!ruleAllows(rule, request)) return
    paths.push({ binding: grant.binding, role, ruleIndex: role.aggregation === undefined ? i : undefined, rule })
  })
  return paths
}

function missingRole({ binding }: RoleGrant): string {
  const { kind, name } = binding.roleRef
  return `${kind === 'Role' ? 'role' : 'clusterrole'}.rbac.authorization.k8s.io "${name}" not found`
}
