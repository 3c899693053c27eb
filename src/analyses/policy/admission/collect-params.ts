import { readLabelSelector, selects } from '../../../inventory/label-selector.ts'
import type { CelValue } from '../../../lib/cel/values.ts'
import type { ParamKind, PolicyBinding } from '../../../model/policy.ts'
import { groupOf, versionOf } from '../../../model/subject.ts'
import { labelsIn, member } from './attributes.ts'
import type { ServedKinds } from './served-kinds.ts'

/** An object that policies can take parameters from, as the server would hand it to them. */
export interface ParamObject {
  readonly apiVersion: string
  readonly kind: string
  /** `""` where the kind is cluster-scoped. */
  readonly namespace: string
  readonly name: string
  readonly value: CelValue
}

export type CollectedParams =
  /** Each is an evaluation of its own; empty where nothing was found and that is allowed. */
  { readonly kind: 'each'; readonly values: readonly CelValue[] } | { readonly kind: 'error'; readonly reason: string }

/** The parameters for one binding and request, sorted by namespace and name. */
export function collectParams(
  paramKind: ParamKind | undefined,
  { paramRef }: Pick<PolicyBinding, 'paramRef'>,
  requestNamespace: string,
  objects: readonly ParamObject[],
  kinds: ServedKinds,
): CollectedParams {
  if (paramKind === undefined || paramRef === undefined) return { kind: 'each', values: [null] }
  const { namespaced } = paramScope(paramKind, objects, kinds)
  if (namespaced && paramRef.namespace === '' && requestNamespace === '')
    return error('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources')
  if (!namespaced && paramRef.namespace !== '')
    return error('paramRef.namespace must not be provided for a cluster-scoped `paramKind`')
  const namespace = namespaced ? paramRef.namespace || requestNamespace : ''
  const candidates = objects.filter(
    object =>
      object.apiVersion === paramKind.apiVersion && object.kind === paramKind.kind && object.namespace === namespace,
  )
  const found: ParamObject[] = []
  if (paramRef.name !== '') {
    if (paramRef.selector !== undefined) return error('paramRef.name and paramRef.selector are mutually exclusive')
    found.push(...candidates.filter(object => object.name === paramRef.name).slice(-1))
  } else if (paramRef.selector !== undefined) {
    const selector = readLabelSelector(paramRef.selector)
    if (selector.kind === 'invalid') return error(selector.reason)
    found.push(...candidates.filter(object => selects(selector, labelsIn(object.value))))
    found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  } else return error('one of name or selector must be provided')
  if (found.length === 0 && paramRef.parameterNotFoundAction === 'Deny')
    return error('no params found for policy binding with `Deny` parameterNotFoundAction')
  return { kind: 'each', values: found.map(object => object.value) }
}

/** Why a paramKind cannot be used at all, as the server says it; `undefined` where it can. */
export function paramKindProblem(
  paramKind: ParamKind | undefined,
  objects: readonly ParamObject[],
  kinds: ServedKinds,
): string | undefined {
  if (paramKind === undefined || kinds.isServed(paramKind.apiVersion, paramKind.kind)) return undefined
  // A parameter of that kind stands in the files: its definition is taken to be in the cluster already.
  if (objects.some(object => object.apiVersion === paramKind.apiVersion && object.kind === paramKind.kind))
    return undefined
  const { apiVersion, kind } = paramKind
  const group = groupOf(apiVersion)
  return `failed to find resource referenced by paramKind: '${group === '' ? '' : group}/${versionOf(apiVersion)}, Kind=${kind}'`
}

function paramScope(
  { apiVersion, kind }: ParamKind,
  objects: readonly ParamObject[],
  kinds: ServedKinds,
): { readonly namespaced: boolean } {
  if (kinds.isServed(apiVersion, kind)) return kinds.of(apiVersion, kind)
  const example = objects.find(object => object.apiVersion === apiVersion && object.kind === kind)
  return { namespaced: example === undefined || example.namespace !== '' }
}

function error(reason: string): CollectedParams {
  return { kind: 'error', reason }
}

/** An object as a candidate for parameters. */
export function paramObject(object: CelValue, kinds: ServedKinds): ParamObject {
  const metadata = member(object, 'metadata')
  const apiVersion = textOf(member(object, 'apiVersion'))
  const kind = textOf(member(object, 'kind'))
  const served = kinds.of(apiVersion, kind)
  const written = textOf(member(metadata, 'namespace'))
  // Of a kind that nothing declares, the author knows whether it has namespaces.
  const namespaced = served.origin === 'guessed' ? written !== '' : served.namespaced
  return {
    apiVersion,
    kind,
    namespace: namespaced ? written || 'default' : '',
    name: textOf(member(metadata, 'name')),
    value: object,
  }
}

function textOf(value: CelValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
