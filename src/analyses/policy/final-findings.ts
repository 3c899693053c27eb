import type { DefinedKinds } from '../../inventory/api-resources.ts'
import { identityKey } from '../../inventory/identity.ts'
import type { Sha256 } from '../../lib/hash/hash.ts'
import type { EncodedFinding, EncodedLocation } from '../../model/encoded-finding.ts'
import type { ObjectSource } from '../../model/object-source.ts'
import type { ObjectRef } from '../../model/subject.ts'
import type { Remains } from './absorption.ts'
import { type DraftStore, wholeObject } from './draft-store.ts'
import { elementPart, identityNumber, placePart, ruleIdPart } from './fingerprint.ts'
import type { PlannedRule } from './plan.ts'

export interface Finished {
  readonly drafts: DraftStore
  readonly remains: Remains
  readonly rules: readonly PlannedRule[]
  readonly sha256: Sha256
  readonly defined: DefinedKinds
  /** Numbers of identities that the scan holds more than once. */
  readonly repeated: ReadonlySet<number>
}

/** Makes findings of what remains of drafts. Each is made when it is wanted: it is several times as large as its draft. */
export class FinalFindings {
  private readonly finished: Finished
  private readonly ruleParts: readonly string[]
  /** By the number of the key. */
  private readonly elementParts: readonly string[]
  /** The identity that the latest finding was about; findings about one object follow one another. */
  private subjectNumber = -1
  private sourceNumber = -1
  private subject!: ObjectRef
  private placePart = ''

  constructor(finished: Finished) {
    this.finished = finished
    this.elementParts = Array.from({ length: finished.drafts.keyCount }, (_, key) =>
      elementPart(finished.drafts.keyText(key)),
    )
    this.ruleParts = finished.rules.map(({ id }) => ruleIdPart(id))
  }

  /** Hands them on file after file, and in each by line, column and rule. */
  give(orderOf: (file: string) => number, take: (finding: EncodedFinding) => void): void {
    for (const file of this.byFile(orderOf)) for (const index of file) take(this.finding(index))
  }

  private byFile(orderOf: (file: string) => number): readonly (readonly number[])[] {
    const { drafts, remains, rules } = this.finished
    const files = new Map<number, number[]>()
    const first = new Int32Array(drafts.length)
    let source = -1
    let list: number[] = []
    for (let i = 0; i < drafts.length; i++) {
      let element = drafts.elementsFrom(i)
      while (element < drafts.elementsTo(i) && remains.isAbsorbed(element)) element++
      if (element === drafts.elementsTo(i)) continue
      first[i] = element
      if (drafts.sourceOf(element) !== source) {
        source = drafts.sourceOf(element)
        const order = orderOf(drafts.sourceAt(source).file)
        list = files.get(order) ?? []
        files.set(order, list)
      }
      list.push(i)
    }
    const inFileOrder = (a: number, b: number): number => {
      const x = first[a]!
      const y = first[b]!
      const lines = drafts.lineOf(x) - drafts.lineOf(y)
      if (lines !== 0) return lines
      const columns = drafts.columnOf(x) - drafts.columnOf(y)
      if (columns !== 0) return columns
      const one = rules[drafts.rule(a)]!.id
      const other = rules[drafts.rule(b)]!.id
      return one < other ? -1 : one > other ? 1 : 0
    }
    return [...files].sort(([a], [b]) => a - b).map(([, found]) => found.sort(inFileOrder))
  }

  private finding(index: number): EncodedFinding {
    const { drafts, remains, rules, sha256 } = this.finished
    const rule = rules[drafts.rule(index)]!
    this.enter(drafts.subject(index), drafts.source(index))
    const ruleAndPlace = this.ruleParts[rule.index]! + this.placePart
    const whole = sha256(ruleAndPlace + this.elementParts[wholeObject]!)
    const locations: EncodedLocation[] = []
    for (let element = drafts.elementsFrom(index); element < drafts.elementsTo(index); element++) {
      if (remains.isAbsorbed(element)) continue
      const key = drafts.keyOf(element)
      const { file, origin } = drafts.sourceAt(drafts.sourceOf(element))
      locations.push({
        file,
        line: drafts.lineOf(element),
        column: drafts.columnOf(element),
        key: drafts.keyText(key),
        digest: key === wholeObject ? whole : sha256(ruleAndPlace + this.elementParts[key]!),
        origin,
      })
    }
    const { frameworks, aliases } = remains.labels(index)
    const reason = drafts.reason(index)
    return {
      ruleId: rule.id,
      verdict: drafts.isFailure(index) ? 'fail' : 'unknown',
      status: 'new',
      severity: drafts.severity(index) ?? rule.severity,
      subject: this.subject,
      element: '',
      words: drafts.wordsOf(index),
      locations,
      frameworks,
      aliases,
      ...(reason !== undefined && { reason }),
      digest: whole,
    }
  }

  private enter(subject: number, source: number): void {
    if (subject === this.subjectNumber && source === this.sourceNumber) return
    const { drafts, defined, repeated } = this.finished
    const ref = drafts.subjectAt(subject)
    if (subject !== this.subjectNumber) this.subject = scoped(ref, defined)
    const isRepeated = repeated.size > 0 && repeated.has(identityNumber(identityKey(ref)))
    this.placePart = placePart(this.subject, originOf(drafts.sourceAt(source), isRepeated))
    this.subjectNumber = subject
    this.sourceNumber = source
  }
}

/** A definition that was read after the object may say that it lives in no namespace. */
function scoped(ref: ObjectRef, defined: DefinedKinds): ObjectRef {
  if (ref.namespace === '' || defined.size === 0) return ref
  return defined.get(`${ref.group}/${ref.kind}`)?.namespaced === false ? { ...ref, namespace: '' } : ref
}

/** What tells an object apart from others of its identity: its unit, and its folder where another one has it too. */
function originOf({ unit, file }: ObjectSource, isRepeated: boolean): string {
  return isRepeated ? `${unit}\n${file.slice(0, Math.max(0, file.lastIndexOf('/')))}` : unit
}
