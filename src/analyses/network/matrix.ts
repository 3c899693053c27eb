import { addBits, bitsFor, clearBit, hasBit, setBit } from '../../lib/sets/bits.ts'
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
  const builder = new MatrixBuilder(state, bound)
  const rows = builder.rows()
  return {
    peers,
    bytes: rows.reduce((sum, row) => sum + row.byteLength, 0),
    has: (src, dst) => hasBit(rows[src]!, dst),
    row: src => rows[src]!,
  }
}

class MatrixBuilder {
  private readonly state: EngineState
  private readonly bound: 'must' | 'may'
  private readonly peers: number
  /** Peers of each table of ingress, as bits. */
  private readonly members = new Map<number, Uint32Array>()
  private readonly masks = new Map<Blocks, readonly Uint32Array[]>()

  constructor(state: EngineState, bound: 'must' | 'may') {
    this.state = state
    this.bound = bound
    this.peers = state.cluster.records.length
  }

  rows(): Uint32Array[] {
    const { cells } = this.state.builder
    const { tableOf, tables } = this.state
    for (let peer = 0; peer < this.peers; peer++) {
      const table = tableOf.ingress[peer]!
      let bits = this.members.get(table)
      if (bits === undefined) {
        bits = bitsFor(this.peers)
        this.members.set(table, bits)
      }
      setBit(bits, peer)
    }
    const byCell: PeerId[][] = Array.from({ length: cells.cells }, () => [])
    for (let peer = 0; peer < this.peers; peer++) byCell[cells.cellOf[peer]!]!.push(peer)
    const rows: Uint32Array[] = new Array(this.peers)
    for (const [cell, sources] of byCell.entries()) {
      const base = bitsFor(this.peers)
      const partial = new Map<PortsId, Uint32Array>()
      for (const [table, bits] of this.members) {
        const ports = this.blockPorts(tables[table]!, cell)
        if (ports === NO_PORTS) continue
        addBits(base, bits)
        if (ports === ALL_PORTS) continue
        const list = partial.get(ports)
        if (list === undefined) partial.set(ports, bits.slice())
        else addBits(list, bits)
      }
      const kept = new Map<PortsId, Uint32Array>()
      for (const src of sources) rows[src] = this.row(tables[tableOf.egress[src]!]!, base, partial, kept)
    }
    this.setRight(rows)
    this.partFamilies(rows)
    return rows
  }

  private blockPorts(table: Table, cell: number): PortsId {
    return table[this.bound][table.blocks.blockOf[cell]!]!
  }

  /** The row of a source by blocks alone: `base` where its egress block and the destination's ports share any. */
  private row(
    egress: Table,
    base: Uint32Array,
    partial: ReadonlyMap<PortsId, Uint32Array>,
    kept: Map<PortsId, Uint32Array>,
  ): Uint32Array {
    const ports = egress[this.bound]
    if (ports.every(id => id === ALL_PORTS)) return base.slice()
    const row = new Uint32Array(base.length)
    if (ports.every(id => id === NO_PORTS)) return row
    const masks = this.masksOf(egress.blocks)
    for (let block = 0; block < ports.length; block++) {
      if (ports[block] === NO_PORTS) continue
      const open = this.openFor(ports[block]!, base, partial, kept)
      const mask = masks[block]!
      for (let i = 0; i < row.length; i++) row[i]! |= open[i]! & mask[i]!
    }
    return row
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

  /** Clears pairs of different address families. */
  private partFamilies(rows: readonly Uint32Array[]): void {
    const inFamily = { 4: bitsFor(this.peers), 6: bitsFor(this.peers) }
    let isBoth = 0
    for (let peer = 0; peer < this.peers; peer++) {
      const family = this.state.cluster.familyOf(peer)
      if (family !== undefined) {
        setBit(inFamily[family], peer)
        isBoth |= family
      }
    }
    if (isBoth !== (4 | 6)) return
    for (let peer = 0; peer < this.peers; peer++) {
      const family = this.state.cluster.familyOf(peer)
      if (family === undefined) continue
      const others = inFamily[family === 4 ? 6 : 4]
      const row = rows[peer]!
      for (let i = 0; i < row.length; i++) row[i]! &= ~others[i]!
    }
  }
}
