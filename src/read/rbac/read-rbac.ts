import { entryOf } from '../../lib/collections/entry-of.ts'
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue, ownValue } from '../../lib/json/json-value.ts'
import type { Binding, PolicyRule, Role, Source, Subject } from '../../model/access.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { groupOf } from '../../model/subject.ts'
import { FieldReader, type SourceDocument } from '../policies/fields.ts'

/** The RBAC objects of a set of documents, as the API server would hold them. */
export interface RbacObjects {
  readonly roles: readonly Role[]
  readonly bindings: readonly Binding[]
  readonly diagnostics: readonly Diagnostic[]
}

export const rbacGroup = 'rbac.authorization.k8s.io'

/**
 * Reads Roles, ClusterRoles and their bindings. An object that the API server refuses whole grants nothing: it is left
 * out and reported. Of two objects of one name the first counts, as with `kubectl create`. A namespaced object without
 * a namespace is in `defaultNamespace`.
 */
export function readRbac(documents: Iterable<SourceDocument>, defaultNamespace: string): RbacObjects {
  const roles = new Named<Role>()
  const bindings = new Named<Binding>()
  const diagnostics: Diagnostic[] = []
  for (const document of documents) {
    const kind = kindOf(document.object)
    if (kind === undefined) continue
    const fields = new FieldReader(document)
    if (kind === 'Role' || kind === 'ClusterRole') keep(roles, readRole(fields, kind, defaultNamespace), fields)
    else keep(bindings, readBinding(fields, kind, defaultNamespace), fields)
    for (const diagnostic of fields.diagnostics) diagnostics.push(diagnostic)
  }
  return { roles: roles.all, bindings: bindings.all, diagnostics }
}

/** Objects in their order, found by kind, namespace and name. */
class Named<T extends Role | Binding> {
  readonly all: T[] = []
  private readonly byScope = new Map<string, Map<string, Map<string, T>>>()

  get({ kind, namespace, name }: T): T | undefined {
    return this.byScope.get(kind)?.get(namespace)?.get(name)
  }

  add(object: T): void {
    this.all.push(object)
    const byNamespace = entryOf(this.byScope, object.kind, () => new Map<string, Map<string, T>>())
    entryOf(byNamespace, object.namespace, () => new Map<string, T>()).set(object.name, object)
  }
}

type RbacKind = Role['kind'] | Binding['kind']

function kindOf(object: JsonObject): RbacKind | undefined {
  const { apiVersion, kind } = object
  if (typeof apiVersion !== 'string' || groupOf(apiVersion) !== rbacGroup) return undefined
  return kind === 'Role' || kind === 'ClusterRole' || kind === 'RoleBinding' || kind === 'ClusterRoleBinding'
    ? kind
    : undefined
}

function keep<T extends Role | Binding>(known: Named<T>, object: T, fields: FieldReader): void {
  const first = known.get(object)
  if (first === undefined) {
    if (fields.diagnostics.length === 0) known.add(object)
  } else if (fields.diagnostics.length === 0 && rightsText(first) !== rightsText(object)) {
    const place = first.source === undefined ? '' : ` (${first.source.file}:${first.source.line})`
    fields.warning(
      [],
      'RBAC_DUPLICATE',
      `${object.kind} "${object.name}" is defined twice and otherwise; the first definition counts${place}`,
    )
  }
}

/** What an object says about rights: of two objects of one name that say the same, one is enough. */
function rightsText(object: Role | Binding): string {
  if ('rules' in object) return JSON.stringify([object.rules, object.aggregation ?? null])
  return JSON.stringify([object.roleRef, object.subjects])
}

function nameAndNamespace(
  fields: FieldReader,
  isNamespaced: boolean,
  defaultNamespace: string,
): { name: string; namespace: string } {
  const name = fields.required(['metadata', 'name'])
  if (/^\.{1,2}$|[/%]/.test(name))
    fields.error(
      ['metadata', 'name'],
      'RBAC_REFUSED',
      `"${name}" cannot be a name: it would not be one segment of a path`,
    )
  const written = fields.text(['metadata', 'namespace']) ?? ''
  return { name, namespace: isNamespaced ? written || defaultNamespace : '' }
}

function sourceOf(fields: FieldReader, path: JsonPath): Source {
  return { file: fields.document.file, ...fields.at(path) }
}

function readRole(fields: FieldReader, kind: Role['kind'], defaultNamespace: string): Role {
  const { name, namespace } = nameAndNamespace(fields, kind === 'Role', defaultNamespace)
  const count = fields.count(['rules'])
  const rules: PolicyRule[] = []
  for (let i = 0; i < count; i++) rules.push(readRule(fields, ['rules', i], kind))
  const labels: Record<string, string> = Object.create(null) as Record<string, string>
  const written = fields.object(['metadata', 'labels']) ?? {}
  for (const key of Object.keys(written)) if (typeof written[key] === 'string') labels[key] = written[key]
  return {
    kind,
    name,
    namespace,
    labels,
    rules,
    ruleSource: index => sourceOf(fields, ['rules', index]),
    aggregation: kind === 'ClusterRole' ? readAggregation(fields) : undefined,
    // Places are looked up when they are asked for: most of a large cluster is never pointed at.
    get source() {
      return sourceOf(fields, [])
    },
  }
}

function readAggregation(fields: FieldReader): readonly JsonValue[] | undefined {
  if (fields.object(['aggregationRule']) === undefined) return undefined
  const count = fields.count(['aggregationRule', 'clusterRoleSelectors'])
  if (count === 0) fields.error(['aggregationRule'], 'RBAC_REFUSED', 'an aggregationRule names at least one selector')
  return Array.from({ length: count }, (_, i) => fields.value(['aggregationRule', 'clusterRoleSelectors', i]) ?? {})
}

/** Reads one rule and applies the server's validation of it (rbac/v1 validation: verbs, and resources or URLs). */
function readRule(fields: FieldReader, path: JsonPath, kind: Role['kind']): PolicyRule {
  const written = fields.value(path)
  const list = (field: string) => textsOf(ownValue(written, field)) ?? fields.texts([...path, field])
  const rule: PolicyRule = {
    verbs: list('verbs'),
    apiGroups: list('apiGroups'),
    resources: list('resources'),
    resourceNames: list('resourceNames'),
    nonResourceURLs: list('nonResourceURLs'),
  }
  const refuse = (message: string) => fields.error(path, 'RBAC_REFUSED', message)
  if (rule.verbs.length === 0) refuse('a rule has at least one verb')
  if (rule.nonResourceURLs.length > 0) {
    if (kind === 'Role') refuse('a Role cannot grant URLs; only a ClusterRole can')
    if (rule.apiGroups.length + rule.resources.length + rule.resourceNames.length > 0)
      refuse('a rule is about resources or about URLs, not both')
  } else {
    if (rule.apiGroups.length === 0) refuse('a rule about resources names apiGroups; "" is the core group')
    if (rule.resources.length === 0) refuse('a rule names resources or nonResourceURLs')
  }
  return rule
}

const noTexts: readonly string[] = []

/** A list that holds nothing but text, as nearly all do; `undefined` where something has to be said about it. */
function textsOf(value: JsonValue | undefined): readonly string[] | undefined {
  if (value === undefined || value === null) return noTexts
  return Array.isArray(value) && value.every(entry => typeof entry === 'string') ? value : undefined
}

function readBinding(fields: FieldReader, kind: Binding['kind'], defaultNamespace: string): Binding {
  const { name, namespace } = nameAndNamespace(fields, kind === 'RoleBinding', defaultNamespace)
  const refKind = fields.choice(['roleRef', 'kind'], ['Role', 'ClusterRole'], 'ClusterRole')
  if (fields.text(['roleRef', 'kind']) === undefined)
    fields.error(['roleRef'], 'RBAC_REFUSED', 'roleRef.kind is Role or ClusterRole')
  else if (kind === 'ClusterRoleBinding' && refKind !== 'ClusterRole')
    fields.error(['roleRef', 'kind'], 'RBAC_REFUSED', 'a ClusterRoleBinding refers to a ClusterRole')
  const refName = fields.required(['roleRef', 'name'])
  const refGroup = fields.text(['roleRef', 'apiGroup']) || rbacGroup
  if (refGroup !== rbacGroup) fields.error(['roleRef', 'apiGroup'], 'RBAC_REFUSED', `roleRef.apiGroup is ${rbacGroup}`)
  const subjects: Subject[] = []
  // An entry that is null is no subject, and moves the others up.
  const places: number[] = []
  const count = fields.count(['subjects'])
  for (let i = 0; i < count; i++) {
    const subject = readSubject(fields, ['subjects', i], kind, namespace)
    if (subject === undefined) continue
    subjects.push(subject)
    places.push(i)
  }
  return {
    kind,
    name,
    namespace,
    roleRef: { kind: refKind, name: refName },
    subjects,
    subjectSource: index => sourceOf(fields, ['subjects', places[index] ?? index]),
    get source() {
      return sourceOf(fields, [])
    },
  }
}

const dnsSubdomain = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

function readSubject(
  fields: FieldReader,
  path: JsonPath,
  binding: Binding['kind'],
  bindingNamespace: string,
): Subject | undefined {
  const value = fields.object(path)
  if (value === undefined) return undefined
  const refuse = (field: string, message: string) => fields.error([...path, field], 'RBAC_REFUSED', message)
  const name = fields.required([...path, 'name'])
  const kind = ownValue(value, 'kind')
  const apiGroup = fields.text([...path, 'apiGroup']) ?? ''
  if (kind === 'ServiceAccount') {
    if (name !== '' && !dnsSubdomain.test(name)) refuse('name', `"${name}" cannot be the name of a ServiceAccount`)
    if (apiGroup !== '') refuse('apiGroup', 'the apiGroup of a ServiceAccount is ""')
    const namespace = fields.text([...path, 'namespace']) || bindingNamespace
    if (binding === 'ClusterRoleBinding' && namespace === '')
      refuse('namespace', 'a ServiceAccount in a ClusterRoleBinding names its namespace')
    return { kind, namespace, name }
  }
  if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== '' && apiGroup !== rbacGroup) refuse('apiGroup', `the apiGroup of a ${kind} is ${rbacGroup}`)
    return { kind, name }
  }
  refuse('kind', `${JSON.stringify(kind ?? null)} is no kind of subject; use ServiceAccount, User or Group`)
  return undefined
}

/** Roles and bindings of objects that the program ships; they have no place in a file. */
export function readShippedRbac(objects: readonly JsonValue[]): RbacObjects {
  const documents = objects
    .filter(isJsonObject)
    .map(object => ({ file: '', object, locate: () => ({ line: 0, column: 0 }) }))
  const { roles, bindings, diagnostics } = readRbac(documents, '')
  return {
    roles: roles.map(role => ({ ...role, source: undefined, ruleSource: () => undefined })),
    bindings: bindings.map(binding => ({ ...binding, source: undefined, subjectSource: () => undefined })),
    diagnostics,
  }
}
