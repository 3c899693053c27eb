import { type LabelSelector, readLabelSelector, selects, selectsPartly } from '../../inventory/label-selector.ts'
import { isJsonObject, type JsonObject, ownValue } from '../../lib/json/json-value.ts'
import type { MatchResources, ResourceRule } from '../../model/policy.ts'
import type { AdmissionRequest, GroupVersionResource, NamespaceLabels } from './request.ts'

/** Whether a policy is about a request. */
export type Match =
  | { readonly kind: 'yes' }
  | { readonly kind: 'no' }
  /** The labels of a Namespace that was not seen decide. */
  | { readonly kind: 'unknown'; readonly reason: string }
  /** A selector that cannot be read: a configuration error, which counts only where the rest matched. */
  | { readonly kind: 'error'; readonly reason: string }

/** Constraints with their selectors read once. */
export interface Matcher {
  readonly namespaceSelector: LabelSelector
  readonly objectSelector: LabelSelector
  readonly resources: MatchResources
}

export function matcherOf(resources: MatchResources): Matcher {
  return {
    namespaceSelector: readLabelSelector(resources.namespaceSelector),
    objectSelector: readLabelSelector(resources.objectSelector),
    resources,
  }
}

/** True where the labels of the Namespace play a part: its answer must then wait until all Namespaces were read. */
export function dependsOnNamespace(matcher: Matcher): boolean {
  const { namespaceSelector: selector } = matcher
  return selector.kind === 'invalid' || selector.requirements.length > 0
}

/**
 * The decision of the API server, in its order: namespaceSelector, objectSelector, exclusions, rules. Selector errors
 * come last, because a request that the rules leave out is never asked about.
 */
export function matchRequest(
  matcher: Matcher,
  request: AdmissionRequest,
  namespaceLabels: (name: string) => NamespaceLabels,
): Match {
  const inNamespace = matchesNamespace(matcher.namespaceSelector, request, namespaceLabels)
  if (inNamespace.kind === 'no') return inNamespace
  const byObject = matchesObject(matcher.objectSelector, request)
  if (byObject.kind === 'no') return byObject
  if (!matchesRules(matcher.resources, request)) return no
  if (inNamespace.kind === 'error') return inNamespace
  if (byObject.kind === 'error') return byObject
  return inNamespace
}

/** The part that depends on the resource alone: exclusions, then rules, then equivalent resources. */
export function matchesRules(resources: MatchResources, request: AdmissionRequest): boolean {
  const equivalents = resources.matchPolicy === 'Equivalent' ? request.equivalents : []
  const anyOf = (rules: readonly ResourceRule[]): boolean =>
    rules.some(rule => coversRequest(rule, request.resource, request)) ||
    equivalents.some(resource => rules.some(rule => coversRequest(rule, resource, request)))
  if (anyOf(resources.excludeResourceRules)) return false
  return resources.resourceRules.length === 0 || anyOf(resources.resourceRules)
}

const yes: Match = { kind: 'yes' }
const no: Match = { kind: 'no' }

function matchesNamespace(
  selector: LabelSelector,
  request: AdmissionRequest,
  namespaceLabels: (name: string) => NamespaceLabels,
): Match {
  if (selector.kind === 'invalid') return { kind: 'error', reason: `namespaceSelector: ${selector.reason}` }
  if (selector.requirements.length === 0) return yes
  const isNamespace = request.resource.group === '' && request.resource.resource === 'namespaces'
  if (isNamespace && request.object !== undefined && request.operation !== 'DELETE') {
    return selects(selector, labelsOf(request.object)) ? yes : no
  }
  if (!request.namespaced && !isNamespace) return yes
  const known = namespaceLabels(request.namespace)
  if (known.complete) return selects(selector, known.labels) ? yes : no
  const certain = selectsPartly(selector, known.labels)
  if (certain !== undefined) return certain ? yes : no
  const reason = `the labels of namespace "${request.namespace}", which is not in the scan, decide whether the policy applies`
  return { kind: 'unknown', reason }
}

function matchesObject(selector: LabelSelector, request: AdmissionRequest): Match {
  if (selector.kind === 'invalid') return { kind: 'error', reason: `objectSelector: ${selector.reason}` }
  if (selector.requirements.length === 0) return yes
  const either = [request.object, request.oldObject].some(
    object => object !== undefined && selects(selector, labelsOf(object)),
  )
  return either ? yes : no
}

/** Whether a rule names a resource, and the operation, scope and name of a request for it. */
export function coversRequest(
  rule: ResourceRule,
  resource: GroupVersionResource,
  request: Pick<AdmissionRequest, 'operation' | 'namespaced' | 'subResource' | 'name'>,
): boolean {
  return (
    has(rule.operations, request.operation) &&
    has(rule.apiGroups, resource.group) &&
    // An equivalent resource of a scan stands for all versions in which the server serves it.
    (resource.version === '*' || has(rule.apiVersions, resource.version)) &&
    (rule.scope === '*' || (rule.scope === 'Namespaced') === request.namespaced) &&
    coversResource(rule.resources, resource.resource, request.subResource) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(request.name))
  )
}

function coversResource(patterns: readonly string[], resource: string, subResource: string): boolean {
  const exact = subResource === '' ? resource : `${resource}/${subResource}`
  return patterns.some(pattern => {
    if (pattern === exact || pattern === '*/*') return true
    if (subResource === '') return pattern === '*' || pattern === `${resource}/*`
    return pattern === `${resource}/*` || pattern === `*/${subResource}`
  })
}

function has(list: readonly string[], value: string): boolean {
  return list.includes('*') || list.includes(value)
}

function labelsOf(object: JsonObject): JsonObject {
  const labels = ownValue(ownValue(object, 'metadata'), 'labels')
  return isJsonObject(labels) ? labels : {}
}
