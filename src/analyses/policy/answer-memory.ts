import { type JsonObject, type JsonPath, valueAt } from '../../lib/json/json-value.ts'
import type { PodView } from '../../model/pod-view.ts'
import type { BlamedPlace } from './blame.ts'
import type { Cause } from './cause.ts'
import { elementKey } from './element-key.ts'
import { ELEMENTS, type FieldPath, type FieldReads, OBJECT, POD_META, POD_SPEC, REQUEST } from './field-reads.ts'
import type { AdmissionRequest } from './request.ts'
import { isSizeOfMap, lengthOf, numberBits, ODD, type Place, type Rows, Sight } from './sight.ts'

/**
 * Saves evaluations: objects that are alike in all that a rule reads get the same answer, for the same reasons at the
 * same places. What a rule has answered once it is not asked again. Benchmark: bench/scan.ts.
 */
export class AnswerMemory {
  private readonly sight = new Sight()
  private readonly rules: (RuleMemory | undefined)[] = []
  private readonly podPlaces = new Map<string, number>()

  /** A rule that takes part; before the first object. */
  add(rule: number, reads: FieldReads): void {
    // A whole object or pod is like no other.
    if (reads.places.some(({ paths }) => paths.some(path => path.length === 1))) return
    this.rules[rule] = new RuleMemory(this.sight, reads)
  }

  /** Looks at an object with one pod or none; then rules can be asked what they know of it, until the next one. */
  look({ object, namespace, name }: AdmissionRequest, pod: PodView | undefined): Recall {
    const roots: [string, JsonObject][] = [
      [OBJECT, object!],
      [REQUEST, { namespace, name }],
    ]
    if (pod !== undefined) roots.push([POD_SPEC, pod.podSpec], [POD_META, pod.podMeta])
    this.sight.look(roots)
    const place = this.placeOf(pod)
    return rule => this.rules[rule]?.recall(place, pod)
  }

  /** Reasons are places in the object, so that it matters where the pod stands in it. */
  private placeOf(pod: PodView | undefined): number {
    const path = pod === undefined ? '' : `/${pod.specPath.join('/')}`
    let number = this.podPlaces.get(path)
    if (number === undefined) {
      number = this.podPlaces.size
      this.podPlaces.set(path, number)
    }
    return number
  }
}

/** What a rule, by its index, knows of an object; `undefined` where the object cannot be told from others. */
export type Recall = (rule: number) => Recollection | undefined

/** A rule's answer to objects that are alike in what it reads, as far as it is known. */
export interface Recollection {
  /** `undefined` while no such object was asked about, or where the answer holds for one alone. */
  known(object: JsonObject): 'pass' | readonly Cause[] | undefined
  learnPass(): void
  /** `ofElements`: what the loop that goes over the elements says by itself. */
  learnFailure(causes: readonly BlamedPlace[], ofElements: () => readonly BlamedPlace[]): void
}

/** An answer that is known of a whole object or of one element: what was found wrong, without the names of elements. */
interface Entry {
  readonly signature: readonly number[]
  answer: 'pass' | readonly BlamedPlace[] | undefined
}

/** A memory that does not help is given up after so many lookups, and one that seldom helps after more. */
const trial = 400
const longTrial = 4000
const maxEntries = 4000

class RuleMemory {
  private readonly reading: Reading
  /** Where elements are judged one by one: what is read of each, beside `reading` for the object around them. */
  private readonly judged: readonly JudgedList[] | undefined
  private table: Map<number, Entry[]> | undefined = new Map()
  private lookups = 0
  private useless = 0
  private entries = 0
  private lastNew = -1

  constructor(sight: Sight, reads: FieldReads) {
    const root = growReading(sight, reads)
    if (reads.judged === undefined) this.reading = readingOf(root)
    else {
      const lists = reads.judged.map((path): JudgedList => {
        const place = sight.placeAt(path)
        return { path, place, each: readingOf(root.lists.find(list => list.place === place)!.each) }
      })
      this.judged = lists
      this.reading = readingOf({
        ...root,
        lists: root.lists.filter(list => lists.every(one => one.place !== list.place)),
      })
    }
  }

  recall(placeOfPod: number, pod: PodView | undefined): Recollection | undefined {
    if (this.table === undefined) return undefined
    this.lookups++
    if (
      (this.lookups === trial && this.useless > trial * 0.9) ||
      (this.lookups === longTrial && this.useless > longTrial * 0.6)
    ) {
      this.table = undefined
      return undefined
    }
    signatureLength = 0
    if (!signRow(this.reading, 0)) return this.nothing()
    if (this.judged !== undefined) return this.recallJudged(this.judged, pod)
    signature[signatureLength++] = placeOfPod
    const entry = this.entry()
    if (entry === undefined) return undefined
    return entry.answer === 'pass' ? passing : new WholeRecollection(entry)
  }

  private recallJudged(lists: readonly JudgedList[], pod: PodView | undefined): Recollection | undefined {
    const around = signatureLength
    found.length = 0
    let isPass = true
    for (let list = 0; list < lists.length; list++) {
      const { place, each } = lists[list]!
      const size = place.rows.numbers[place.size]!
      // A key of a map has no index by which it could be found again.
      if (size === ODD || isSizeOfMap(size)) return this.nothing()
      const start = place.rows.numbers[place.start]!
      const end = start + lengthOf(size)
      for (let row = start; row < end; row++) {
        signatureLength = around
        signature[signatureLength++] = list
        if (!signRow(each, row)) return this.nothing()
        const entry = this.entry()
        if (entry === undefined) return undefined
        if (entry.answer !== 'pass') isPass = false
        found.push(entry)
      }
    }
    if (isPass) return passing
    const elements: JudgedElement[] = []
    for (const { path, place } of lists) {
      const length = lengthOf(place.rows.numbers[place.size]!)
      for (let index = 0; index < length; index++) elements.push({ entry: found[elements.length]!, list: path, index })
    }
    return new JudgedRecollection(elements, pod)
  }

  private nothing(): undefined {
    this.useless++
    return undefined
  }

  /** The entry of the signature at hand, made where there is none. */
  private entry(): Entry | undefined {
    let hash = 0
    for (let i = 0; i < signatureLength; i++) hash = (Math.imul(hash, 31) + signature[i]!) | 0
    const alike = this.table!.get(hash)
    if (alike !== undefined) for (const known of alike) if (isSignature(known.signature)) return known
    // Of several new elements of one object the first counts.
    if (this.lastNew !== this.lookups) this.useless++
    this.lastNew = this.lookups
    if (this.entries >= maxEntries) return undefined
    this.entries++
    const made: Entry = { signature: [...signature.subarray(0, signatureLength)], answer: undefined }
    if (alike === undefined) this.table!.set(hash, [made])
    else alike.push(made)
    return made
  }
}

/** The entries of the elements of the object at hand. */
const found: Entry[] = []

/** Of an object that is known to pass. */
export const passing: Recollection = { known: () => 'pass', learnPass: () => {}, learnFailure: () => {} }

class WholeRecollection implements Recollection {
  private readonly entry: Entry

  constructor(entry: Entry) {
    this.entry = entry
  }

  known(object: JsonObject): 'pass' | readonly Cause[] | undefined {
    const { answer } = this.entry
    if (answer === undefined || answer === 'pass') return answer
    return answer.map(({ key, path, element }) =>
      element === undefined ? { key, path } : { key: keyOf(element, object), path },
    )
  }

  learnPass(): void {
    this.entry.answer = 'pass'
  }

  learnFailure(causes: readonly BlamedPlace[]): void {
    // The name of an element that stands nowhere in the object cannot be found again in another one.
    if (causes.every(({ key, element }) => key === '' || element !== undefined)) this.entry.answer = causes
  }
}

interface JudgedElement {
  readonly entry: Entry
  readonly list: FieldPath
  readonly index: number
}

class JudgedRecollection implements Recollection {
  private readonly elements: readonly JudgedElement[]
  private readonly pod: PodView | undefined

  constructor(elements: readonly JudgedElement[], pod: PodView | undefined) {
    this.elements = elements
    this.pod = pod
  }

  known(object: JsonObject): 'pass' | readonly Cause[] | undefined {
    let causes: Cause[] | undefined
    for (const { entry } of this.elements) {
      if (entry.answer === undefined) return undefined
      if (entry.answer !== 'pass') causes = []
    }
    if (causes === undefined) return 'pass'
    for (const element of this.elements) {
      const { answer } = element.entry
      if (answer === 'pass' || answer === undefined) continue
      const place = this.pathOf(element)
      const key = keyOf(place, object)
      for (const { path } of answer) causes.push({ key, path: [...place, ...path] })
    }
    return causes
  }

  learnPass(): void {
    for (const { entry } of this.elements) entry.answer = 'pass'
  }

  learnFailure(causes: readonly BlamedPlace[], ofElements: () => readonly BlamedPlace[]): void {
    const places = new Map(this.elements.map(element => [this.pathOf(element).join('\n'), element.entry]))
    const found = new Map<Entry, BlamedPlace[]>()
    for (const { key, path, element, isOpen } of causes) {
      const entry = element === undefined ? undefined : places.get(element.join('\n'))
      // Reasons outside of the elements hold for this object alone, and so does what could not be judged.
      if (entry === undefined || isOpen === true || element!.some((step, i) => path[i] !== step)) return
      const relative = { key, path: path.slice(element!.length) }
      const known = found.get(entry)
      if (known === undefined) found.set(entry, [relative])
      else if (!known.some(one => one.path.join('\n') === relative.path.join('\n'))) known.push(relative)
    }
    // Where not all reasons are shown, an element that is not named may be at fault as well.
    if (!areSame(causes, ofElements())) return
    for (const { entry } of this.elements) entry.answer = found.get(entry) ?? 'pass'
  }

  private pathOf({ list, index }: JudgedElement): JsonPath {
    const [root, ...steps] = list
    const base = root === POD_SPEC ? this.pod!.specPath : root === POD_META ? [...this.pod!.path, 'metadata'] : []
    return [...base, ...steps, index]
  }
}

function keyOf(element: JsonPath, object: JsonObject): string {
  const last = element.at(-1)
  return elementKey(element, typeof last === 'string' ? last : valueAt(object, element)!)
}

function areSame(some: readonly BlamedPlace[], others: readonly BlamedPlace[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ key, path }, i) => key === others[i]!.key && path.join('\n') === others[i]!.path.join('\n'))
  )
}

// ---- what a rule reads of an object, as numbers one after the other

/** The columns of a row that are read, and the lists in it. */
interface Reading {
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

interface JudgedList {
  readonly path: FieldPath
  readonly place: Place
  readonly each: Reading
}

interface GrowingReading {
  readonly rows: Rows
  readonly values: number[]
  readonly presences: number[]
  readonly lists: { readonly place: Place; readonly each: GrowingReading }[]
}

function growReading(sight: Sight, reads: FieldReads): GrowingReading {
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
  for (const { paths } of reads.ranges) for (const path of paths) rowOf([...path, ELEMENTS])
  for (const { paths, isPresence } of reads.places) {
    for (const path of paths) {
      const place = sight.placeAt(path)
      if (!isPresence) place.tellValuesApart()
      const row = rowOf(path)
      const columns = isPresence ? row.presences : row.values
      columns.push(place.value)
    }
  }
  return root
}

function readingOf({ rows, values, presences, lists }: GrowingReading): Reading {
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

function isSignature(other: readonly number[]): boolean {
  if (other.length !== signatureLength) return false
  for (let i = 0; i < signatureLength; i++) if (other[i] !== signature[i]) return false
  return true
}

/** False where something is odd or has no number, or there is too much to read. */
function signRow({ rows, values, presences, lists }: Reading, row: number): boolean {
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
