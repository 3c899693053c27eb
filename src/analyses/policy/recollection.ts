import { type JsonObject, type JsonPath, valueAt } from '../../lib/json/json-value.ts'
import { ownText } from '../../lib/text/own-text.ts'
import type { PodView } from '../../model/pod-view.ts'
import type { BlamedPlace } from './blame.ts'
import type { Cause } from './cause.ts'
import { elementKey } from './element-key.ts'
import { type FieldPath, POD_META, POD_SPEC } from './field-reads.ts'

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
export interface Entry {
  readonly signature: readonly number[]
  readonly answers: (Known | undefined)[]
}

type Known = 'pass' | readonly BlamedPlace[]

export class WholeRecollection implements Recollection {
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
    if (causes.every(({ key, element }) => key === '' || element !== undefined))
      this.entry.answers[this.slot] = causes.map(detached)
  }
}

export interface JudgedElement {
  readonly entry: Entry
  readonly list: FieldPath
  readonly index: number
}

export class JudgedRecollection implements Recollection {
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
    for (const { path, element, isOpen } of causes) {
      const entry = element === undefined ? undefined : places.get(element.join('\n'))
      // Reasons outside of the elements hold for this object alone, and so does what could not be judged.
      if (entry === undefined || isOpen === true || element!.some((step, i) => path[i] !== step)) return
      const relative = detached({ key: '', path: path.slice(element!.length) })
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

/** Remembered for long, and so without the key that the object at hand has, and without the texts of its file. */
function detached({ key, path, element }: BlamedPlace): BlamedPlace {
  const own = (steps: JsonPath): JsonPath => steps.map(step => (typeof step === 'string' ? ownText(step) : step))
  return element === undefined ? { key, path: own(path) } : { key: '', path: own(path), element: own(element) }
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
