import { identityOf } from '../../inventory/identity.ts'
import { readLabelSelector, selects } from '../../inventory/label-selector.ts'
import { isJsonObject, type JsonObject, ownValue } from '../../lib/json/json-value.ts'
import type { Policy, PolicyBinding } from '../../model/policy.ts'
import type { AdmissionRequest } from './request.ts'

/** The parameter objects with which a policy is evaluated for a request: each by itself. */
export type Params =
  | { readonly kind: 'each'; readonly values: readonly (JsonObject | null)[] }
  /** No parameter was found and the binding says `Allow`. */
  | { readonly kind: 'skip' }
  | { readonly kind: 'error'; readonly reason: string }

const withoutParams: Params = { kind: 'each', values: [null] }

export function paramsFor(
  policy: Policy,
  binding: PolicyBinding | undefined,
  request: AdmissionRequest,
  candidates: readonly JsonObject[],
): Params {
  const { paramKind } = policy
  const reference = binding?.paramRef
  if (paramKind === undefined || reference === undefined) return withoutParams
  if ((reference.name === '') === (reference.selector === undefined)) {
    return { kind: 'error', reason: 'paramRef names either a name or a selector' }
  }
  const ofKind = candidates.filter(
    object => object['apiVersion'] === paramKind.apiVersion && object['kind'] === paramKind.kind,
  )
  const namespaced = identityOf({ ...paramKind, metadata: {} }, { defaultNamespace: 'default' }).resource.namespaced
  if (namespaced && reference.namespace === '' && !request.namespaced) {
    const reason = 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources'
    return { kind: 'error', reason }
  }
  const namespace = namespaced ? reference.namespace || request.namespace : ''
  const selector = readLabelSelector(reference.selector)
  if (selector.kind === 'invalid') return { kind: 'error', reason: `paramRef.selector: ${selector.reason}` }
  const found = ofKind.filter(object => {
    const { ref } = identityOf(object, { defaultNamespace: 'default' })
    if (namespaced && ref.namespace !== namespace) return false
    if (reference.name !== '') return ref.name === reference.name
    const labels = ownValue(ownValue(object, 'metadata'), 'labels')
    return selects(selector, isJsonObject(labels) ? labels : {})
  })
  if (found.length > 0) return { kind: 'each', values: found }
  if (reference.parameterNotFoundAction === 'Allow') return { kind: 'skip' }
  return { kind: 'error', reason: 'no params found for policy binding with `Deny` parameterNotFoundAction' }
}
