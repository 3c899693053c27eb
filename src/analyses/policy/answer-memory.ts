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
  private readonly groups = new Map<string, Group>()
  private readonly rules: (Member | undefined)[] = []
  private readonly podPlaces = new Map<string, number>()
  private isOpen = true

  /** A rule that takes part; before the first object. */
  add(rule: number, reads: FieldReads): void {
    // A whole object or pod is like no other.
    if (reads.places.some(({ paths }) => paths.some(path => path.length === 1))) return
    const key = groupOf(reads)
    let group = this.groups.get(key)
    if (group === undefined) {
      group = new Group(this.sight, this.groups.size)
      this.groups.set(key, group)
    }
    this.rules[rule] = { group, slot: group.add(reads) }
  }

  /** Looks at an object with one pod or none, so that rules can be asked what they know of it until `forget`. */
  look({ object, namespace, name }: AdmissionRequest, pod: PodView | undefined): Looked {
    if (this.isOpen) for (const group of this.groups.values()) group.close()
    this.isOpen = false
    const roots: [string, JsonObject][] = [
      [OBJECT, object!],
      [REQUEST, { namespace, name }],
    ]
    if (pod !== undefined) roots.push([POD_SPEC, pod.podSpec], [POD_META, pod.podMeta])
    return { row: this.sight.look(roots), placeOfPod: this.placeOf(pod), pod, found: new Array(this.groups.size) }
  }

  /** Forgets the objects, and keeps what was learnt of them. */
  forget(): void {
    this.sight.clear()
  }

  /** Whether the rule, by its index, is known to pass the object. */
  hasPassed(rule: number, looked: Looked): boolean {
    const member = this.rules[rule]
    return member?.group.hasPassed(member.slot, looked) === true
  }

  /** What a rule, by its index, knows of the object; `undefined` where it cannot be told from others. */
  recall(rule: number, looked: Looked): Recollection | undefined {
    const member = this.rules[rule]
    return member?.group.recall(member.slot, looked)
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

/**
 * Rules that read the same, or that read switches of the same element: one look-up then tells of all of them. Texts that
 * are different everywhere are left to the rules that read them.
 */
function groupOf(reads: FieldReads): string {
  const { places, ranges, judged } = reads
  const isOfSwitches =
    ranges.length === (judged === undefined ? 0 : 1) &&
    places.every(({ paths, isPresence }) => isPresence || paths.every(path => switches.has(path.at(-1)!)))
  if (!isOfSwitches) return JSON.stringify(reads)
  const root = places[0]?.paths[0]?.[0] ?? ''
  return judged === undefined ? `switches of ${root}` : `switches of ${JSON.stringify(judged)}`
}

/** Fields that hold one of a few values. */
const switches: ReadonlySet<string> = new Set([
  'allowPrivilegeEscalation',
  'drop',
  'hostIPC',
  'hostNetwork',
  'hostPID',
  'hostUsers',
  'privileged',
  'procMount',
  'readOnlyRootFilesystem',
  'shareProcessNamespace',
  'stdin',
  'tty',
])

/** An object that was looked at. */
export interface Looked {
  readonly row: number
  readonly placeOfPod: number
  readonly pod: PodView | undefined
  /** By group: an entry, or one for each element, or nothing; absent while the group was not asked. */
  readonly found: (readonly Entry[] | null | undefined)[]
}

/** A rule's answer to objects that are alike in what it reads, as far as it is known. */
export interface Recollection {
  /** `undefined` while no such object was asked about, or where the answer holds for one alone. */
  known(object: JsonObject): 'pass' | readonly Cause[] | undefined
  learnPass(): void
  /** `ofElements`: what the loop that goes over the elements says by itself. */
  learnFailure(causes: readonly BlamedPlace[], ofElements: () => readonly BlamedPlace[]): void
}

/**
 * What is known of a whole object or of one element, by the slot of the rule: what was found wrong, without the names of
 * elements.
 */
interface Entry {
  readonly signature: readonly number[]
  readonly answers: (Known | undefined)[]
}

type Known = 'pass' | readonly BlamedPlace[]

interface Member {
  readonly group: Group
  readonly slot: number
}

/** A memory that does not help is given up after so many lookups, and one that seldom helps after more. */
const trial = 400
const longTrial = 4000
const maxEntries = 4000

/** Rules that are known by one signature. */
class Group {
  private readonly sight: Sight
  private readonly members: FieldReads[] = []
  private reading!: Reading
  /** Where elements are judged one by one: what is read of each, beside `reading` for the object around them. */
  private judged: readonly JudgedList[] | undefined
  private table: Map<number, Entry[]> | undefined = new Map()
  private lookups = 0
  private useless = 0
  private size = 0
  private isNew = false
  private readonly index: number

  constructor(sight: Sight, index: number) {
    this.sight = sight
    this.index = index
  }

  /** The slot of the rule. */
  add(reads: FieldReads): number {
    return this.members.push(reads) - 1
  }

  /** After the last rule. */
  close(): void {
    const { sight, members } = this
    const root = growReading(sight, members)
    const { judged } = members[0]!
    if (judged === undefined) this.reading = readingOf(root)
    else {
      const lists = judged.map((path): JudgedList => {
        const place = sight.placeAt(path)
        return { path, place, each: readingOf(root.lists.find(list => list.place === place)!.each) }
      })
      this.judged = lists
      const around = root.lists.filter(list => lists.every(({ place }) => place !== list.place))
      this.reading = readingOf({ ...root, lists: around })
    }
  }

  hasPassed(slot: number, looked: Looked): boolean {
    const found = this.foundOf(looked)
    if (found === null) return false
    for (let i = 0; i < found.length; i++) if (found[i]!.answers[slot] !== 'pass') return false
    return true
  }

  recall(slot: number, looked: Looked): Recollection | undefined {
    const found = this.foundOf(looked)
    if (found === null) return undefined
    const { judged } = this
    if (judged === undefined) return new WholeRecollection(found[0]!, slot)
    return new JudgedRecollection(this.elementsOf(found, judged, looked.row), slot, looked.pod)
  }

  private foundOf(looked: Looked): readonly Entry[] | null {
    let found = looked.found[this.index]
    if (found === undefined) {
      found = this.table === undefined ? null : (this.find(this.table, looked) ?? null)
      looked.found[this.index] = found
    }
    return found
  }

  private find(table: Map<number, Entry[]>, looked: Looked): readonly Entry[] | undefined {
    this.isNew = false
    const found = this.findAll(table, looked)
    this.lookups++
    if (found === undefined || this.isNew) this.useless++
    if (
      (this.lookups === trial && this.useless > trial * 0.9) ||
      (this.lookups === longTrial && this.useless > longTrial * 0.6)
    )
      this.table = undefined
    return found
  }

  private findAll(table: Map<number, Entry[]>, { row, placeOfPod }: Looked): readonly Entry[] | undefined {
    signatureLength = 0
    if (!signRow(this.reading, row)) return undefined
    if (this.judged === undefined) {
      signature[signatureLength++] = placeOfPod
      const entry = this.entry(table)
      return entry === undefined ? undefined : [entry]
    }
    const around = signatureLength
    const found: Entry[] = []
    for (let list = 0; list < this.judged.length; list++) {
      const { place, each } = this.judged[list]!
      const size = place.sizeIn(row)
      // A key of a map has no index by which it could be found again.
      if (size === ODD || isSizeOfMap(size)) return undefined
      const start = place.startIn(row)
      const end = start + lengthOf(size)
      for (let inner = start; inner < end; inner++) {
        signatureLength = around
        signature[signatureLength++] = list
        if (!signRow(each, inner)) return undefined
        const entry = this.entry(table)
        if (entry === undefined) return undefined
        found.push(entry)
      }
    }
    return found
  }

  /** The entry of the signature at hand, made where there is none. */
  private entry(table: Map<number, Entry[]>): Entry | undefined {
    let hash = 0
    for (let i = 0; i < signatureLength; i++) hash = (Math.imul(hash, 31) + signature[i]!) | 0
    const alike = table.get(hash)
    if (alike !== undefined) for (const known of alike) if (isSignature(known.signature)) return known
    this.isNew = true
    if (this.size >= maxEntries) return undefined
    this.size++
    const made: Entry = { signature: [...signature.subarray(0, signatureLength)], answers: [] }
    if (alike === undefined) table.set(hash, [made])
    else alike.push(made)
    return made
  }

  private elementsOf(found: readonly Entry[], lists: readonly JudgedList[], row: number): readonly JudgedElement[] {
    const elements: JudgedElement[] = []
    for (const { path, place } of lists) {
      const length = lengthOf(place.sizeIn(row))
      for (let index = 0; index < length; index++) elements.push({ entry: found[elements.length]!, list: path, index })
    }
    return elements
  }
}

class WholeRecollection implements Recollection {
  private readonly entry: Entry
  private readonly slot: number

  constructor(entry: Entry, slot: number) {
    this.entry = entry
    this.slot = slot
  }

  known(object: JsonObject): 'pass' | readonly Cause[] | undefined {
    const answer = this.entry.answers[this.slot]
    if (answer === undefined || answer === 'pass') return answer
    return answer.map(({ key, path, element }) =>
      element === undefined ? { key, path } : { key: keyOf(element, object), path },
    )
  }

  learnPass(): void {
    this.entry.answers[this.slot] = 'pass'
  }

  learnFailure(causes: readonly BlamedPlace[]): void {
    // The name of an element that stands nowhere in the object cannot be found again in another one.
    if (causes.every(({ key, element }) => key === '' || element !== undefined)) this.entry.answers[this.slot] = causes
  }
}

interface JudgedElement {
  readonly entry: Entry
  readonly list: FieldPath
  readonly index: number
}

class JudgedRecollection implements Recollection {
  private readonly elements: readonly JudgedElement[]
  private readonly slot: number
  private readonly pod: PodView | undefined

  constructor(elements: readonly JudgedElement[], slot: number, pod: PodView | undefined) {
    this.elements = elements
    this.slot = slot
    this.pod = pod
  }

  known(object: JsonObject): 'pass' | readonly Cause[] | undefined {
    let causes: Cause[] | undefined
    for (const { entry } of this.elements) {
      const answer = entry.answers[this.slot]
      if (answer === undefined) return undefined
      if (answer !== 'pass') causes = []
    }
    if (causes === undefined) return 'pass'
    for (const element of this.elements) {
      const answer = element.entry.answers[this.slot]
      if (answer === 'pass' || answer === undefined) continue
      const place = this.pathOf(element)
      const key = keyOf(place, object)
      for (const { path } of answer) causes.push({ key, path: [...place, ...path] })
    }
    return causes
  }

  learnPass(): void {
    for (const { entry } of this.elements) entry.answers[this.slot] = 'pass'
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
    for (const { entry } of this.elements) entry.answers[this.slot] = found.get(entry) ?? 'pass'
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

function growReading(sight: Sight, all: readonly FieldReads[]): GrowingReading {
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
