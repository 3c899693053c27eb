import { defaulted, type KindTable } from '../../../inventory/defaulting/index.ts'
import { positionAt } from '../../../lib/cel/ast.ts'
import { admissionEnvironment, type CelValue, type Program, unknown, withVariables } from '../../../lib/cel/index.ts'
import { variablesType } from '../../../lib/cel/kubernetes/admission.ts'
import { type CelType, DYN } from '../../../lib/cel/types.ts'
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue, ownValue } from '../../../lib/json/json-value.ts'
import type { Policy } from '../../../model/policy.ts'
import { requestFor, storedObject } from '../admission/admission-request.ts'
import { type AdmissionDecision, type AdmissionWorld, admit, boundPolicies } from '../admission/admit.ts'
import type { AdmissionAttributes } from '../admission/attributes.ts'
import { paramObject } from '../admission/collect-params.ts'
import {
  type AdmissionPolicy,
  compileAdmissionPolicy,
  expressionsOf,
  isFailure,
} from '../admission/compile-admission.ts'
import { ServedKinds } from '../admission/served-kinds.ts'
import { storedNamespace } from '../admission/server-fields.ts'
import { marked, mutationsOf } from './branches.ts'
import { programOf, withMarks } from './program-of.ts'

/** One case of a PolicyTest document. */
export interface PolicyTestCase {
  readonly name: string
  readonly path: JsonPath
  readonly fields: JsonObject
}

/** What became of a case: nothing in `failures` means that it is as expected. */
export interface CaseResult {
  readonly name: string
  readonly path: JsonPath
  readonly status: 'passed' | 'failed' | 'skipped'
  readonly failures: readonly string[]
  readonly cost: number
}

/** A condition that the cases never made true, or never false. */
export interface Uncovered {
  readonly path: JsonPath
  readonly text: string
  readonly at: readonly [line: number, column: number]
  readonly never: 'true' | 'false' | 'evaluated'
}

/** A change of the policy that no case noticed. */
export interface Survivor {
  readonly path: JsonPath
  readonly text: string
  readonly at: readonly [line: number, column: number]
  readonly what: string
}

export interface PolicyTestOptions {
  readonly table: KindTable
  readonly minor: number
  readonly definitions: readonly JsonObject[]
}

/** The tests of one policy. */
export class PolicyTests {
  private readonly policy: Policy
  private readonly cases: readonly PolicyTestCase[]
  private readonly options: PolicyTestOptions
  private readonly compiled: AdmissionPolicy
  private readonly kinds: ServedKinds

  constructor(policy: Policy, cases: readonly PolicyTestCase[], options: PolicyTestOptions) {
    this.policy = policy
    this.cases = cases
    this.options = options
    this.compiled = compileAdmissionPolicy(policy, { minor: options.minor, purpose: 'stored' })
    this.kinds = new ServedKinds(options.table, options.definitions)
  }

  run(): readonly CaseResult[] {
    return this.cases.map(one => this.runCase(one, this.compiled))
  }

  /** Conditions that the cases leave one-sided. */
  coverage(): readonly Uncovered[] {
    const found: Uncovered[] = []
    for (const { path, program, replaced } of this.programs()) {
      const { expr, branches } = marked(program.expr, program.checked)
      const seen = branches.map(() => new Set<boolean>())
      const environment = withMarks(this.environment(path), (branch, value) => seen[branch]?.add(value))
      const traced = programOf(expr, environment, program.source)
      if (traced === undefined) continue
      const changed = replaced(traced)
      for (const one of this.cases) this.runCase(one, changed)
      branches.forEach(({ offset }, i) => {
        const values = seen[i]!
        if (values.size === 2) return
        const never = values.size === 0 ? 'evaluated' : values.has(true) ? 'false' : 'true'
        found.push({ path, text: program.source, at: positionAt(program.source, offset), never })
      })
    }
    return found
  }

  /** Changes that every case passes. */
  survivors(): readonly Survivor[] {
    const survivors: Survivor[] = []
    const passing = this.cases.filter(one => this.runCase(one, this.compiled).status === 'passed')
    for (const { path, program, replaced } of this.programs()) {
      for (const { expr, offset, what } of mutationsOf(program.expr, program.checked)) {
        const mutant = programOf(expr, this.environment(path), program.source)
        if (mutant === undefined) continue
        const changed = replaced(mutant)
        if (passing.every(one => this.runCase(one, changed).status === 'passed'))
          survivors.push({ path, text: program.source, at: positionAt(program.source, offset), what })
      }
    }
    return survivors
  }

  private *programs(): Generator<{
    readonly path: JsonPath
    readonly program: Program
    readonly replaced: (by: Program) => AdmissionPolicy
  }> {
    for (const { path, expression } of expressionsOf(this.compiled)) {
      const { compiled: program } = expression
      if (isFailure(program) || path.at(-1) !== 'expression') continue
      yield { path, program, replaced: by => this.withProgram(path, by) }
    }
  }

  private withProgram(path: JsonPath, by: Program): AdmissionPolicy {
    const index = path[2] as number
    const swap = <T extends AdmissionPolicy['conditions'][number]>(list: readonly T[]): readonly T[] =>
      list.map((entry, i) => (i === index ? { ...entry, compiled: by } : entry))
    const { compiled } = this
    if (path[1] === 'matchConditions') return { ...compiled, conditions: swap(compiled.conditions) }
    if (path[1] === 'variables') return { ...compiled, variables: swap(compiled.variables) }
    return { ...compiled, validations: swap(compiled.validations) }
  }

  private environment(path: JsonPath): ReturnType<typeof admissionEnvironment> {
    const { minor } = this.options
    const base = admissionEnvironment({
      minor,
      purpose: 'stored',
      params: this.policy.paramKind !== undefined,
      authorizer: true,
    })
    const declared: Record<string, CelType> = Object.create(null) as Record<string, CelType>
    const until = path[1] === 'variables' ? (path[2] as number) : Number.POSITIVE_INFINITY
    this.compiled.variables.slice(0, until).forEach(({ name, compiled }) => {
      declared[name] =
        isFailure(compiled) || compiled.outputType.kind === 'opaque' || compiled.outputType.kind === 'struct'
          ? DYN
          : compiled.outputType
    })
    return withVariables(base, { variables: variablesType(declared) })
  }

  private runCase(one: PolicyTestCase, compiled: AdmissionPolicy): CaseResult {
    const { name, path, fields } = one
    const expected = text(fields['native']) || text(fields['expect'])
    const object = fields['object']
    const base = { name, path, cost: 0 }
    if (expected === 'refused' || expected === 'any' || fields['inventory'] !== undefined)
      return { ...base, status: 'skipped', failures: [] }
    const old = fields['oldObject']
    const subject = isJsonObject(object) ? object : isJsonObject(old) ? old : undefined
    if (subject === undefined) return { ...base, status: 'failed', failures: ['the case has no object'] }
    // A field of a wrong type never reaches a policy: the server refuses the object first.
    const isMalformed = defaulted(subject, this.options.table).issues.some(issue => issue.kind === 'wrong-type')
    if (isMalformed && expected === 'unknown') return { ...base, status: 'skipped', failures: [] }
    const decision = admit(this.attributes(subject, fields), this.world(compiled, fields))
    const failures = failuresOf(expected, decision, fields)
    return { ...base, cost: decision.cost, status: failures.length === 0 ? 'passed' : 'failed', failures }
  }

  private attributes(subject: JsonObject, fields: JsonObject): AdmissionAttributes {
    const request = ownValue(fields, 'request')
    const old = fields['oldObject']
    const operation =
      text(ownValue(request, 'operation')) ||
      (isJsonObject(old) ? (isJsonObject(fields['object']) ? 'UPDATE' : 'DELETE') : 'CREATE')
    const userInfo = ownValue(request, 'userInfo')
    const groups = ownValue(userInfo, 'groups')
    const attributes = requestFor(
      subject,
      {
        operation: operation as AdmissionAttributes['operation'],
        subResource: text(ownValue(request, 'subResource')),
        old: isJsonObject(old) && operation !== 'DELETE' ? old : undefined,
        user: isJsonObject(userInfo)
          ? {
              name: text(ownValue(userInfo, 'username')),
              groups: Array.isArray(groups) ? (groups as readonly string[]) : [],
            }
          : undefined,
        defaultNamespace: 'default',
        priorityOf: name => unknown(`PriorityClass "${name}" is not given`),
      },
      this.kinds,
    )
    const dryRun = ownValue(request, 'dryRun')
    const options = ownValue(request, 'options')
    return {
      ...attributes,
      ...(typeof dryRun === 'boolean' && { dryRun }),
      ...(options !== undefined && { options: options as CelValue }),
    }
  }

  private world(compiled: AdmissionPolicy, fields: JsonObject): AdmissionWorld {
    const { name, paramKind } = this.policy
    const params = listOf(fields['params']).filter(isJsonObject)
    const given = fields['namespaceObject']
    const namespace = isJsonObject(given)
      ? storedNamespace(storedObject({ apiVersion: 'v1', kind: 'Namespace', ...given }, this.kinds))
      : undefined
    const paramRef =
      paramKind === undefined || params.length === 0
        ? undefined
        : { name: '', namespace: '', selector: {}, parameterNotFoundAction: 'Deny' as const }
    const binding = {
      name,
      policyName: name,
      paramRef,
      match: undefined,
      validationActions: ['Deny'] as const,
      file: '',
    }
    return {
      kinds: this.kinds,
      policies: boundPolicies([compiled], [binding]),
      params: params.map(param => paramObject(storedObject(param, this.kinds), this.kinds)),
      namespace: () => namespace,
      authorize: () => unknown('a test has no authorizer'),
    }
  }
}

function failuresOf(expected: string, decision: AdmissionDecision, fields: JsonObject): readonly string[] {
  const failures: string[] = []
  const actual = decision.allowed === null ? 'unknown' : decision.allowed ? 'allow' : 'deny'
  const errors = decision.denials.filter(denial => denial.error)
  const wanted = expected === 'notApplicable' ? 'allow' : expected
  // What a scan cannot decide, a server denies by error.
  const isUndecided = wanted === 'unknown' && errors.length > 0
  if (wanted !== actual && !isUndecided) failures.push(`expected ${wanted}, got ${actual}${whyText(decision)}`)
  const messages = decision.denials.map(denial => denial.message)
  const message = text(fields['message'])
  if (message !== '' && wanted === 'deny' && !messages.some(each => each.includes(message)))
    failures.push(`no message contains ${JSON.stringify(message)}; they are ${JSON.stringify(messages)}`)
  const validation = fields['validation']
  if (
    typeof validation === 'number' &&
    wanted === 'deny' &&
    !decision.denials.some(denial => denial.validation === validation - 1)
  )
    failures.push(
      `validation ${validation} does not deny; those that do: ${decision.denials.map(denial => (denial.validation ?? -1) + 1).join(', ')}`,
    )
  for (const warning of listOf(fields['warnings']))
    if (!decision.warnings.includes(String(warning))) failures.push(`no warning ${JSON.stringify(warning)}`)
  const annotations = fields['auditAnnotations']
  if (isJsonObject(annotations)) {
    for (const [key, value] of Object.entries(annotations)) {
      const found = Object.entries(decision.auditAnnotations).find(
        ([name]) => name === key || name.endsWith(`/${key}`),
      )?.[1]
      if (found !== value)
        failures.push(`audit annotation ${key} is ${JSON.stringify(found)}, not ${JSON.stringify(value)}`)
    }
  }
  const cost = fields['cost']
  if (typeof cost === 'number' && decision.cost > cost) failures.push(`costs ${decision.cost}, more than ${cost}`)
  return failures
}

function whyText({ denials, unknown: undecided }: AdmissionDecision): string {
  const reasons = [...denials.map(denial => denial.message), ...undecided.map(entry => entry.reason)]
  return reasons.length === 0 ? '' : `: ${reasons.join('; ')}`
}

/** The cases of a PolicyTest document, and the policy it names. */
export function casesOf(object: JsonObject): { readonly policy: string; readonly cases: readonly PolicyTestCase[] } {
  const spec = ownValue(object, 'spec')
  const cases = listOf(ownValue(spec, 'cases')).flatMap((fields, i) =>
    isJsonObject(fields) ? [{ name: text(fields['name']) || `case ${i + 1}`, path: ['spec', 'cases', i], fields }] : [],
  )
  return { policy: text(ownValue(spec, 'policy')), cases }
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
