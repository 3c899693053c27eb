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
  private readonly rules: (Likeness | undefined)[] = []

  /** A rule that takes part; before the first object. */
  add(rule: number, reads: FieldReads): void {
    // A whole object or pod is like no other.
    if (reads.places.some(({ paths }) => paths.some(path => path.length === 1))) return
    if (reads.ranges.length > maxRanges) return
    const spot = ({ paths, within }: FieldSpot): Spot => ({
      nodes: paths.map(path => this.nodeOf(path)),
      within: within.map(path => this.nodeOf(path)),
    })
    for (const { paths } of reads.ranges) for (const path of paths) this.nodeOf([...path, ELEMENTS])
    const places = reads.places.map(read => ({ ...spot(read), isPresence: read.isPresence }))
    const valued = reads.places.flatMap((read, i) => (read.isPresence ? [] : [places[i]!.nodes]))
    for (const nodes of valued) shareValues(nodes)
    const lead = [...reads.places, ...reads.ranges].flatMap(({ paths }) => paths.flatMap(path => this.along(path)))
    this.rules[rule] = new Likeness(places, reads.ranges.map(spot), [...new Set(lead)])
  }

  /** By the index of the rule; none where it reads more than fields. */
  of(rule: number): Likeness | undefined {
    return this.rules[rule]
  }

  /** Notes what stands where. The answers of the rules hold until the next call. */
  look(object: JsonObject, pod: PodView | undefined): void {
    for (const node of this.nodes) node.clear()
    this.enter(OBJECT, object)
    if (pod === undefined) return
    this.enter(POD_SPEC, pod.podSpec)
    this.enter(POD_META, pod.podMeta)
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

  /** The nodes that a path leads through: what stands there must be of the kind that the path takes it for. */
  private along(path: FieldPath): PlaceNode[] {
    return path.map((_, i) => this.nodeOf(path.slice(0, i + 1)))
  }
}

/** A place that some rule reads, and what was found there in the object at hand. */
class PlaceNode {
  readonly fields = new Map<string, PlaceNode>()
  elements: PlaceNode | undefined
  /** Numbers of the values that were seen here, where a rule asks for them; shared by the lists of one loop. */
  values: Map<JsonValue, number> | undefined
  present = 0
  /** Lists with at least one element. */
  filled = 0
  /** Values of another kind than the paths that lead on take them for. */
  odd = 0
  /** The number of the value that stands here everywhere; -1 where there are several, or one without a number. */
  value = 0

  clear(): void {
    this.present = 0
    this.filled = 0
    this.odd = 0
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

function note(node: PlaceNode, value: JsonValue): void {
  node.present++
  if (node.values !== undefined) {
    const number = numberOf(node.values, value)
    node.value = node.present === 1 || node.value === number ? number : -1
  }
  const { fields, elements } = node
  if (elements === undefined && fields.size === 0) return
  if (Array.isArray(value)) {
    if (elements === undefined || fields.size > 0) node.odd++
    if (elements === undefined || value.length === 0) return
    node.filled++
    for (let i = 0; i < value.length; i++) note(elements, value[i] as JsonValue)
    return
  }
  // An unknown that stands for a value of a wrong type is an object as well, and no map.
  if (typeof value !== 'object' || value === null || value instanceof CelObject || elements !== undefined) {
    node.odd++
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

interface Spot {
  readonly nodes: readonly PlaceNode[]
  readonly within: readonly PlaceNode[]
}

interface ReadSpot extends Spot {
  readonly isPresence: boolean
}

/** A rule by the places it reads. */
export class Likeness {
  private readonly places: readonly ReadSpot[]
  private readonly ranges: readonly Spot[]
  private readonly lead: readonly PlaceNode[]
  private readonly hasRoom: boolean
  private readonly passed = new Set<number>()

  /** `lead`: all nodes that the paths lead through. */
  constructor(places: readonly ReadSpot[], ranges: readonly Spot[], lead: readonly PlaceNode[]) {
    this.places = places
    this.ranges = ranges
    this.lead = lead
    this.hasRoom = places.length * placeBits + ranges.length * rangeBits <= likenessBits
  }

  /**
   * A number for the object that was looked at last: equal for objects that are alike in all that the rule reads. -1
   * where elements of one list differ in it, or a value is none of the usual ones.
   */
  number(): number {
    for (const node of this.lead) if (node.odd > 0) return -1
    let number = 0
    for (const place of this.places) {
      const value = valueAt(place)
      if (value < 0 || (value > 0 && !this.hasRoom)) return -1
      number = this.hasRoom ? number * (1 << placeBits) + value : 0
    }
    let nested = 0
    let isMixed = false
    for (const { nodes, within } of this.ranges) {
      let filled = 0
      for (const list of nodes) filled += list.filled
      let bits = filled > 0 ? 1 : 0
      if (within.length > 0) {
        nested++
        if (filled < elementsOf(within)) {
          bits |= 2
          if (filled > 0) isMixed = true
        }
      }
      number = number * (1 << rangeBits) + bits
    }
    // Which element has which of several lists would have to be known.
    return nested > 1 && isMixed ? -1 : number
  }

  hasPassed(number: number): boolean {
    return this.passed.has(number)
  }

  learnPass(number: number): void {
    if (this.passed.size < maxLearnt) this.passed.add(number)
  }
}

const maxLearnt = 10_000

/** The number of the value at a place, equal in every element of its loop; 0 where it is absent from all of them. */
function valueAt({ nodes, within, isPresence }: ReadSpot): number {
  let present = 0
  let value = 0
  for (const node of nodes) {
    if (node.present === 0) continue
    present += node.present
    if (isPresence) value = 1
    else if (value !== 0 && value !== node.value) return -1
    else value = node.value
  }
  return present === 0 || present === (within.length === 0 ? 1 : elementsOf(within)) ? value : -1
}

function elementsOf(within: readonly PlaceNode[]): number {
  let count = 0
  for (const { present } of within) count += present
  return count
}
