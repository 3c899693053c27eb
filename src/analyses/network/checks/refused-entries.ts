import type { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import { jsonPointer } from '../../../lib/json/json-value.ts'
import type { PolicyProblemCode } from '../../../model/network.ts'
import { type CheckedNetwork, eachPolicy } from './checked-network.ts'

/** What the reader of policies notes, by the rule that is about it. */
const codesOf: Readonly<Record<string, readonly PolicyProblemCode[]>> = {
  'BW-NET-101': ['CIDR_INVALID'],
  'BW-NET-102': ['CIDR_HOST_BITS'],
  'BW-NET-103': ['EXCEPT_OUTSIDE_CIDR'],
  'BW-NET-104': ['POLICY_TYPES_OMIT_RULES'],
  'BW-NET-105': ['PEER_EMPTY', 'PEERS_MISSING', 'PEER_CONFLICT'],
  'BW-NET-107': ['SELECTOR_INVALID'],
  'BW-NET-109': ['PORT_RANGE_INVALID', 'PORT_INVALID'],
  'BW-NET-110': ['PORT_DIGITS', 'PORT_NAME_INVALID', 'PORT_NAME_WITHOUT_PODS'],
  'BW-NET-124': ['LIMIT_EXCEEDED', 'PEER_UNKNOWN', 'DOMAIN_NAME_NOT_ACCEPT', 'DOMAIN_NAME_INVALID'],
}

/** Policies that the API server refuses, or takes otherwise than they read: BW-NET-101 to 105, 107, 109, 110, 124. */
export function checkRefusedEntries(network: CheckedNetwork, answers: SnapshotAnswers): void {
  for (const [ruleId, codes] of Object.entries(codesOf)) {
    eachPolicy(
      network,
      answers,
      ruleId,
      policy => ruleId !== 'BW-NET-124' || policy.kind !== 'NetworkPolicy',
      policy =>
        policy.problems
          .filter(({ code }) => codes.includes(code))
          .map(({ message, path }) => ({ message, path, key: `field${jsonPointer(path)}` })),
    )
  }
}
