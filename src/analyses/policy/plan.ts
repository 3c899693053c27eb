import { type ApiResource, equivalentGroup } from '../../inventory/api-resources.ts'
import { type PodPaths, podPathsWith } from '../../inventory/pod-paths.ts'
import { type Expr, walk } from '../../lib/cel/ast.ts'
import { parse } from '../../lib/cel/parser.ts'
import type { MakeFunction } from '../../lib/cel/program.ts'
import type { CelValue } from '../../lib/cel/values.ts'
import type { JsonObject } from '../../lib/json/json-value.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { PodView } from '../../model/pod-view.ts'
import type { Policy, PolicyBinding } from '../../model/policy.ts'
import type { RuleMeta } from '../../model/rule.ts'
import type { Severity } from '../../model/severity.ts'
import type { ReadingNote } from '../../read/manifests/manifest.ts'
import type { Answer } from './answer.ts'
import { AnswerMemory } from './answer-memory.ts'
import { Blame } from './blame.ts'
import {
  type CompiledPolicy,
  type CompiledValidation,
  compilePolicy,
  expressionErrors,
  type Lazy,
} from './compiled-policy.ts'
import { conditionsOfCreation } from './conditions.ts'
import { fieldReadsOf } from './field-reads.ts'
import { dependsOnNamespace, type Matcher, matcherOf, matchesRules } from './match.ts'
import { type ParameterData, withGiven } from './parameters.ts'
import type { PreparedExpressions } from './prepared.ts'
import type { AdmissionRequest, GroupVersionResource } from './request.ts'
import { PolicyScope, type Surroundings } from './scope.ts'

/** Everything that is known of the rules before the first object: made once, used for every object. */
export interface PolicyPlan {
  /** One for each validation, in the order of their ids. */
  readonly rules: readonly PlannedRule[]
  readonly policies: readonly PlannedPolicy[]
  readonly checks: readonly PlannedCheck[]
  readonly replicasAlike: boolean
  /** By id without the number of a validation. */
  readonly metas: ReadonlyMap<string, RuleMeta>
  readonly podPaths: PodPaths
  /** The kinds that policies look up, as `apiVersion kind`. */
  readonly lookupKinds: ReadonlySet<string>
  /** Objects of the policy files, among them parameters. */
  readonly params: readonly JsonObject[]
  /** The policies that can concern a kind when an object of it is created. */
  policiesFor(resource: ApiResource): readonly PlannedPolicy[]
  /** For large scans: an empty memory of what rules have answered. Compiles everything. */
  memory(): AnswerMemory
  /** What is wrong with the expressions of the policies. Compiles everything, so it is asked for users' policies only. */
  errors(): readonly Diagnostic[]
}

export interface PlannedPolicy {
  readonly index: number
  readonly compiled: CompiledPolicy
  readonly rules: readonly PlannedValidation[]
  readonly bindings: readonly PlannedBinding[]
  /** Conditions that a creation can fail; the others need not be asked. */
  readonly conditions: readonly Lazy[]
  readonly blame: Blame
  /** What `params` is where a binding found `object`, or none: given values come before its own. */
  paramsWith(object: JsonObject | null): JsonObject | null
  /** A scope for one evaluation; the next one takes it over. */
  scopeFor(surroundings: Surroundings, params: CelValue): PolicyScope
  /** True where selectors, names or bindings decide for each object whether the policy applies. */
  readonly selective: boolean
  /** True where the answer may have to wait until everything was read. */
  readonly waits: boolean
  /** True where what is read of an object and its pod alone decides what the rules answer. */
  readonly isRecallable: boolean
}

export interface PlannedBinding {
  readonly binding: PolicyBinding
  readonly matcher: Matcher | undefined
}

export interface PlannedRule {
  readonly index: number
  /** `BW-POD-028.1` where the policy has several validations. */
  readonly id: string
  readonly baseId: string
  readonly severity: Severity
  readonly meta: RuleMeta
  /** In findings the controls of the Pod Security Standards bear their own names. */
  readonly aliases: readonly string[]
  /** Rules whose failure on the same element makes this one redundant, by index. */
  readonly absorbedBy: readonly number[]
}

/** A rule that is a validation of a policy. */
export interface PlannedValidation extends PlannedRule {
  readonly validation: CompiledValidation
  /** Its place among the validations of its policy, from 0. */
  readonly position: number
}

/** A rule that code answers, because CEL cannot: the schema of a kind, the reader, a detector. */
export interface NativeCheck {
  readonly meta: RuleMeta
  concerns(resource: ApiResource): boolean
  answer(subject: CheckSubject): Answer
}

/** An object as checks in code see it. */
export interface CheckSubject {
  readonly object: JsonObject
  readonly resource: ApiResource
  /** What the text of the object says that the object does not show. */
  readonly notes: readonly ReadingNote[]
  /** The pods that it carries, fields with null left out. */
  readonly pods: readonly PodView[]
}

export interface PlannedCheck {
  readonly rule: PlannedRule
  readonly check: NativeCheck
}

export interface PlanOptions {
  readonly policies: readonly Policy[]
  readonly bindings?: readonly PolicyBinding[]
  readonly params?: readonly JsonObject[]
  /** No policy tells pods of one controller apart by their names or nodes; then equal replicas are asked once. */
  readonly replicasAlike?: boolean
  readonly checks?: readonly NativeCheck[]
  /** Minor version of Kubernetes that the objects are meant for. */
  readonly minor?: number
  readonly podPaths?: PodPaths
  /** Which rules run, asked with the id and with the id of the single validation; all where absent. */
  readonly selects?: (baseId: string, id: string) => boolean
  readonly severities?: ReadonlyMap<string, Severity>
  /** Values of parameters by the id of their rule. */
  readonly parameters?: ReadonlyMap<string, ParameterData>
  /** `(...a) => new Function(...a)`: large scans then run generated code. */
  readonly makeFunction?: MakeFunction
  /** Of policies that ship, as the build prepared them; used where it prepared them for the same minor. */
  readonly prepared?: PreparedExpressions | undefined
}

export function planPolicies(options: PlanOptions): PolicyPlan {
  const { minor, makeFunction } = options
  const prepared = options.prepared?.minor === minor ? options.prepared : undefined
  const compileOptions = { minor, makeFunction, prepared }
  const audited = new Set(
    options.policies.flatMap(({ kind, meta }) => (kind === 'AuditPolicy' && meta ? [meta.id] : [])),
  )
  const chosen = options.policies
    // Of the two forms of a rule, the scan takes the one that can look other objects up.
    .filter(({ kind, meta }) => kind === 'AuditPolicy' || meta === undefined || !audited.has(meta.id))
    .map(policy => ({ policy, meta: policy.meta ?? metaOf(policy) }))
    .sort((a, b) => (a.meta.id < b.meta.id ? -1 : a.meta.id > b.meta.id ? 1 : 0))
  const rules: (PlannedRule & { absorbedBy: number[] })[] = []
  const policies: PlannedPolicy[] = []
  const metas = new Map<string, RuleMeta>()
  for (const { policy, meta } of chosen) {
    const compiled = compilePolicy(policy, compileOptions)
    const severity = options.severities?.get(meta.id) ?? meta.severity
    const described = severity === meta.severity ? meta : { ...meta, severity }
    const aliases = findingAliases(meta)
    const own: PlannedValidation[] = []
    compiled.validations.forEach((validation, position) => {
      const id = compiled.validations.length === 1 ? meta.id : `${meta.id}.${position + 1}`
      if (options.selects !== undefined && !options.selects(meta.id, id)) return
      const index = rules.length
      const rule = {
        index,
        id,
        baseId: meta.id,
        // One validation may be graver than the others of its rule.
        severity: options.severities?.get(id) ?? severity,
        meta: described,
        validation,
        position,
        aliases,
        absorbedBy: [],
      }
      rules.push(rule)
      own.push(rule)
    })
    if (own.length === 0) continue
    metas.set(meta.id, described)
    policies.push(planned(policies.length, compiled, own, options.bindings ?? [], options.parameters?.get(meta.id)))
  }
  const checks: PlannedCheck[] = []
  for (const check of options.checks ?? []) {
    const { meta } = check
    if (options.selects !== undefined && !options.selects(meta.id, meta.id)) continue
    const severity = options.severities?.get(meta.id) ?? meta.severity
    const described = { ...meta, severity }
    const rule = {
      index: rules.length,
      id: meta.id,
      baseId: meta.id,
      severity,
      meta: described,
      aliases: findingAliases(meta),
      absorbedBy: [],
    }
    rules.push(rule)
    metas.set(meta.id, described)
    // A severity that the user chose holds for every case.
    const isChosen = options.severities?.has(meta.id) === true
    checks.push({ rule, check: isChosen ? withoutSeverities(check) : check })
  }
  for (const rule of rules) {
    for (const other of rules) if (other.meta.absorbs.includes(rule.baseId)) rule.absorbedBy.push(other.index)
  }
  const podPaths = options.podPaths ?? podPathsWith()
  const byKind = new Map<string, readonly PlannedPolicy[]>()
  return {
    rules,
    policies,
    checks,
    replicasAlike: options.replicasAlike ?? false,
    metas,
    podPaths,
    lookupKinds: new Set(policies.flatMap(lookupsOf)),
    params: options.params ?? [],
    policiesFor(resource) {
      const key = `${resource.group}/${resource.version}/${resource.kind}/${resource.resource}/${resource.namespaced}`
      let found = byKind.get(key)
      if (found === undefined) {
        found = policies.filter(policy => concerns(policy, resource, podPaths))
        byKind.set(key, found)
      }
      return found
    },
    memory: () => memoryOf(policies),
    errors: () => policies.flatMap(({ compiled }) => expressionErrors(compiled)),
  }
}

function memoryOf(policies: readonly PlannedPolicy[]): AnswerMemory {
  const memory = new AnswerMemory()
  for (const { compiled, rules, selective, waits } of policies) {
    if (selective || waits) continue
    for (const { index, validation } of rules) {
      const expression = validation.expression.get()
      const reads = 'error' in expression ? undefined : fieldReadsOf(compiled, expression.expr)
      if (reads !== undefined) memory.add(index, reads)
    }
  }
  return memory
}

function withoutSeverities(check: NativeCheck): NativeCheck {
  return {
    ...check,
    answer(subject) {
      const answer = check.answer(subject)
      if (answer.kind !== 'fail') return answer
      const { severity: _severity, ...rest } = answer
      return rest
    },
  }
}

/** Other names of a resource under which rules may speak of it. */
export function equivalentsOf(
  resource: ApiResource,
  policy: CompiledPolicy,
  podPaths: PodPaths,
): readonly GroupVersionResource[] {
  const group = equivalentGroup(resource)
  const same: GroupVersionResource = { group, version: anyVersion, resource: resource.resource }
  if (!policy.readsPod) return [same]
  const rows = podPaths.get(`${resource.group}/${resource.kind}`) ?? []
  const like = rows.map(row => {
    const slash = row.like.indexOf('/')
    return { group: row.like.slice(0, slash), version: anyVersion, resource: row.like.slice(slash + 1) }
  })
  return [same, ...like]
}

/** A version that every rule names. */
const anyVersion = '*'

function planned(
  index: number,
  compiled: CompiledPolicy,
  rules: readonly PlannedValidation[],
  bindings: readonly PolicyBinding[],
  given: ParameterData | undefined,
): PlannedPolicy {
  const own = bindings
    .filter(binding => binding.policyName === compiled.policy.name)
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    .map(binding => ({ binding, matcher: binding.match === undefined ? undefined : matcherOf(binding.match) }))
  const { matcher } = compiled
  const matchers = [matcher, ...own.flatMap(binding => binding.matcher ?? [])]
  const selective = own.length > 0 || isSelective(matcher)
  const waits = compiled.looksAround || matchers.some(dependsOnNamespace)
  let isRecallable: boolean | undefined
  let conditions: readonly Lazy[] | undefined
  let scope: PolicyScope | undefined
  return {
    index,
    compiled,
    rules,
    bindings: own,
    paramsWith: object => (given === undefined ? object : withGiven(object, given)),
    get conditions() {
      conditions ??= conditionsOfCreation(compiled)
      return conditions
    },
    blame: new Blame(compiled),
    scopeFor(surroundings, params) {
      scope ??= new PolicyScope(compiled, surroundings)
      return scope.reset(surroundings, params)
    },
    selective,
    waits,
    get isRecallable() {
      isRecallable ??= !selective && !waits && this.conditions.length === 0
      return isRecallable
    },
  }
}

function isSelective(matcher: Matcher): boolean {
  const { objectSelector, resources } = matcher
  return (
    dependsOnNamespace(matcher) ||
    objectSelector.kind === 'invalid' ||
    objectSelector.requirements.length > 0 ||
    [...resources.resourceRules, ...resources.excludeResourceRules].some(rule => rule.resourceNames.length > 0)
  )
}

// The policy objects themselves and reviews that are never stored are not asked about at admission.
const neverEvaluated =
  /^(admissionregistration\.k8s\.io\/(ValidatingAdmissionPolicy|MutatingAdmissionPolicy)(Binding)?|(authentication|authorization)\.k8s\.io\/.*)$/

function concerns(policy: PlannedPolicy, resource: ApiResource, podPaths: PodPaths): boolean {
  if (neverEvaluated.test(`${resource.group}/${resource.kind}`)) return false
  const { resources } = policy.compiled.matcher
  // Names are asked for each object; here every name is taken for the right one.
  const withoutNames = {
    ...resources,
    resourceRules: resources.resourceRules.map(rule => ({ ...rule, resourceNames: [] })),
    excludeResourceRules: resources.excludeResourceRules.filter(rule => rule.resourceNames.length === 0),
  }
  return matchesRules(withoutNames, creationOf(resource, equivalentsOf(resource, policy.compiled, podPaths)))
}

function creationOf(resource: ApiResource, equivalents: readonly GroupVersionResource[]): AdmissionRequest {
  const { group, version, kind } = resource
  return {
    operation: 'CREATE',
    kind: { group, version, kind },
    resource: { group, version, resource: resource.resource },
    subResource: '',
    name: '',
    namespace: '',
    namespaced: resource.namespaced,
    object: undefined,
    oldObject: undefined,
    equivalents,
  }
}

/** Kinds named by literals in `inventory.get` and `inventory.list`. */
function lookupsOf({ compiled }: PlannedPolicy): readonly string[] {
  if (!compiled.looksAround) return []
  const kinds: string[] = []
  const collect = (expr: Expr): void =>
    walk(expr, node => {
      if (node.kind !== 'call' || (node.function !== 'get' && node.function !== 'list')) return
      if (node.target?.kind !== 'ident' || node.target.name !== 'inventory') return
      const [apiVersion, kind] = node.args
      if (apiVersion?.kind === 'literal' && kind?.kind === 'literal') kinds.push(`${apiVersion.value} ${kind.value}`)
    })
  const sources = [
    ...[...compiled.variables.values()].map(variable => variable.expression),
    ...compiled.validations.flatMap(({ expression, message }) => [expression, message]),
  ]
  for (const source of sources) {
    // Only its tree is asked: compiling it may never be necessary.
    const parsed = source === undefined ? undefined : parse(source.source.text, compiled.syntax)
    if (parsed?.ok === true) collect(parsed.expr)
  }
  return kinds
}

function findingAliases(meta: RuleMeta): readonly string[] {
  return meta.aliases.map(alias => (alias.startsWith('pss:') ? alias.slice('pss:'.length) : alias))
}

/** What is said of a policy that describes itself nowhere. */
function metaOf(policy: Policy): RuleMeta {
  return {
    id: policy.name,
    title: policy.validations[0]?.message || policy.name,
    severity: 'medium',
    category: 'custom',
    frameworks: [],
    aliases: [],
    platforms: ['kubernetes'],
    rationale: '',
    remediation: '',
    effort: 'medium',
    breaks: 'maybe',
    absorbs: [],
    params: [],
    recommended: false,
    docs: '',
  }
}
