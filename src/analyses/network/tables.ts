import { bitsFor, hasBit, setBit } from '../../lib/sets/bits.ts'
import { type IdSet, indexIn, NO_IDS } from '../../lib/sets/interned-id-sets.ts'
import { Partition } from '../../lib/sets/partition-refinement.ts'
import type { Direction, PeerId } from '../../model/network.ts'
import type { RuleCompiler, RulePart } from './compile/rule-parts.ts'
import type { Decider, Decision, MatchingPart, SelectingPolicy } from './decide.ts'
import type { PeerTerms } from './peer-terms.ts'
import { ALL_PORTS, type PortsId } from './port-sets.ts'

/** What one list of wide sets makes of the cells: cells that lie in the same of them are one block. */
export interface Blocks {
  readonly blockOf: Uint32Array
  /** Positions in the list of wide sets, for each block. */
  readonly members: readonly (readonly number[])[]
}

/** What policies let pass between pods and every peer, in one direction. */
export interface Table {
  readonly direction: Direction
  readonly selecting: readonly SelectingPolicy[]
  readonly blocks: Blocks
  readonly must: Uint32Array
  /** The same array as `must` where nothing is open. */
  readonly may: Uint32Array
  /** Peers that differ from their block, ascending, and what passes there. */
  overrides: Uint32Array
  overrideMust: Uint32Array
  overrideMay: Uint32Array
}

/** One way in which a part of a rule matches peers. */
interface Element {
  readonly match: MatchingPart
  readonly set: number
}

type Scratch = Readonly<Record<'touched' | 'ids' | 'must' | 'may', Uint32Array>>

/** Builds tables over cells: one partition of all peers, made by every wide set there is. */
export class TableBuilder {
  private readonly terms: PeerTerms
  private readonly rules: RuleCompiler
  private readonly decider: Decider
  private peers: number
  private readonly wideFrom: number
  readonly cells: Partition
  /** Sets of peers so wide that cells are cut along them, and where each stands in `wideBits`. */
  private wide = new Map<IdSet, number>()
  private readonly wideBits: Uint32Array[] = []
  private readonly blocks = new Map<string, Blocks>()
  private representatives: Uint32Array = new Uint32Array(0)
  private subsetOf: Uint32Array
  /** Room for one table's overrides. */
  private scratch: Scratch

  constructor(terms: PeerTerms, rules: RuleCompiler, decider: Decider, wideFrom: number | undefined) {
    this.terms = terms
    this.rules = rules
    this.decider = decider
    this.peers = terms.cluster.records.length
    this.wideFrom = wideFrom ?? Math.max(64, this.peers / 32)
    this.cells = new Partition(this.peers)
    this.subsetOf = new Uint32Array(this.peers)
    this.scratch = scratchFor(this.peers)
  }

  /**
   * Gives the next peer a place in a cell. What the wide sets of that cell say of the peer need not be so: tables name
   * it where it differs. A set that does not have it as the cell would is no longer known as wide.
   */
  append(peer: PeerId, cell: number): void {
    this.peers = peer + 1
    this.cells.append(cell)
    if (this.peers > this.subsetOf.length) {
      const room = Math.ceil(this.peers * 1.25)
      this.subsetOf = new Uint32Array(room)
      this.scratch = scratchFor(room)
    }
    const representative = this.representatives[cell]!
    this.wide = new Map(
      [...this.wide].map(([set, at]) => [
        hasBit(this.wideBits[at]!, representative) ? this.terms.sets.with(set, peer) : set,
        at,
      ]),
    )
  }

  /** Sets right what a table says of a peer that was appended: the largest that it has. */
  place(table: Table, peer: PeerId, matching: readonly MatchingPart[]): void {
    const block = table.blocks.blockOf[this.cells.cellOf[peer]!]!
    const { must, may } = this.decider.decide(table.selecting, matching)
    if (must !== table.must[block] || may !== table.may[block]) override(table, peer, must, may)
  }

  /** Cuts cells along the wide ones among the sets of these parts. All parts come here before the first table. */
  refine(parts: Iterable<RulePart>): void {
    for (const { sure, maybe } of parts) {
      for (const set of [sure, maybe]) {
        if (set === NO_IDS || this.wide.has(set)) continue
        const members = this.terms.sets.members(set)
        if (members.length <= this.wideFrom) continue
        const bits = bitsFor(this.peers)
        for (let i = 0; i < members.length; i++) setBit(bits, members[i]!)
        this.wide.set(set, this.wideBits.length)
        this.wideBits.push(bits)
        this.cells.refine(members)
      }
    }
    this.representatives = this.cells.representatives()
  }

  table(direction: Direction, selecting: readonly SelectingPolicy[], named: number): Table {
    const always: MatchingPart[] = []
    const wide: Element[] = []
    const narrow: Element[] = []
    for (const { policy, isDoubtful } of selecting) {
      for (const part of policy.parts[direction]) {
        const { least, most } = this.portsOf(part, named)
        const match: MatchingPart = { policy, part, isMaybe: false, least, most, isDoubtful }
        if (part.isEverything) always.push(match)
        else {
          if (part.sure !== NO_IDS) (this.wide.has(part.sure) ? wide : narrow).push({ match, set: part.sure })
          if (part.maybe !== NO_IDS)
            (this.wide.has(part.maybe) ? wide : narrow).push({ match: { ...match, isMaybe: true }, set: part.maybe })
        }
      }
    }
    const slots = [...new Set(wide.map(({ set }) => this.wide.get(set)!))].sort((a, b) => a - b)
    const blocks = this.blocksOf(slots)
    const inBlock = blocks.members.map(members => {
      const inside = wide.filter(({ set }) => members.includes(slots.indexOf(this.wide.get(set)!)))
      return [...always, ...inside.map(({ match }) => match)]
    })
    const decisions = inBlock.map(matching => this.decider.decide(selecting, matching))
    const must = Uint32Array.from(decisions, ({ must }) => must)
    const isCertain = decisions.every(decision => decision.must === decision.may)
    const may = isCertain ? must : Uint32Array.from(decisions, ({ may }) => may)
    return { direction, selecting, blocks, must, may, ...this.overrides(selecting, blocks, inBlock, decisions, narrow) }
  }

  private portsOf(part: RulePart, named: number): { readonly least: PortsId; readonly most: PortsId } {
    return part.names.length === 0 ? part : this.rules.withNames(part, named)
  }

  private blocksOf(list: readonly number[]): Blocks {
    const key = list.join()
    const known = this.blocks.get(key)
    if (known !== undefined) return known
    const ids = new Map<string, number>()
    const members: number[][] = []
    const blockOf = new Uint32Array(this.cells.cells)
    for (let cell = 0; cell < blockOf.length; cell++) {
      const inside: number[] = []
      for (let i = 0; i < list.length; i++)
        if (hasBit(this.wideBits[list[i]!]!, this.representatives[cell]!)) inside.push(i)
      const text = inside.join()
      let block = ids.get(text)
      if (block === undefined) {
        block = members.length
        ids.set(text, block)
        members.push(inside)
      }
      blockOf[cell] = block
    }
    const blocks: Blocks = { blockOf, members }
    this.blocks.set(key, blocks)
    return blocks
  }

  /** Peers of narrow sets, decided one by one where they differ from their block; equal cases once. */
  private overrides(
    selecting: readonly SelectingPolicy[],
    { blockOf }: Blocks,
    inBlock: readonly (readonly MatchingPart[])[],
    decisions: readonly Decision[],
    narrow: readonly Element[],
  ): Pick<Table, 'overrides' | 'overrideMust' | 'overrideMay'> {
    if (narrow.length === 0) return { overrides: none, overrideMust: none, overrideMay: none }
    const subsets: (readonly number[])[] = [[]]
    const touched = this.touch(narrow, subsets)
    const { subsetOf } = this
    const decided = new Map<number, Decision>()
    const { ids, must, may } = this.scratch
    let count = 0
    let isCertain = true
    let lastKey = -1
    let decision = decisions[0]!
    for (let i = 0; i < touched.length; i++) {
      const peer = touched[i]!
      const block = blockOf[this.cells.cellOf[peer]!]!
      const key = subsetOf[peer]! * inBlock.length + block
      subsetOf[peer] = 0
      if (key !== lastKey) {
        lastKey = key
        const known = decided.get(key)
        if (known !== undefined) decision = known
        else {
          const subset = subsets[(key - block) / inBlock.length]!
          decision = this.decider.decide(selecting, [...inBlock[block]!, ...subset.map(at => narrow[at]!.match)])
          decided.set(key, decision)
        }
      }
      const plain = decisions[block]!
      if (decision.must === plain.must && decision.may === plain.may) continue
      ids[count] = peer
      must[count] = decision.must
      may[count] = decision.may
      isCertain &&= decision.must === decision.may
      count++
    }
    if (count === 0) return { overrides: none, overrideMust: none, overrideMay: none }
    const overrideMust = must.slice(0, count)
    return { overrides: ids.slice(0, count), overrideMust, overrideMay: isCertain ? overrideMust : may.slice(0, count) }
  }

  /** Peers of narrow sets, ascending. Leaves in `subsetOf` which of the sets hold each: an index of `subsets`. */
  private touch(narrow: readonly Element[], subsets: (readonly number[])[]): Uint32Array {
    const { subsetOf } = this
    const touched = this.scratch.touched
    const next = new Map<number, number>()
    let count = 0
    for (let i = 0; i < narrow.length; i++) {
      const members = this.terms.sets.members(narrow[i]!.set)
      // Neighbours mostly lie in the same sets: the step that was taken last is tried first.
      let lastFrom = -1
      let lastTo = 0
      for (let j = 0; j < members.length; j++) {
        const peer = members[j]!
        const from = subsetOf[peer]!
        if (from === 0) touched[count++] = peer
        if (from !== lastFrom) {
          lastFrom = from
          const key = from * narrow.length + i
          const known = next.get(key)
          if (known !== undefined) lastTo = known
          else {
            lastTo = subsets.length
            subsets.push([...subsets[from]!, i])
            next.set(key, lastTo)
          }
        }
        subsetOf[peer] = lastTo
      }
    }
    const found = touched.subarray(0, count)
    return narrow.length > 1 ? found.sort() : found
  }
}

function scratchFor(peers: number): Scratch {
  const room = () => new Uint32Array(peers)
  return { touched: room(), ids: room(), must: room(), may: room() }
}

/** Names a peer, larger than all that the table names. */
export function override(table: Table, peer: PeerId, must: PortsId, may: PortsId): void {
  const isCertain = table.overrideMay === table.overrideMust && must === may
  const overrideMay = isCertain ? undefined : longer(table.overrideMay, may)
  table.overrides = longer(table.overrides, peer)
  table.overrideMust = longer(table.overrideMust, must)
  table.overrideMay = overrideMay ?? table.overrideMust
}

function longer(list: Uint32Array, last: number): Uint32Array {
  const copy = new Uint32Array(list.length + 1)
  copy.set(list)
  copy[list.length] = last
  return copy
}

const none = new Uint32Array(0)

/** What passes between the pods of a table and one peer that lies in a cell. */
export function portsIn(table: Table, peer: PeerId, cell: number, bound: 'must' | 'may'): PortsId {
  const at = table.overrides.length === 0 ? -1 : indexIn(table.overrides, peer)
  if (at >= 0) return (bound === 'must' ? table.overrideMust : table.overrideMay)[at]!
  return (bound === 'must' ? table.must : table.may)[table.blocks.blockOf[cell]!]!
}

/** The table of pods that no policy concerns. */
export function openTable(direction: Direction, cells: number): Table {
  const must = Uint32Array.of(ALL_PORTS)
  const blocks = { blockOf: new Uint32Array(cells), members: [[]] }
  return { direction, selecting: [], blocks, must, may: must, overrides: none, overrideMust: none, overrideMay: none }
}
