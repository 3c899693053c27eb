/** A small seeded generator (mulberry32), so that a failing case is found again by its seed. */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  /** A whole number in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.next() * bound)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }

  /** Between `least` and `most` entries of the list, in its order, each at most once. */
  some<T>(list: readonly T[], least: number, most: number): T[] {
    const wanted = Math.min(list.length, least + this.below(most - least + 1))
    const rest = list.map((entry, i) => ({ entry, i }))
    const chosen: { entry: T; i: number }[] = []
    while (chosen.length < wanted) chosen.push(...rest.splice(this.below(rest.length), 1))
    return chosen.sort((a, b) => a.i - b.i).map(({ entry }) => entry)
  }
}
