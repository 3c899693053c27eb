import { ELEMENTS, type FieldPath, type FieldReads } from './field-reads.ts'
import { isSizeOfMap, lengthOf, numberBits, ODD, type Place, type Rows, type Sight } from './sight.ts'

// What a rule reads of an object, as numbers one after the other. There is one signature at hand at a time.

/** The columns of a row that are read, and the lists in it. */
export interface Reading {
  readonly rows: Rows
  readonly values: Int32Array
  readonly presences: Int32Array
  readonly lists: readonly {
    readonly size: number
    readonly start: number
    readonly key: number
    readonly each: Reading
  }[]
}

export interface GrowingReading {
  readonly rows: Rows
  readonly values: number[]
  readonly presences: number[]
  readonly lists: { readonly place: Place; readonly each: GrowingReading }[]
}

/** What several rules read, by rows. */
export function growReading(sight: Sight, all: readonly FieldReads[]): GrowingReading {
  const root: GrowingReading = { rows: sight.placeAt([]).rows, values: [], presences: [], lists: [] }
  /** The row in which a path ends, with the lists on the way. */
  const rowOf = (path: FieldPath): GrowingReading => {
    let row = root
    for (let i = 0; i < path.length; i++) {
      if (path[i] !== ELEMENTS) continue
      const place = sight.placeAt(path.slice(0, i))
      let list = row.lists.find(known => known.place === place)
      if (list === undefined) {
        list = { place, each: { rows: place.elementsPlace().rows, values: [], presences: [], lists: [] } }
        row.lists.push(list)
      }
      row = list.each
    }
    return row
  }
  for (const { ranges } of all) for (const { paths } of ranges) for (const path of paths) rowOf([...path, ELEMENTS])
  for (const { paths, isPresence } of all.flatMap(({ places }) => places)) {
    for (const path of paths) {
      const place = sight.placeAt(path)
      if (!isPresence) place.tellValuesApart()
      const row = rowOf(path)
      const columns = isPresence ? row.presences : row.values
      if (!columns.includes(place.value)) columns.push(place.value)
    }
  }
  return root
}

/** After the last place was asked for. */
export function readingOf({ rows, values, presences, lists }: GrowingReading): Reading {
  return {
    rows,
    values: Int32Array.from(values),
    presences: Int32Array.from(presences),
    lists: lists.map(({ place, each }) => ({
      size: place.size,
      start: place.start,
      key: place.elementsPlace().value,
      each: readingOf(each),
    })),
  }
}

const signature = new Int32Array(4000)
let signatureLength = 0

/** Starts a signature; `length` keeps so many numbers of the one at hand. */
export function beginSignature(length = 0): void {
  signatureLength = length
}

export function lengthOfSignature(): number {
  return signatureLength
}

export function sign(number: number): void {
  signature[signatureLength++] = number
}

export function hashOfSignature(): number {
  let hash = 0
  for (let i = 0; i < signatureLength; i++) hash = (Math.imul(hash, 31) + signature[i]!) | 0
  return hash
}

export function copyOfSignature(): readonly number[] {
  return [...signature.subarray(0, signatureLength)]
}

export function isSignature(other: readonly number[]): boolean {
  if (other.length !== signatureLength) return false
  for (let i = 0; i < signatureLength; i++) if (other[i] !== signature[i]) return false
  return true
}

/** Adds what a row shows. False where something is odd or has no number, or there is too much to read. */
export function signRow({ rows, values, presences, lists }: Reading, row: number): boolean {
  if (signatureLength + values.length + presences.length + lists.length > signature.length - 10) return false
  const { numbers } = rows
  const base = row * rows.width
  // Two numbers fit into one of the signature.
  let first = -1
  for (let i = 0; i < values.length; i++) {
    const number = numbers[base + values[i]!]!
    if (number < 0) return false
    if (first < 0) first = number
    else {
      signature[signatureLength++] = (first << numberBits) | number
      first = -1
    }
  }
  if (first >= 0) signature[signatureLength++] = first
  let bits = 1
  for (let i = 0; i < presences.length; i++) {
    const number = numbers[base + presences[i]!]!
    if (number === ODD) return false
    bits = (bits << 1) | (number === 0 ? 0 : 1)
    if (bits > 1 << 28) {
      signature[signatureLength++] = bits
      bits = 1
    }
  }
  if (presences.length > 0) signature[signatureLength++] = bits
  for (let i = 0; i < lists.length; i++) {
    const { size, start, key, each } = lists[i]!
    const own = numbers[base + size]!
    if (own === ODD) return false
    signature[signatureLength++] = own
    const begin = numbers[base + start]!
    const end = begin + lengthOf(own)
    const isMap = isSizeOfMap(own)
    for (let inner = begin; inner < end; inner++) {
      if (isMap) {
        const number = each.rows.numbers[inner * each.rows.width + key]!
        if (number < 0 || signatureLength === signature.length) return false
        signature[signatureLength++] = number
      }
      if (!signRow(each, inner)) return false
    }
  }
  return true
}
