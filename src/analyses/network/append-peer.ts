import { indexIn } from '../../lib/sets/interned-id-sets.ts'
import type { PeerId } from '../../model/network.ts'
import { partMatch, type RulePart } from './compile/rule-parts.ts'
import type { MatchingPart } from './decide.ts'
import type { EngineState } from './engine-state.ts'
import type { Match } from './peer-records.ts'
import type { PeerTerm } from './peer-terms.ts'
import { override, type Table } from './tables.ts'

/** A set of peers in two halves, such as a term or a part of a rule has. */
interface Halves {
  sure: number
  maybe: number
}

/**
 * Gives a peer that was cut off another one the other's place everywhere: rules that are there do not tell them apart.
 * The peer is the newest.
 */
export function appendLike(state: EngineState, peer: PeerId, model: PeerId): void {
  const { sets } = state.terms
  const answer = ({ sure, maybe }: Halves): Match =>
    sets.has(sure, model) ? 'yes' : sets.has(maybe, model) ? 'maybe' : 'no'
  const parts = state.parts()
  const answers = parts.map(answer)
  for (const term of state.terms.all()) join(state, term, peer, answer(term))
  for (const [i, part] of parts.entries()) join(state, part, peer, answers[i]!)
  state.builder.append(peer, state.builder.cells.cellOf[model]!)
  for (const table of state.tables) {
    const at = indexIn(table.overrides, model)
    if (at >= 0) override(table, peer, table.overrideMust[at]!, table.overrideMay[at]!)
  }
  state.grow()
  state.selecting[peer] = state.selecting[model]?.slice()
  for (const direction of ['ingress', 'egress'] as const)
    state.tableOf[direction][peer] = state.tableOf[direction][model]!
}

/**
 * Places a peer of its own kind: every rule is asked about it. It joins the cell of `neighbour`, and tables name it
 * where that does not hold of it. The peer is the newest.
 */
export function appendNew(state: EngineState, peer: PeerId, neighbour: PeerId): void {
  const record = state.cluster.records[peer]!
  const named = record.kind === 'class' ? record.named : 0
  const matching = new Map<PeerTerm, Match>()
  for (const term of state.terms.all()) {
    const answer = term.match(peer)
    if (answer === 'no') continue
    matching.set(term, answer)
    join(state, term, peer, answer)
  }
  const answers = new Map<RulePart, Match>()
  for (const part of state.parts()) {
    const answer = partMatch(part, term => matching.get(term) ?? 'no')
    if (answer === 'no' || (part.namedAs !== undefined && !state.rules.meansOn(part, named))) continue
    answers.set(part, answer)
    if (!part.isEverything) join(state, part, peer, answer)
  }
  const cell = state.builder.cells.cellOf[neighbour]!
  state.builder.append(peer, cell)
  for (const [id, table] of state.tables.entries()) {
    const isInBlock = table.blocks.members[table.blocks.blockOf[cell]!]!.length > 0
    const parts = matchingParts(state, table, id, answers)
    if (isInBlock || parts.length > 0) state.builder.place(table, peer, parts)
  }
  state.grow()
  for (const policy of state.policies) {
    if (policy === undefined || record.kind !== 'class') continue
    const answer = matching.get(policy.subject)
    if (answer === undefined) continue
    const list = state.selecting[peer] ?? []
    state.selecting[peer] = list
    list.push({ policy, isDoubtful: answer === 'maybe' || policy.doubt !== undefined })
  }
  state.retable(peer)
}

function join(state: EngineState, halves: Halves, peer: PeerId, answer: Match): void {
  if (answer === 'yes') halves.sure = state.terms.sets.with(halves.sure, peer)
  else if (answer === 'maybe') halves.maybe = state.terms.sets.with(halves.maybe, peer)
}

function matchingParts(
  state: EngineState,
  table: Table,
  id: number,
  answers: ReadonlyMap<RulePart, Match>,
): readonly MatchingPart[] {
  const matching: MatchingPart[] = []
  for (const { policy, isDoubtful } of table.selecting) {
    for (const part of policy.parts[table.direction]) {
      const answer = answers.get(part)
      if (answer === undefined) continue
      const { least, most } = part.names.length === 0 ? part : state.rules.withNames(part, state.namedOfTable[id]!)
      matching.push({ policy, part, isMaybe: answer === 'maybe', least, most, isDoubtful })
    }
  }
  return matching
}
