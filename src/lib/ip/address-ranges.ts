import {
  type AddressValue,
  type Cidr,
  type Family,
  firstAddress,
  lastAddress,
  nextAddress,
  previousAddress,
  printIp,
  widthOf,
} from './address.ts'

/** Addresses of one family as inclusive ranges, ascending, neither overlapping nor touching. */
export interface AddressRanges {
  readonly family: Family
  readonly ranges: readonly Range[]
}

export interface Range {
  readonly from: AddressValue
  readonly to: AddressValue
}

export function everyAddress(family: Family): AddressRanges {
  return { family, ranges: [{ from: firstAddress(family), to: lastAddress(family) }] }
}

/** The addresses of one family that any of the ranges holds. */
export function addressRanges(family: Family, ranges: readonly Range[]): AddressRanges {
  const sorted = [...ranges].sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
  const merged: { from: AddressValue; to: AddressValue }[] = []
  for (const { from, to } of sorted) {
    const last = merged.at(-1)
    if (last !== undefined && from <= nextAddress(last.to)) {
      if (to > last.to) last.to = to
    } else merged.push({ from, to })
  }
  return { family, ranges: merged }
}

export function subtractRanges(a: AddressRanges, b: AddressRanges): AddressRanges {
  if (a.family !== b.family) return a
  const left: Range[] = []
  for (const range of a.ranges) {
    let { from } = range
    let isOpen = true
    for (const cut of b.ranges) {
      if (cut.to < from || cut.from > range.to) continue
      if (cut.from > from) left.push({ from, to: previousAddress(cut.from) })
      if (cut.to >= range.to) {
        isOpen = false
        break
      }
      from = nextAddress(cut.to)
    }
    if (isOpen) left.push({ from, to: range.to })
  }
  return { family: a.family, ranges: left }
}

export function intersectRanges(a: AddressRanges, b: AddressRanges): AddressRanges {
  if (a.family !== b.family) return { family: a.family, ranges: [] }
  const ranges: Range[] = []
  for (const one of a.ranges) {
    for (const other of b.ranges) {
      const from = one.from > other.from ? one.from : other.from
      const to = one.to < other.to ? one.to : other.to
      if (from <= to) ranges.push({ from, to })
    }
  }
  return addressRanges(a.family, ranges)
}

export function rangesHold({ ranges }: AddressRanges, value: AddressValue): boolean {
  return ranges.some(({ from, to }) => from <= value && value <= to)
}

/** The fewest prefixes that hold exactly these addresses, ascending. */
export function minimalCover({ family, ranges }: AddressRanges): readonly string[] {
  const width = widthOf(family)
  const cover: string[] = []
  for (const { from, to } of ranges) {
    let at = BigInt(from)
    const end = BigInt(to)
    while (at <= end) {
      let bits = width
      while (bits > 0) {
        const size = 1n << BigInt(width - bits + 1)
        if (at % size !== 0n || at + size - 1n > end) break
        bits--
      }
      cover.push(`${printIp(family, family === 4 ? Number(at) : at)}/${bits}`)
      at += 1n << BigInt(width - bits)
    }
  }
  return cover
}

export function rangesOfCidrs(family: Family, cidrs: readonly Cidr[]): AddressRanges {
  return addressRanges(
    family,
    cidrs.filter(cidr => cidr.family === family),
  )
}
