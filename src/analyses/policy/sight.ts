import { CelObject } from '../../lib/cel/types.ts'
import type { JsonObject, JsonValue } from '../../lib/json/json-value.ts'
import { ownText } from '../../lib/text/own-text.ts'
import { ELEMENTS, type FieldPath } from './field-reads.ts'

/**
 * What objects show at all places that any rule reads, as small numbers: one walk over an object notes them, and no rule
 * has to go through it again to find out that it has answered one like it. The places below a list stand
 * in rows, one for each element.
 */
export class Sight {
  private readonly root: Place

  constructor() {
    this.root = new Place(new Rows([]))
  }

  /** The place at a path. Asked before the first object. */
  placeAt(path: FieldPath): Place {
    let place = this.root
    for (const step of path) place = step === ELEMENTS ? place.elementsPlace() : place.fieldPlace(step)
    return place
  }

  /** Notes what stands where. Gives the row of the object, which holds until `clear`. */
  look(roots: readonly (readonly [name: string, value: JsonObject])[]): number {
    const row = this.root.rows.open()
    for (const [name, value] of roots) {
      const place = this.root.fields.get(name)
      if (place !== undefined) note(place, value, row)
    }
    return row
  }

  clear(): void {
    for (const rows of this.root.rows.all) rows.count = 0
  }
}

/** Rows of the elements of the lists at one place; the outermost have one for each object. */
export class Rows {
  count = 0
  /** Numbers of a row, one after the other; a row takes `width`. */
  numbers = new Int32Array(0)
  width = 0
  /** All rows of one sight. */
  readonly all: Rows[]

  constructor(all: Rows[]) {
    this.all = all
    all.push(this)
  }

  /** A column for one number of each row. */
  column(): number {
    return this.width++
  }

  open(): number {
    const start = this.count * this.width
    const end = start + this.width
    if (end > this.numbers.length) {
      const larger = new Int32Array(Math.max(end, this.numbers.length * 2))
      larger.set(this.numbers)
      this.numbers = larger
    }
    this.numbers.fill(0, start, end)
    return this.count++
  }
}

/** Stands for a value of a kind that rules do not expect here, and for what would be below it. */
export const ODD = -2
/** Stands for a value that is too large to be told from others, or one too many. */
const UNNUMBERED = -1

/** A place that some rule reads, and in which columns its rows say what was found there. */
export class Place {
  readonly rows: Rows
  readonly fields = new Map<string, Place>()
  /** The elements of a list, or the keys of a map. */
  elements: Place | undefined
  /** Holds 0 where nothing stands, the number of the value, `UNNUMBERED` or `ODD`. */
  readonly value: number
  /** Where elements are read: 0 where there is no list or map, else a number for its kind and its size, or `ODD`. */
  size = 0
  /** Where elements are read: the first of their rows. */
  start = 0
  private numbers: Map<JsonValue, number> | undefined
  private textNumbers: Map<string, number> | undefined

  constructor(rows: Rows) {
    this.rows = rows
    this.value = rows.column()
  }

  fieldPlace(name: string): Place {
    let place = this.fields.get(name)
    if (place === undefined) {
      place = new Place(this.rows)
      this.fields.set(name, place)
    }
    return place
  }

  elementsPlace(): Place {
    if (this.elements === undefined) {
      this.size = this.rows.column()
      this.start = this.rows.column()
      this.elements = new Place(new Rows(this.rows.all))
    }
    return this.elements
  }

  sizeIn(row: number): number {
    return this.rows.numbers[row * this.rows.width + this.size]!
  }

  startIn(row: number): number {
    return this.rows.numbers[row * this.rows.width + this.start]!
  }

  /** Values are told apart here; without this only whether one is there. */
  tellValuesApart(): void {
    this.numbers ??= new Map()
    this.textNumbers ??= new Map()
  }

  numberOf(value: JsonValue): number {
    if (this.numbers === undefined) return 1
    if (typeof value === 'object' && value !== null) {
      const text = shortText(value)
      return text === undefined ? UNNUMBERED : this.numbered(this.textNumbers!, text)
    }
    return Object.is(value, -0) ? UNNUMBERED : this.numbered(this.numbers, value)
  }

  keyNumber(key: JsonValue): number {
    this.tellValuesApart()
    return this.numberOf(key)
  }

  private numbered<K>(numbers: Map<K, number>, value: K): number {
    let number = numbers.get(value)
    if (number === undefined) {
      number = this.numbers!.size + this.textNumbers!.size + 1
      if (number > maxNumber) return UNNUMBERED
      numbers.set(typeof value === 'string' ? (ownText(value) as K & string) : value, number)
    }
    return number
  }
}

/** Every number of a value or size fits into so many bits. */
export const numberBits = 14
const maxNumber = (1 << numberBits) - 1
/** The longest list whose elements are looked at, and the most elements of all lists at one place of all objects. */
const maxLength = 1000
const maxRows = 100_000

function note(place: Place, value: JsonValue, row: number): void {
  const { rows, fields, elements } = place
  const base = row * rows.width
  // An unknown stands for a value of a wrong type.
  if (value instanceof CelObject) {
    spoil(place, row)
    return
  }
  rows.numbers[base + place.value] = place.numberOf(value)
  if (elements === undefined && fields.size === 0) return
  if (typeof value !== 'object' || value === null) {
    spoilBelow(place, row)
    return
  }
  if (Array.isArray(value)) {
    if (elements !== undefined) noteElements(place, elements, value as readonly JsonValue[], row, 1)
    for (const field of fields.values()) spoil(field, row)
    return
  }
  if (elements !== undefined) noteElements(place, elements, Object.keys(value), row, 2)
  if (fields.size === 0) return
  for (const key in value) {
    const field = fields.get(key)
    if (field !== undefined) note(field, (value as JsonObject)[key] as JsonValue, row)
  }
}

function noteElements(place: Place, elements: Place, list: readonly JsonValue[], row: number, kind: 1 | 2): void {
  const base = row * place.rows.width
  if (list.length > maxLength || elements.rows.count > maxRows) {
    place.rows.numbers[base + place.size] = ODD
    return
  }
  place.rows.numbers[base + place.size] = 2 * list.length + kind
  place.rows.numbers[base + place.start] = elements.rows.count
  for (const element of list) {
    const inner = elements.rows.open()
    note(elements, element, inner)
    // Reasons name the keys of a map, whether a rule tells them apart or not.
    if (kind === 2) elements.rows.numbers[inner * elements.rows.width + elements.value] = elements.keyNumber(element)
  }
}

function spoil(place: Place, row: number): void {
  place.rows.numbers[row * place.rows.width + place.value] = ODD
  spoilBelow(place, row)
}

function spoilBelow(place: Place, row: number): void {
  if (place.elements !== undefined) place.rows.numbers[row * place.rows.width + place.size] = ODD
  for (const field of place.fields.values()) spoil(field, row)
}

/** Number of elements of a list or map by the number of its size. */
export function lengthOf(size: number): number {
  return size === 0 ? 0 : (size - 1) >> 1
}

/** Whether the number of a size is that of a map. */
export function isSizeOfMap(size: number): boolean {
  return size > 0 && (size & 1) === 0
}

const maxShortText = 300

/** A text that is equal for lists and maps of equal content and order; none for a large one. */
function shortText(value: JsonObject | readonly JsonValue[]): string | undefined {
  const isList = Array.isArray(value)
  let text = isList ? '[' : '{'
  for (const key in value) {
    const inner = (value as JsonObject)[key] as JsonValue
    if (!isList) text += `${JSON.stringify(key)}:`
    if (typeof inner === 'object' && inner !== null) {
      const innerText = inner instanceof CelObject ? undefined : shortText(inner)
      if (innerText === undefined) return undefined
      text += innerText
    } else text += typeof inner === 'string' ? JSON.stringify(inner) : `${typeof inner} ${String(inner)}`
    text += ','
    if (text.length > maxShortText) return undefined
  }
  return text + (isList ? ']' : '}')
}
