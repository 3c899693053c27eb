import { entryOf } from '../../lib/collections/entry-of.ts'
import type { Binding, PolicyRule, Role, UserInfo } from '../../model/access.ts'
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
  /** Every rule that a user holds in a namespace, those held everywhere among them. */
  rulesFor(user: UserInfo, namespace: string): readonly PolicyRule[]
}

/** The grants of one namespace, or of the whole cluster, by the names that bindings give them to. */
interface Scope {
  readonly users: Map<string, RoleGrant[]>
  readonly groups: Map<string, RoleGrant[]>
}

export function permissionIndex(roles: readonly Role[], bindings: readonly Binding[]): PermissionIndex {
  const clusterRoles = new Map<string, Role>()
  const localRoles = new Map<string, Map<string, Role>>()
  for (const role of roles) {
    if (role.kind === 'ClusterRole') clusterRoles.set(role.name, role)
    else entryOf(localRoles, role.namespace, () => new Map<string, Role>()).set(role.name, role)
  }
  const roleNamed = (kind: Role['kind'], namespace: string, name: string): Role | undefined =>
    kind === 'ClusterRole' ? clusterRoles.get(name) : localRoles.get(namespace)?.get(name)
  const effective = effectiveRules([...clusterRoles.values()])
  const rulesOf = (role: Role) => (role.kind === 'ClusterRole' ? effective.get(role.name)! : role.rules)
  const ordered = inOrder(bindings)
  const grants: RoleGrant[] = []
  // "" holds the cluster-wide grants.
  const scopes = new Map<string, Scope>()
  for (const binding of ordered) {
    const { kind, name } = binding.roleRef
    const role = roleNamed(kind, binding.namespace, name)
    const grant: RoleGrant = { binding, role, rules: role === undefined ? noRules : rulesOf(role) }
    grants.push(grant)
    addTo(entryOf(scopes, binding.namespace, newScope), grant)
  }
  const grantsOf = (user: string, groups: readonly string[], namespace: string): readonly RoleGrant[] => {
    const found = new Set<RoleGrant>()
    for (const scope of namespace === '' ? [''] : ['', namespace]) {
      const names = scopes.get(scope)
      if (names === undefined) continue
      for (const grant of names.users.get(user) ?? noGrants) found.add(grant)
      for (const group of groups) for (const grant of names.groups.get(group) ?? noGrants) found.add(grant)
    }
    return [...found]
  }
  // Who asks once asks again: the rules of a user are gathered once for each namespace.
  const held = new WeakMap<UserInfo, Map<string, readonly PolicyRule[]>>()
  return {
    roles,
    bindings: ordered,
    grants,
    role: roleNamed,
    rulesOf,
    grantsOf,
    rulesFor(user, namespace) {
      let byNamespace = held.get(user)
      if (byNamespace === undefined) {
        byNamespace = new Map()
        held.set(user, byNamespace)
      }
      let rules = byNamespace.get(namespace)
      if (rules === undefined) {
        rules = grantsOf(user.user, user.groups, namespace).flatMap(grant => grant.rules)
        byNamespace.set(namespace, rules)
      }
      return rules
    },
  }
}

const noRules: readonly PolicyRule[] = []
const noGrants: readonly RoleGrant[] = []

function newScope(): Scope {
  return { users: new Map(), groups: new Map() }
}

/** A service account is the user of that name, so both spellings find each other. */
function addTo({ users, groups }: Scope, grant: RoleGrant): void {
  for (const subject of grant.binding.subjects) {
    const [names, name] =
      subject.kind === 'Group'
        ? [groups, subject.name]
        : [users, subject.kind === 'User' ? subject.name : `system:serviceaccount:${subject.namespace}:${subject.name}`]
    const list = names.get(name)
    if (list === undefined) names.set(name, [grant])
    // A subject that is named twice has the grant once.
    else if (list[list.length - 1] !== grant) list.push(grant)
  }
}

/** ClusterRoleBindings first, then namespace by namespace, by name. */
function inOrder(bindings: readonly Binding[]): readonly Binding[] {
  const byNamespace = new Map<string, Binding[]>()
  for (const binding of bindings)
    entryOf(byNamespace, binding.kind === 'ClusterRoleBinding' ? '' : binding.namespace, () => []).push(binding)
  const byName = (a: Binding, b: Binding): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  return [...byNamespace.keys()].sort().flatMap(namespace => byNamespace.get(namespace)!.sort(byName))
}
