import type {
  Direction,
  DirectionExplanation,
  Explanation,
  NetworkEndpoint,
  NetworkRule,
  NetworkVerdict,
  PeerId,
  Protocol,
  UnknownReason,
} from '../../../model/network.ts'
import type { EngineState } from '../engine-state.ts'
import { exemptionOf, meetingPairs, portsOnPath, verdict } from './can.ts'
import { evidenceOf, type RuleEvidence, reasonsIn } from './evidence.ts'
import { nearestRule } from './nearest.ts'
import { policyRef, ruleRef } from './rule-refs.ts'

interface Question {
  readonly protocol: Protocol | undefined
  readonly port: number
}

/** Which policies and rules decide about one connection, at each of its ends. */
export function explain(
  state: EngineState,
  src: NetworkEndpoint,
  dst: NetworkEndpoint,
  protocol: Protocol | undefined,
  port: number,
): Explanation {
  const overall = verdict(state, src, dst, protocol, port)
  const exemption = exemptionOf(state, src, dst)
  const [from, to] = pairFor(state, src, dst, { protocol, port }, overall)
  if (exemption !== undefined || from === undefined || to === undefined)
    return { verdict: overall, exemption, egress: exempt('egress'), ingress: exempt('ingress') }
  return {
    verdict: overall,
    exemption,
    egress: explainEnd(state, 'egress', from, to, { protocol, port }),
    ingress: explainEnd(state, 'ingress', to, from, { protocol, port }),
  }
}

/** Of several pairs, one that has the answer. */
function pairFor(
  state: EngineState,
  src: NetworkEndpoint,
  dst: NetworkEndpoint,
  { protocol, port }: Question,
  overall: NetworkVerdict,
): readonly [PeerId | undefined, PeerId | undefined] {
  const pairs = meetingPairs(state, src, dst)
  const bound = overall.answer === 'allow' ? 'must' : 'may'
  return (
    pairs.find(([from, to]) => state.ports.has(portsOnPath(state, from, to, bound), protocol, port)) ??
    pairs[0] ?? [undefined, undefined]
  )
}

function exempt(direction: Direction): DirectionExplanation {
  return {
    direction,
    verdict: { answer: 'allow' },
    decidedBy: 'exempt',
    deciding: [],
    overruled: [],
    isolatedBy: [],
    nearest: undefined,
    uncertain: [],
  }
}

function explainEnd(
  state: EngineState,
  direction: Direction,
  subject: PeerId,
  other: PeerId,
  question: Question,
): DirectionExplanation {
  if (state.cluster.records[subject]!.kind !== 'class') return exempt(direction)
  const { protocol, port } = question
  const evidence = evidenceOf(state, direction, subject, other, protocol, port)
  const isIn = (bound: 'must' | 'may') =>
    state.ports.has(state.portsOf(direction, subject, other, bound), protocol, port)
  const answer: NetworkVerdict = isIn('must')
    ? { answer: 'allow' }
    : isIn('may')
      ? { answer: 'unknown', reasons: reasonsIn(evidence) }
      : { answer: 'deny' }
  const applying = evidence.rules
    .filter(({ peers, ports }) => peers === 'yes' && ports === 'yes')
    .filter(({ policy }) => !doubtOf(evidence.selecting, policy.index))
  const isolating = evidence.selecting.filter(({ policy }) => policy.object.tier === 'NetworkPolicy')
  const decision = decide(applying, isolating.length > 0)
  const isOpenRules = evidence.rules.filter(
    rule =>
      rule.peers !== 'no' &&
      rule.ports !== 'no' &&
      (rule.peers === 'maybe' || rule.ports === 'maybe' || doubtOf(evidence.selecting, rule.policy.index)),
  )
  return {
    direction,
    verdict: answer,
    decidedBy: decision.decidedBy,
    deciding: distinct(decision.deciding).map(rule => ruleRef(rule, direction)),
    overruled: distinct(decision.overruled).map(rule => ruleRef(rule, direction)),
    isolatedBy: isolating.map(({ policy }) => policyRef(policy.object)),
    nearest:
      decision.decidedBy === 'NetworkPolicy' && decision.deciding.length === 0
        ? nearestRule(state, direction, evidence, other, question)
        : undefined,
    uncertain: [
      ...evidence.selecting
        .filter(({ policy, isDoubtful }) => isDoubtful || policy.object.isUnsupported)
        .map(({ policy }) => ({
          policy: policyRef(policy.object),
          rule: undefined,
          reason: policy.object.isUnsupported ? ('unsupported-kind' as const) : (policy.doubt ?? ('labels' as const)),
        })),
      ...isOpenRules.map(rule => ({
        policy: policyRef(rule.policy.object),
        rule: ruleRef(rule, direction),
        reason: reasonOf(rule),
      })),
    ],
  }
}

function doubtOf(selecting: readonly { policy: { index: number }; isDoubtful: boolean }[], index: number): boolean {
  return selecting.some(({ policy, isDoubtful }) => policy.index === index && isDoubtful)
}

function reasonOf({ part, peers, policy }: RuleEvidence): UnknownReason {
  if (peers !== 'maybe') return policy.doubt ?? 'cni'
  return part.terms.find(term => term.maybe !== 0)?.reason ?? 'cni'
}

interface EndDecision {
  readonly decidedBy: DirectionExplanation['decidedBy']
  readonly deciding: readonly RuleEvidence[]
  readonly overruled: readonly RuleEvidence[]
}

/** The walk through the tiers over rules that apply for certain, in their order. */
function decide(applying: readonly RuleEvidence[], isIsolated: boolean): EndDecision {
  const passing: RuleEvidence[] = []
  const inTier = (tier: string) =>
    applying
      .filter(({ policy }) => policy.object.tier === tier)
      .sort((a, b) => a.policy.object.priority - b.policy.object.priority || a.part.rule.index - b.part.rule.index)
  const [admin, network, baseline] = [inTier('Admin'), inTier('NetworkPolicy'), inTier('Baseline')]
  for (const [i, rule] of admin.entries()) {
    if (rule.part.rule.action === 'pass') {
      passing.push(rule)
      break
    }
    const overruled = [...admin.slice(i + 1), ...network, ...(isIsolated ? [] : baseline)]
    return { decidedBy: 'Admin', deciding: [rule], overruled }
  }
  if (isIsolated)
    return { decidedBy: 'NetworkPolicy', deciding: network.length === 0 ? [] : [...passing, ...network], overruled: [] }
  const first = baseline[0]
  if (first !== undefined && first.part.rule.action !== 'pass')
    return { decidedBy: 'Baseline', deciding: [...passing, first], overruled: baseline.slice(1) }
  return { decidedBy: 'default', deciding: [...passing, ...(first === undefined ? [] : [first])], overruled: [] }
}

/** A rule can be several parts; it is named once. */
function distinct(rules: readonly RuleEvidence[]): readonly RuleEvidence[] {
  const seen = new Set<NetworkRule>()
  return rules.filter(({ part }) => !seen.has(part.rule) && seen.add(part.rule))
}
