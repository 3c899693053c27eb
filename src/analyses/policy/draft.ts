import type { JsonObject } from '../../lib/json/json-value.ts'
import type { ObjectSource } from '../../model/object-source.ts'
import type { Position } from '../../model/policy.ts'
import type { ObjectRef } from '../../model/subject.ts'
import type { Answer } from './answer.ts'
import type { Cause } from './cause.ts'
import { evidenceOf, type Shown, shownOf } from './evidence.ts'
import type { Draft, DraftHead, LocatedElement } from './facts.ts'
import type { PlannedRule } from './plan.ts'

/** An answer that somebody has to see. */
export type Objection = Extract<Answer, { kind: 'fail' | 'unknown' }>

export interface DraftContext {
  readonly subject: ObjectRef
  readonly source: ObjectSource
  readonly object: JsonObject
  readonly serial: number
  readonly fromPod: boolean
  readonly assumedNamespace: boolean
}

/** Where the object as a whole is pointed at. */
export const wholeObject: Cause = { key: '', path: [] }

/** The causes that are pointed at: the first of each element. */
export function pointedAt(causes: readonly Cause[]): readonly Cause[] {
  if (causes.length === 0) return [wholeObject]
  if (causes.length === 1) return causes
  const pointed: Cause[] = []
  let seen: Set<string> | undefined
  for (const cause of causes) {
    // Nearly always a few elements, whose causes follow one another; a set is worth its making for many only.
    if (seen === undefined && pointed.length === fewElements) seen = new Set(pointed.map(({ key }) => key))
    if (seen === undefined ? isAmong(pointed, cause.key) : seen.has(cause.key)) continue
    seen?.add(cause.key)
    pointed.push(cause)
  }
  return pointed
}

const fewElements = 8

function isAmong(causes: readonly Cause[], key: string): boolean {
  for (let i = causes.length - 1; i >= 0; i--) if (causes[i]!.key === key) return true
  return false
}

/** For drafts that are located later. */
export const nowhere: readonly Position[] = []
const unlocated: Position = { line: 0, column: 0 }

/** A draft whose evidence is not written yet. */
export interface FreshDraft extends DraftHead {
  readonly shown: readonly Shown[]
}

/** `pointed` are those of `pointedAt`, `positions` theirs. */
export function freshDraftOf(
  rule: PlannedRule,
  objection: Objection,
  pointed: readonly Cause[],
  positions: readonly Position[],
  context: DraftContext,
): FreshDraft {
  const elements: LocatedElement[] = []
  for (let i = 0; i < pointed.length; i++) {
    const { line, column } = positions[i] ?? unlocated
    elements.push({ key: pointed[i]!.key, line, column, source: context.source })
  }
  // What only an assumption makes true is told and gates nothing: most files leave the namespace to kubectl.
  const isAssumed = context.assumedNamespace && readsNamespace(objection.causes)
  return {
    rule: rule.index,
    verdict: objection.kind,
    subject: context.subject,
    source: context.source,
    message: isAssumed ? `${objection.message}${assumed}` : objection.message,
    reason: objection.kind === 'unknown' ? objection.reason : undefined,
    elements,
    severity: isAssumed ? 'info' : objection.kind === 'fail' ? objection.severity : undefined,
    object: context.serial,
    fromPod: context.fromPod,
    shown: shownOf(context.object, objection.causes),
  }
}

/** A finding without its fingerprint, for groups: other replicas may add to it, and it may travel. */
export function draftOf({ shown, ...head }: FreshDraft): Draft {
  return { ...head, evidence: shown.map(evidenceOf) }
}

const assumed = ' (assumed: the file names no namespace)'

function readsNamespace(causes: readonly Cause[]): boolean {
  return causes.some(({ path }) => path.length === 2 && path[0] === 'metadata' && path[1] === 'namespace')
}
