import { type Authorize, CelUnknown, type CelValue, EXPRESSION_COST_LIMIT, unknown } from '../../../lib/cel/index.ts'
import { printValue } from '../../../lib/cel/print.ts'
import type { PolicyBinding, ValidationAction, ValidationReason } from '../../../model/policy.ts'
import { type Matcher, matcherOf } from '../match.ts'
import { MAX_MESSAGE_BYTES } from '../message.ts'
import type { GroupVersionKind, NamespaceLabels } from '../request.ts'
import { type AdmissionAttributes, isNamespaceKind, labelsIn, member } from './attributes.ts'
import { collectParams, type ParamObject, paramKindProblem } from './collect-params.ts'
import type { AdmissionPolicy } from './compile-admission.ts'
import { convertVersion } from './convert-version.ts'
import { CONDITIONS_COST_LIMIT, evaluateGroup, GROUP_COST_LIMIT, type Outcome, type Scope } from './evaluate-group.ts'
import { type AttributesMatch, matchAttributes } from './match-attributes.ts'
import { filteredNamespace } from './namespace-object.ts'
import { requestValue } from './request-value.ts'
import type { ServedKinds } from './served-kinds.ts'
import { WarningRecorder } from './warning-recorder.ts'

/** A policy with the bindings that put it into effect. */
export interface BoundPolicy {
  readonly compiled: AdmissionPolicy
  readonly bindings: readonly AdmissionBinding[]
}

export interface AdmissionBinding {
  readonly binding: PolicyBinding
  readonly matcher: Matcher | undefined
}

/** What is known around a request. */
export interface AdmissionWorld {
  readonly kinds: ServedKinds
  /** Policies by name, each with its bindings by name. */
  readonly policies: readonly BoundPolicy[]
  readonly params: readonly ParamObject[]
  /** A Namespace as the server keeps it; `undefined` where it was not given. */
  namespace(name: string): CelValue | undefined
  readonly authorize: Authorize
  /**
   * False where nobody reads the cost: messages of validations that hold are then left out, as long as they could not
   * exhaust the budget. The decision is the same.
   */
  readonly exactCost?: boolean
}

/** What an API server answers to a request. */
export interface AdmissionDecision {
  /** `null` where the input leaves it open. */
  readonly allowed: boolean | null
  readonly status: AdmissionStatus | undefined
  readonly warnings: readonly string[]
  readonly auditAnnotations: Readonly<Record<string, string>>
  readonly denials: readonly Denial[]
  readonly unknown: readonly Undecided[]
  readonly cost: number
  readonly costs: readonly ExpressionCost[]
}

export interface AdmissionStatus {
  readonly code: number
  readonly reason: string
  readonly message: string
}

export interface Denial {
  readonly policy: string
  /** `null` where the policy itself cannot be used. */
  readonly binding: string | null
  /** Index of the validation; `null` where none alone denies. */
  readonly validation: number | null
  readonly message: string
  /** True where nothing was found wrong but an expression or the configuration failed. */
  readonly error: boolean
}

export interface Undecided {
  readonly policy: string
  readonly binding: string | null
  readonly validation: number | null
  readonly reason: string
}

export interface ExpressionCost {
  readonly policy: string
  readonly binding: string
  /** `validations[0].expression`. */
  readonly field: string
  readonly cost: number
}

/** Asks all policies about one request, as the admission of an API server does. */
export function admit(attributes: AdmissionAttributes, world: AdmissionWorld): AdmissionDecision {
  const review = new Review(attributes, world)
  if (!isNeverEvaluated(attributes)) for (const bound of world.policies) review.ask(bound)
  return review.decision()
}

/** Prepares bindings for `admit`, sorted as it expects them. */
export function boundPolicies(
  policies: readonly AdmissionPolicy[],
  bindings: readonly PolicyBinding[],
): readonly BoundPolicy[] {
  return policies
    .toSorted((a, b) => compareText(a.policy.name, b.policy.name))
    .map(compiled => ({
      compiled,
      bindings: bindings
        .filter(binding => binding.policyName === compiled.policy.name)
        .toSorted((a, b) => compareText(a.name, b.name))
        .map(binding => ({ binding, matcher: binding.match === undefined ? undefined : matcherOf(binding.match) })),
    }))
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Policies about policies could lock everybody out, and reviews are questions that nothing may block. */
function isNeverEvaluated({ resource: { group, resource } }: AdmissionAttributes): boolean {
  return neverEvaluated.has(`${group}/${resource}`)
}

const neverEvaluated = new Set([
  'admissionregistration.k8s.io/validatingadmissionpolicies',
  'admissionregistration.k8s.io/validatingadmissionpolicybindings',
  'admissionregistration.k8s.io/mutatingadmissionpolicies',
  'admissionregistration.k8s.io/mutatingadmissionpolicybindings',
  'authentication.k8s.io/selfsubjectreviews',
  'authentication.k8s.io/tokenreviews',
  'authorization.k8s.io/localsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authorization.k8s.io/subjectaccessreviews',
])

/** Servers before this minor version record the first failure alone. */
const RECORDS_ALL_FAILURES = 37
const MAX_RECORDED_FAILURES = 50
const MAX_ANNOTATION_BYTES = 10 * 1024
const FAILURES_KEY = 'validation.policy.admission.k8s.io/validation_failure'

interface ReasonedDenial extends Denial {
  readonly reason: ValidationReason
}

/** What one evaluation of a policy says: its decisions in order and its annotations. */
interface Evaluated {
  readonly decisions: readonly Decision[]
  readonly annotations: readonly Annotation[]
}

interface Decision {
  readonly kind: 'admit' | 'deny' | 'unknown'
  readonly validation: number | null
  readonly message: string
  readonly reason: ValidationReason
  readonly error: boolean
}

type Annotation =
  | { readonly kind: 'publish'; readonly key: string; readonly value: string }
  | { readonly kind: 'deny'; readonly key: string; readonly message: string }
  | { readonly kind: 'unknown'; readonly key: string; readonly message: string }

class Review {
  private readonly attributes: AdmissionAttributes
  private readonly world: AdmissionWorld
  private readonly denials: ReasonedDenial[] = []
  private readonly undecided: Undecided[] = []
  private readonly failures: object[] = []
  private readonly warnings = new WarningRecorder()
  private readonly published: Record<string, string> = Object.create(null) as Record<string, string>
  private readonly costs: ExpressionCost[] = []
  private readonly converted = new Map<string, { readonly object: CelValue; readonly oldObject: CelValue }>()
  private mayDeny = false
  private cost = 0

  constructor(attributes: AdmissionAttributes, world: AdmissionWorld) {
    this.attributes = attributes
    this.world = world
  }

  ask({ compiled, bindings }: BoundPolicy): void {
    const { policy } = compiled
    // A policy that nothing binds is never even matched.
    if (bindings.length === 0) return
    const matched = this.match(compiled.matcher)
    if (matched.kind === 'no') return
    const problem =
      matched.kind === 'error'
        ? matched.reason
        : paramKindProblem(policy.paramKind, this.world.params, this.world.kinds)
    if (problem !== undefined) {
      this.configurationError(compiled, null, `failed to configure policy: ${problem}`, openOf(matched))
      return
    }
    if (matched.kind === 'error') return
    const annotations = new Map<string, string[]>()
    for (const bound of bindings) this.askBinding(compiled, bound, matched, annotations)
    for (const [key, values] of annotations) this.published[`${policy.name}/${key}`] = values.join(', ')
  }

  private askBinding(
    compiled: AdmissionPolicy,
    { binding, matcher }: AdmissionBinding,
    matched: AttributesMatch & { kind: 'yes' | 'unknown' },
    annotations: Map<string, string[]>,
  ): void {
    const here = matcher === undefined ? matched : this.match(matcher)
    if (here.kind === 'no') return
    const open = openOf(matched) ?? openOf(here)
    if (here.kind === 'error') {
      this.configurationError(compiled, binding.name, `failed to configure binding: ${here.reason}`, open)
      return
    }
    const { params, kinds } = this.world
    const collected = collectParams(compiled.policy.paramKind, binding, this.attributes.namespace, params, kinds)
    if (collected.kind === 'error') {
      this.configurationError(compiled, binding.name, `failed to configure binding: ${collected.reason}`, open)
      return
    }
    const results = collected.values.map(value => this.evaluate(compiled, binding, matched, value, open))
    for (const { result, open: still } of results) {
      for (const decision of result.decisions) this.take(compiled, binding, decision, still)
      for (const annotation of result.annotations) this.annotate(compiled, binding, annotation, still, annotations)
    }
  }

  private match(matcher: Matcher): AttributesMatch {
    return matchAttributes(matcher, this.attributes, this.world.kinds, name => this.namespaceLabels(name))
  }

  private namespaceLabels(name: string): NamespaceLabels {
    const { kind, oldObject } = this.attributes
    // A Namespace that is deleted is itself the one whose labels count.
    const own =
      isNamespaceKind(kind) && oldObject !== null && !(oldObject instanceof CelUnknown) ? oldObject : undefined
    const known = own ?? this.world.namespace(name)
    if (known !== undefined) return { labels: labelsIn(known), complete: true }
    return { labels: { 'kubernetes.io/metadata.name': name }, complete: false }
  }

  private configurationError(
    { policy }: AdmissionPolicy,
    binding: string | null,
    message: string,
    open: string | undefined,
  ): void {
    if (policy.failurePolicy === 'Ignore') return
    if (open !== undefined) this.leaveOpen(policy.name, binding, null, open, true)
    else this.denials.push({ policy: policy.name, binding, validation: null, message, reason: 'Invalid', error: true })
  }

  private leaveOpen(
    policy: string,
    binding: string | null,
    validation: number | null,
    reason: string,
    denies: boolean,
  ): void {
    if (denies) this.mayDeny = true
    this.undecided.push({ policy, binding, validation, reason })
  }

  private take(
    { policy }: AdmissionPolicy,
    binding: PolicyBinding,
    decision: Decision,
    open: string | undefined,
  ): void {
    if (decision.kind === 'admit') return
    const { validation, message, reason, error } = decision
    const actions = binding.validationActions
    if (decision.kind === 'unknown' || open !== undefined) {
      const why = decision.kind === 'unknown' ? message : open!
      this.leaveOpen(policy.name, binding.name, validation, why, actions.includes('Deny'))
      return
    }
    for (const action of actions) {
      if (action === 'Deny')
        this.denials.push({ policy: policy.name, binding: binding.name, validation, message, reason, error })
      else if (action === 'Audit')
        this.failures.push(failureOf(policy.name, binding.name, validation, message, actions))
      else {
        this.warnings.add(
          `Validation failed for ValidatingAdmissionPolicy '${policy.name}' with binding '${binding.name}': ${message}`,
        )
      }
    }
  }

  private annotate(
    { policy }: AdmissionPolicy,
    binding: PolicyBinding,
    annotation: Annotation,
    open: string | undefined,
    annotations: Map<string, string[]>,
  ): void {
    if (annotation.kind === 'unknown' || open !== undefined) {
      const reason = annotation.kind === 'unknown' ? annotation.message : open!
      this.leaveOpen(
        policy.name,
        binding.name,
        null,
        `audit annotation "${annotation.key}": ${reason}`,
        annotation.kind !== 'publish',
      )
      return
    }
    if (annotation.kind === 'deny') {
      // Whatever the binding's actions are.
      const { message } = annotation
      this.denials.push({
        policy: policy.name,
        binding: binding.name,
        validation: null,
        message,
        reason: 'Invalid',
        error: true,
      })
      return
    }
    const value = cutBytes(annotation.value, MAX_ANNOTATION_BYTES)
    const values = annotations.get(annotation.key) ?? []
    if (!values.includes(value)) values.push(value)
    annotations.set(annotation.key, values)
  }

  private evaluate(
    compiled: AdmissionPolicy,
    binding: PolicyBinding,
    { resource, as }: AttributesMatch & { kind: 'yes' | 'unknown' },
    params: CelValue,
    open: string | undefined,
  ): { readonly result: Evaluated; readonly open: string | undefined } {
    const { policy } = compiled
    const { attributes, world } = this
    const objects = this.objectsAs(as)
    const namespace = isNamespaceKind(attributes.kind) ? '' : attributes.namespace
    const namespaceObject =
      namespace === '' ? null : (world.namespace(namespace) ?? unknown(`Namespace "${namespace}" is not in the files`))
    const scope: Scope = {
      attributes,
      ...objects,
      request: requestValue(attributes, resource, as),
      params,
      namespaceObject: filteredNamespace(namespaceObject),
      variables: compiled.variables,
      authorize: world.authorize,
    }
    const error = (message: string): { result: Evaluated; open: string | undefined } => ({
      result: { decisions: policy.failurePolicy === 'Fail' ? [errorDecision(message, null)] : [], annotations: [] },
      open,
    })
    const met = this.conditions(compiled, binding, scope)
    if (met.kind === 'notMet') return { result: { decisions: [], annotations: [] }, open }
    if (met.kind === 'error') return error(met.message)
    const still = open ?? (met.kind === 'unknown' ? met.reason : undefined)
    const validated = evaluateGroup(compiled.validations, scope, GROUP_COST_LIMIT)
    this.charge(policy.name, binding.name, 'validations', 'expression', validated)
    if (validated.kind === 'exhausted') return { ...error(validated.message), open: still }
    const messages = this.messagesToAsk(compiled, validated.outcomes, validated.remaining)
    const worded = evaluateGroup(messages, scope, validated.remaining)
    this.charge(policy.name, binding.name, 'validations', 'messageExpression', worded)
    const decisions = validated.outcomes.map((outcome, i) => {
      if (outcome!.kind === 'error') return this.errorOf(policy.failurePolicy, outcome!.message, i)
      if (worded.kind === 'exhausted')
        return this.errorOf(policy.failurePolicy, `failed messageExpression: ${worded.message}`, i)
      return decisionOf(compiled, i, outcome!, worded.outcomes[i])
    })
    const annotated = evaluateGroup(compiled.annotations, { ...scope, namespaceObject }, GROUP_COST_LIMIT)
    this.charge(policy.name, binding.name, 'auditAnnotations', 'valueExpression', annotated)
    if (annotated.kind === 'exhausted') return { ...error(annotated.message), open: still }
    const annotations = annotated.outcomes.flatMap((outcome, i) => annotationOf(compiled, i, outcome!))
    return { result: { decisions, annotations }, open: still }
  }

  private messagesToAsk(
    { messages, variables }: AdmissionPolicy,
    outcomes: readonly (Outcome | undefined)[],
    remaining: number,
  ): AdmissionPolicy['messages'] {
    const most = (messages.length + variables.length) * EXPRESSION_COST_LIMIT
    if (this.world.exactCost !== false || most > remaining) return messages
    return messages.map((message, i) => {
      const outcome = outcomes[i]
      return outcome?.kind === 'value' && outcome.value !== true ? message : undefined
    })
  }

  private errorOf(failurePolicy: 'Fail' | 'Ignore', message: string, validation: number): Decision {
    if (failurePolicy === 'Fail') return errorDecision(message, validation)
    return { kind: 'admit', validation, message, reason: 'Invalid', error: true }
  }

  private conditions(
    compiled: AdmissionPolicy,
    binding: PolicyBinding,
    scope: Scope,
  ):
    | { readonly kind: 'met' | 'notMet' }
    | { readonly kind: 'error'; readonly message: string }
    | { readonly kind: 'unknown'; readonly reason: string } {
    if (compiled.conditions.length === 0) return { kind: 'met' }
    // Conditions see the resource that was asked for, in the version that matched, and no Namespace.
    const own: Scope = {
      ...scope,
      request: requestValue(this.attributes, this.attributes.resource, scopeKind(scope)),
      namespaceObject: null,
    }
    const isIgnore = compiled.policy.failurePolicy === 'Ignore'
    const group = evaluateGroup(compiled.conditions, own, CONDITIONS_COST_LIMIT)
    this.charge(compiled.policy.name, binding.name, 'matchConditions', 'expression', group)
    if (group.kind === 'exhausted') return isIgnore ? { kind: 'notMet' } : { kind: 'error', message: group.message }
    const errors: string[] = []
    const reasons: string[] = []
    for (const outcome of group.outcomes) {
      if (outcome!.kind === 'value' && outcome!.value === false) return { kind: 'notMet' }
      if (outcome!.kind === 'error') errors.push(outcome!.message)
      if (outcome!.kind === 'unknown') reasons.push(...outcome!.reasons)
    }
    if (errors.length > 0 && isIgnore) return { kind: 'notMet' }
    if (reasons.length > 0) return { kind: 'unknown', reason: [...new Set(reasons)].join('; ') }
    if (errors.length === 0) return { kind: 'met' }
    const distinct = [...new Set(errors)]
    return { kind: 'error', message: distinct.length === 1 ? distinct[0]! : `[${distinct.join(', ')}]` }
  }

  private charge(
    policy: string,
    binding: string,
    field: string,
    part: string,
    group: ReturnType<typeof evaluateGroup>,
  ): void {
    this.cost += group.spent
    if (group.kind === 'exhausted') return
    group.outcomes.forEach((outcome, i) => {
      if (outcome !== undefined)
        this.costs.push({ policy, binding, field: `${field}[${i}].${part}`, cost: outcome.cost })
    })
  }

  private objectsAs(as: GroupVersionKind): { readonly object: CelValue; readonly oldObject: CelValue } {
    const key = `${as.group}/${as.version}/${as.kind}`
    let objects = this.converted.get(key)
    if (objects === undefined) {
      const { object, oldObject, objectKind } = this.attributes
      const convert = (value: CelValue): CelValue => convertVersion(value, objectKind, as, this.world.kinds)
      objects = { object: convert(object), oldObject: convert(oldObject) }
      this.converted.set(key, objects)
    }
    return objects
  }

  decision(): AdmissionDecision {
    if (this.failures.length > 0) {
      const isFirstOnly = Number(this.world.kinds.table.version.slice(2)) < RECORDS_ALL_FAILURES
      const recorded = this.failures.slice(0, isFirstOnly ? 1 : MAX_RECORDED_FAILURES)
      this.published[FAILURES_KEY] = goJson(recorded)
    }
    const [first] = this.denials
    return {
      allowed: first !== undefined ? false : this.mayDeny ? null : true,
      status: first === undefined ? undefined : statusOf(first),
      warnings: this.warnings.warnings,
      auditAnnotations: this.published,
      denials: this.denials.map(({ reason: _, ...denial }) => denial),
      unknown: this.undecided,
      cost: this.cost,
      costs: this.costs,
    }
  }
}

function openOf(match: AttributesMatch): string | undefined {
  return match.kind === 'unknown' ? match.reason : undefined
}

function scopeKind({ request }: Scope): GroupVersionKind {
  // Made by `requestValue`, whose kind is always complete.
  return member(request, 'kind') as unknown as GroupVersionKind
}

function errorDecision(message: string, validation: number | null): Decision {
  return { kind: 'deny', validation, message, reason: 'Invalid', error: true }
}

function decisionOf(
  { policy }: AdmissionPolicy,
  index: number,
  outcome: Exclude<Outcome, { kind: 'error' }>,
  worded: Outcome | undefined,
): Decision {
  const validation = policy.validations[index]!
  const base = { validation: index, reason: validation.reason, error: false }
  if (outcome.kind === 'unknown') return { ...base, kind: 'unknown', message: outcome.reasons.join('; ') }
  if (outcome.value === true) return { ...base, kind: 'admit', message: '' }
  const computed = worded?.kind === 'value' && typeof worded.value === 'string' ? worded.value.trim() : ''
  const isFit = computed !== '' && !computed.includes('\n') && byteLength(computed) <= MAX_MESSAGE_BYTES
  const fallback = validation.message.trim() || `failed expression: ${validation.expression.text.trim()}`
  return { ...base, kind: 'deny', message: isFit ? computed : fallback }
}

function annotationOf({ policy }: AdmissionPolicy, index: number, outcome: Outcome): readonly Annotation[] {
  const { key, valueExpression } = policy.auditAnnotations[index]!
  if (outcome.kind === 'error')
    return policy.failurePolicy === 'Ignore' ? [] : [{ kind: 'deny', key, message: outcome.message }]
  if (outcome.kind === 'unknown') return [{ kind: 'unknown', key, message: outcome.reasons.join('; ') }]
  const { value } = outcome
  if (value === null) return []
  if (typeof value !== 'string') {
    const message = `valueExpression '${valueExpression.text}' resulted in unsupported return type: ${printValue(value)}. Return type must be either string or null.`
    return [{ kind: 'deny', key, message }]
  }
  const text = value.trim()
  return text === '' ? [] : [{ kind: 'publish', key, value: text }]
}

function failureOf(
  policy: string,
  binding: string,
  validation: number | null,
  message: string,
  validationActions: readonly ValidationAction[],
): object {
  return { message, policy, binding, expressionIndex: validation ?? 0, validationActions }
}

function statusOf({ policy, binding, message, reason }: ReasonedDenial): AdmissionStatus {
  const by = binding === null ? '' : ` with binding '${binding}'`
  return {
    code: codes[reason],
    reason,
    message: `ValidatingAdmissionPolicy '${policy}'${by} denied request: ${message}`,
  }
}

const codes: Readonly<Record<ValidationReason, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
  Invalid: 422,
}

/** JSON as Go writes it: characters that matter in HTML are escaped. */
function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, character => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function byteLength(text: string): number {
  return text.length * 3 <= MAX_MESSAGE_BYTES ? text.length : new TextEncoder().encode(text).length
}

function cutBytes(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text
  const encoded = new TextEncoder().encode(text)
  return encoded.length <= bytes ? text : new TextDecoder().decode(encoded.subarray(0, bytes))
}
