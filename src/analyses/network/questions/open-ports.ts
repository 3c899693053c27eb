import { type PortSet, type Protocol, protocols } from '../../../model/network.ts'

/** Ports for output. Every `PortSet` of an engine is one; others are made of single ports. */
export type PortList = Pick<PortSet, 'isEmpty' | 'isAll' | 'hasAllPorts' | 'hasOther' | 'ranges'>

/** Both bounds of a connection, for output. */
export interface OpenPorts {
  readonly must: PortList
  readonly may: PortList
}

/** A list of single ports. */
export function portList(ports: Iterable<readonly [Protocol, number]>): PortList {
  const ranges: Record<Protocol, [number, number][]> = { TCP: [], UDP: [], SCTP: [] }
  for (const [protocol, port] of ports) ranges[protocol].push([port, port])
  for (const protocol of protocols) ranges[protocol] = merged(ranges[protocol])
  return {
    isEmpty: protocols.every(protocol => ranges[protocol].length === 0),
    isAll: false,
    hasAllPorts: protocols.every(protocol => ranges[protocol][0]?.[0] === 1 && ranges[protocol][0][1] === 65_535),
    hasOther: false,
    ranges,
  }
}

export function hasPort({ ranges }: PortList, protocol: Protocol, port: number): boolean {
  return ranges[protocol].some(([from, to]) => from <= port && port <= to)
}

export function isSameList(a: PortList, b: PortList): boolean {
  // Equal sets of one engine are one object: what is compared port by port is nearly always different.
  return (
    a === b ||
    (a.isAll === b.isAll && a.hasOther === b.hasOther && JSON.stringify(a.ranges) === JSON.stringify(b.ranges))
  )
}

/** What either list holds. */
export function eitherOpen(a: PortList, b: PortList): PortList {
  if (a === b || b.isEmpty || a.isAll) return a
  if (a.isEmpty || b.isAll) return b
  return combined(a, b, a.hasOther || b.hasOther, (one, other) => merged([...one, ...other]))
}

/** What both lists hold. */
export function bothOpen(a: PortList, b: PortList): PortList {
  if (a === b || a.isEmpty || b.isAll) return a
  if (b.isEmpty || a.isAll) return b
  return combined(a, b, a.hasOther && b.hasOther, (one, other) =>
    one.flatMap(([from, to]) =>
      other.flatMap(([first, last]) =>
        first <= to && from <= last ? [[Math.max(from, first), Math.min(to, last)]] : [],
      ),
    ),
  )
}

function combined(
  a: PortList,
  b: PortList,
  hasOther: boolean,
  combine: (one: PortRanges, other: PortRanges) => PortRanges,
): PortList {
  const ranges = {
    TCP: combine(a.ranges.TCP, b.ranges.TCP),
    UDP: combine(a.ranges.UDP, b.ranges.UDP),
    SCTP: combine(a.ranges.SCTP, b.ranges.SCTP),
  }
  const hasAllPorts = protocols.every(protocol => ranges[protocol][0]?.[0] === 1 && ranges[protocol][0][1] === 65_535)
  return {
    isEmpty: !hasOther && protocols.every(protocol => ranges[protocol].length === 0),
    isAll: hasOther && hasAllPorts,
    hasAllPorts,
    hasOther,
    ranges,
  }
}

type PortRanges = PortList['ranges'][Protocol]

function merged(ranges: PortRanges): [number, number][] {
  const result: [number, number][] = []
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1)
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else result.push([from, to])
  }
  return result
}

/** `All Connections`, or protocols in the order of their names: `SCTP 9003,TCP 80,443-445,UDP 1-65535`. */
export function portText(ports: PortList): string {
  if (ports.isAll || ports.hasAllPorts) return 'All Connections'
  return (['SCTP', 'TCP', 'UDP'] as const)
    .filter(protocol => ports.ranges[protocol].length > 0)
    .map(protocol => `${protocol} ${ports.ranges[protocol].map(rangeText).join(',')}`)
    .join(',')
}

function rangeText([from, to]: readonly [number, number]): string {
  return from === to ? `${from}` : `${from}-${to}`
}
