import { EMPTY, FULL, InternedIntervals, type IntervalsId } from '../../lib/sets/interned-intervals.ts'
import { type PortSet, type Protocol, protocols } from '../../model/network.ts'

/** Id of a set of ports in one engine. */
export type PortsId = IntervalsId

export const NO_PORTS: PortsId = EMPTY
export const ALL_PORTS: PortsId = FULL

/** Protocols lie one after the other on one line of numbers; what has no ports is one number behind them. */
const laneOf: Readonly<Record<Protocol, number>> = { TCP: 0, UDP: 0x10000, SCTP: 0x20000 }
const other = 0x30001

/** The interned sets of ports of one engine, and how they look from outside. */
export class PortSets {
  readonly sets: InternedIntervals
  private readonly views: (PortSet | undefined)[] = []

  constructor() {
    this.sets = new InternedIntervals([
      ...protocols.flatMap(protocol => [laneOf[protocol] + 1, laneOf[protocol] + 65535]),
      other,
      other,
    ])
  }

  range(protocol: Protocol, from: number, to: number): PortsId {
    return this.sets.idOf([laneOf[protocol] + from, laneOf[protocol] + to])
  }

  has(id: PortsId, protocol: Protocol | undefined, port: number): boolean {
    if (id === ALL_PORTS) return true
    return id !== NO_PORTS && this.sets.has(id, numberOf(protocol, port))
  }

  view(id: PortsId): PortSet {
    const known = this.views[id]
    if (known !== undefined) return known
    const view = this.newView(id)
    this.views[id] = view
    return view
  }

  private newView(id: PortsId): PortSet {
    const ranges: Record<Protocol, (readonly [number, number])[]> = { TCP: [], UDP: [], SCTP: [] }
    const list = this.sets.intervals(id)
    for (let i = 0; i < list.length; i += 2) {
      for (const protocol of protocols) {
        const from = list[i]! - laneOf[protocol]
        if (from >= 1 && from <= 65535) ranges[protocol].push([from, list[i + 1]! - laneOf[protocol]])
      }
    }
    return {
      id,
      isEmpty: id === NO_PORTS,
      isAll: id === ALL_PORTS,
      hasAllPorts: protocols.every(protocol => ranges[protocol][0]?.[0] === 1 && ranges[protocol][0][1] === 65535),
      hasOther: this.sets.has(id, other),
      ranges,
      has: (protocol, port) => this.has(id, protocol, port),
    }
  }
}

function numberOf(protocol: Protocol | undefined, port: number): number {
  return protocol === undefined ? other : laneOf[protocol] + port
}
