import { apiResourceOf, type DefinedKinds } from '../../inventory/api-resources.ts'
import { identityKey, identityOf } from '../../inventory/identity.ts'
import { topOwner } from '../../inventory/owners.ts'
import { unknown } from '../../lib/cel/values.ts'
import type { Sha256 } from '../../lib/hash/hash.ts'
import { isJsonObject, type JsonObject, jsonPointer, ownValue } from '../../lib/json/json-value.ts'
import type { EncodedFinding } from '../../model/encoded-finding.ts'
import type { ObjectRef } from '../../model/subject.ts'
import type { Verdict } from '../../model/verdict.ts'
import { withoutAbsorbed } from './absorption.ts'
import type { Answer } from './answer.ts'
import { InventoryValue } from './audit-policy.ts'
import { draftOf, type FreshDraft, freshDraftOf, pointedAt } from './draft.ts'
import { type DraftStore, wholeObject } from './draft-store.ts'
import { evaluatePolicy, type Knowledge } from './evaluate.ts'
import type { Deferred, Draft, Group, PolicyFacts, SeenObject } from './facts.ts'
import { FinalFindings } from './final-findings.ts'
import { identityNumber } from './fingerprint.ts'
import { namespaceObjectOf } from './namespace-object.ts'
import { joined } from './open-group.ts'
import type { PlannedRule, PolicyPlan } from './plan.ts'
import { subjectOf } from './subject.ts'
import type { VerdictCounts } from './verdict-counts.ts'

/** What a part of a scan answers in the end. */
export interface PolicyResult {
  readonly verdicts: Readonly<Record<Verdict, number>>
  /** Verdicts by the id of the rule. */
  readonly byRule: ReadonlyMap<string, Readonly<Record<Verdict, number>>>
}

export interface Unfinished {
  readonly plan: PolicyPlan
  readonly sha256: Sha256
  readonly defaultNamespace: string
  /** What waits for the end and groups have to say is added to them. */
  readonly drafts: DraftStore
  readonly deferred: readonly Deferred[]
  readonly counts: VerdictCounts
  readonly serial: number
  readonly all: readonly PolicyFacts[]
  readonly index: number
  /** The place of a file among the inputs. */
  readonly orderOf: (file: string) => number
  readonly take: TakeFinding
}

/** Gets the findings one by one: file after file, and in each by line, column and rule. */
export type TakeFinding = (finding: EncodedFinding) => void

/** Brings one part of a scan to its end, now that all of it is known. */
export function finishRun(run: Unfinished): PolicyResult {
  const { plan, counts, drafts, sha256 } = run
  const defined: DefinedKinds = new Map(run.all.flatMap(facts => [...facts.definedKinds]))
  const knowledge = completeKnowledge(run)
  for (const deferred of run.deferred) {
    answerLate(run, deferred, knowledge, defined, (rule, answer, draft) => {
      if (answer.kind !== 'skip') counts.add(rule.index, answer.kind)
      if (draft !== undefined) drafts.addFresh(draft)
    })
  }
  addGroups(run, knowledge, defined)
  const remains = withoutAbsorbed(drafts, plan, counts)
  const repeated = repeatedIdentities(run.all)
  new FinalFindings({ drafts, remains, rules: plan.rules, sha256, defined, repeated }).give(run.orderOf, run.take)
  const byRule = new Map<string, Readonly<Record<Verdict, number>>>()
  for (const rule of plan.rules) byRule.set(rule.id, counts.of(rule.index))
  return { verdicts: counts.total(), byRule }
}

// ---- what had to wait

function completeKnowledge({ plan, all }: Unfinished): Knowledge {
  const namespaces = new Map<string, JsonObject>()
  const lookups = new Map<string, Map<string, JsonObject>>()
  // Which thread read a file must not decide which of two objects with one name counts.
  const inFileOrder = (seen: readonly SeenObject[]): readonly JsonObject[] =>
    seen.toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0)).map(({ object }) => object)
  for (const object of inFileOrder(all.flatMap(facts => facts.namespaces)))
    namespaces.set(textAt(object, 'name'), object)
  for (const object of inFileOrder(all.flatMap(facts => facts.lookups))) {
    const kind = `${String(object['apiVersion'])} ${String(object['kind'])}`
    const key = `${kind} ${textAt(object, 'namespace')}`
    let named = lookups.get(key)
    if (named === undefined) {
      named = new Map()
      lookups.set(key, named)
    }
    // Of two objects with one name, the first counts.
    const name = textAt(object, 'name')
    if (!named.has(name)) named.set(name, object)
  }
  const inventory = new InventoryValue({
    has: (apiVersion, kind) => plan.lookupKinds.has(`${apiVersion} ${kind}`),
    get: (apiVersion, kind, namespace, name) => lookups.get(`${apiVersion} ${kind} ${namespace}`)?.get(name),
    list: (apiVersion, kind, namespace) => [...(lookups.get(`${apiVersion} ${kind} ${namespace}`)?.values() ?? [])],
  })
  return {
    params: plan.params,
    podPaths: plan.podPaths,
    inventory,
    namespaceObject: name => {
      const found = namespaces.get(name)
      return found === undefined ? unknown(`namespace "${name}" is not in the scan`) : namespaceObjectOf(found)
    },
    namespaceLabels: name => {
      const found = namespaces.get(name)
      const certain = { 'kubernetes.io/metadata.name': name }
      if (found === undefined) return { labels: certain, complete: false }
      const labels = ownValue(ownValue(found, 'metadata'), 'labels')
      return { labels: { ...(isJsonObject(labels) ? labels : {}), ...certain }, complete: true }
    },
  }
}

function answerLate(
  run: Unfinished,
  deferred: Deferred,
  knowledge: Knowledge,
  defined: DefinedKinds,
  take: (rule: PlannedRule, answer: Answer, draft: FreshDraft | undefined) => void,
): void {
  const { object, source, serial, fromPod } = deferred
  const identity = identityOf(object, { defaultNamespace: run.defaultNamespace, defined })
  const subject = subjectOf(object, identity, run.plan.podPaths)
  const positions = new Map(deferred.positions)
  const whole = positions.get('')!
  const context = {
    subject: identity.ref,
    source,
    object,
    serial,
    fromPod,
    assumedNamespace: identity.assumedNamespace,
  }
  evaluatePolicy(run.plan.policies[deferred.policy]!, subject, knowledge, (rule, answer) => {
    if (answer.kind === 'pass' || answer.kind === 'skip') return take(rule, answer, undefined)
    const pointed = pointedAt(answer.causes)
    const places = pointed.map(({ path }) => positions.get(jsonPointer(path)) ?? whole)
    take(rule, answer, freshDraftOf(rule, answer, pointed, places, context))
  })
}

// ---- pods and their controllers

/** Adds what the pods of controllers said, once for each controller and by the part of the scan that holds it. */
function addGroups(run: Unfinished, knowledge: Knowledge, defined: DefinedKinds): void {
  if (run.all.every(facts => facts.groups.length === 0)) return
  const { drafts } = run
  const owners = ownersOf(run)
  const workloads = firstPlaces(run)
  const isPresent = (key: string): boolean => workloads.has(identityNumber(key))
  const byTop = new Map<string, { readonly top: ObjectRef; readonly first: number; readonly groups: Group[] }>()
  run.all.forEach((facts, part) => {
    for (const group of facts.groups) {
      const start = group.behind === undefined || isPresent(identityKey(group.owner)) ? group.owner : group.behind
      const top = topOwner(start, key => owners.get(key))
      const entry = byTop.get(identityKey(top))
      if (entry === undefined) byTop.set(identityKey(top), { top, first: part, groups: [group] })
      else entry.groups.push(group)
    }
  })
  const places = placesOf(drafts, byTop, key => workloads.get(identityNumber(key))?.file)
  let serial = run.serial
  for (const [key, { top, first, groups }] of byTop) {
    const holder = workloads.get(identityNumber(key))
    if ((holder?.part ?? first) !== run.index) continue
    // A template in the scan answers for its pods and for what was made from it earlier.
    const merged = mergedGroup(run, groups, knowledge, defined, holder !== undefined)
    serial++
    if (holder === undefined) {
      for (const [rule, verdict] of merged.verdicts) run.counts.add(rule, verdict)
      for (const draft of merged.drafts.values()) drafts.add({ ...draft, subject: top, object: serial })
      continue
    }
    // The template answers for its pods. What only the pods have was added to them afterwards, by an injector for
    // example, and is reported at the same workload.
    for (const draft of merged.drafts.values()) {
      const rule = run.plan.rules[draft.rule]!
      if (draft.verdict !== 'fail' || !readsPod(run.plan, rule)) continue
      const place = places.get(`${draft.rule} ${key}`)
      if (place === undefined) {
        run.counts.add(draft.rule, 'fail')
        if (concerns(run.plan, rule, top)) run.counts.add(draft.rule, 'pass', -1)
        drafts.add({ ...draft, subject: top, object: serial })
      } else if (!drafts.hasKey(place, wholeObject)) {
        drafts.replace(place, joined(drafts.draft(place), draft))
      }
    }
  }
}

/** Of a workload that stands in several files with other owners, the order of their names decides, and no thread. */
function ownersOf({ all }: Unfinished): ReadonlyMap<string, ObjectRef> {
  const owners = new Map<string, ObjectRef>()
  for (const [workload, owner] of all.flatMap(facts => facts.owners)) {
    const known = owners.get(workload)
    if (known === undefined || identityKey(owner) < identityKey(known)) owners.set(workload, owner)
  }
  return owners
}

/** Of each workload, the first file that holds it and the part that read this file. */
function firstPlaces({
  all,
  orderOf,
}: Unfinished): ReadonlyMap<number, { readonly file: string; readonly part: number }> {
  const places = new Map<number, { readonly file: string; readonly part: number }>()
  all.forEach(({ workloads, workloadFiles }, part) => {
    workloads.forEach((number, i) => {
      const file = workloadFiles[i]!
      const known = places.get(number)
      if (known === undefined || orderOf(file) < orderOf(known.file)) places.set(number, { file, part })
    })
  })
  return places
}

/** Where the drafts about some objects stand, by rule and the identity of the object. Of several with one identity the first counts. */
function placesOf(
  drafts: DraftStore,
  objects: ReadonlyMap<string, unknown>,
  fileOf: (key: string) => string | undefined,
): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  let subject = -1
  let key = ''
  for (let i = 0; i < drafts.length; i++) {
    if (drafts.subject(i) !== subject) {
      subject = drafts.subject(i)
      key = identityKey(drafts.subjectAt(subject))
    }
    if (!objects.has(key) || drafts.sourceAt(drafts.source(i)).file !== fileOf(key)) continue
    const place = `${drafts.rule(i)} ${key}`
    if (!places.has(place)) places.set(place, i)
  }
  return places
}

function mergedGroup(
  run: Unfinished,
  groups: readonly Group[],
  knowledge: Knowledge,
  defined: DefinedKinds,
  onlyPods: boolean,
): {
  readonly verdicts: ReadonlyMap<number, 'pass' | 'unknown' | 'fail'>
  readonly drafts: ReadonlyMap<number, Draft>
} {
  const verdicts = new Map<number, 'pass' | 'unknown' | 'fail'>()
  const drafts = new Map<number, Draft>()
  const raise = (rule: number, verdict: 'pass' | 'unknown' | 'fail'): void => {
    const known = verdicts.get(rule)
    if (known === undefined || known === 'pass' || verdict === 'fail') verdicts.set(rule, verdict)
  }
  const said: { readonly draft: Draft; readonly order: number }[] = []
  const add = (draft: Draft): void => {
    if (!onlyPods || draft.fromPod) said.push({ draft, order: run.orderOf(draft.source.file) })
  }
  for (const group of groups) {
    for (const [rule, verdict] of group.verdicts) raise(rule, verdict)
    for (const draft of group.drafts) add(draft)
    for (const deferred of group.deferred) {
      answerLate(run, deferred, knowledge, defined, (rule, answer, draft) => {
        if (answer.kind !== 'skip') raise(rule.index, answer.kind)
        if (draft !== undefined) add(draftOf(draft))
      })
    }
  }
  // Which thread read a file must not decide which of two replicas has the word.
  for (const { draft } of said.sort((a, b) => a.order - b.order)) {
    const known = drafts.get(draft.rule)
    drafts.set(draft.rule, known === undefined ? draft : joined(known, draft))
  }
  return { verdicts, drafts }
}

function readsPod(plan: PolicyPlan, rule: PlannedRule): boolean {
  return plan.policies.some(
    policy => policy.compiled.readsPod && policy.rules.some(other => other.index === rule.index),
  )
}

function concerns(plan: PolicyPlan, rule: PlannedRule, top: ObjectRef): boolean {
  const resource = apiResourceOf(top.group === '' ? 'v1' : `${top.group}/v1`, top.kind)
  return plan.policiesFor(resource).some(policy => policy.rules.some(other => other.index === rule.index))
}

// ---- identities

/** Numbers of identities that the run holds more than once. */
function repeatedIdentities(all: readonly PolicyFacts[]): ReadonlySet<number> {
  const sorted = Float64Array.from(all.flatMap(facts => [...facts.identities])).sort()
  const repeated = new Set<number>()
  for (let i = 1; i < sorted.length; i++) if (sorted[i] === sorted[i - 1]) repeated.add(sorted[i]!)
  return repeated
}

function textAt(object: JsonObject, field: string): string {
  const value = ownValue(ownValue(object, 'metadata'), field)
  return typeof value === 'string' ? value : ''
}
