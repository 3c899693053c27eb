import { IntegerRows } from '../../lib/collections/integer-rows.ts'
import { JsonBytes } from '../../lib/json/json-bytes.ts'
import type { JsonValue } from '../../lib/json/json-value.ts'
import {
  decodedWords,
  type EncodedWords,
  encodeWords,
  encodeWordsWith,
  survivesJson,
} from '../../model/encoded-finding.ts'
import type { Evidence } from '../../model/finding.ts'
import type { ObjectSource } from '../../model/object-source.ts'
import type { Position } from '../../model/policy.ts'
import { severities } from '../../model/severity.ts'
import type { ObjectRef } from '../../model/subject.ts'
import type { FreshDraft } from './draft.ts'
import { evidenceOf, type Shown } from './evidence.ts'
import type { Draft, DraftHead, LocatedElement } from './facts.ts'

/**
 * Drafts that wait for the end of a scan. There may be hundreds of thousands: numbers stand in two tables, the words of
 * each are JSON already, and what drafts of one object share is held once. It takes a fraction of what objects would.
 */
export class DraftStore {
  private readonly drafts = new IntegerRows(draftWidth)
  private readonly elements = new IntegerRows(elementWidth)
  private readonly subjects: ObjectRef[] = []
  private readonly subjectNumbers = new Map<ObjectRef, number>()
  private readonly sources: ObjectSource[] = []
  private readonly sourceNumbers = new Map<ObjectSource, number>()
  private readonly keys: string[] = ['']
  private readonly keyNumbers = new Map<string, number>([['', wholeObject]])
  private readonly words = new JsonBytes(blockLength + blockReserve)
  private readonly blocks: Uint8Array[] = []
  private readonly reasons = new Map<number, string>()
  private readonly exact = new Map<number, readonly Evidence[]>()

  get length(): number {
    return this.drafts.length
  }

  /** How many elements all drafts point at: their numbers are smaller. */
  get elementCount(): number {
    return this.elements.length
  }

  /** How many keys of elements there are: their numbers are smaller. */
  get keyCount(): number {
    return this.keys.length
  }

  add(draft: Draft): void {
    const wordsFrom = this.beginWords()
    encodeWords(this.words, draft.message, draft.evidence)
    this.write(this.drafts.open(), draft, wordsFrom)
    if (!draft.evidence.every(isPlain)) this.exact.set(this.length - 1, draft.evidence)
  }

  /** The same for a draft that nobody will look into before the end. */
  addFresh(draft: FreshDraft): void {
    const wordsFrom = this.beginWords()
    encodeWordsWith(this.words, draft.message, draft.shown, writePointer)
    this.write(this.drafts.open(), draft, wordsFrom)
    if (!draft.shown.every(isPlain)) this.exact.set(this.length - 1, draft.shown.map(evidenceOf))
  }

  /**
   * The same for a draft whose places were asked for, but not found yet: `places`, one for each element, are what `locate`
   * finds in its list. Gives the index of the draft.
   */
  addUnlocated(draft: FreshDraft, places: readonly number[]): number {
    this.addFresh(draft)
    const index = this.length - 1
    let at = this.elementsFrom(index) * elementWidth + elementField.line
    for (const place of places) {
      this.elements.values[at] = place
      at += elementWidth
    }
    return index
  }

  /** Tells an unlocated draft its positions. */
  locate(index: number, positions: readonly Position[]): void {
    const { values } = this.elements
    for (let element = this.elementsFrom(index); element < this.elementsTo(index); element++) {
      const at = element * elementWidth
      const { line, column } = positions[values[at + elementField.line]!]!
      values[at + elementField.line] = line
      values[at + elementField.column] = column
    }
  }

  /** Puts another draft in the place of one. */
  replace(index: number, draft: Draft): void {
    this.reasons.delete(index)
    this.exact.delete(index)
    const wordsFrom = this.beginWords()
    encodeWords(this.words, draft.message, draft.evidence)
    this.write(index * draftWidth, draft, wordsFrom)
    if (!draft.evidence.every(isPlain)) this.exact.set(index, draft.evidence)
  }

  draft(index: number): Draft {
    const elements: LocatedElement[] = []
    for (let element = this.elementsFrom(index); element < this.elementsTo(index); element++) {
      elements.push({
        key: this.keys[this.keyOf(element)]!,
        line: this.lineOf(element),
        column: this.columnOf(element),
        source: this.sources[this.sourceOf(element)]!,
      })
    }
    return {
      rule: this.rule(index),
      verdict: this.isFailure(index) ? 'fail' : 'unknown',
      subject: this.subjects[this.subject(index)]!,
      source: this.sources[this.source(index)]!,
      ...decodedWords(this.wordsOf(index)),
      reason: this.reasons.get(index),
      elements,
      severity: this.severity(index),
      object: this.object(index),
      fromPod: (this.field(index, field.flags) & fromPod) !== 0,
    }
  }

  // ---- of a draft, by its index

  rule(index: number): number {
    return this.field(index, field.rule)
  }

  object(index: number): number {
    return this.field(index, field.object)
  }

  isFailure(index: number): boolean {
    return (this.field(index, field.flags) & isUnknown) === 0
  }

  severity(index: number): Draft['severity'] {
    return severities[(this.field(index, field.flags) >> severityShift) - 1]
  }

  /** The number of its subject; drafts of one object share it. */
  subject(index: number): number {
    return this.field(index, field.subject)
  }

  /** The number of its source. */
  source(index: number): number {
    return this.field(index, field.source)
  }

  elementsFrom(index: number): number {
    return this.field(index, field.elementsFrom)
  }

  elementsTo(index: number): number {
    return this.field(index, field.elementsTo)
  }

  hasKey(index: number, key: number): boolean {
    for (let element = this.elementsFrom(index); element < this.elementsTo(index); element++) {
      if (this.keyOf(element) === key) return true
    }
    return false
  }

  reason(index: number): string | undefined {
    return this.reasons.get(index)
  }

  wordsOf(index: number): EncodedWords {
    this.closeBlock()
    const block = this.blocks[this.field(index, field.block)]!
    const bytes = block.subarray(this.field(index, field.wordsFrom), this.field(index, field.wordsTo))
    return { bytes, exact: this.exact.get(index) }
  }

  // ---- of an element, by its number

  /** The number of its key; that of the object as a whole is `wholeObject`. */
  keyOf(element: number): number {
    return this.elements.values[element * elementWidth + elementField.key]!
  }

  lineOf(element: number): number {
    return this.elements.values[element * elementWidth + elementField.line]!
  }

  columnOf(element: number): number {
    return this.elements.values[element * elementWidth + elementField.column]!
  }

  sourceOf(element: number): number {
    return this.elements.values[element * elementWidth + elementField.source]!
  }

  // ---- by number

  keyText(key: number): string {
    return this.keys[key]!
  }

  subjectAt(subject: number): ObjectRef {
    return this.subjects[subject]!
  }

  sourceAt(source: number): ObjectSource {
    return this.sources[source]!
  }

  private field(index: number, name: number): number {
    return this.drafts.values[index * draftWidth + name]!
  }

  private beginWords(): number {
    if (this.words.length > blockLength) this.closeBlock()
    return this.words.length
  }

  private write(at: number, draft: DraftHead, wordsFrom: number): void {
    const elementsFrom = this.elements.length
    for (const element of draft.elements) this.addElement(element)
    const severity = draft.severity === undefined ? 0 : severities.indexOf(draft.severity) + 1
    const { values } = this.drafts
    values[at + field.rule] = draft.rule
    values[at + field.flags] =
      (draft.verdict === 'unknown' ? isUnknown : 0) | (draft.fromPod ? fromPod : 0) | (severity << severityShift)
    values[at + field.subject] = numberOf(draft.subject, this.subjects, this.subjectNumbers)
    values[at + field.source] = numberOf(draft.source, this.sources, this.sourceNumbers)
    values[at + field.object] = draft.object
    values[at + field.elementsFrom] = elementsFrom
    values[at + field.elementsTo] = this.elements.length
    values[at + field.block] = this.blocks.length
    values[at + field.wordsFrom] = wordsFrom
    values[at + field.wordsTo] = this.words.length
    if (draft.reason !== undefined) this.reasons.set(at / draftWidth, draft.reason)
  }

  private addElement({ key, line, column, source }: LocatedElement): void {
    let number = this.keyNumbers.get(key)
    if (number === undefined) {
      number = this.keys.push(key) - 1
      this.keyNumbers.set(key, number)
    }
    const at = this.elements.open()
    const { values } = this.elements
    values[at + elementField.key] = number
    values[at + elementField.line] = line
    values[at + elementField.column] = column
    values[at + elementField.source] = numberOf(source, this.sources, this.sourceNumbers)
  }

  private closeBlock(): void {
    if (this.words.length > 0) this.blocks.push(this.words.take())
  }
}

/** The number of the key of an object as a whole. */
export const wholeObject = 0

const blockLength = 1 << 20
/** Room for the words that fill the block, so that it seldom has to grow. */
const blockReserve = 1 << 14

const field = {
  rule: 0,
  flags: 1,
  subject: 2,
  source: 3,
  object: 4,
  elementsFrom: 5,
  elementsTo: 6,
  block: 7,
  wordsFrom: 8,
  wordsTo: 9,
} as const
const draftWidth = 10
const isUnknown = 1
const fromPod = 2
const severityShift = 2

const elementField = { key: 0, line: 1, column: 2, source: 3 } as const
const elementWidth = 4

/** The place of an entry in a list to which it is added once. */
function numberOf<T>(entry: T, list: T[], numbers: Map<T, number>): number {
  let number = numbers.get(entry)
  if (number === undefined) {
    number = list.push(entry) - 1
    numbers.set(entry, number)
  }
  return number
}

function isPlain({ value }: { readonly value: JsonValue }): boolean {
  return survivesJson(value)
}

function writePointer(into: JsonBytes, { path, length }: Shown): void {
  into.pointer(path, length)
}
