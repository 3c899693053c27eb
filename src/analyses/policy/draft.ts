import type { JsonObject } from '../../lib/json/json-value.ts'
import type { Evidence } from '../../model/finding.ts'
import type { ObjectSource } from '../../model/object-source.ts'
import type { Position } from '../../model/policy.ts'
import type { ObjectRef } from '../../model/subject.ts'
import type { Answer } from './answer.ts'
import type { Cause } from './cause.ts'
import { evidenceAt } from './evidence.ts'
import type { Draft, LocatedElement } from './facts.ts'
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
  const seen = new Set<string>()
  return causes.filter(({ key }) => {
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

/** A finding without its fingerprint; `positions` are those of `pointedAt(causes)`. */
export function draftOf(
  rule: PlannedRule,
  objection: Objection,
  positions: readonly Position[],
  context: DraftContext,
): Draft {
  const elements = pointedAt(objection.causes).map(({ key }, i): LocatedElement => {
    const { line, column } = positions[i]!
    return { key, line, column, source: context.source }
  })
  // What only an assumption makes true is told and gates nothing: most files leave the namespace to kubectl.
  const isAssumed = context.assumedNamespace && readsNamespace(objection.causes)
  const severity = isAssumed ? 'info' : objection.kind === 'fail' ? objection.severity : undefined
  return {
    rule: rule.index,
    verdict: objection.kind,
    subject: context.subject,
    source: context.source,
    message: isAssumed ? `${objection.message}${assumed}` : objection.message,
    reason: objection.kind === 'unknown' ? objection.reason : undefined,
    elements,
    ...(severity !== undefined && { severity }),
    evidence: evidenceOf(context.object, objection.causes),
    object: context.serial,
    fromPod: context.fromPod,
  }
}

const assumed = ' (assumed: the file names no namespace)'

function readsNamespace(causes: readonly Cause[]): boolean {
  return causes.some(({ path }) => path.length === 2 && path[0] === 'metadata' && path[1] === 'namespace')
}

const MAX_EVIDENCE = 20

function evidenceOf(object: JsonObject, causes: readonly Cause[]): readonly Evidence[] {
  const found: Evidence[] = []
  for (const { path, isSecret } of causes) {
    if (path.length === 0 || found.length === MAX_EVIDENCE) continue
    const evidence = evidenceAt(object, path, isSecret)
    if (!found.some(known => known.pointer === evidence.pointer)) found.push(evidence)
  }
  return found
}
