import type { AccessRequest, Binding, PolicyRule, Role, UserInfo } from '../../model/access.ts'
import { bypassGroup, isAllowed } from './can.ts'
import { uncovered } from './covers.ts'
import type { PermissionIndex } from './permission-index.ts'

/** A wish to create or change a role or binding; `before` is the object that an update changes. */
export type GrantChange =
  | { readonly operation: 'CREATE'; readonly object: Role | Binding }
  | {
      readonly operation: 'UPDATE'
      readonly object: Role | Binding
      readonly before: Role | Binding | undefined
      readonly isOnlyOwnership: boolean
    }

export type GrantDecision =
  | { readonly verdict: 'allowed' }
  | {
      readonly verdict: 'denied'
      /** What refused it: the right to make the request, the escalation check, the check of aggregation, or a missing object. */
      readonly stage: 'request' | 'escalation' | 'aggregation' | 'not-found'
      /** Rights that the subject would hand on without holding them; single atoms. */
      readonly missing: readonly PolicyRule[]
    }

const group = 'rbac.authorization.k8s.io'
const resourceOf = {
  Role: 'roles',
  ClusterRole: 'clusterroles',
  RoleBinding: 'rolebindings',
  ClusterRoleBinding: 'clusterrolebindings',
} as const

const fullAuthority: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
  { verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
]

/** Whether a subject may make this change, as the API server decides it: the request first, then escalation prevention. */
export function canGrant(index: PermissionIndex, user: UserInfo, change: GrantChange): GrantDecision {
  const { object } = change
  const isUpdate = change.operation === 'UPDATE'
  const asks = (verb: string, resource: string, name: string, namespace: string): boolean => {
    const request: AccessRequest = { kind: 'resource', verb, group, resource, subresource: '', name, namespace }
    return isAllowed(index, user, request)
  }
  // A POST carries no name, so a rule limited to names never allows it.
  const requestName = isUpdate ? object.name : ''
  if (!asks(isUpdate ? 'update' : 'create', resourceOf[object.kind], requestName, object.namespace))
    return denied('request')
  if (isUpdate && change.before === undefined) return denied('not-found')
  if (user.groups.includes(bypassGroup)) return { verdict: 'allowed' }
  if (isRole(object)) {
    if (asks('escalate', resourceOf[object.kind], requestName, object.namespace)) return { verdict: 'allowed' }
    if (isUpdate && change.isOnlyOwnership) return { verdict: 'allowed' }
    const held = heldRules(index, user, object.namespace)
    const missing = uncovered(held, object.rules)
    if (missing.length > 0) return denied('escalation', missing)
    const before = isUpdate ? change.before : undefined
    const aggregates =
      object.aggregation !== undefined || (before !== undefined && isRole(before) && before.aggregation !== undefined)
    const lacking = aggregates ? uncovered(held, fullAuthority) : []
    return lacking.length > 0 ? denied('aggregation', lacking) : { verdict: 'allowed' }
  }
  if (isUpdate && change.isOnlyOwnership) return { verdict: 'allowed' }
  const { kind, name } = object.roleRef
  if (asks('bind', resourceOf[kind], name, object.namespace)) return { verdict: 'allowed' }
  const role = index.role(kind, kind === 'Role' ? object.namespace : '', name)
  if (role === undefined) return denied('not-found')
  const missing = uncovered(heldRules(index, user, object.namespace), index.rulesOf(role))
  return missing.length > 0 ? denied('escalation', missing) : { verdict: 'allowed' }
}

/** All rules that a subject holds in a namespace, or cluster-wide for `""`. */
function heldRules(index: PermissionIndex, user: UserInfo, namespace: string): readonly PolicyRule[] {
  return index.grantsOf(user.user, user.groups, namespace).flatMap(grant => grant.rules)
}

function isRole(object: Role | Binding): object is Role {
  return object.kind === 'Role' || object.kind === 'ClusterRole'
}

function denied(
  stage: 'request' | 'escalation' | 'aggregation' | 'not-found',
  missing: readonly PolicyRule[] = [],
): GrantDecision {
  return { verdict: 'denied', stage, missing }
}
