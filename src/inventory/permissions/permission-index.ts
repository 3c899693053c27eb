import type { Binding, PolicyRule, Role, Subject } from '../../model/access.ts'
import { effectiveRules } from './aggregate.ts'

/** One binding with the role it refers to; `role` is `undefined` where the role does not exist. */
export interface RoleGrant {
  readonly binding: Binding
  readonly role: Role | undefined
  readonly rules: readonly PolicyRule[]
}

/** All roles and bindings of a cluster, with the look-ups that questions need. */
export interface PermissionIndex {
  readonly roles: readonly Role[]
  readonly bindings: readonly Binding[]
  readonly grants: readonly RoleGrant[]
  role(kind: 'Role' | 'ClusterRole', namespace: string, name: string): Role | undefined
  rulesOf(role: Role): readonly PolicyRule[]
  /** Cluster-wide grants first, then those of the namespace; in the order of the bindings' names. */
  grantsOf(user: string, groups: readonly string[], namespace: string): readonly RoleGrant[]
}

type BySubject = Map<string, RoleGrant[]>

export function permissionIndex(roles: readonly Role[], bindings: readonly Binding[]): PermissionIndex {
  const byName = new Map(roles.map(role => [roleKey(role.kind, role.namespace, role.name), role]))
  const effective = effectiveRules(roles.filter(role => role.kind === 'ClusterRole'))
  const rulesOf = (role: Role) => (role.kind === 'ClusterRole' ? effective.get(role.name)! : role.rules)
  const ordered = [...bindings].sort(byKindAndName)
  const grants: RoleGrant[] = []
  // "" holds the cluster-wide grants.
  const scopes = new Map<string, BySubject>()
  for (const binding of ordered) {
    const { kind, name } = binding.roleRef
    const role = byName.get(roleKey(kind, kind === 'Role' ? binding.namespace : '', name))
    const grant: RoleGrant = { binding, role, rules: role === undefined ? [] : rulesOf(role) }
    grants.push(grant)
    let scope = scopes.get(binding.namespace)
    if (scope === undefined) {
      scope = new Map()
      scopes.set(binding.namespace, scope)
    }
    for (const key of new Set(binding.subjects.map(subjectKey))) {
      const list = scope.get(key)
      if (list === undefined) scope.set(key, [grant])
      else list.push(grant)
    }
  }
  return {
    roles,
    bindings: ordered,
    grants,
    role: (kind, namespace, name) => byName.get(roleKey(kind, namespace, name)),
    rulesOf,
    grantsOf(user, groups, namespace) {
      const found = new Set<RoleGrant>()
      for (const scope of namespace === '' ? [''] : ['', namespace]) {
        const subjects = scopes.get(scope)
        if (subjects === undefined) continue
        for (const grant of subjects.get(`u:${user}`) ?? []) found.add(grant)
        for (const group of groups) for (const grant of subjects.get(`g:${group}`) ?? []) found.add(grant)
      }
      return [...found]
    },
  }
}

function roleKey(kind: string, namespace: string, name: string): string {
  return `${kind}\n${namespace}\n${name}`
}

/** A service account is the user of that name, so both spellings find each other. */
function subjectKey(subject: Subject): string {
  if (subject.kind === 'ServiceAccount') return `u:system:serviceaccount:${subject.namespace}:${subject.name}`
  return subject.kind === 'User' ? `u:${subject.name}` : `g:${subject.name}`
}

function byKindAndName(a: Binding, b: Binding): number {
  const key = (binding: Binding) =>
    `${binding.kind === 'ClusterRoleBinding' ? 0 : 1}\n${binding.namespace}\n${binding.name}`
  const [x, y] = [key(a), key(b)]
  return x < y ? -1 : x > y ? 1 : 0
}
