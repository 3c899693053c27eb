import type { JsonObject, JsonPath } from '../../lib/json/json-value.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type {
  DescribedCheck,
  Expression,
  MatchResources,
  NamedExpression,
  Pack,
  PackRule,
  Policy,
  PolicyBinding,
  Position,
  ResourceRule,
  Validation,
  ValidationAction,
} from '../../model/policy.ts'
import { severities } from '../../model/severity.ts'
import { groupOf, versionOf } from '../../model/subject.ts'
import { FieldReader, type SourceDocument } from './fields.ts'
import { readRuleMeta } from './rule-metadata.ts'

/** What a set of documents holds that concerns policies. */
export interface PolicySet {
  readonly policies: readonly Policy[]
  readonly bindings: readonly PolicyBinding[]
  readonly packs: readonly Pack[]
  /** Rules that code answers: their descriptions. */
  readonly checks: readonly DescribedCheck[]
  /** Every other object: parameters, namespaces, tests. */
  readonly others: readonly SourceDocument[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Sorts documents into policies, bindings and packs. A policy with an error is left out and reported with its place. */
export function readPolicies(documents: readonly SourceDocument[]): PolicySet {
  const policies: Policy[] = []
  const bindings: PolicyBinding[] = []
  const packs: Pack[] = []
  const checks: DescribedCheck[] = []
  const others: SourceDocument[] = []
  const diagnostics: Diagnostic[] = []
  for (const document of documents) {
    const fields = new FieldReader(document)
    const before = diagnostics.length
    switch (kindOf(document.object)) {
      case 'ValidatingAdmissionPolicy':
      case 'AuditPolicy': {
        const policy = readPolicy(fields)
        diagnostics.push(...fields.diagnostics)
        if (diagnostics.length === before) policies.push(policy)
        break
      }
      case 'ValidatingAdmissionPolicyBinding': {
        const binding = readBinding(fields)
        diagnostics.push(...fields.diagnostics)
        if (diagnostics.length === before) bindings.push(binding)
        break
      }
      case 'Check': {
        const meta = readRuleMeta(fields)
        const check = fields.required(['spec', 'check'])
        diagnostics.push(...fields.diagnostics)
        if (meta !== undefined && diagnostics.length === before) checks.push({ meta, check, file: document.file })
        break
      }
      case 'Pack': {
        packs.push(readPack(fields))
        diagnostics.push(...fields.diagnostics)
        break
      }
      default:
        others.push(document)
    }
  }
  return { policies: withSharedMeta(policies), bindings, packs, checks, others, diagnostics }
}

/** The kind of a document that this reader understands; `undefined` for every other. */
export function kindOf(object: JsonObject): PolicyDocumentKind | undefined {
  const apiVersion = object['apiVersion']
  const kind = object['kind']
  if (typeof apiVersion !== 'string') return undefined
  if (groupOf(apiVersion) === 'admissionregistration.k8s.io' && servedVersions.has(versionOf(apiVersion))) {
    return kind === 'ValidatingAdmissionPolicy' || kind === 'ValidatingAdmissionPolicyBinding' ? kind : undefined
  }
  return apiVersion === 'policy.breakwater.io/v1' && (kind === 'AuditPolicy' || kind === 'Pack' || kind === 'Check')
    ? kind
    : undefined
}

export type PolicyDocumentKind =
  | 'ValidatingAdmissionPolicy'
  | 'ValidatingAdmissionPolicyBinding'
  | 'AuditPolicy'
  | 'Pack'
  | 'Check'

const servedVersions = new Set(['v1', 'v1beta1', 'v1alpha1'])

function readPolicy(fields: FieldReader): Policy {
  const kind = fields.document.object['kind'] === 'AuditPolicy' ? 'AuditPolicy' : 'ValidatingAdmissionPolicy'
  const paramKind = fields.object(['spec', 'paramKind'])
  if (fields.object(['spec']) === undefined) fields.error(['spec'], 'POLICY_FIELD_MISSING', 'spec is required')
  const validations = each(fields, ['spec', 'validations'], readValidation)
  const auditAnnotations = each(fields, ['spec', 'auditAnnotations'], path => ({
    key: fields.required([...path, 'key']),
    valueExpression: readExpression(fields, [...path, 'valueExpression']),
  }))
  if (validations.length + auditAnnotations.length === 0 && fields.diagnostics.length === 0) {
    fields.error(['spec'], 'POLICY_EMPTY', 'validations or auditAnnotations must contain at least one item')
  }
  return {
    kind,
    name: fields.required(['metadata', 'name']),
    failurePolicy: fields.choice(['spec', 'failurePolicy'], ['Fail', 'Ignore'], 'Fail'),
    paramKind:
      paramKind === undefined
        ? undefined
        : {
            apiVersion: fields.required(['spec', 'paramKind', 'apiVersion']),
            kind: fields.required(['spec', 'paramKind', 'kind']),
          },
    match: readMatch(fields, ['spec', 'matchConstraints']),
    matchConditions: each(fields, ['spec', 'matchConditions'], path => readNamed(fields, path)),
    variables: each(fields, ['spec', 'variables'], path => readNamed(fields, path)),
    validations,
    auditAnnotations,
    meta: readRuleMeta(fields),
    ...readMinor(fields, ['metadata', 'annotations', 'breakwater.io/since'], 'since'),
    ...readMinor(fields, ['metadata', 'annotations', 'breakwater.io/until'], 'until'),
    file: fields.document.file,
  }
}

/** The minor version that a field names as `1.NN`, under its name; nothing where the field is absent. */
function readMinor<K extends string>(fields: FieldReader, path: JsonPath, name: K): { readonly [key in K]?: number } {
  const text = fields.text(path)
  if (text === undefined) return {}
  const minor = /^1\.(0|[1-9]\d{0,2})$/.exec(text)?.[1]
  // The key is the type parameter's only value, which the compiler does not see through a computed key.
  if (minor !== undefined) return { [name]: Number(minor) } as { readonly [key in K]?: number }
  fields.error(path, 'VERSION', `${path.join('.')} is ${JSON.stringify(text)}; write a version like "1.25", in quotes`)
  return {}
}

function readValidation(path: JsonPath, fields: FieldReader): Validation {
  const messageExpression = fields.text([...path, 'messageExpression'])
  return {
    expression: readExpression(fields, [...path, 'expression']),
    message: fields.text([...path, 'message']) ?? '',
    messageExpression:
      messageExpression === undefined || messageExpression === ''
        ? undefined
        : readExpression(fields, [...path, 'messageExpression']),
    reason: fields.choice([...path, 'reason'], reasons, 'Invalid'),
  }
}

const reasons = ['Unauthorized', 'Forbidden', 'Invalid', 'RequestEntityTooLarge'] as const

function readBinding(fields: FieldReader): PolicyBinding {
  const paramRef = fields.object(['spec', 'paramRef'])
  const match = fields.object(['spec', 'matchResources'])
  const actions = each(fields, ['spec', 'validationActions'], path =>
    fields.choice<ValidationAction>(path, ['Deny', 'Warn', 'Audit'], 'Deny'),
  )
  const selector = fields.object(['spec', 'paramRef', 'selector'])
  return {
    name: fields.required(['metadata', 'name']),
    policyName: fields.required(['spec', 'policyName']),
    paramRef:
      paramRef === undefined
        ? undefined
        : {
            name: fields.text(['spec', 'paramRef', 'name']) ?? '',
            namespace: fields.text(['spec', 'paramRef', 'namespace']) ?? '',
            selector,
            parameterNotFoundAction: fields.choice(
              ['spec', 'paramRef', 'parameterNotFoundAction'],
              ['Allow', 'Deny'],
              'Deny',
            ),
          },
    match: match === undefined ? undefined : readMatch(fields, ['spec', 'matchResources']),
    // Before the field existed (v1alpha1 of 1.26), a binding denied.
    validationActions: actions.length === 0 ? ['Deny'] : actions,
    file: fields.document.file,
  }
}

function readMatch(fields: FieldReader, path: JsonPath): MatchResources {
  return {
    namespaceSelector: fields.object([...path, 'namespaceSelector']),
    objectSelector: fields.object([...path, 'objectSelector']),
    resourceRules: each(fields, [...path, 'resourceRules'], readResourceRule),
    excludeResourceRules: each(fields, [...path, 'excludeResourceRules'], readResourceRule),
    matchPolicy: fields.choice([...path, 'matchPolicy'], ['Exact', 'Equivalent'], 'Equivalent'),
  }
}

function readResourceRule(path: JsonPath, fields: FieldReader): ResourceRule {
  return {
    apiGroups: fields.texts([...path, 'apiGroups']),
    apiVersions: fields.texts([...path, 'apiVersions']),
    operations: fields.texts([...path, 'operations']),
    resources: fields.texts([...path, 'resources']),
    resourceNames: fields.texts([...path, 'resourceNames']),
    scope: fields.choice([...path, 'scope'], ['Cluster', 'Namespaced', '*'], '*'),
  }
}

function readPack(fields: FieldReader): Pack {
  return {
    name: fields.required(['metadata', 'name']),
    title: fields.text(['metadata', 'annotations', 'breakwater.io/title']) ?? '',
    rules: each(fields, ['spec', 'rules'], (path): PackRule => {
      const severity = fields.text([...path, 'severity'])
      return {
        id: fields.required([...path, 'id']),
        severity: severity === undefined ? undefined : fields.choice([...path, 'severity'], severities, 'medium'),
        params: fields.object([...path, 'params']) ?? {},
        ...readMinor(fields, [...path, 'until'], 'until'),
        ...readMinor(fields, [...path, 'asOf'], 'asOf'),
      }
    }),
    file: fields.document.file,
  }
}

function readNamed(fields: FieldReader, path: JsonPath): NamedExpression {
  const name = fields.required([...path, 'name'])
  return new LocatedExpression(fields, [...path, 'expression'], name)
}

function readExpression(fields: FieldReader, path: JsonPath): Expression {
  return new LocatedExpression(fields, path, '')
}

/** An expression that finds its place when it is asked for: of the policies that ship, hardly ever. */
class LocatedExpression implements NamedExpression {
  readonly text: string
  readonly name: string
  private readonly fields: FieldReader
  private readonly path: JsonPath

  constructor(fields: FieldReader, path: JsonPath, name: string) {
    this.text = fields.required(path)
    this.name = name
    this.fields = fields
    this.path = path
  }

  get at(): Position {
    return this.fields.at(this.path)
  }

  /** What the build writes: the text with its place, without the document. */
  toJSON(): NamedExpression {
    const { text, name, at } = this
    return { text, name, at }
  }
}

function each<T>(fields: FieldReader, path: JsonPath, read: (path: JsonPath, fields: FieldReader) => T): readonly T[] {
  const items: T[] = []
  for (let i = 0; i < fields.count(path); i++) items.push(read([...path, i], fields))
  return items
}

// A rule that a scan answers through an AuditPolicy has a plain policy beside it for the API server. Only one of the two
// carries the description; the other refers to it by its id.
function withSharedMeta(policies: readonly Policy[]): readonly Policy[] {
  const complete = new Map(
    policies.flatMap(({ meta }) => (meta !== undefined && meta.title !== '' ? [[meta.id, meta]] : [])),
  )
  return policies.map(policy => {
    const shared = policy.meta === undefined || policy.meta.title !== '' ? undefined : complete.get(policy.meta.id)
    return shared === undefined ? policy : { ...policy, meta: shared }
  })
}
