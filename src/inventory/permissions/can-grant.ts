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
  | { readonly verdict: 'allowed'; readonly because: GrantReason }
  | {
      readonly verdict: 'denied'
      /** What refused it: the right to make the request, the escalation check, the check of aggregation, or a missing object. */
      readonly stage: 'request' | 'escalation' | 'aggregation' | 'not-found'
      /** Rights that the subject would hand on without holding them; single atoms. */
      readonly missing: readonly PolicyRule[]
    }

/** What let a change through: a way past the check, a change that gives nothing, or every right being held. */
export type GrantReason = 'masters' | 'escalate' | 'bind' | 'unchanged' | 'covered'

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
  if (!isAllowed(index, user, changeRequest(change))) return denied('request')
  if (isUpdate && change.before === undefined) return denied('not-found')
  if (user.groups.includes(bypassGroup)) return allowed('masters')
  if (isRole(object)) {
    if (isAllowed(index, user, passRequest(change))) return allowed('escalate')
    if (isUpdate && change.isOnlyOwnership) return allowed('unchanged')
    const held = heldRules(index, user, object.namespace)
    const missing = uncovered(held, object.rules)
    if (missing.length > 0) return denied('escalation', missing)
    const before = isUpdate ? change.before : undefined
    const aggregates =
      object.aggregation !== undefined || (before !== undefined && isRole(before) && before.aggregation !== undefined)
    const lacking = aggregates ? uncovered(held, fullAuthority) : []
    return lacking.length > 0 ? denied('aggregation', lacking) : allowed('covered')
  }
  if (isUpdate && change.isOnlyOwnership) return allowed('unchanged')
  if (isAllowed(index, user, passRequest(change))) return allowed('bind')
  const wanted = handedOn(index, object)
  if (wanted === undefined) return denied('not-found')
  const missing = uncovered(heldRules(index, user, object.namespace), wanted)
  return missing.length > 0 ? denied('escalation', missing) : allowed('covered')
}

/** The request that makes the change. A POST carries no name, so a rule limited to names never allows it. */
export function changeRequest({ operation, object }: GrantChange): AccessRequest {
  return operation === 'UPDATE'
    ? requestOf('update', resourceOf[object.kind], object.name, object.namespace)
    : requestOf('create', resourceOf[object.kind], '', object.namespace)
}

/** What an authorizer is asked to let the change past the check: escalate on the role, or bind on the role referred to. */
export function passRequest({ operation, object }: GrantChange): AccessRequest {
  if (!isRole(object)) return requestOf('bind', resourceOf[object.roleRef.kind], object.roleRef.name, object.namespace)
  return requestOf('escalate', resourceOf[object.kind], operation === 'UPDATE' ? object.name : '', object.namespace)
}

/** The rights that an object hands on; `undefined` for a binding to a role that does not exist. */
export function handedOn(index: PermissionIndex, object: Role | Binding): readonly PolicyRule[] | undefined {
  if (isRole(object)) return object.rules
  const { kind, name } = object.roleRef
  const role = index.role(kind, kind === 'Role' ? object.namespace : '', name)
  return role === undefined ? undefined : index.rulesOf(role)
}

function requestOf(verb: string, resource: string, name: string, namespace: string): AccessRequest {
  return { kind: 'resource', verb, group, resource, subresource: '', name, namespace }
}

/** All rules that a subject holds in a namespace, or cluster-wide for `""`. */
function heldRules(index: PermissionIndex, user: UserInfo, namespace: string): readonly PolicyRule[] {
  return index.grantsOf(user.user, user.groups, namespace).flatMap(grant => grant.rules)
}

export function isRole(object: Role | Binding): object is Role {
  return object.kind === 'Role' || object.kind === 'ClusterRole'
}

function allowed(because: GrantReason): GrantDecision {
  return { verdict: 'allowed', because }
}

function denied(
  stage: 'request' | 'escalation' | 'aggregation' | 'not-found',
  missing: readonly PolicyRule[] = [],
): GrantDecision {
  return { verdict: 'denied', stage, missing }
}
