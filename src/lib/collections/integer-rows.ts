/**
 * A table of 32-bit integers that grows: rows of one width, one after the other. A hundred thousand small records in it
 * take a few megabytes, and a garbage collector has nothing to visit.
 */
export class IntegerRows {
  /** All rows; may be another array after `open`. */
  values: Int32Array
  readonly width: number
  #rows = 0

  constructor(width: number, room = 64) {
    this.width = width
    this.values = new Int32Array(width * room)
  }

  get length(): number {
    return this.#rows
  }

  /** Adds a row of zeros and tells where in `values` it begins. */
  open(): number {
    const start = this.#rows * this.width
    if (start === this.values.length) {
      const larger = new Int32Array(this.values.length * 2)
      larger.set(this.values)
      this.values = larger
    }
    this.#rows++
    return start
  }
}
