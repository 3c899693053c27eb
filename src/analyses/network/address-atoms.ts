import {
  type AddressValue,
  type Family,
  firstAddress,
  lastAddress,
  nextAddress,
  previousAddress,
} from '../../lib/ip/address.ts'
import type { AddressRanges, Range } from '../../lib/ip/address-ranges.ts'

/**
 * The addresses of one family, cut at every boundary that a rule draws. Two addresses of one atom are treated alike
 * by every rule. Atoms are numbered in the order in which they came into being; a cut gives its upper half a new number.
 */
export class AddressAtoms {
  readonly family: Family
  /** First address of each atom, ascending. */
  private readonly starts: AddressValue[]
  private readonly numbers: number[]
  private readonly firsts: AddressValue[]

  constructor(family: Family, boundaries: Iterable<AddressValue>) {
    this.family = family
    const distinct = new Set<AddressValue>(boundaries)
    distinct.add(firstAddress(family))
    this.starts = [...distinct]
      .filter(value => value <= lastAddress(family))
      .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    this.numbers = this.starts.map((_, i) => i)
    this.firsts = [...this.starts]
  }

  get count(): number {
    return this.starts.length
  }

  atomOf(value: AddressValue): number {
    return this.numbers[this.indexOf(value)]!
  }

  /** The lowest address of an atom. */
  firstOf(atom: number): AddressValue {
    return this.firsts[atom]!
  }

  rangeOf(atom: number): Range {
    return this.rangeAt(this.indexOf(this.firsts[atom]!))
  }

  /** The atoms, as number and range, in the order of their addresses. */
  *atoms(): Generator<{ readonly atom: number; readonly range: Range }> {
    for (let i = 0; i < this.starts.length; i++) yield { atom: this.numbers[i]!, range: this.rangeAt(i) }
  }

  /** Atoms that ranges overlap; those are inside where all boundaries of the ranges are cut. */
  overlapping({ ranges }: AddressRanges): number[] {
    const found: number[] = []
    for (const { from, to } of ranges) {
      for (let i = this.indexOf(from); i < this.starts.length && this.starts[i]! <= to; i++)
        found.push(this.numbers[i]!)
    }
    return found
  }

  /** Cuts before an address. Returns the atom that was cut and the new one above it; `undefined` if nothing was. */
  cut(before: AddressValue): { readonly old: number; readonly added: number } | undefined {
    const index = this.indexOf(before)
    if (this.starts[index] === before || before > lastAddress(this.family)) return undefined
    const added = this.starts.length
    this.starts.splice(index + 1, 0, before)
    this.numbers.splice(index + 1, 0, added)
    this.firsts.push(before)
    return { old: this.numbers[index]!, added }
  }

  private rangeAt(index: number): Range {
    const next = this.starts[index + 1]
    return { from: this.starts[index]!, to: next === undefined ? lastAddress(this.family) : previousAddress(next) }
  }

  private indexOf(value: AddressValue): number {
    let low = 0
    let high = this.starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (this.starts[middle]! <= value) low = middle
      else high = middle - 1
    }
    return low
  }
}

/** The addresses before which ranges ask for a cut. */
export function boundariesOf({ ranges }: AddressRanges): AddressValue[] {
  return ranges.flatMap(({ from, to }) => [from, nextAddress(to)])
}
