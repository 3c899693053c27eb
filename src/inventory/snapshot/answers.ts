import { type JsonObject, type JsonPath, type JsonValue, jsonPointer, valueAt } from '../../lib/json/json-value.ts'
import type { Evidence, FixOffer } from '../../model/finding.ts'
import type { RuleVerdict, VerdictElement } from '../../model/rule-verdict.ts'
import type { Severity } from '../../model/severity.ts'
import type { ObjectRef } from '../../model/subject.ts'
import { identityKey } from '../identity.ts'
import { placeOf, type SnapshotObject } from './snapshot-object.ts'

/** A place in an object of the snapshot that a verdict points at. */
export interface Pointed {
  readonly object: SnapshotObject
  readonly path: JsonPath
  /** What the element is called wherever it moves; `""` for the object itself. */
  readonly key: string
}

export interface Objection {
  readonly message: string
  /** Where the cause stands; the subject's own object as a whole where absent. */
  readonly at?: readonly Pointed[]
  /** Reported at this object instead of the one that was asked about. */
  readonly subject?: ObjectRef
  readonly severity?: Severity
  readonly reason?: string
  readonly fix?: FixOffer
  /** Facts beside the values at the places pointed at. */
  readonly evidence?: readonly Evidence[]
}

/** Collects what the checks of a domain say. Rules that nobody asked for are passed over. */
export class SnapshotAnswers {
  readonly verdicts: RuleVerdict[] = []
  /** How many subjects a rule found in order. */
  readonly passed = new Map<string, number>()
  /** Findings of rules about one object that are answered better here, by `absorbedKey`. */
  readonly absorbed = new Set<string>()
  private readonly asked: ReadonlySet<string>

  constructor(asked: ReadonlySet<string>) {
    this.asked = asked
  }

  asks(...ruleIds: readonly string[]): boolean {
    return ruleIds.some(id => this.asked.has(id))
  }

  pass(ruleId: string, count = 1): void {
    if (this.asked.has(ruleId)) this.passed.set(ruleId, (this.passed.get(ruleId) ?? 0) + count)
  }

  /** A rule about one object need not report this one: what is wrong with it is told where it does harm. */
  absorb(ruleId: string, object: ObjectRef): void {
    this.absorbed.add(absorbedKey(ruleId, object))
  }

  fail(ruleId: string, object: SnapshotObject, objection: Objection): void {
    this.add(ruleId, 'fail', object, objection)
  }

  unknown(ruleId: string, object: SnapshotObject, objection: Objection & { readonly reason: string }): void {
    this.add(ruleId, 'unknown', object, objection)
  }

  private add(ruleId: string, verdict: 'fail' | 'unknown', about: SnapshotObject, objection: Objection): void {
    if (!this.asked.has(ruleId)) return
    const { message, at, subject, severity, reason, fix } = objection
    const pointed = at === undefined || at.length === 0 ? [{ object: about, path: [], key: '' }] : at
    this.verdicts.push({
      ruleId,
      verdict,
      subject: subject ?? about.ref,
      message,
      elements: pointed.map(elementOf),
      evidence: [...pointed.flatMap(evidenceOf), ...(objection.evidence ?? [])],
      ...(severity === undefined ? {} : { severity }),
      ...(reason === undefined ? {} : { reason }),
      ...(fix === undefined ? {} : { fix }),
    })
  }
}

/** Names a finding of a rule about an object. */
export function absorbedKey(ruleId: string, object: ObjectRef): string {
  return `${ruleId} ${identityKey(object)}`
}

/** The rule that an `absorbedKey` names. */
export function ruleOfAbsorbedKey(key: string): string {
  return key.slice(0, key.indexOf(' '))
}

function elementOf({ object, path, key }: Pointed): VerdictElement {
  return { key, file: object.source.file, ...placeOf(object, path), origin: object.source.origin }
}

function evidenceOf({ object, path }: Pointed): readonly Evidence[] {
  return path.length === 0
    ? []
    : [{ pointer: jsonPointer(path), value: bounded(valueAt(object.object, path) ?? null, 3) }]
}

const mostEntries = 20
const mostText = 200

/** A value small enough to print: a rule may name a hundred thousand objects. */
function bounded(value: JsonValue, depth: number): JsonValue {
  if (typeof value === 'string') return value.length > mostText ? `${value.slice(0, mostText)}…` : value
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value))
    return depth === 0
      ? []
      : (value as readonly JsonValue[]).slice(0, mostEntries).map(entry => bounded(entry, depth - 1))
  const copy = Object.create(null) as { [key: string]: JsonValue }
  if (depth === 0) return copy
  for (const key of Object.keys(value).slice(0, mostEntries))
    copy[key] = bounded((value as JsonObject)[key]!, depth - 1)
  return copy
}
