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

function merged(ranges: readonly [number, number][]): [number, number][] {
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
