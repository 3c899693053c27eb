import { bitsFor, clearBit, hasBit, setBit } from '../../lib/sets/bits.ts'
import type { PeerId } from '../../model/network.ts'
import type { EngineState } from './engine-state.ts'
import type { ConnectivityMatrix } from './network-engine.ts'
import { ALL_PORTS, NO_PORTS, type PortsId } from './port-sets.ts'
import type { Blocks, Table } from './tables.ts'

/**
 * For every pair of peers whether anything passes, as bit rows. Work is shared between sources of one cell: which
 * destinations admit it at all, and which of them fall away for a set of egress ports. What tables say about single
 * peers is set right afterwards, pair by pair.
 */
export function connectivityMatrix(state: EngineState, bound: 'must' | 'may'): ConnectivityMatrix {
  const peers = state.cluster.records.length
  const words = (peers + 31) >>> 5
  const bits = new MatrixBuilder(state, bound).bits()
  const row = (src: PeerId) => bits.subarray(src * words, (src + 1) * words)
  return { peers, bytes: bits.byteLength, row, has: (src, dst) => hasBit(row(src), dst) }
}

class MatrixBuilder {
  private readonly state: EngineState
  private readonly bound: 'must' | 'may'
  private readonly peers: number
  private readonly words: number
  /** Peers of each table of ingress. */
  private readonly members = new Map<number, PeerId[]>()
  private readonly masks = new Map<Blocks, readonly Uint32Array[]>()

  constructor(state: EngineState, bound: 'must' | 'may') {
    this.state = state
    this.bound = bound
    this.peers = state.cluster.records.length
    this.words = (this.peers + 31) >>> 5
  }

  /** All rows, one after the other. */
  bits(): Uint32Array {
    const { cells } = this.state.builder
    const { tableOf, tables } = this.state
    for (let peer = 0; peer < this.peers; peer++) {
      const table = tableOf.ingress[peer]!
      const list = this.members.get(table)
      if (list === undefined) this.members.set(table, [peer])
      else list.push(peer)
    }
    const byCell: PeerId[][] = Array.from({ length: cells.cells }, () => [])
    for (let peer = 0; peer < this.peers; peer++) byCell[cells.cellOf[peer]!]!.push(peer)
    const bits = new Uint32Array(this.peers * this.words)
    const rows = Array.from({ length: this.peers }, (_, src) => bits.subarray(src * this.words, (src + 1) * this.words))
    for (const [cell, sources] of byCell.entries()) {
      const base = bitsFor(this.peers)
      const partial = new Map<PortsId, Uint32Array>()
      for (const [table, members] of this.members) {
        const ports = this.blockPorts(tables[table]!, cell)
        if (ports === NO_PORTS) continue
        let some = ports === ALL_PORTS ? undefined : partial.get(ports)
        if (some === undefined && ports !== ALL_PORTS) {
          some = bitsFor(this.peers)
          partial.set(ports, some)
        }
        for (const peer of members) {
          setBit(base, peer)
          if (some !== undefined) setBit(some, peer)
        }
      }
      const kept = new Map<PortsId, Uint32Array>()
      for (const src of sources) this.fill(rows[src]!, tables[tableOf.egress[src]!]!, base, partial, kept)
    }
    this.setRight(rows)
    this.partFamilies(rows)
    return bits
  }

  private blockPorts(table: Table, cell: number): PortsId {
    return table[this.bound][table.blocks.blockOf[cell]!]!
  }

  /** The row of a source by blocks alone: `base` where its egress block and the destination's ports share any. */
  private fill(
    row: Uint32Array,
    egress: Table,
    base: Uint32Array,
    partial: ReadonlyMap<PortsId, Uint32Array>,
    kept: Map<PortsId, Uint32Array>,
  ): void {
    const ports = egress[this.bound]
    const [first] = ports
    if (ports.every(id => id === first)) {
      if (first !== NO_PORTS) row.set(this.openFor(first!, base, partial, kept))
      return
    }
    const masks = this.masksOf(egress.blocks)
    for (let block = 0; block < ports.length; block++) {
      if (ports[block] === NO_PORTS) continue
      const open = this.openFor(ports[block]!, base, partial, kept)
      const mask = masks[block]!
      for (let i = 0; i < row.length; i++) row[i]! |= open[i]! & mask[i]!
    }
  }

  /** Destinations that share some port with a set of egress ports. */
  private openFor(
    ports: PortsId,
    base: Uint32Array,
    partial: ReadonlyMap<PortsId, Uint32Array>,
    kept: Map<PortsId, Uint32Array>,
  ): Uint32Array {
    if (ports === ALL_PORTS) return base
    let open = kept.get(ports)
    if (open === undefined) {
      open = base.slice()
      for (const [other, bits] of partial) {
        if (this.state.ports.sets.and(ports, other) !== NO_PORTS) continue
        for (let i = 0; i < open.length; i++) open[i]! &= ~bits[i]!
      }
      kept.set(ports, open)
    }
    return open
  }

  /** Peers of each block, as bits. */
  private masksOf(blocks: Blocks): readonly Uint32Array[] {
    let masks = this.masks.get(blocks)
    if (masks === undefined) {
      masks = blocks.members.map(() => bitsFor(this.peers))
      const { cellOf } = this.state.builder.cells
      for (let peer = 0; peer < this.peers; peer++) setBit(masks[blocks.blockOf[cellOf[peer]!]!]!, peer)
      this.masks.set(blocks, masks)
    }
    return masks
  }

  /** Pairs that either side's table names one by one. */
  private setRight(rows: readonly Uint32Array[]): void {
    const { state } = this
    const { tables, tableOf, ports } = state
    const put = (src: PeerId, dst: PeerId): void => {
      const egress = state.portsOf('egress', src, dst, this.bound)
      const isOpen =
        egress !== NO_PORTS && ports.sets.and(egress, state.portsOf('ingress', dst, src, this.bound)) !== NO_PORTS
      if (isOpen) setBit(rows[src]!, dst)
      else clearBit(rows[src]!, dst)
    }
    for (let peer = 0; peer < this.peers; peer++) {
      const { overrides: sources } = tables[tableOf.ingress[peer]!]!
      for (let i = 0; i < sources.length; i++) put(sources[i]!, peer)
      const { overrides: targets } = tables[tableOf.egress[peer]!]!
      for (let i = 0; i < targets.length; i++) put(peer, targets[i]!)
    }
  }

  /** Clears pairs of pods that are seen through different address families. Where one family is rare, its peers are cleared one by one. */
  private partFamilies(rows: readonly Uint32Array[]): void {
    const members: Record<4 | 6, PeerId[]> = { 4: [], 6: [] }
    for (let peer = 0; peer < this.peers; peer++) {
      const family = this.state.cluster.podFamilyOf(peer)
      if (family !== undefined) members[family].push(peer)
    }
    for (const [family, other] of [[4, 6] as const, [6, 4] as const]) {
      const away = members[other]
      const bits = bitsFor(this.peers)
      for (const peer of away) setBit(bits, peer)
      for (const peer of members[family]) {
        const row = rows[peer]!
        if (away.length < 64) for (const target of away) clearBit(row, target)
        else for (let i = 0; i < row.length; i++) row[i]! &= ~bits[i]!
      }
    }
  }
}
