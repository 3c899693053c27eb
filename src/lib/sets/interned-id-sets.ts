/** Id of a set in one store; `NO_IDS` is the empty set in every store. */
export type IdSet = number

export const NO_IDS: IdSet = 0

/** Sets of small whole numbers, ascending, each kept once: equal sets have equal ids. */
export class InternedIdSets {
  private readonly lists: Uint32Array[] = []
  private readonly byHash = new Map<number, IdSet[]>()
  private readonly appended = new Map<number, IdSet>()
  private readonly differences = new Map<number, IdSet>()

  constructor() {
    this.idOf(new Uint32Array(0))
  }

  get count(): number {
    return this.lists.length
  }

  /** The id of a set whose members are ascending and distinct. The array is kept and must not change. */
  idOf(members: Uint32Array): IdSet {
    const hash = hashOf(members)
    const bucket = this.byHash.get(hash)
    if (bucket !== undefined) {
      for (const id of bucket) if (isEqual(this.lists[id]!, members)) return id
    }
    const id = this.lists.length
    this.lists.push(members)
    if (bucket === undefined) this.byHash.set(hash, [id])
    else bucket.push(id)
    return id
  }

  members(id: IdSet): Uint32Array {
    return this.lists[id]!
  }

  has(id: IdSet, member: number): boolean {
    return indexIn(this.lists[id]!, member) >= 0
  }

  /** The set with one more member, larger than all it has. */
  with(id: IdSet, member: number): IdSet {
    const key = id * factor + member
    const known = this.appended.get(key)
    if (known !== undefined) return known
    const old = this.lists[id]!
    const members = new Uint32Array(old.length + 1)
    members.set(old)
    members[old.length] = member
    const result = this.idOf(members)
    this.appended.set(key, result)
    return result
  }

  union(sets: readonly IdSet[]): IdSet {
    const distinct = [...new Set(sets)].filter(id => id !== NO_IDS)
    if (distinct.length === 0) return NO_IDS
    if (distinct.length === 1) return distinct[0]!
    let length = 0
    for (const id of distinct) length += this.lists[id]!.length
    const all = new Uint32Array(length)
    let at = 0
    for (const id of distinct) {
      all.set(this.lists[id]!, at)
      at += this.lists[id]!.length
    }
    return this.idOf(withoutRepeats(all.sort()))
  }

  subtract(a: IdSet, b: IdSet): IdSet {
    if (a === NO_IDS || b === NO_IDS) return a
    if (a === b) return NO_IDS
    const key = a * factor + b
    const known = this.differences.get(key)
    if (known !== undefined) return known
    const result = this.idOf(difference(this.lists[a]!, this.lists[b]!))
    this.differences.set(key, result)
    return result
  }
}

const factor = 2 ** 26

/** Where a member stands in an ascending list; negative where it does not. */
export function indexIn(list: Uint32Array, member: number): number {
  let low = 0
  let high = list.length - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const value = list[middle]!
    if (value === member) return middle
    if (value < member) low = middle + 1
    else high = middle - 1
  }
  return -1
}

function difference(list: Uint32Array, other: Uint32Array): Uint32Array {
  const kept = new Uint32Array(list.length)
  let count = 0
  let j = 0
  for (let i = 0; i < list.length; i++) {
    const member = list[i]!
    while (j < other.length && other[j]! < member) j++
    if (other[j] !== member) kept[count++] = member
  }
  return kept.slice(0, count)
}

function withoutRepeats(sorted: Uint32Array): Uint32Array {
  let kept = 0
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[kept++] = sorted[i]!
  }
  return kept === sorted.length ? sorted : sorted.slice(0, kept)
}

function hashOf(members: Uint32Array): number {
  let hash = members.length
  for (let i = 0; i < members.length; i++) hash = (Math.imul(hash, 0x01000193) ^ members[i]!) | 0
  return hash
}

function isEqual(a: Uint32Array, b: Uint32Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
