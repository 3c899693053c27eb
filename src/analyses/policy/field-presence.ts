import { CelObject } from '../../lib/cel/types.ts'
import type { JsonObject, JsonValue } from '../../lib/json/json-value.ts'
import type { PodView } from '../../model/pod-view.ts'
import { ELEMENTS, type FieldPath, type FieldReads, type FieldSpot, OBJECT, POD_META, POD_SPEC } from './field-reads.ts'

/**
 * Saves evaluations. Most rules pass, and most objects are alike in what a rule reads: they lack the field, or every
 * container has it with the one value that everybody writes. One walk over an object notes what stands at all places
 * that any rule reads; a rule that passed an object which was alike in its places passes this one too.
 * Benchmark: bench/scan.ts.
 */
export class FieldPresence {
  private readonly root = new PlaceNode()
  private readonly nodes: PlaceNode[] = []
  private readonly spots = new Map<string, Spot>()
  private readonly rules: (Likeness | undefined)[] = []

  /** A rule that takes part; before the first object. */
  add(rule: number, reads: FieldReads): void {
    // A whole object or pod is like no other.
    if (reads.places.some(({ paths }) => paths.some(path => path.length === 1))) return
    if (reads.ranges.length > maxRanges) return
    for (const { paths } of reads.ranges) for (const path of paths) this.nodeOf([...path, ELEMENTS])
    const places = reads.places.map(read => this.spotOf(read, read.isPresence ? 'presence' : 'value'))
    this.rules[rule] = new Likeness(
      places,
      reads.ranges.map(range => this.spotOf(range, 'list')),
    )
  }

  /** Of the object that was looked at last, its likeness to others for each of the rules. */
  numbers(rules: readonly { readonly index: number }[]): Likenesses {
    const numbers = new Map<number, number>()
    for (const { index } of rules) {
      const number = this.rules[index]?.number() ?? -1
      if (number >= 0) numbers.set(index, number)
    }
    return new Likenesses(this.rules, numbers)
  }

  /**
   * Notes what stands where, until the next call; false where something is of another kind than a rule takes it for, and
   * then nothing is known.
   */
  look(object: JsonObject, pod: PodView | undefined): boolean {
    for (const node of this.nodes) node.clear()
    isOdd = false
    this.enter(OBJECT, object)
    if (pod !== undefined) {
      this.enter(POD_SPEC, pod.podSpec)
      this.enter(POD_META, pod.podMeta)
    }
    if (isOdd) return false
    for (const spot of this.spots.values()) spot.sum()
    return true
  }

  private enter(name: string, value: JsonObject): void {
    const node = this.root.fields.get(name)
    if (node !== undefined) note(node, value)
  }

  private nodeOf(path: FieldPath): PlaceNode {
    let node = this.root
    for (const step of path) node = this.below(node, step)
    return node
  }

  private below(node: PlaceNode, step: string): PlaceNode {
    const known = step === ELEMENTS ? node.elements : node.fields.get(step)
    if (known !== undefined) return known
    const made = new PlaceNode()
    this.nodes.push(made)
    if (step === ELEMENTS) node.elements = made
    else node.fields.set(step, made)
    return made
  }

  /** Rules that read the same share the spot, so that it is summed up once. */
  private spotOf({ paths, within }: FieldSpot, asked: Spot['asked']): Spot {
    const key = JSON.stringify([asked, paths, within])
    let spot = this.spots.get(key)
    if (spot === undefined) {
      const nodes = paths.map(path => this.nodeOf(path))
      if (asked === 'value') shareValues(nodes)
      spot = new Spot(
        nodes,
        within.map(path => this.nodeOf(path)),
        asked,
      )
      this.spots.set(key, spot)
    }
    return spot
  }
}

/** One object as the rules see it: which of them have passed one that was alike. Rules are named by their index. */
export class Likenesses {
  private readonly rules: readonly (Likeness | undefined)[]
  private readonly numbers: ReadonlyMap<number, number>

  constructor(rules: readonly (Likeness | undefined)[], numbers: ReadonlyMap<number, number>) {
    this.rules = rules
    this.numbers = numbers
  }

  hasPassed(rule: number): boolean {
    const number = this.numbers.get(rule)
    return number !== undefined && this.rules[rule]!.passed.has(number)
  }

  learnPass(rule: number): void {
    const number = this.numbers.get(rule)
    const passed = number === undefined ? undefined : this.rules[rule]!.passed
    if (passed !== undefined && passed.size < maxLearnt) passed.add(number!)
  }
}

const maxLearnt = 10_000

/** A place that some rule reads, and what was found there in the object at hand. */
class PlaceNode {
  readonly fields = new Map<string, PlaceNode>()
  elements: PlaceNode | undefined
  /** Numbers of the values that were seen here, where a rule asks for them; shared by the lists of one loop. */
  values: Map<JsonValue, number> | undefined
  present = 0
  /** Lists with at least one element. */
  filled = 0
  /** The number of the value that stands here everywhere; -1 where there are several, or one without a number. */
  value = 0

  clear(): void {
    this.present = 0
    this.filled = 0
  }
}

function shareValues(nodes: readonly PlaceNode[]): void {
  const values = nodes.find(node => node.values !== undefined)?.values ?? new Map<JsonValue, number>()
  for (const node of nodes) node.values ??= values
}

/** Six bits of a likeness tell the value at a place: 0 is absence. */
const placeBits = 6
const maxValues = (1 << placeBits) - 2
const rangeBits = 2
const maxRanges = 12
/** Whole numbers are exact so far. */
const likenessBits = 52

/** Whether a value in the object at hand is of another kind than the paths that lead on take it for. */
let isOdd = false

function note(node: PlaceNode, value: JsonValue): void {
  node.present++
  if (node.values !== undefined) {
    const number = numberOf(node.values, value)
    node.value = node.present === 1 || node.value === number ? number : -1
  }
  const { fields, elements } = node
  if (elements === undefined && fields.size === 0) return
  if (Array.isArray(value)) {
    if (elements === undefined || fields.size > 0) isOdd = true
    if (elements === undefined || value.length === 0) return
    node.filled++
    for (let i = 0; i < value.length; i++) note(elements, value[i] as JsonValue)
    return
  }
  // An unknown that stands for a value of a wrong type is an object as well, and no map.
  if (typeof value !== 'object' || value === null || value instanceof CelObject || elements !== undefined) {
    isOdd = true
    return
  }
  for (const key in value) {
    const next = fields.get(key)
    if (next !== undefined) note(next, (value as JsonObject)[key] as JsonValue)
  }
}

/** From 1; -1 for what has no number: lists and maps, and values beyond the first few. */
function numberOf(values: Map<JsonValue, number>, value: JsonValue): number {
  if (typeof value === 'object' || Object.is(value, -0)) return -1
  let number = values.get(value)
  if (number === undefined) {
    if (values.size >= maxValues) return -1
    number = values.size + 1
    values.set(value, number)
  }
  return number
}

/** A place, or the same place in all elements of a loop, and what is to be known of it. */
class Spot {
  readonly asked: 'value' | 'presence' | 'list'
  /**
   * Of the object at hand. A place: 0 where it is absent from all elements, the number of its value where all have it,
   * -1 where they differ. A list: bit 0 where one has elements, bit 1 where one is empty.
   */
  state = 0
  readonly isNested: boolean
  private readonly nodes: readonly PlaceNode[]
  private readonly within: readonly PlaceNode[]

  constructor(nodes: readonly PlaceNode[], within: readonly PlaceNode[], asked: Spot['asked']) {
    this.nodes = nodes
    this.within = within
    this.asked = asked
    this.isNested = within.length > 0
  }

  sum(): void {
    let around = this.isNested ? 0 : 1
    for (const { present } of this.within) around += present
    this.state = this.asked === 'list' ? this.listState(around) : this.placeState(around)
  }

  private placeState(around: number): number {
    let present = 0
    let value = 0
    for (const node of this.nodes) {
      if (node.present === 0) continue
      present += node.present
      if (this.asked === 'presence') value = 1
      else if (value !== 0 && value !== node.value) return -1
      else value = node.value
    }
    return present === 0 || present === around ? value : -1
  }

  private listState(around: number): number {
    let filled = 0
    for (const node of this.nodes) filled += node.filled
    // Of lists that are joined outside of a loop only the sum counts.
    const isEmptySomewhere = this.isNested ? filled < around : filled === 0
    return (filled > 0 ? 1 : 0) | (isEmptySomewhere ? 2 : 0)
  }
}

/** A rule by the places it reads. */
class Likeness {
  private readonly places: readonly Spot[]
  private readonly ranges: readonly Spot[]
  private readonly hasRoom: boolean
  private readonly isNested: boolean
  /** Numbers of objects that passed. */
  readonly passed = new Set<number>()

  constructor(places: readonly Spot[], ranges: readonly Spot[]) {
    this.places = places
    this.ranges = ranges
    this.hasRoom = places.length * placeBits + ranges.length * rangeBits <= likenessBits
    this.isNested = ranges.filter(range => range.isNested).length > 1
  }

  /**
   * A number for the object that was looked at last: equal for objects that are alike in all that the rule reads. -1
   * where elements of one list differ in it, or a value is none of the usual ones.
   */
  number(): number {
    let number = 0
    for (const { state } of this.places) {
      if (state < 0 || (state > 0 && !this.hasRoom)) return -1
      if (this.hasRoom) number = number * (1 << placeBits) + state
    }
    for (const { state } of this.ranges) {
      // Which element has which of several lists would have to be known.
      if (state === 3 && this.isNested) return -1
      number = number * (1 << rangeBits) + state
    }
    return number
  }
}
