import type { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import { jsonPointer } from '../../../lib/json/json-value.ts'
import type { Direction, NetworkPolicyObject, NetworkRule, PeerId } from '../../../model/network.ts'
import { buildNetworkEngine } from '../build-network-engine.ts'
import type { NetworkEdit, NetworkEngine } from '../network-engine.ts'
import type { CheckedNetwork } from './checked-network.ts'
import { rulesOf } from './policy-meaning.ts'

/**
 * Pairs of rule, subject and peer that are compared at most. Beyond them a snapshot is too large to leave every rule
 * out once; the rules are then not asked about.
 */
const maxComparisons = 500_000

/** Rules without which nothing changes: BW-NET-121 and 122; and ties whose order decides: 123. */
export function checkRedundancy(network: CheckedNetwork, answers: SnapshotAnswers): void {
  checkTies(network, answers)
  if (!answers.asks('BW-NET-121', 'BW-NET-122')) return
  const { engine, facts } = network.view
  const peers = engine.peers().map(({ id }) => id)
  const rules = facts.policies.flatMap(policy =>
    policy.isUnsupported || policy.isRefused ? [] : rulesOf(policy).map(one => ({ policy, ...one })),
  )
  const work = rules.reduce((sum, { policy }) => sum + engine.subjectOf(policy).length * peers.length, 0)
  if (work > maxComparisons) return
  // Edits go to an engine of their own; the other one is asked as before.
  let edited: NetworkEngine | undefined
  const restored: NetworkEdit[] = []
  for (const { policy, rule, direction } of rules) {
    const ruleId = policy.kind === 'NetworkPolicy' ? 'BW-NET-121' : 'BW-NET-122'
    if (!answers.asks(ruleId)) continue
    const subjects = engine.subjectOf(policy)
    const object = network.policyObjects.get(policy)!
    if (subjects.length === 0 || isNeverMatching(rule)) continue
    edited ??= buildNetworkEngine(facts, network.engineOptions)
    const after = edited
    const emptied = policy[direction].flatMap(one => (one === rule ? withoutEffect(one) : [one]))
    const without = { ...policy, [direction]: emptied }
    // The rule that was left out before comes back in one edit with this one's going: most edits build the engine anew.
    after.apply([...restored.splice(0), { kind: 'putPolicy', policy: without }])
    restored.push({ kind: 'putPolicy', policy })
    const isSame = subjects.every(subject => peers.every(peer => isEqual(engine, after, subject, peer, direction)))
    if (!isSame) answers.pass(ruleId)
    else {
      answers.fail(ruleId, object, {
        message:
          policy.kind === 'NetworkPolicy'
            ? `${direction} rule ${rule.index + 1} opens nothing that is not open without it`
            : `${direction} rule ${rule.index + 1} decides nothing: what it is about is decided before it, or the same way after it`,
        at: [{ object, path: rule.path, key: `rule${jsonPointer(rule.path)}` }],
      })
    }
  }
}

/**
 * A rule as rules that match nothing: one has no ports, one has no peers. What it names stays named, peers and ports
 * alike, because pods are told apart by it: both engines must number their peers alike.
 */
function withoutEffect(rule: NetworkRule): readonly NetworkRule[] {
  const portless = { ...rule, ports: [] }
  const namesPorts = rule.ports?.some(({ kind }) => kind === 'named') === true
  return namesPorts ? [portless, { ...rule, peers: [{ kind: 'nothing', path: rule.path }] }] : [portless]
}

/** A rule that can match nothing is told by what is wrong with it. */
function isNeverMatching({ peers, ports }: NetworkRule): boolean {
  return (
    peers?.every(({ kind }) => kind === 'nothing') === true || ports?.every(({ kind }) => kind === 'nothing') === true
  )
}

function isEqual(
  before: NetworkEngine,
  after: NetworkEngine,
  subject: PeerId,
  peer: PeerId,
  direction: Direction,
): boolean {
  const [src, dst] = direction === 'egress' ? [subject, peer] : [peer, subject]
  const [was, is] = [before.can(src, dst), after.can(src, dst)]
  return sameRanges(was.must, is.must) && sameRanges(was.may, is.may)
}

function sameRanges(a: ReturnType<NetworkEngine['can']>['must'], b: typeof a): boolean {
  if (a.isAll || b.isAll || a.isEmpty || b.isEmpty) return a.isAll === b.isAll && a.isEmpty === b.isEmpty
  return a.hasOther === b.hasOther && JSON.stringify(a.ranges) === JSON.stringify(b.ranges)
}

/** Policies of equal priority in one tier, where the order that nobody defines changes an answer. */
function checkTies(network: CheckedNetwork, answers: SnapshotAnswers): void {
  if (!answers.asks('BW-NET-123')) return
  const { engine, facts } = network.view
  const groups = new Map<string, NetworkPolicyObject[]>()
  for (const policy of facts.policies) {
    if (policy.isUnsupported || policy.tier === 'NetworkPolicy') continue
    const key = `${policy.tier} ${policy.priority}`
    groups.set(key, [...(groups.get(key) ?? []), policy])
  }
  const peers = engine.peers().map(({ id }) => id)
  for (const tied of groups.values()) {
    if (tied.length < 2) continue
    const decided = tied.some(policy => isUndecided(engine, policy, peers))
    for (const policy of tied) {
      const object = network.policyObjects.get(policy)!
      const others = tied.filter(other => other !== policy).map(({ name }) => `"${name}"`)
      if (!decided) answers.pass('BW-NET-123')
      else {
        answers.fail('BW-NET-123', object, {
          message: `it has priority ${policy.priority} as ${others.join(', ')}, and their order changes what is open`,
          at: [{ object, path: ['spec', 'priority'], key: '' }],
        })
      }
    }
  }
}

function isUndecided(engine: NetworkEngine, policy: NetworkPolicyObject, peers: readonly PeerId[]): boolean {
  const end = (peer: PeerId) => ({ peers: [peer], pod: undefined })
  return engine.subjectOf(policy).some(subject =>
    peers.some(peer =>
      policy.directions.some(direction => {
        const [src, dst] = direction === 'egress' ? [subject, peer] : [peer, subject]
        const { must, may } = engine.can(src, dst)
        if (must.id === may.id) return false
        for (const protocol of ['TCP', 'UDP', 'SCTP'] as const) {
          for (const [from] of may.ranges[protocol]) {
            const verdict = engine.verdict(end(src), end(dst), protocol, from)
            if (verdict.answer === 'unknown' && verdict.reasons.includes('priority')) return true
          }
        }
        return false
      }),
    ),
  )
}
