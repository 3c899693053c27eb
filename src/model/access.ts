import type { JsonValue } from '../lib/json/json-value.ts'
import type { Position } from './policy.ts'

/** Who is asked about: an identity as the API server sees it after authentication. */
export interface UserInfo {
  readonly user: string
  /** Exactly the groups that were stated; nothing is added. */
  readonly groups: readonly string[]
}

/** A subject as a binding names it. */
export type Subject =
  | { readonly kind: 'User'; readonly name: string }
  | { readonly kind: 'Group'; readonly name: string }
  | { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string }

/** `sa:ci/deployer`, `user:jane`, `group:devs`: how questions and answers write a subject. */
export function describeSubject(subject: Subject): string {
  return subject.kind === 'ServiceAccount'
    ? `sa:${subject.namespace}/${subject.name}`
    : `${subject.kind.toLowerCase()}:${subject.name}`
}

/** One rule of a role (rbac.authorization.k8s.io/v1 PolicyRule). Absent lists are empty. */
export interface PolicyRule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
  readonly nonResourceURLs: readonly string[]
}

/** Where an RBAC object or rule was read; shipped objects have no place. */
export interface Source extends Position {
  readonly file: string
}

export interface Role {
  readonly kind: 'Role' | 'ClusterRole'
  /** `""` for a ClusterRole. */
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly rules: readonly PolicyRule[]
  /** Place of a rule, by index; looked up when it is asked for. */
  readonly ruleSource: (index: number) => Source | undefined
  /** Label selectors of `aggregationRule`, as written; `undefined` for an ordinary role. */
  readonly aggregation: readonly JsonValue[] | undefined
  readonly source: Source | undefined
}

export interface Binding {
  readonly kind: 'RoleBinding' | 'ClusterRoleBinding'
  /** `""` for a ClusterRoleBinding. */
  readonly namespace: string
  readonly name: string
  readonly roleRef: { readonly kind: 'Role' | 'ClusterRole'; readonly name: string }
  readonly subjects: readonly Subject[]
  /** Place of a subject, by index; looked up when it is asked for. */
  readonly subjectSource: (index: number) => Source | undefined
  readonly source: Source | undefined
}

/** `ClusterRole/edit`, `Role/shop/reader`. */
export function describeRole(role: {
  readonly kind: Role['kind']
  readonly namespace: string
  readonly name: string
}): string {
  return role.kind === 'Role' ? `Role/${role.namespace}/${role.name}` : `ClusterRole/${role.name}`
}

/** `ClusterRoleBinding/ci-edit`, `RoleBinding/shop/dev`. */
export function describeBinding(binding: Binding): string {
  return binding.kind === 'RoleBinding'
    ? `RoleBinding/${binding.namespace}/${binding.name}`
    : `ClusterRoleBinding/${binding.name}`
}

/** A question to the authorizer. Empty text means what it means in a SubjectAccessReview. */
export type AccessRequest =
  | {
      readonly kind: 'resource'
      readonly verb: string
      readonly group: string
      readonly resource: string
      readonly subresource: string
      readonly name: string
      readonly namespace: string
    }
  | { readonly kind: 'url'; readonly verb: string; readonly path: string }

/** One binding and rule that alone suffices. */
export interface GrantPath {
  readonly binding: Binding
  readonly role: Role
  /** Index in the role as written; `undefined` where the rule comes from an aggregated role. */
  readonly ruleIndex: number | undefined
  readonly rule: PolicyRule
}

export interface Decision {
  readonly verdict: 'allowed' | 'denied' | 'unknown'
  readonly by: readonly GrantPath[]
  /** True where membership of `system:masters` decides, past every rule. */
  readonly isBypass: boolean
  readonly errors: readonly string[]
}

/** Custom resources that a widespread operator turns into something else: whoever writes them writes that too. */
export interface OperatorPower {
  readonly group: string
  readonly resources: readonly string[]
  /** What it becomes, in words: `pods`. */
  readonly becomes: string
}
