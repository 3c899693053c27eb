import type { AccessRequest, Decision, UserInfo } from '../../model/access.ts'
import { can } from './can.ts'
import { type ImpersonatedUser, type Impersonation, impersonate, type Requester } from './impersonation.ts'
import { type NodeOpinion, type NodeReach, nodeOpinion, nodeRestriction } from './node-authorizer.ts'
import type { PermissionIndex } from './permission-index.ts'

/** What beside roles and bindings takes part in a decision. */
export interface Authorization {
  readonly index: PermissionIndex
  /** The minor of the server, 37 for 1.37. */
  readonly target: number
  readonly nodes: NodeReach
  /** A webhook or another authorizer is asked where RBAC does not allow. */
  readonly hasExternalAuthorizer: boolean
  /** The files are only a part of the cluster: what is missing may exist. */
  readonly isPartial: boolean
}

export interface FullDecision extends Decision {
  /** Why the verdict is unknown. */
  readonly reason: string | undefined
  readonly nodeOpinion: NodeOpinion
  readonly impersonation: Impersonation | undefined
  /** Whose rights decided: the requester, or the user it impersonates. */
  readonly decidedFor: UserInfo
}

/**
 * What an API server with the authorizers Node and RBAC answers. The first authorizer that allows decides, and none of
 * the two ever denies; so where another one follows, a no of both is not known to be a no.
 */
export function decide(
  authorization: Authorization,
  requester: Requester,
  request: AccessRequest,
  wanted: ImpersonatedUser | undefined,
): FullDecision {
  const { index, target, nodes, hasExternalAuthorizer, isPartial } = authorization
  const impersonation = wanted === undefined ? undefined : impersonate(index, requester, wanted, request, target)
  const decidedFor = impersonation?.kind === 'allowed' ? impersonation.as : requester
  if (impersonation !== undefined && impersonation.kind !== 'allowed') {
    const isOpen = impersonation.kind === 'denied' && hasExternalAuthorizer
    return {
      verdict: isOpen ? 'unknown' : 'denied',
      by: [],
      isBypass: false,
      errors: impersonation.kind === 'bad-request' ? [impersonation.reason] : [],
      reason: isOpen ? externalReason : undefined,
      nodeOpinion: 'no-opinion',
      impersonation,
      decidedFor,
    }
  }
  const nodeRole = index.role('ClusterRole', '', 'system:node')
  const opinion = nodeOpinion(nodes, nodeRole === undefined ? [] : index.rulesOf(nodeRole), decidedFor, request)
  const decision = can(index, decidedFor, request, { isPartial })
  const restriction =
    opinion === 'allowed' && decision.verdict !== 'allowed' ? nodeRestriction(nodes, decidedFor, request) : undefined
  if (restriction !== undefined) {
    const reason = `the Node authorizer allows it; the admission plugin NodeRestriction, where it is on, refuses it: ${restriction}`
    return { ...decision, verdict: 'unknown', reason, nodeOpinion: opinion, impersonation, decidedFor }
  }
  const verdict = opinion === 'allowed' ? 'allowed' : decision.verdict
  const isOpen = verdict === 'denied' && hasExternalAuthorizer
  return {
    ...decision,
    verdict: isOpen ? 'unknown' : verdict,
    reason: isOpen
      ? externalReason
      : verdict === 'unknown'
        ? 'a role that a binding names is not in the files'
        : undefined,
    nodeOpinion: opinion,
    impersonation,
    decidedFor,
  }
}

const externalReason = 'external authorizer'
