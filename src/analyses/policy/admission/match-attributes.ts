import { type LabelSelector, selects, selectsPartly } from '../../../inventory/label-selector.ts'
import { CelUnknown } from '../../../lib/cel/values.ts'
import type { ResourceRule } from '../../../model/policy.ts'
import { coversRequest, type Matcher } from '../match.ts'
import type { GroupVersionKind, GroupVersionResource, NamespaceLabels } from '../request.ts'
import { type AdmissionAttributes, isNamespaceKind, labelsIn } from './attributes.ts'
import type { ServedKinds } from './served-kinds.ts'

/** Whether a policy or binding is about a request, and in which version it then sees the object. */
export type AttributesMatch =
  | { readonly kind: 'yes'; readonly resource: GroupVersionResource; readonly as: GroupVersionKind }
  | { readonly kind: 'no' }
  | {
      readonly kind: 'unknown'
      readonly reason: string
      readonly resource: GroupVersionResource
      readonly as: GroupVersionKind
    }
  /** A configuration error; it counts only where the rest matched. */
  | { readonly kind: 'error'; readonly reason: string }

const no: AttributesMatch = { kind: 'no' }

/** The decision of the API server in its order: namespaceSelector, objectSelector, exclusions, rules, equivalents. */
export function matchAttributes(
  matcher: Matcher,
  attributes: AdmissionAttributes,
  kinds: ServedKinds,
  namespaceLabels: (name: string) => NamespaceLabels,
): AttributesMatch {
  const byNamespace = matchNamespace(matcher.namespaceSelector, attributes, namespaceLabels)
  if (byNamespace === 'no') return no
  const byObject = matchObject(matcher.objectSelector, attributes)
  if (byObject === 'no') return no
  const { resourceRules, excludeResourceRules, matchPolicy } = matcher.resources
  const isFuzzy = matchPolicy === 'Equivalent'
  if (matchRules(excludeResourceRules, isFuzzy, attributes, kinds) !== undefined) return no
  const matched =
    resourceRules.length === 0
      ? { resource: attributes.resource, as: attributes.kind }
      : matchRules(resourceRules, isFuzzy, attributes, kinds)
  if (matched === undefined) return no
  for (const answer of [byNamespace, byObject])
    if (typeof answer === 'object' && 'error' in answer) return { kind: 'error', reason: answer.error }
  for (const answer of [byNamespace, byObject])
    if (typeof answer === 'object' && 'unknown' in answer)
      return { kind: 'unknown', reason: answer.unknown, ...matched }
  return { kind: 'yes', ...matched }
}

type SelectorAnswer = 'yes' | 'no' | { readonly error: string } | { readonly unknown: string }

function matchNamespace(
  selector: LabelSelector,
  attributes: AdmissionAttributes,
  namespaceLabels: (name: string) => NamespaceLabels,
): SelectorAnswer {
  const { resource, namespace, subResource, operation } = attributes
  const isNamespaces = resource.resource === 'namespaces'
  if (namespace === '' && !isNamespaces) return 'yes'
  if (selector.kind === 'invalid') return { error: selector.reason }
  if (selector.requirements.length === 0) return 'yes'
  if (isNamespaces && subResource === '' && (operation === 'CREATE' || operation === 'UPDATE')) {
    return selects(selector, labelsIn(attributes.object)) ? 'yes' : 'no'
  }
  const known = namespaceLabels(namespace)
  const answer = known.complete ? selects(selector, known.labels) : selectsPartly(selector, known.labels)
  if (answer !== undefined) return answer ? 'yes' : 'no'
  return {
    unknown: `the labels of namespace "${namespace}", which is not in the files, decide whether the policy applies`,
  }
}

function matchObject(selector: LabelSelector, { object, oldObject }: AdmissionAttributes): SelectorAnswer {
  if (selector.kind === 'invalid') return { error: selector.reason }
  if (selector.requirements.length === 0) return 'yes'
  let open = false
  for (const value of [object, oldObject]) {
    if (value === null) continue
    if (value instanceof CelUnknown) open = true
    else if (selects(selector, labelsIn(value))) return 'yes'
  }
  return open ? { unknown: 'the labels of an object that was not given decide whether the policy applies' } : 'no'
}

interface Matched {
  readonly resource: GroupVersionResource
  readonly as: GroupVersionKind
}

function matchRules(
  rules: readonly ResourceRule[],
  isFuzzy: boolean,
  attributes: AdmissionAttributes,
  kinds: ServedKinds,
): Matched | undefined {
  const { operation, subResource, resource } = attributes
  const request = {
    operation,
    subResource,
    // A name that the server generates equals none that a rule can list.
    name: attributes.name ?? '',
    namespaced: attributes.namespace !== '' && !isNamespaceKind(attributes.kind) && resource.resource !== 'namespaces',
  }
  if (rules.some(rule => coversRequest(rule, resource, request))) return { resource, as: attributes.kind }
  if (!isFuzzy) return undefined
  const equivalents = kinds.equivalents(resource, subResource)
  for (const rule of rules) {
    for (const { group, version, resource: plural, kind } of equivalents) {
      const other = { group, version, resource: plural }
      // The kind of a sub-resource such as scale is the same in all versions of its resource.
      const as = kind === attributes.kind.kind ? { group, version, kind } : attributes.kind
      if (coversRequest(rule, other, request)) return { resource: other, as }
    }
  }
  return undefined
}
