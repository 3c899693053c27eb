import type { Binding, PolicyRule, Role, Subject, UserInfo } from '../../model/access.ts'
import { type Severity, severityRank } from '../../model/severity.ts'
import { subjectNaming } from './identity.ts'
import type { PermissionIndex } from './permission-index.ts'
import { gravityOf } from './powers-of.ts'

/** A rule that a subject holds, and how it comes to hold it. */
export interface HeldRight {
  /** The namespace it holds in; `""` is everywhere. */
  readonly namespace: string
  readonly rule: PolicyRule
  /** Index in the role as written; `undefined` where the rule comes from an aggregated role. */
  readonly ruleIndex: number | undefined
  readonly role: Role
  readonly binding: Binding
  /** The subject as the binding names it: the account itself, or a group that it is in. */
  readonly through: Subject
  /** How grave the right is; `undefined` for one that leads no further than its words say. */
  readonly gravity: Severity | undefined
}

export interface SubjectRights {
  /** Rights everywhere first, then namespace by namespace; within one the gravest first. */
  readonly rights: readonly HeldRight[]
  /** Bindings that name the subject and refer to a role that does not exist. */
  readonly dangling: readonly Binding[]
}

/** Every rule that a user holds, in every namespace. `target` is the minor of the server, 37 for 1.37. */
export function rightsOf(index: PermissionIndex, user: UserInfo, target: number): SubjectRights {
  const rights: HeldRight[] = []
  const dangling: Binding[] = []
  for (const { binding, role, rules } of index.grants) {
    const through = subjectNaming(binding, user)
    if (through === undefined) continue
    if (role === undefined) {
      dangling.push(binding)
      continue
    }
    rules.forEach((rule, i) => {
      const ruleIndex = role.aggregation === undefined ? i : undefined
      const gravity = gravityOf(rule, binding.namespace === '', target)
      rights.push({ namespace: binding.namespace, rule, ruleIndex, role, binding, through, gravity })
    })
  }
  rights.sort((a, b) => order(a.namespace, b.namespace) || rank(a.gravity) - rank(b.gravity))
  return { rights, dangling }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function rank(severity: Severity | undefined): number {
  return severity === undefined ? 9 : severityRank(severity)
}
