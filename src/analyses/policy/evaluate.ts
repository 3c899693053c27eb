import type { ApiResource } from '../../inventory/api-resources.ts'
import type { PodPaths } from '../../inventory/pod-paths.ts'
import { type CelValue, unknown } from '../../lib/cel/values.ts'
import type { JsonObject } from '../../lib/json/json-value.ts'
import type { PodView } from '../../model/pod-view.ts'
import type { Answer } from './answer.ts'
import { evaluateConditions, met } from './conditions.ts'
import { matchRequest } from './match.ts'
import { messageOf, staticMessage } from './message.ts'
import { paramsFor } from './params.ts'
import {
  equivalentsOf,
  type PlannedBinding,
  type PlannedPolicy,
  type PlannedRule,
  type PlannedValidation,
} from './plan.ts'
import { type PreludeName, preludeValue } from './prelude.ts'
import type { Recollection } from './recollection.ts'
import type { AdmissionRequest, NamespaceLabels } from './request.ts'
import { type PolicyScope, requestValueOf, type Surroundings } from './scope.ts'
import { errorReason, evaluateValidation } from './validate.ts'

/** An object made ready for all rules: taken apart once. */
export interface Subject {
  /** Without fields that hold null, for kinds whose fields the server knows. */
  readonly normal: JsonObject
  readonly resource: ApiResource
  readonly request: AdmissionRequest
  readonly pods: readonly PodView[]
  /** Filled on the way: what rules see around each pod, `undefined` standing for the object itself. */
  readonly surroundings: Map<PodView | undefined, Surroundings>
}

/** What is known beside the object. While objects still come in, `unknown` stands for what may yet be read. */
export interface Knowledge {
  namespaceLabels(name: string): NamespaceLabels
  namespaceObject(name: string): CelValue
  readonly inventory: CelValue
  readonly params: readonly JsonObject[]
  readonly podPaths: PodPaths
}

export type TakeAnswer = (rule: PlannedRule, answer: Answer) => void

/** What a rule, by its index, has answered to objects like this one. */
export type Recall = (rule: number) => Recollection | undefined

/** `recall`, where it is given, saves asking, and takes the answers that are new. */
export function evaluatePolicy(
  planned: PlannedPolicy,
  subject: Subject,
  knowledge: Knowledge,
  take: TakeAnswer,
  recall?: Recall,
): void {
  const { compiled, rules } = planned
  const { pods } = subject
  if (compiled.readsPod && pods.length === 0 && isCustom(planned, subject)) {
    for (const rule of rules) take(rule, skipped)
    return
  }
  const views = compiled.readsPod && pods.length > 0 ? pods : onePodless
  if (views.length === 1 && !planned.selective) {
    const surroundings = aroundOf(subject, views[0], knowledge)
    const conditions =
      planned.conditions.length === 0
        ? met
        : evaluateConditions(planned.conditions, planned.scopeFor(surroundings, planned.paramsWith(null)).resolve)
    if (conditions.kind === 'notMet') {
      for (const rule of rules) take(rule, skipped)
      return
    }
    if (conditions.kind === 'met') {
      const isKnowable = !compiled.readsPod || pods.length === 1
      decideAll(planned, surroundings, take, isKnowable ? recall : undefined)
      return
    }
  }
  const worst = new Map<PlannedRule, Answer>()
  for (const view of views) {
    const surroundings = aroundOf(subject, view, knowledge)
    for (const [rule, answer] of decideSelectively(planned, subject, surroundings, knowledge)) {
      worst.set(rule, graver(worst.get(rule), answer))
    }
  }
  for (const rule of rules) take(rule, worst.get(rule) ?? skipped)
}

/** Every rule of a policy that holds for the object as it is. */
function decideAll(
  planned: PlannedPolicy,
  surroundings: Surroundings,
  take: TakeAnswer,
  recall: Recall | undefined,
): void {
  let scope: PolicyScope | undefined
  const scoped = (): PolicyScope => {
    scope ??= planned.scopeFor(surroundings, planned.paramsWith(null))
    return scope
  }
  for (const rule of planned.rules) {
    const recollection = recall?.(rule.index)
    const known = recollection?.known(surroundings.request.object!)
    if (known === 'pass') take(rule, passed)
    else if (known === undefined) take(rule, decide(planned, rule, scoped(), recollection))
    else take(rule, { kind: 'fail', message: messageOf(rule.validation, () => scoped().resolve), causes: known })
  }
}

// Without a pod of its own, an object that only resembles a workload has nothing a pod rule could be about.
function isCustom({ compiled }: PlannedPolicy, { resource, request }: Subject): boolean {
  return !compiled.matcher.resources.resourceRules.some(
    rule => rule.apiGroups.includes(resource.group) && rule.resources.includes(request.resource.resource),
  )
}

const onePodless: readonly (PodView | undefined)[] = [undefined]

/** All policies that are asked about one pod of an object share one view of its surroundings. */
function aroundOf(subject: Subject, view: PodView | undefined, knowledge: Knowledge): Surroundings {
  const known = subject.surroundings.get(view)
  if (known !== undefined) return known
  const made = new Around(subject.request, view, knowledge)
  subject.surroundings.set(view, made)
  return made
}

class Around implements Surroundings {
  readonly request: AdmissionRequest
  readonly pod: PodView | undefined
  private readonly knowledge: Knowledge
  private requested: CelValue | undefined
  private containers: CelValue | undefined

  constructor(request: AdmissionRequest, pod: PodView | undefined, knowledge: Knowledge) {
    this.request = request
    this.pod = pod
    this.knowledge = knowledge
  }

  get requestValue(): CelValue {
    this.requested ??= requestValueOf(this.request)
    return this.requested
  }

  preludeValue(name: PreludeName): CelValue {
    if (name === 'containers') {
      this.containers ??= preludeValue(name, this.request.object ?? null, this.pod!)
      return this.containers
    }
    return preludeValue(name, this.request.object ?? null, this.pod!)
  }

  get namespaceObject(): CelValue {
    const { request } = this
    const isNamespace = request.resource.group === '' && request.resource.resource === 'namespaces'
    return request.namespaced && !isNamespace ? this.knowledge.namespaceObject(request.namespace) : null
  }

  get inventory(): CelValue {
    return this.knowledge.inventory
  }
}

const passed: Answer = { kind: 'pass' }
const skipped: Answer = { kind: 'skip' }

function decide(
  planned: PlannedPolicy,
  rule: PlannedValidation,
  scope: PolicyScope,
  recollection?: Recollection,
): Answer {
  const outcome = evaluateValidation(rule.validation, scope)
  if (outcome.kind === 'admit') {
    recollection?.learnPass()
    return passed
  }
  const causes = planned.blame.causesOf(rule.position, scope)
  if (outcome.kind === 'deny') {
    recollection?.learnFailure(causes, () => planned.blame.causesInElements(rule.position, scope))
    const message = messageOf(rule.validation, () => scope.resolve)
    return { kind: 'fail', message, causes }
  }
  const reason = outcome.kind === 'error' ? errorReason(planned.compiled, outcome.reason) : outcome.reason
  return { kind: 'unknown', message: undecidedMessage(rule), reason, causes }
}

function undecidedMessage(rule: PlannedValidation): string {
  return `cannot be decided: ${staticMessage(rule.validation)}`
}

function decideSelectively(
  planned: PlannedPolicy,
  subject: Subject,
  surroundings: Surroundings,
  knowledge: Knowledge,
): ReadonlyMap<PlannedRule, Answer> {
  const { compiled, rules } = planned
  const equivalents = equivalentsOf(subject.resource, compiled, knowledge.podPaths)
  const request: AdmissionRequest = { ...subject.request, equivalents }
  const answers = new Map<PlannedRule, Answer>()
  const all = (answer: Answer): ReadonlyMap<PlannedRule, Answer> => {
    for (const rule of rules) answers.set(rule, graver(answers.get(rule), answer))
    return answers
  }
  const undecided = (reason: string): Answer => ({ kind: 'unknown', message: 'cannot be decided', reason, causes: [] })
  const labels = (name: string): NamespaceLabels => knowledge.namespaceLabels(name)
  const matched = matchRequest(compiled.matcher, request, labels)
  if (matched.kind === 'no') return all(skipped)
  if (matched.kind === 'error') return all(undecided(matched.reason))
  const bindings: readonly (PlannedBinding | undefined)[] = planned.bindings.length > 0 ? planned.bindings : [undefined]
  for (const bound of bindings) {
    const here = bound?.matcher === undefined ? matched : matchRequest(bound.matcher, request, labels)
    if (here.kind === 'no') {
      all(skipped)
      continue
    }
    if (here.kind === 'error') {
      all(undecided(here.reason))
      continue
    }
    const params = paramsFor(compiled.policy, bound?.binding, request, knowledge.params)
    if (params.kind !== 'each') {
      all(params.kind === 'skip' ? skipped : undecided(params.reason))
      continue
    }
    for (const value of params.values) {
      const scope = planned.scopeFor(surroundings, planned.paramsWith(value))
      const conditions = evaluateConditions(planned.conditions, scope.resolve)
      if (conditions.kind === 'notMet') {
        all(skipped)
        continue
      }
      const open = matched.kind === 'unknown' ? matched : here.kind === 'unknown' ? here : undefined
      const reason = open?.reason ?? (conditions.kind === 'met' ? undefined : conditions.reason)
      for (const rule of rules) {
        const answer = decide(planned, rule, scope)
        // Whether the policy applies matters only where it would object.
        const final =
          reason === undefined || answer.kind === 'pass' ? answer : { ...undecided(reason), ...withCauses(answer) }
        answers.set(rule, graver(answers.get(rule), final))
      }
    }
  }
  return answers
}

function withCauses(answer: Answer): Pick<Answer & { kind: 'fail' }, 'causes'> {
  return { causes: 'causes' in answer ? answer.causes : [] }
}

const gravity = { skip: 0, pass: 1, unknown: 2, fail: 3 }

/** The graver of two answers about one rule; two of the same kind are joined. */
function graver(a: Answer | undefined, b: Answer): Answer {
  if (a === undefined || gravity[b.kind] > gravity[a.kind]) return b
  if (a.kind !== b.kind || !('causes' in a) || !('causes' in b)) return a
  const message = a.message === b.message ? a.message : `${a.message}; ${b.message}`
  return { ...a, message, causes: [...a.causes, ...b.causes] }
}

/** Stands for what later objects may still tell. */
export const notYetRead = unknown('not everything was read yet')
