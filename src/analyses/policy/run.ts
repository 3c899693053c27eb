import { definedKindsOf, identityKey, identityOf } from '../../inventory/identity.ts'
import { behindReplicaSet, reportedAt } from '../../inventory/owners.ts'
import { podViewsOf } from '../../inventory/pod-view.ts'
import type { Sha256 } from '../../lib/hash/hash.ts'
import { type JsonObject, type JsonPath, jsonPointer } from '../../lib/json/json-value.ts'
import type { ObjectSource } from '../../model/object-source.ts'
import type { Position } from '../../model/policy.ts'
import type { ObjectRef } from '../../model/subject.ts'
import type { ReadingNote } from '../../read/manifests/manifest.ts'
import type { Answer } from './answer.ts'
import type { AnswerMemory, Looked } from './answer-memory.ts'
import { AskedPlaces } from './asked-places.ts'
import type { Cause } from './cause.ts'
import { type DraftContext, draftOf, freshDraftOf, nowhere, type Objection, pointedAt, wholeObject } from './draft.ts'
import { DraftStore } from './draft-store.ts'
import { evaluatePolicy, type Knowledge, notYetRead, type Subject, type TakeAnswer } from './evaluate.ts'
import type { Deferred, PolicyFacts, SeenObject } from './facts.ts'
import { identityNumber } from './fingerprint.ts'
import { finishRun, type PolicyResult, type TakeFinding, type Unfinished } from './finish.ts'
import { OpenGroup } from './open-group.ts'
import type { CheckSubject, PlannedPolicy, PlannedRule, PolicyPlan } from './plan.ts'
import { type Projection, project, projectionOf } from './projection.ts'
import { replicaPrint } from './replica-print.ts'
import { subjectOf, withNamespace } from './subject.ts'
import { VerdictCounts } from './verdict-counts.ts'

export interface PolicyRunOptions {
  readonly sha256: Sha256
  /** The namespace of objects that name none. */
  readonly defaultNamespace: string
}

/**
 * The places of paths in the source of one object, in the same order. Every path exists in the object. Asked once, before
 * `facts` returns, or never.
 */
export type Locate = (paths: readonly JsonPath[]) => readonly Position[]

/** One part of a scan: objects come in, one by one, and need not be kept by the caller. */
export interface PolicyRun {
  /** `length`: the characters of its text, so that not many large objects are held at once. */
  add(object: JsonObject, source: ObjectSource, locate: Locate, notes?: readonly ReadingNote[], length?: number): void
  /** After the last object: what the other parts need to know. May be sent to another thread as it is. */
  facts(): PolicyFacts
  /** With the facts of all parts, this one's among them at `index`, in the same order everywhere. */
  finish(all: readonly PolicyFacts[], index: number, orderOf: Unfinished['orderOf'], take: TakeFinding): PolicyResult
}

export function createPolicyRun(plan: PolicyPlan, options: PolicyRunOptions): PolicyRun {
  return new Run(plan, options)
}

/** Objects that are asked about together, and the characters of their texts after which no more are waited for. */
const batchSize = 128
const batchLength = 4_000_000

/** Objects after which it pays to know what every rule reads. */
const memoryAfter = 40

class Run implements PolicyRun {
  private readonly plan: PolicyPlan
  private readonly options: PolicyRunOptions
  private readonly counts: VerdictCounts
  private readonly knowledge: Knowledge
  private readonly drafts = new DraftStore()
  private readonly deferred: Deferred[] = []
  private readonly groups = new Map<string, OpenGroup>()
  private readonly identities: number[] = []
  private readonly workloads: number[] = []
  private readonly workloadFiles: string[] = []
  private readonly owners: (readonly [string, ObjectRef])[] = []
  private readonly definedKinds = new Map<string, { readonly resource: string; readonly namespaced: boolean }>()
  private readonly namespaces: SeenObject[] = []
  private readonly lookups: SeenObject[] = []
  private readonly projections = new Map<string, Projection>()
  private pending: Pending[] = []
  private pendingLength = 0
  private serial = 0
  private memory: AnswerMemory | undefined

  constructor(plan: PolicyPlan, options: PolicyRunOptions) {
    this.plan = plan
    this.options = options
    this.counts = new VerdictCounts(plan.rules.length)
    this.knowledge = {
      namespaceLabels: name => ({ labels: { 'kubernetes.io/metadata.name': name }, complete: false }),
      namespaceObject: () => notYetRead,
      inventory: notYetRead,
      params: plan.params,
      podPaths: plan.podPaths,
    }
  }

  add(
    object: JsonObject,
    source: ObjectSource,
    locate: Locate,
    notes: readonly ReadingNote[] = noNotes,
    length = 0,
  ): void {
    const identity = identityOf(object, { defaultNamespace: this.options.defaultNamespace, defined: this.definedKinds })
    const { ref, resource, assumedNamespace } = identity
    const { podPaths } = this.plan
    this.counts.addObject()
    this.collect(object, ref, source.file)
    const owner = reportedAt(object, ref, podPaths)
    const key = identityKey(ref)
    if (owner === undefined) this.identities.push(identityNumber(key))
    if (ref.kind !== 'Pod' && podPaths.has(`${ref.group}/${ref.kind}`)) {
      this.workloads.push(identityNumber(key))
      this.workloadFiles.push(source.file)
      if (owner !== undefined) this.owners.push([key, owner])
    }
    const policies = this.plan.policiesFor(resource)
    if (owner !== undefined && ref.kind === 'Pod' && this.isKnownReplica(object, owner)) return
    if (policies.length === 0 && !this.plan.checks.some(({ check }) => check.concerns(resource))) return
    const subject = subjectOf(object, identity, podPaths)
    const fromPod = owner !== undefined && ref.kind === 'Pod'
    const context: DraftContext = { subject: ref, source, object, serial: this.serial++, fromPod, assumedNamespace }
    const group = owner === undefined ? undefined : this.groupOf(object, owner)
    this.pending.push({
      subject,
      policies,
      next: 0,
      context,
      group,
      locate,
      notes,
      asked: new AskedPlaces(object),
      objections: [],
      drafts: [],
      waiting: [],
    })
    this.pendingLength += length
    if (this.pending.length === batchSize || this.pendingLength > batchLength) this.answerPending()
  }

  facts(): PolicyFacts {
    this.answerPending()
    return {
      identities: Float64Array.from(this.identities),
      workloads: Float64Array.from(this.workloads),
      workloadFiles: this.workloadFiles,
      definedKinds: [...this.definedKinds],
      namespaces: this.namespaces,
      lookups: this.lookups,
      owners: this.owners,
      groups: [...this.groups.values()].map(group => group.closed()),
    }
  }

  finish(all: readonly PolicyFacts[], index: number, orderOf: Unfinished['orderOf'], take: TakeFinding): PolicyResult {
    const { plan, drafts, deferred, counts, serial } = this
    return finishRun({ plan, drafts, deferred, counts, serial, all, index, orderOf, take, ...this.options })
  }

  /** Looks at the objects of a batch; at none where there were too few to learn from. */
  private lookAt(batch: readonly Pending[]): AnswerMemory | undefined {
    if (this.serial < memoryAfter) return undefined
    this.memory ??= this.plan.memory()
    this.memory.forget()
    for (const object of batch) {
      const { request, pods } = object.subject
      const [pod] = pods
      if (pods.length > 1 || (pod !== undefined && (pod.malformed !== undefined || pod.label !== ''))) continue
      object.looked = this.memory.look(request, pod)
    }
    return this.memory
  }

  /**
   * Asks rule after rule about all objects that wait, not object after object: the code of a hundred rules does not fit
   * into the caches of a processor, a few objects do.
   */
  private answerPending(): void {
    const batch = this.pending
    this.pending = []
    this.pendingLength = 0
    const memory = this.lookAt(batch)
    for (const policy of this.plan.policies) {
      for (const object of batch) {
        // The policies of an object come in the order of the plan.
        if (object.policies[object.next] !== policy) continue
        object.next++
        if (!this.isPassed(policy, object, memory)) this.ask(policy, object, memory)
      }
    }
    const seen = batch.map(object => this.checkSubjectOf(object))
    for (const { rule, check } of this.plan.checks) {
      for (const [i, object] of batch.entries())
        if (check.concerns(object.subject.resource)) this.take(rule, check.answer(seen[i]!), object)
    }
    for (const object of batch) this.keep(object)
  }

  private checkSubjectOf({ subject, context, notes }: Pending): CheckSubject {
    const pods = podViewsOf(subject.normal, context.subject, this.plan.podPaths)
    return { object: context.object, resource: subject.resource, notes, pods }
  }

  /** Counts the rules of a policy where all are known to pass the object. */
  private isPassed(
    policy: PlannedPolicy,
    { looked, subject, group }: Pending,
    memory: AnswerMemory | undefined,
  ): boolean {
    if (looked === undefined || memory === undefined || !policy.isRecallable) return false
    if (policy.compiled.readsPod && subject.pods.length !== 1) return false
    for (const { index } of policy.rules) if (!memory.hasPassed(index, looked)) return false
    for (const { index } of policy.rules) this.count(index, 'pass', group)
    return true
  }

  private ask(policy: PlannedPolicy, object: Pending, memory: AnswerMemory | undefined): void {
    const { subject, looked, waiting } = object
    const recall = looked === undefined ? undefined : (rule: number) => memory?.recall(rule, looked)
    const take: TakeAnswer = (rule, answer) => this.take(rule, answer, object)
    if (!policy.waits) {
      evaluatePolicy(policy, subject, this.knowledge, take, recall)
      return
    }
    const answers: (readonly [PlannedRule, Answer])[] = []
    evaluatePolicy(policy, subject, this.knowledge, (rule, answer) => answers.push([rule, answer]))
    if (answers.some(([, answer]) => answer.kind === 'unknown')) {
      waiting.push({ policy, causes: answers.flatMap(([, answer]) => ('causes' in answer ? answer.causes : [])) })
    } else for (const [rule, answer] of answers) take(rule, answer)
  }

  private take(rule: PlannedRule, answer: Answer, pending: Pending): void {
    if (answer.kind === 'skip') return
    const { group } = pending
    this.count(rule.index, answer.kind, group)
    if (answer.kind === 'pass') return
    if (group !== undefined) pending.objections.push({ rule, answer })
    else {
      // Written at once, while what it says and shows is at hand.
      const { asked, context } = pending
      const pointed = pointedAt(answer.causes)
      const places = pointed.map(({ path }) => asked.ask(path))
      pending.drafts.push(this.drafts.addUnlocated(freshDraftOf(rule, answer, pointed, nowhere, context), places))
    }
  }

  private count(rule: number, kind: 'pass' | 'fail' | 'unknown', group: OpenGroup | undefined): void {
    if (group === undefined) this.counts.add(rule, kind)
    else group.raise(rule, kind)
  }

  /** Locates and keeps what somebody has to see: one question for places, however many rules object. */
  private keep({ objections: all, drafts, waiting, group, subject, context, asked, locate }: Pending): void {
    const objections = group === undefined ? all : all.filter(({ rule, answer }) => !group.knows(rule.index, answer))
    if (objections.length + drafts.length + waiting.length === 0) return
    const pointed = objections.map(({ answer }) => pointedAt(answer.causes))
    const places = pointed.map(causes => causes.map(({ path }) => asked.ask(path)))
    const later = waiting.map(({ causes }) => [wholeObject, ...causes])
    const placesLater = later.map(causes => causes.map(({ path }) => asked.ask(path)))
    const located = locate(asked.paths)
    for (const draft of drafts) this.drafts.locate(draft, located)
    objections.forEach(({ rule, answer }, i) => {
      const positions = places[i]!.map(place => located[place]!)
      group!.add(draftOf(freshDraftOf(rule, answer, pointed[i]!, positions, context)))
    })
    waiting.forEach(({ policy }, i) => {
      const found = later[i]!.map(({ path }, n) => [jsonPointer(path), located[placesLater[i]![n]!]!] as const)
      const deferred: Deferred = {
        policy: policy.index,
        object: this.reduced(policy, subject, context),
        source: context.source,
        serial: context.serial,
        fromPod: context.fromPod,
        positions: found,
      }
      if (group === undefined) this.deferred.push(deferred)
      else group.defer(deferred)
    })
  }

  /** The object as far as the policy reads it. The projection is the same for all objects of a kind with one pod. */
  private reduced(policy: PlannedPolicy, subject: Subject, { object }: DraftContext): JsonObject {
    const { pods, resource } = subject
    if (pods.length > 1) return object
    const key = `${policy.index} ${resource.group}/${resource.kind}`
    let projection = this.projections.get(key)
    if (projection === undefined) {
      projection = projectionOf(policy.compiled, pods[0])
      this.projections.set(key, projection)
    }
    return project(object, projection)
  }

  /** Whether a pod of the same controller, alike in everything a rule reads, was asked already. */
  private isKnownReplica(object: JsonObject, owner: ObjectRef): boolean {
    if (!this.plan.replicasAlike) return false
    const print = replicaPrint(object)
    return print !== undefined && !this.groupOf(object, owner).isNew(this.options.sha256(print))
  }

  private groupOf(object: JsonObject, owner: ObjectRef): OpenGroup {
    const key = identityKey(owner)
    let group = this.groups.get(key)
    if (group === undefined) {
      group = new OpenGroup(owner, behindReplicaSet(object, owner))
      this.groups.set(key, group)
    }
    return group
  }

  private collect(object: JsonObject, ref: ObjectRef, file: string): void {
    if (ref.kind === 'CustomResourceDefinition') {
      for (const [kind, defined] of definedKindsOf(object)) this.definedKinds.set(kind, defined)
    }
    if (ref.group === '' && ref.kind === 'Namespace') this.namespaces.push({ file, object: withoutBulk(object) })
    if (this.plan.lookupKinds.has(`${String(object['apiVersion'])} ${ref.kind}`)) {
      const bare = withoutBulk(object)
      this.lookups.push({ file, object: ref.namespace === '' ? bare : withNamespace(bare, ref.namespace) })
    }
  }
}

const noNotes: readonly ReadingNote[] = []

/** An object whose rules are still to be asked. */
interface Pending {
  readonly subject: Subject
  readonly policies: readonly PlannedPolicy[]
  /** Of these, the one to be asked next. */
  next: number
  readonly context: DraftContext
  readonly group: OpenGroup | undefined
  looked?: Looked
  readonly locate: Locate
  readonly notes: readonly ReadingNote[]
  readonly asked: AskedPlaces
  /** What rules say of a group; other replicas may have said it. */
  readonly objections: Objected[]
  /** What they say of the object, by index; still to be located. */
  readonly drafts: number[]
  readonly waiting: Waiting[]
}

interface Objected {
  readonly rule: PlannedRule
  readonly answer: Objection
}

interface Waiting {
  readonly policy: PlannedPolicy
  readonly causes: readonly Cause[]
}

/** Without what the server keeps for itself and no policy sees. */
function withoutBulk(object: JsonObject): JsonObject {
  const { status: _status, ...rest } = object
  return rest
}
