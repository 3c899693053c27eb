import { parseIp, printIp } from '../../../lib/ip/address.ts'
import { type AddressRanges, addressRanges } from '../../../lib/ip/address-ranges.ts'
import type { AddressRange } from '../../../model/network.ts'

/** A range as numbers, to reckon with. */
export function numberRanges({ family, from, to }: AddressRange): AddressRanges {
  return addressRanges(family, [{ from: parseIp(from)!.value, to: parseIp(to)!.value }])
}

/** Ranges in canonical text. */
export function textRanges({ family, ranges }: AddressRanges): readonly AddressRange[] {
  return ranges.map(({ from, to }) => ({ family, from: printIp(family, from), to: printIp(family, to) }))
}

/** `203.0.113.7`, `203.0.113.0-203.0.113.127 and 2 more`. */
export function rangeLabel(ranges: readonly AddressRange[]): string {
  const [first] = ranges
  const more = ranges.length > 1 ? ` and ${ranges.length - 1} more` : ''
  return first!.from === first!.to ? `${first!.from}${more}` : `${first!.from}-${first!.to}${more}`
}
