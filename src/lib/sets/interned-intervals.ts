/** Id of a set in one store. `EMPTY` and `FULL` are the same in every store. */
export type IntervalsId = number

export const EMPTY: IntervalsId = 0
export const FULL: IntervalsId = 1

/**
 * Sets of whole numbers as sorted interval lists, each kept once: equal sets have equal ids, so that comparing is
 * comparing numbers, and the algebra of two sets is computed once. Ids never change and are never given back.
 */
export class InternedIntervals {
  private readonly lists: (readonly number[])[] = []
  private readonly ids = new Map<string, IntervalsId>()
  private readonly intersections = new Map<number, IntervalsId>()
  private readonly unions = new Map<number, IntervalsId>()
  private readonly differences = new Map<number, IntervalsId>()

  /** `full` is the universe, as `[from, to, from, to, ...]`: inclusive, ascending, not touching. */
  constructor(full: readonly number[]) {
    this.intern([])
    this.intern(full)
  }

  get count(): number {
    return this.lists.length
  }

  /** The id of any intervals, in any order, overlapping or not. */
  idOf(intervals: readonly number[]): IntervalsId {
    return this.intern(normal(intervals))
  }

  /** `[from, to, from, to, ...]`: inclusive, ascending, not touching. */
  intervals(id: IntervalsId): readonly number[] {
    return this.lists[id]!
  }

  has(id: IntervalsId, value: number): boolean {
    const list = this.lists[id]!
    for (let i = 0; i < list.length; i += 2) {
      if (value < list[i]!) return false
      if (value <= list[i + 1]!) return true
    }
    return false
  }

  and(a: IntervalsId, b: IntervalsId): IntervalsId {
    if (a === b || b === FULL) return a
    if (a === FULL) return b
    if (a === EMPTY || b === EMPTY) return EMPTY
    const key = a < b ? a * factor + b : b * factor + a
    let result = this.intersections.get(key)
    if (result === undefined) {
      result = this.intern(intersection(this.lists[a]!, this.lists[b]!))
      this.intersections.set(key, result)
    }
    return result
  }

  or(a: IntervalsId, b: IntervalsId): IntervalsId {
    if (a === b || b === EMPTY) return a
    if (a === EMPTY) return b
    if (a === FULL || b === FULL) return FULL
    const key = a < b ? a * factor + b : b * factor + a
    let result = this.unions.get(key)
    if (result === undefined) {
      result = this.idOf([...this.lists[a]!, ...this.lists[b]!])
      this.unions.set(key, result)
    }
    return result
  }

  subtract(a: IntervalsId, b: IntervalsId): IntervalsId {
    if (b === EMPTY || a === EMPTY) return a
    if (a === b || b === FULL) return EMPTY
    const key = a * factor + b
    let result = this.differences.get(key)
    if (result === undefined) {
      result = this.intern(difference(this.lists[a]!, this.lists[b]!))
      this.differences.set(key, result)
    }
    return result
  }

  private intern(list: readonly number[]): IntervalsId {
    const text = list.join()
    const known = this.ids.get(text)
    if (known !== undefined) return known
    const id = this.lists.length
    this.lists.push(list)
    this.ids.set(text, id)
    return id
  }
}

/** Two ids in one exact number: ids stay below 2^26. */
const factor = 2 ** 26

function normal(intervals: readonly number[]): readonly number[] {
  const pairs: [number, number][] = []
  for (let i = 0; i < intervals.length; i += 2) {
    if (intervals[i]! <= intervals[i + 1]!) pairs.push([intervals[i]!, intervals[i + 1]!])
  }
  pairs.sort((a, b) => a[0] - b[0])
  const list: number[] = []
  for (const [from, to] of pairs) {
    const last = list.length - 1
    if (last >= 0 && from <= list[last]! + 1) list[last] = Math.max(list[last]!, to)
    else list.push(from, to)
  }
  return list
}

function intersection(a: readonly number[], b: readonly number[]): readonly number[] {
  const list: number[] = []
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    const from = Math.max(a[i]!, b[j]!)
    const to = Math.min(a[i + 1]!, b[j + 1]!)
    if (from <= to) list.push(from, to)
    if (a[i + 1]! < b[j + 1]!) i += 2
    else j += 2
  }
  return list
}

function difference(a: readonly number[], b: readonly number[]): readonly number[] {
  const list: number[] = []
  let j = 0
  for (let i = 0; i < a.length; i += 2) {
    let from = a[i]!
    const to = a[i + 1]!
    while (j < b.length && b[j + 1]! < from) j += 2
    for (let k = j; k < b.length && b[k]! <= to && from <= to; k += 2) {
      if (b[k]! > from) list.push(from, b[k]! - 1)
      from = b[k + 1]! + 1
    }
    if (from <= to) list.push(from, to)
  }
  return list
}
