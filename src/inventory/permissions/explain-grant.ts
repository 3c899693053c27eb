import type { AccessRequest, GrantPath, UserInfo } from '../../model/access.ts'
import { can } from './can.ts'
import { changeRequest, type GrantChange, handedOn, passRequest } from './can-grant.ts'
import { uncovered } from './covers.ts'
import type { PermissionIndex, RoleGrant } from './permission-index.ts'

/** The facts behind a decision about a change, so that a person can follow it. */
export interface GrantExplanation {
  /** The request that makes the change, and what allows it. */
  readonly request: AccessRequest
  readonly requestBy: readonly GrantPath[]
  /** The right that would let it past escalation prevention, and what gives that. */
  readonly pass: AccessRequest
  readonly passBy: readonly GrantPath[]
  /** The subject's own grants that hold at least one of the rights that the change hands on. */
  readonly own: readonly RoleGrant[]
}

export function explainGrant(index: PermissionIndex, user: UserInfo, change: GrantChange): GrantExplanation {
  const [request, pass] = [changeRequest(change), passRequest(change)]
  const { object } = change
  const wanted = handedOn(index, object) ?? []
  const atoms = uncovered([], wanted).length
  const own = index
    .grantsOf(user.user, user.groups, object.namespace)
    .filter(({ rules }) => uncovered(rules, wanted).length < atoms)
  return {
    request,
    requestBy: can(index, user, request).by,
    pass,
    passBy: can(index, user, pass).by,
    own,
  }
}
