import type { Direction, PeerId, Protocol, UnknownReason } from '../../../model/network.ts'
import type { CompiledPolicy } from '../compile/compiled-policy.ts'
import { partMatch, type RulePart } from '../compile/rule-parts.ts'
import type { SelectingPolicy } from '../decide.ts'
import type { EngineState } from '../engine-state.ts'
import type { Match } from '../peer-records.ts'

/** One rule seen from one pair of ends and one port. */
export interface RuleEvidence {
  readonly policy: CompiledPolicy
  readonly part: RulePart
  /** Of the rule's peers and of its ports; the rule applies where both are `yes`. */
  readonly peers: Match
  readonly ports: Match
}

/** Everything that concerns one end: its policies, and each of their rules. */
export interface EndEvidence {
  readonly direction: Direction
  readonly selecting: readonly SelectingPolicy[]
  readonly rules: readonly RuleEvidence[]
}

/** Re-walks the rules that concern `subject` for one other end and one port. */
export function evidenceOf(
  state: EngineState,
  direction: Direction,
  subject: PeerId,
  other: PeerId,
  protocol: Protocol | undefined,
  port: number,
): EndEvidence {
  const { selecting } = state.tables[state.tableOf[direction][subject]!]!
  const record = state.cluster.records[subject]!
  const named = record.kind === 'class' ? record.named : 0
  const otherRecord = state.cluster.records[other]!
  const otherNamed = otherRecord.kind === 'class' ? otherRecord.named : 0
  const rules = selecting.flatMap(({ policy }) =>
    policy.parts[direction].map((part): RuleEvidence => {
      const { least, most } = part.names.length === 0 ? part : state.rules.withNames(part, named)
      const isOwnName = part.namedAs === undefined || state.rules.meansOn(part, otherNamed)
      const isLeast = state.ports.has(least, protocol, port)
      const isMost = state.ports.has(most, protocol, port)
      const ports: Match = !isOwnName || !isMost ? 'no' : isLeast ? 'yes' : 'maybe'
      return { policy, part, peers: partMatch(part, term => term.match(other)), ports }
    }),
  )
  return { direction, selecting, rules }
}

/** Why an answer between two ends can be open, in the order of the list of reasons. */
export function reasonsIn({ selecting, rules }: EndEvidence): readonly UnknownReason[] {
  const reasons = new Set<UnknownReason>()
  for (const { policy, isDoubtful } of selecting) {
    if (policy.object.isUnsupported) reasons.add('unsupported-kind')
    else if (policy.doubt !== undefined) reasons.add(policy.doubt)
    else if (isDoubtful) reasons.add('labels')
  }
  const applying = rules.filter(({ peers, ports }) => peers !== 'no' && ports !== 'no')
  for (const { part, peers, ports } of applying) {
    if (ports === 'maybe') reasons.add('cni')
    if (peers === 'maybe') for (const term of part.terms) if (term.maybe !== 0) reasons.add(term.reason)
  }
  if (hasTie(applying)) reasons.add('priority')
  return order.filter(reason => reasons.has(reason))
}

const order: readonly UnknownReason[] = [
  'unsupported-kind',
  'policy-invalid',
  'priority',
  'cni',
  'labels',
  'pod-ip',
  'fqdn',
  'icmp',
]

/** Rules of different policies of one tier and priority that apply and do not say the same. */
function hasTie(rules: readonly RuleEvidence[]): boolean {
  return rules.some(({ policy: a, part: one }) =>
    rules.some(
      ({ policy: b, part: other }) =>
        a !== b &&
        a.object.tier === b.object.tier &&
        a.object.tier !== 'NetworkPolicy' &&
        one.rule.action !== other.rule.action &&
        (a.object.priority === b.object.priority ||
          a.object.kind === 'BaselineAdminNetworkPolicy' ||
          b.object.kind === 'BaselineAdminNetworkPolicy'),
    ),
  )
}
