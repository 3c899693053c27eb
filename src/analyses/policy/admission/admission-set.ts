import type { KindTable } from '../../../inventory/defaulting/index.ts'
import { type Authorize, type CelValue, unknown } from '../../../lib/cel/index.ts'
import { isJsonObject, type JsonObject, type JsonPath, ownValue } from '../../../lib/json/json-value.ts'
import type { Diagnostic } from '../../../model/diagnostic.ts'
import type { Policy, PolicyBinding, Position } from '../../../model/policy.ts'
import { groupOf } from '../../../model/subject.ts'
import type { SourceDocument } from '../../../read/policies/fields.ts'
import { kindOf, readPolicies } from '../../../read/policies/read-policies.ts'
import { storedObject } from './admission-request.ts'
import { type AdmissionWorld, boundPolicies } from './admit.ts'
import { type ParamObject, paramObject } from './collect-params.ts'
import { compileAdmissionPolicy } from './compile-admission.ts'
import { bindingRefusals, type PolicyRefusal, policyRefusals } from './policy-refusals.ts'
import { ServedKinds } from './served-kinds.ts'
import { storedNamespace } from './server-fields.ts'

/** A document in whose expressions places can be found. */
export interface PolicySource extends SourceDocument {
  placeInExpression(path: JsonPath, expression: string, at: readonly [line: number, column: number]): Position
}

/** The policies of a set of files as an API server would hold them. */
export interface AdmissionSet {
  readonly world: AdmissionWorld
  /** Policies and bindings that a server refuses, and what cannot be evaluated; each with its place. */
  readonly diagnostics: readonly Diagnostic[]
  /** Policies that nothing binds, evaluated as if bound to everything with `Deny`. */
  readonly unbound: readonly string[]
  /** Classes by which a Pod gets its priority. */
  readonly priorityOf: (className: string) => CelValue
}

export interface AdmissionSetOptions {
  readonly table: KindTable
  readonly minor: number
  /** Namespaces that are known beside those of the files. */
  readonly namespaces?: readonly JsonObject[]
  readonly authorize?: Authorize
}

/** Puts the objects of policy files together: policies, bindings, parameters, Namespaces and definitions. */
export function admissionSet(documents: readonly PolicySource[], options: AdmissionSetOptions): AdmissionSet {
  const { table, minor } = options
  const definitions = documents
    .map(({ object }) => object)
    .filter(object => object['kind'] === 'CustomResourceDefinition')
  const kinds = new ServedKinds(table, definitions)
  const diagnostics: Diagnostic[] = []
  const policies = new Map<string, Policy>()
  const bindings = new Map<string, PolicyBinding>()
  const places = new Map<PolicyBinding, Diagnostic>()
  const namespaces = new Map<string, CelValue>()
  const params: ParamObject[] = []
  const priorities = new Map<string, CelValue>()
  const refused = new Set<string>()
  for (const object of options.namespaces ?? []) addNamespace(namespaces, object, kinds)
  for (const document of documents) {
    const { object } = document
    const kind = kindOf(object)
    if (kind === undefined || kind === 'Pack') {
      if (isMutating(object))
        diagnostics.push(
          notEvaluated(document, `${String(object['kind'])} is not evaluated yet; objects are judged as they are`),
        )
      else if (object['kind'] === 'Namespace' && object['apiVersion'] === 'v1') addNamespace(namespaces, object, kinds)
      if (object['kind'] === 'PriorityClass') addPriority(priorities, object)
      if (kind === undefined && !isMutating(object)) params.push(paramObject(storedObject(object, kinds), kinds))
      continue
    }
    if (kind === 'AuditPolicy') {
      diagnostics.push(
        notEvaluated(document, 'an AuditPolicy is no policy of an API server; `scan --policies` runs it'),
      )
      continue
    }
    const read = readPolicies([document])
    diagnostics.push(...read.diagnostics)
    const [policy] = read.policies
    const [binding] = read.bindings
    if (policy === undefined && kind === 'ValidatingAdmissionPolicy') refused.add(nameOf(object))
    if (policy !== undefined) {
      const judged = compileAdmissionPolicy(policy, { minor, purpose: 'new' })
      const refusals = policyRefusals(object, judged)
      diagnostics.push(...refusals.map(refusal => refusalDiagnostic(document, refusal)))
      if (refusals.length === 0) policies.set(policy.name, policy)
      else refused.add(policy.name)
    }
    if (binding !== undefined) {
      const refusals = bindingRefusals(object)
      diagnostics.push(...refusals.map(refusal => refusalDiagnostic(document, refusal)))
      if (refusals.length > 0) continue
      bindings.set(binding.name, binding)
      places.set(binding, located(document, ['spec', 'policyName'], 'warning', 'POLICY_BINDING_TO_NOTHING', ''))
    }
  }
  for (const binding of bindings.values()) {
    if (policies.has(binding.policyName)) continue
    const why = refused.has(binding.policyName) ? 'which a server refuses' : 'which is in none of the files'
    diagnostics.push({
      ...places.get(binding)!,
      message: `binding "${binding.name}" is for policy "${binding.policyName}", ${why}`,
    })
  }
  const bound = new Set([...bindings.values()].map(binding => binding.policyName))
  const unbound = [...policies.keys()].filter(name => !bound.has(name)).sort()
  const compiled = [...policies.values()].map(policy => compileAdmissionPolicy(policy, { minor, purpose: 'stored' }))
  const all = [...bindings.values(), ...unbound.map(toEverything)]
  return {
    world: {
      kinds,
      policies: boundPolicies(compiled, all),
      params,
      namespace: name => namespaces.get(name),
      authorize: options.authorize ?? (() => unknown('no authorizer can be asked here')),
    },
    diagnostics,
    unbound,
    priorityOf: name => priorities.get(name) ?? unknown(`PriorityClass "${name}" is not in the files`),
  }
}

/** A refusal with its place in the file. */
function refusalDiagnostic(document: PolicySource, { path, code, message, at, expression }: PolicyRefusal): Diagnostic {
  const field = fieldName(path)
  const { line, column } =
    at === undefined || expression === undefined
      ? document.locate(path)
      : document.placeInExpression(path, expression, at)
  return { level: 'error', code, message: `${field}: ${message}`, file: document.file, line, column }
}

/** `spec.validations[0].expression`, as the server names fields. */
export function fieldName(path: JsonPath): string {
  return path.map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`)).join('')
}

/** The binding of a policy that has none. */
function toEverything(policyName: string): PolicyBinding {
  return {
    name: policyName,
    policyName,
    paramRef: undefined,
    match: undefined,
    validationActions: ['Deny'],
    file: '',
  }
}

function addNamespace(namespaces: Map<string, CelValue>, object: JsonObject, kinds: ServedKinds): void {
  namespaces.set(nameOf(object), storedNamespace(storedObject(object, kinds)))
}

function addPriority(priorities: Map<string, CelValue>, object: JsonObject): void {
  const value = object['value']
  if (typeof value === 'number') priorities.set(nameOf(object), value)
}

function nameOf(object: JsonObject): string {
  const metadata = ownValue(object, 'metadata')
  const name = isJsonObject(metadata) ? ownValue(metadata, 'name') : undefined
  return typeof name === 'string' ? name : ''
}

function isMutating(object: JsonObject): boolean {
  const { apiVersion, kind } = object
  return (
    typeof apiVersion === 'string' &&
    groupOf(apiVersion) === 'admissionregistration.k8s.io' &&
    (kind === 'MutatingAdmissionPolicy' || kind === 'MutatingAdmissionPolicyBinding')
  )
}

function notEvaluated(document: SourceDocument, message: string): Diagnostic {
  return located(document, ['kind'], 'warning', 'POLICY_NOT_EVALUATED', message)
}

function located(
  document: SourceDocument,
  path: JsonPath,
  level: Diagnostic['level'],
  code: string,
  message: string,
): Diagnostic {
  const { line, column } = document.locate(path)
  return { level, code, message, file: document.file, line, column }
}
