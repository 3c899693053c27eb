import { readLabelSelector } from '../../../inventory/label-selector.ts'
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue, ownValue } from '../../../lib/json/json-value.ts'
import { type AdmissionPolicy, type CompileFailure, expressionsOf, isFailure } from './compile-admission.ts'

/** Why an API server does not take a policy or binding. */
export interface PolicyRefusal {
  readonly path: JsonPath
  readonly code: 'POLICY_REFUSED' | 'CEL_INVALID' | 'CEL_TYPE'
  /** As the server says it, without the field in front. */
  readonly message: string
  /** Line and column inside an expression. */
  readonly at?: CompileFailure['at']
  /** The text of that expression. */
  readonly expression?: string
}

/** What a server refuses about the fields of a policy, and about its expressions as newly written. */
export function policyRefusals(object: JsonObject, compiled: AdmissionPolicy): readonly PolicyRefusal[] {
  const refusals: PolicyRefusal[] = []
  const refuse = (path: JsonPath, message: string): void => {
    refusals.push({ path, code: 'POLICY_REFUSED', message })
  }
  const spec = ownValue(object, 'spec')
  const name = ownValue(ownValue(object, 'metadata'), 'name')
  if (typeof name === 'string' && !isSubdomain(name)) refuse(['metadata', 'name'], subdomainMessage(name))
  checkParamKind(ownValue(spec, 'paramKind'), refuse)
  const constraints = ownValue(spec, 'matchConstraints')
  if (!isJsonObject(constraints)) refuse(['spec', 'matchConstraints'], 'Required value')
  else {
    checkMatch(constraints, ['spec', 'matchConstraints'], refuse)
    if (listOf(ownValue(constraints, 'resourceRules')).length === 0)
      refuse(['spec', 'matchConstraints', 'resourceRules'], 'Required value')
  }
  const conditions = listOf(ownValue(spec, 'matchConditions'))
  if (conditions.length > 64)
    refuse(['spec', 'matchConditions'], `Too many: ${conditions.length}: must have at most 64 items`)
  checkDuplicates(conditions, 'name', ['spec', 'matchConditions'], refuse)
  listOf(ownValue(spec, 'variables')).forEach((variable, i) => {
    const own = ownValue(variable, 'name')
    if (typeof own === 'string' && own !== '' && !isCelIdentifier(own))
      refuse(['spec', 'variables', i, 'name'], `Invalid value: ${quote(own)}: must be a valid CEL identifier`)
  })
  listOf(ownValue(spec, 'validations')).forEach((validation, i) => {
    checkValidation(validation, ['spec', 'validations', i], refuse)
  })
  const annotations = listOf(ownValue(spec, 'auditAnnotations'))
  if (annotations.length > 20) refuse(['spec', 'auditAnnotations'], 'must not have more than 20 auditAnnotations')
  checkDuplicates(annotations, 'key', ['spec', 'auditAnnotations'], refuse)
  annotations.forEach((annotation, i) => {
    const key = ownValue(annotation, 'key')
    if (typeof key === 'string' && key !== '' && !isQualifiedPart(key))
      refuse(
        ['spec', 'auditAnnotations', i, 'key'],
        `Invalid value: ${quote(`${String(name)}/${key}`)}: ${qualifiedMessage}`,
      )
    const value = ownValue(annotation, 'valueExpression')
    if (typeof value === 'string' && value.trim().length > 5 * 1024)
      refuse(['spec', 'auditAnnotations', i, 'valueExpression'], 'must not exceed 5120 bytes in length')
  })
  for (const { path, expression } of expressionsOf(compiled)) {
    const { compiled: program, source } = expression
    if (source.text.trim() === '') refuse(path, 'Required value: expression is not specified')
    else if (isFailure(program)) {
      const code = program.stage === 'type' ? 'CEL_TYPE' : 'CEL_INVALID'
      refusals.push({ path, code, message: program.message, at: program.at, expression: source.text })
    }
  }
  return refusals
}

/** What a server refuses about a binding. */
export function bindingRefusals(object: JsonObject): readonly PolicyRefusal[] {
  const refusals: PolicyRefusal[] = []
  const refuse = (path: JsonPath, message: string): void => {
    refusals.push({ path, code: 'POLICY_REFUSED', message })
  }
  const spec = ownValue(object, 'spec')
  const name = ownValue(ownValue(object, 'metadata'), 'name')
  if (typeof name === 'string' && !isSubdomain(name)) refuse(['metadata', 'name'], subdomainMessage(name))
  const policy = ownValue(spec, 'policyName')
  if (typeof policy === 'string' && policy !== '' && !isSubdomain(policy))
    refuse(['spec', 'policyName'], subdomainMessage(policy))
  const actions = listOf(ownValue(spec, 'validationActions'))
  const path = ['spec', 'validationActions']
  if (actions.length === 0) refuse(path, 'Required value')
  actions.forEach((action, i) => {
    if (actions.indexOf(action) !== i) refuse([...path, i], `Duplicate value: ${quote(String(action))}`)
  })
  if (actions.includes('Deny') && actions.includes('Warn')) {
    refuse(
      path,
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    )
  }
  const paramRef = ownValue(spec, 'paramRef')
  if (isJsonObject(paramRef)) checkParamRef(paramRef, refuse)
  const match = ownValue(spec, 'matchResources')
  if (isJsonObject(match)) checkMatch(match, ['spec', 'matchResources'], refuse)
  return refusals
}

type Refuse = (path: JsonPath, message: string) => void

function checkParamRef(paramRef: JsonObject, refuse: Refuse): void {
  const name = ownValue(paramRef, 'name')
  const selector = ownValue(paramRef, 'selector')
  const hasName = typeof name === 'string' && name !== ''
  const hasSelector = isJsonObject(selector)
  if (hasName && hasSelector) {
    for (const field of ['name', 'selector'])
      refuse(['spec', 'paramRef', field], 'Forbidden: name and selector are mutually exclusive')
  }
  if (!hasName && !hasSelector)
    refuse(['spec', 'paramRef'], 'Required value: one of name or selector must be specified')
  checkSelector(selector, ['spec', 'paramRef', 'selector'], refuse)
  const action = ownValue(paramRef, 'parameterNotFoundAction')
  if (action === undefined || action === null || action === '')
    refuse(['spec', 'paramRef', 'parameterNotFoundAction'], 'Required value')
}

function checkParamKind(paramKind: JsonValue | undefined, refuse: Refuse): void {
  const apiVersion = ownValue(paramKind, 'apiVersion')
  if (typeof apiVersion === 'string' && apiVersion.split('/').length > 2)
    refuse(
      ['spec', 'paramKind', 'apiVersion'],
      `Invalid value: ${quote(apiVersion)}: unexpected GroupVersion string: ${apiVersion}`,
    )
}

function checkMatch(match: JsonObject, path: JsonPath, refuse: Refuse): void {
  for (const field of ['namespaceSelector', 'objectSelector'])
    checkSelector(ownValue(match, field), [...path, field], refuse)
  for (const field of ['resourceRules', 'excludeResourceRules'])
    listOf(ownValue(match, field)).forEach((rule, i) => {
      checkRule(rule, [...path, field, i], refuse)
    })
}

function checkSelector(selector: JsonValue | undefined, path: JsonPath, refuse: Refuse): void {
  if (selector === undefined || selector === null) return
  const read = readLabelSelector(selector)
  if (read.kind === 'invalid') refuse(path, read.reason)
}

function checkRule(rule: JsonValue, path: JsonPath, refuse: Refuse): void {
  for (const field of ['operations', 'apiGroups', 'apiVersions', 'resources']) {
    const entries = listOf(ownValue(rule, field))
    if (entries.length === 0) refuse([...path, field], 'Required value')
    if (entries.length > 1 && entries.includes('*') && field !== 'resources')
      refuse([...path, field], `if '*' is present, must not specify other ${nouns[field]}`)
    entries.forEach((entry, i) => {
      if (field === 'operations' && typeof entry === 'string' && !operations.includes(entry))
        refuse(
          [...path, field, i],
          `Unsupported value: ${quote(entry)}: supported values: "*", "CONNECT", "CREATE", "DELETE", "UPDATE"`,
        )
      if (field !== 'apiGroups' && entry === '') refuse([...path, field, i], 'Required value')
    })
  }
  const names = listOf(ownValue(rule, 'resourceNames'))
  names.forEach((name, i) => {
    if (names.indexOf(name) !== i) refuse([...path, 'resourceNames', i], `Duplicate value: ${quote(String(name))}`)
  })
}

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const nouns: Readonly<Record<string, string>> = {
  operations: 'operations',
  apiGroups: 'API groups',
  apiVersions: 'API versions',
}

function checkValidation(validation: JsonValue, path: JsonPath, refuse: Refuse): void {
  const message = ownValue(validation, 'message')
  if (typeof message === 'string' && message !== '') {
    if (message.trim() === '')
      refuse([...path, 'message'], `Invalid value: ${quote(message)}: must be non-empty if specified`)
    else if (/[\n\r]/.test(message.trim()))
      refuse([...path, 'message'], `Invalid value: ${quote(message)}: must not contain line breaks`)
  }
  const expression = ownValue(validation, 'messageExpression')
  if (typeof expression === 'string' && expression !== '' && expression.trim() === '')
    refuse([...path, 'messageExpression'], `Invalid value: ${quote(expression)}: must be non-empty if specified`)
  if (ownValue(validation, 'reason') === 'Unauthorized') {
    refuse(
      [...path, 'reason'],
      'Unsupported value: "Unauthorized": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
    )
  }
}

function checkDuplicates(items: readonly JsonValue[], field: string, path: JsonPath, refuse: Refuse): void {
  const seen = new Set<string>()
  items.forEach((item, i) => {
    const value = ownValue(item, field)
    if (typeof value !== 'string' || value === '') return
    if (seen.has(value)) refuse([...path, i, field], `Duplicate value: ${quote(value)}`)
    seen.add(value)
  })
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}

function isSubdomain(name: string): boolean {
  return name.length <= 253 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)
}

function subdomainMessage(name: string): string {
  return `Invalid value: ${quote(name)}: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`
}

function isQualifiedPart(key: string): boolean {
  return key.length <= 63 && /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(key)
}

const qualifiedMessage =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

function isCelIdentifier(name: string): boolean {
  return /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !reserved.has(name)
}

function quote(text: string): string {
  return JSON.stringify(text)
}
