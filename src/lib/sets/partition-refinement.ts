/**
 * A partition of 0..n-1 into cells that is made finer set by set: afterwards two elements share a cell exactly when
 * they lie in the same of the sets. Cells are counted in 32 bits: with many sets, 16 are too few.
 */
export class Partition {
  cellOf: Uint32Array
  /** Elements of each cell. */
  readonly sizes: number[]
  private elements: number

  constructor(elements: number) {
    this.elements = elements
    this.cellOf = new Uint32Array(elements)
    this.sizes = elements === 0 ? [] : [elements]
  }

  get cells(): number {
    return this.sizes.length
  }

  /** Parts every cell that lies only partly in the set. Members are distinct. */
  refine(members: Uint32Array): void {
    const inside = new Map<number, number>()
    for (let i = 0; i < members.length; i++) {
      const cell = this.cellOf[members[i]!]!
      inside.set(cell, (inside.get(cell) ?? 0) + 1)
    }
    const moved = new Map<number, number>()
    for (const [cell, count] of inside) {
      if (count === this.sizes[cell]) continue
      moved.set(cell, this.sizes.length)
      this.sizes[cell] = this.sizes[cell]! - count
      this.sizes.push(count)
    }
    if (moved.size === 0) return
    for (let i = 0; i < members.length; i++) {
      const target = moved.get(this.cellOf[members[i]!]!)
      if (target !== undefined) this.cellOf[members[i]!] = target
    }
  }

  /** Appends an element to a cell, or to a new cell of its own. */
  append(cell: number = this.sizes.length): void {
    const element = this.elements++
    if (element >= this.cellOf.length) {
      const grown = new Uint32Array(Math.max(64, Math.ceil(this.cellOf.length * 1.25)))
      grown.set(this.cellOf)
      this.cellOf = grown
    }
    this.cellOf[element] = cell
    if (cell === this.sizes.length) this.sizes.push(1)
    else this.sizes[cell] = this.sizes[cell]! + 1
  }

  /** One element of each cell. */
  representatives(): Uint32Array {
    const found = new Uint32Array(this.sizes.length)
    for (let element = this.elements - 1; element >= 0; element--) found[this.cellOf[element]!] = element
    return found
  }
}
