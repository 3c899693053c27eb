import type { CniProfile } from '../../../model/cni-profile.ts'
import type { Direction, NetworkPolicyObject, UnknownReason } from '../../../model/network.ts'
import type { PeerTerm, PeerTerms } from '../peer-terms.ts'
import type { RuleCompiler, RulePart } from './rule-parts.ts'

/** One policy, ready to be decided by. */
export interface CompiledPolicy {
  readonly index: number
  readonly object: NetworkPolicyObject
  readonly subject: PeerTerm
  /** Why the policy may be without effect altogether; `undefined` where it is in force. */
  readonly doubt: UnknownReason | undefined
  readonly parts: Readonly<Record<Direction, readonly RulePart[]>>
  readonly usesSubjectNames: boolean
}

/** `undefined` for a policy that the network engine is known to ignore. */
export function compilePolicy(
  index: number,
  object: NetworkPolicyObject,
  terms: PeerTerms,
  rules: RuleCompiler,
  cni: CniProfile,
): CompiledPolicy | undefined {
  const support = supportOf(object, cni)
  if (support === 'no') return undefined
  const parts = { ingress: rules.partsOf(index, object, 'ingress'), egress: rules.partsOf(index, object, 'egress') }
  return {
    index,
    object,
    subject: terms.subject(object.subject),
    doubt: object.isRefused ? 'policy-invalid' : support === 'unknown' ? 'cni' : undefined,
    parts,
    usesSubjectNames: parts.ingress.some(part => part.names.length > 0),
  }
}

function supportOf({ kind }: NetworkPolicyObject, cni: CniProfile): CniProfile['endPort'] {
  if (kind === 'ClusterNetworkPolicy') return cni.clusterNetworkPolicy
  if (kind === 'AdminNetworkPolicy' || kind === 'BaselineAdminNetworkPolicy') return cni.adminNetworkPolicy
  return 'yes'
}
