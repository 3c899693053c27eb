import type { CompiledPolicy } from './compile/compiled-policy.ts'
import type { RulePart } from './compile/rule-parts.ts'
import { ALL_PORTS, NO_PORTS, type PortSets, type PortsId } from './port-sets.ts'

/** A policy that concerns a pod in one direction. */
export interface SelectingPolicy {
  readonly policy: CompiledPolicy
  /** It may be without effect: absent from the cluster, ignored, or not about this pod. */
  readonly isDoubtful: boolean
}

/** A part of a rule that matches a peer, with the ports it has for the pod in question. */
export interface MatchingPart {
  readonly policy: CompiledPolicy
  readonly part: RulePart
  readonly isMaybe: boolean
  readonly least: PortsId
  readonly most: PortsId
  readonly isDoubtful: boolean
}

export interface Decision {
  readonly must: PortsId
  readonly may: PortsId
}

/** Orders of policies of equal priority that are tried; with more, what they cover is unknown. */
const maxOrders = 24
/** Passing rules of which it is open whether they match; with more, what they cover is unknown. */
const maxOpenPasses = 4

/**
 * What policies let pass between a pod and one peer in one direction: the walk through the tiers Admin, NetworkPolicy
 * and Baseline, over sets of ports at once (policy.networking.k8s.io). Of everything that is open - extents of rules,
 * presence of policies, order of equal priorities - `must` is what all cases allow and `may` what any does.
 */
export class Decider {
  private readonly ports: PortSets

  constructor(ports: PortSets) {
    this.ports = ports
  }

  decide(selecting: readonly SelectingPolicy[], matching: readonly MatchingPart[]): Decision {
    if (selecting.some(({ policy }) => policy.object.isUnsupported)) return { must: NO_PORTS, may: ALL_PORTS }
    const all = this.inWorld(selecting, matching)
    if (!selecting.some(({ isDoubtful }) => isDoubtful)) return all
    const certain = this.inWorld(
      selecting.filter(({ isDoubtful }) => !isDoubtful),
      matching.filter(({ isDoubtful }) => !isDoubtful),
    )
    const { sets } = this.ports
    return { must: sets.and(all.must, certain.must), may: sets.or(all.may, certain.may) }
  }

  /** With exactly these policies in force. */
  private inWorld(selecting: readonly SelectingPolicy[], matching: readonly MatchingPart[]): Decision {
    const { sets } = this.ports
    const isIsolated = selecting.some(({ policy }) => policy.object.tier === 'NetworkPolicy')
    let npLeast = NO_PORTS
    let npMost = NO_PORTS
    const ordered: MatchingPart[] = []
    for (const match of matching) {
      if (match.policy.object.tier !== 'NetworkPolicy') ordered.push(match)
      else {
        if (!match.isMaybe) npLeast = sets.or(npLeast, match.least)
        npMost = sets.or(npMost, match.most)
      }
    }
    if (ordered.length === 0) return isIsolated ? { must: npLeast, may: npMost } : { must: ALL_PORTS, may: ALL_PORTS }
    const admin = ordersOf(ordered.filter(({ policy }) => policy.object.tier === 'Admin'))
    const baseline = ordersOf(isIsolated ? [] : ordered.filter(({ policy }) => policy.object.tier === 'Baseline'))
    let must = ALL_PORTS
    let may = NO_PORTS
    for (const first of admin.orders) {
      for (const last of baseline.orders) {
        const passes = [...first, ...last].filter(
          ({ part, isMaybe, least, most }) => part.rule.action === 'pass' && (isMaybe || least !== most),
        )
        const tried = Math.min(passes.length, maxOpenPasses)
        for (let choice = 0; choice < 1 << tried; choice++) {
          const taken = new Set(passes.filter((_, i) => i < tried && (choice >> i) & 1))
          const low = this.walk(first, isIsolated ? npLeast : undefined, last, 'must', taken)
          const high = this.walk(first, isIsolated ? npMost : undefined, last, 'may', taken)
          must = sets.and(must, low)
          may = sets.or(may, high)
        }
        for (const { most } of passes.slice(tried)) {
          must = sets.subtract(must, most)
          may = sets.or(may, most)
        }
      }
    }
    const untried = sets.or(this.union(admin.untried), this.union(baseline.untried))
    return { must: sets.subtract(must, untried), may: sets.or(may, untried) }
  }

  private walk(
    admin: readonly MatchingPart[],
    network: PortsId | undefined,
    baseline: readonly MatchingPart[],
    bound: 'must' | 'may',
    passes: ReadonlySet<MatchingPart>,
  ): PortsId {
    const { sets } = this.ports
    const first = this.tier(admin, ALL_PORTS, bound, passes)
    if (network !== undefined) return sets.or(first.allowed, sets.and(first.left, network))
    const last = this.tier(baseline, first.left, bound, passes)
    return sets.or(first.allowed, sets.or(last.allowed, last.left))
  }

  /** One ordered tier: each rule takes the ports that are still undecided. */
  private tier(
    parts: readonly MatchingPart[],
    from: PortsId,
    bound: 'must' | 'may',
    passes: ReadonlySet<MatchingPart>,
  ): { readonly allowed: PortsId; readonly left: PortsId } {
    const { sets } = this.ports
    let undecided = from
    let allowed = NO_PORTS
    let passed = NO_PORTS
    for (const matching of parts) {
      const { action } = matching.part.rule
      // `must` takes allowing rules at their least and denying ones at their greatest, `may` the other way round.
      const isGreat = action === 'pass' ? passes.has(matching) : (action === 'deny') === (bound === 'must')
      const ports = isGreat ? matching.most : matching.isMaybe ? NO_PORTS : matching.least
      const taken = sets.and(undecided, ports)
      if (taken === NO_PORTS) continue
      undecided = sets.subtract(undecided, taken)
      if (action === 'allow') allowed = sets.or(allowed, taken)
      else if (action === 'pass') passed = sets.or(passed, taken)
    }
    return { allowed, left: sets.or(undecided, passed) }
  }

  private union(parts: readonly MatchingPart[]): PortsId {
    return parts.reduce((sum, { most }) => this.ports.sets.or(sum, most), NO_PORTS)
  }
}

/**
 * The orders in which parts of one tier can be asked: by priority, then by rule. Policies of equal priority are tried in
 * every order. Nothing says how a BaselineAdminNetworkPolicy stands to Baseline policies of the newer kind: it is tried
 * before and behind them, which covers every place between.
 */
function ordersOf(parts: readonly MatchingPart[]): {
  readonly orders: readonly (readonly MatchingPart[])[]
  readonly untried: readonly MatchingPart[]
} {
  if (parts.length === 0) return { orders: [[]], untried: [] }
  const byPolicy = new Map<CompiledPolicy, MatchingPart[]>()
  for (const part of parts) {
    const list = byPolicy.get(part.policy)
    if (list === undefined) byPolicy.set(part.policy, [part])
    else list.push(part)
  }
  const byPriority = new Map<number, MatchingPart[][]>()
  const old: MatchingPart[] = []
  for (const [{ object }, list] of byPolicy) {
    list.sort((a, b) => a.part.rule.index - b.part.rule.index)
    if (object.kind === 'BaselineAdminNetworkPolicy') old.push(...list)
    else {
      const tied = byPriority.get(object.priority)
      if (tied === undefined) byPriority.set(object.priority, [list])
      else tied.push(list)
    }
  }
  const groups = [...byPriority].sort(([a], [b]) => a - b).map(([, group]) => group)
  let count = 1
  for (const group of groups) for (let i = 2; i <= group.length; i++) count *= i
  const isTried = count <= maxOrders
  let orders: MatchingPart[][] = [[]]
  for (const group of groups) {
    const choices = isTried ? permutations(group) : [group]
    orders = orders.flatMap(order => choices.map(choice => [...order, ...choice.flat()]))
  }
  if (old.length > 0 && groups.length > 0)
    orders = orders.flatMap(order => [
      [...old, ...order],
      [...order, ...old],
    ])
  else if (old.length > 0) orders = [old]
  return { orders, untried: isTried ? [] : groups.filter(group => group.length > 1).flat(2) }
}

function permutations<T>(list: readonly T[]): readonly (readonly T[])[] {
  if (list.length < 2) return [list]
  return list.flatMap((first, i) => permutations(list.toSpliced(i, 1)).map(rest => [first, ...rest]))
}
