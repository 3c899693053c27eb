/** Sets of small whole numbers as words of 32 bits. */
export function bitsFor(size: number): Uint32Array {
  return new Uint32Array((size + 31) >>> 5)
}

export function hasBit(bits: Uint32Array, index: number): boolean {
  return ((bits[index >>> 5]! >>> (index & 31)) & 1) === 1
}

export function setBit(bits: Uint32Array, index: number): void {
  bits[index >>> 5]! |= 1 << (index & 31)
}

export function clearBit(bits: Uint32Array, index: number): void {
  bits[index >>> 5]! &= ~(1 << (index & 31))
}

/** `into` becomes the union of both; `from` may be shorter. */
export function addBits(into: Uint32Array, from: Uint32Array): void {
  for (let i = 0; i < from.length; i++) into[i]! |= from[i]!
}

/** The members, ascending. */
export function* membersOf(bits: Uint32Array): Generator<number> {
  for (let word = 0; word < bits.length; word++) {
    for (let rest = bits[word]!; rest !== 0; rest &= rest - 1) yield (word << 5) + (31 - Math.clz32(rest & -rest))
  }
}
