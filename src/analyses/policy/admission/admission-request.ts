import { defaulted } from '../../../inventory/defaulting/index.ts'
import { CelUnknown, type CelValue, isPlainMap, unknown } from '../../../lib/cel/values.ts'
import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../../lib/json/json-value.ts'
import type { GroupVersionKind } from '../request.ts'
import { type AdmissionAttributes, member } from './attributes.ts'
import { generatedName } from './request-value.ts'
import type { ServedKind, ServedKinds } from './served-kinds.ts'
import { asCreated, asStored } from './server-fields.ts'

/** What a caller knows about a request beside the object. */
export interface RequestOptions {
  readonly operation: AdmissionAttributes['operation']
  readonly subResource: string
  /** The object before the change; `undefined` where it was not given. */
  readonly old: JsonObject | undefined
  /** The user who asks; `undefined` where it was not given. */
  readonly user: { readonly name: string; readonly groups: readonly string[] } | undefined
  /** The namespace of objects that name none. */
  readonly defaultNamespace: string
  readonly priorityOf: (className: string) => CelValue
}

/** The request that puts an object of a file to a server. */
export function requestFor(object: JsonObject, options: RequestOptions, kinds: ServedKinds): AdmissionAttributes {
  const { operation, subResource } = options
  const written = kinds.of(text(ownValue(object, 'apiVersion')), text(ownValue(object, 'kind')))
  const target = targetOf(written, subResource)
  const prepared = prepare(object, written, options, kinds)
  const namespace = namespaceOf(prepared, target.served)
  const name = member(member(prepared, 'metadata'), 'name')
  const { group, version, kind } = written
  const served = { group, version, kind }
  const old = options.old === undefined ? undefined : prepareOld(options.old, options, kinds)
  const isCreate = operation === 'CREATE' || operation === 'CONNECT'
  const withNew = {
    object: prepared,
    oldObject: isCreate ? null : (old ?? unknown('the object before the change was not given')),
  }
  const connection = operation === 'CONNECT' ? connectionKind(written, target.subResource) : undefined
  const objects = operation === 'DELETE' ? { object: null, oldObject: old ?? stored(prepared) } : withNew
  return {
    operation,
    kind: connection ?? served,
    objectKind: connection ?? served,
    resource: { group: target.served.group, version: target.served.version, resource: target.served.resource },
    subResource: target.subResource,
    name: typeof name === 'string' ? name : name instanceof CelUnknown ? undefined : '',
    namespace,
    ...objects,
    ...(connection !== undefined && { object: unknown('the options of the connection were not given') }),
    userInfo:
      options.user === undefined ? unknown('the user who makes the request was not given') : userValue(options.user),
    dryRun: unknown('whether the request is a dry run was not given'),
    options: unknown('the options of the request were not given'),
  }
}

/**
 * The request of an AdmissionReview (`admission.k8s.io/v1`); a text says what is wrong with it. Objects are defaulted,
 * which changes nothing about one that a server sent.
 */
export function requestOfReview(
  review: JsonObject,
  options: RequestOptions,
  kinds: ServedKinds,
): AdmissionAttributes | string {
  const request = ownValue(review, 'request')
  if (!isJsonObject(request)) return 'the AdmissionReview has no request'
  const operation = operations.find(name => name === ownValue(request, 'operation'))
  if (operation === undefined) return 'request.operation is none of CREATE, UPDATE, DELETE, CONNECT'
  const objectKind = kindIn(ownValue(request, 'kind'))
  if (objectKind === undefined) return 'request.kind has no kind'
  const kind = kindIn(ownValue(request, 'requestKind')) ?? objectKind
  const resource = ownValue(request, 'requestResource') ?? ownValue(request, 'resource')
  const subResource = text(ownValue(request, 'requestSubResource') ?? ownValue(request, 'subResource'))
  const plural = text(ownValue(resource, 'resource'))
  if (plural === '') return 'request.resource has no resource'
  const within = (value: JsonValue | undefined, isOld: boolean): CelValue => {
    if (!isJsonObject(value)) return null
    const served = kinds.of(text(ownValue(value, 'apiVersion')), text(ownValue(value, 'kind')))
    const ready = normalised(value, served, kinds)
    // An object without a uid was not sent by a server, which has made one by now.
    if (ownValue(ownValue(value, 'metadata'), 'uid') !== undefined || subResource !== '') return ready
    return isOld || operation === 'UPDATE'
      ? asStored(ready)
      : asCreated(ready, served, minorOf(kinds), options.priorityOf)
  }
  const userInfo = ownValue(request, 'userInfo')
  const dryRun = ownValue(request, 'dryRun')
  const name = text(ownValue(request, 'name'))
  const object = within(ownValue(request, 'object'), false)
  const namedLater =
    name === '' && operation === 'CREATE' && member(member(object, 'metadata'), 'generateName') !== undefined
  return {
    operation,
    kind,
    objectKind,
    resource: {
      group: text(ownValue(resource, 'group')),
      version: text(ownValue(resource, 'version')),
      resource: plural,
    },
    subResource,
    name: namedLater ? undefined : name || text(member(member(object, 'metadata'), 'name')),
    namespace: text(ownValue(request, 'namespace')) || (plural === 'namespaces' ? name : ''),
    object: operation === 'DELETE' ? null : object,
    oldObject: operation === 'CREATE' ? null : within(ownValue(request, 'oldObject'), true),
    userInfo: isJsonObject(userInfo)
      ? withoutEmpty(userInfo)
      : options.user === undefined
        ? unknown('the review names no user')
        : userValue(options.user),
    dryRun: typeof dryRun === 'boolean' ? dryRun : false,
    options: ownValue(request, 'options') ?? unknown('the review has no options'),
  }
}

const operations = ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'] as const

/** An object as a parameter or Namespace: decoded, defaulted, with what the server made up. */
export function storedObject(object: JsonObject, kinds: ServedKinds): CelValue {
  const served = kinds.of(text(ownValue(object, 'apiVersion')), text(ownValue(object, 'kind')))
  return stored(withNamespace(normalised(object, served, kinds), served, 'default'))
}

function stored(object: CelValue): CelValue {
  return asStored(object)
}

function prepare(object: JsonObject, served: ServedKind, options: RequestOptions, kinds: ServedKinds): CelValue {
  const isWhole = options.subResource === '' && options.operation === 'CREATE'
  // The main resource does not take a status: it is reset when the object is created, and kept when it is updated.
  const { status: _, ...bare } = object
  const input = isWhole && served.origin === 'builtIn' && served.resource !== 'nodes' ? bare : object
  const ready = withNamespace(normalised(input, served, kinds), served, options.defaultNamespace)
  const named = withGeneratedName(ready)
  if (!isWhole) return options.operation === 'CONNECT' ? named : asStored(named)
  return asCreated(named, served, minorOf(kinds), options.priorityOf)
}

function prepareOld(object: JsonObject, options: RequestOptions, kinds: ServedKinds): CelValue {
  const served = kinds.of(text(ownValue(object, 'apiVersion')), text(ownValue(object, 'kind')))
  return asStored(withNamespace(normalised(object, served, kinds), served, options.defaultNamespace))
}

function normalised(object: JsonObject, served: ServedKind, kinds: ServedKinds): CelValue {
  if (served.origin === 'builtIn') return defaulted(object, kinds.table).object
  // Of a custom resource the server knows the metadata, which is the same in every kind.
  const { metadata } = defaulted(
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: object['metadata'] ?? {} },
    kinds.table,
  ).object
  return metadata === undefined ? object : { ...object, metadata }
}

function minorOf({ table }: ServedKinds): number {
  return Number(table.version.slice(2))
}

function withNamespace(object: CelValue, served: ServedKind, defaultNamespace: string): CelValue {
  if (!isPlainMap(object)) return object
  const metadata = member(object, 'metadata')
  const fields: Record<string, CelValue> = metadata !== undefined && isPlainMap(metadata) ? { ...metadata } : {}
  if (!served.namespaced) delete fields['namespace']
  else if (typeof fields['namespace'] !== 'string' || fields['namespace'] === '') fields['namespace'] = defaultNamespace
  return { ...object, metadata: fields }
}

function withGeneratedName(object: CelValue): CelValue {
  const metadata = member(object, 'metadata')
  if (!isPlainMap(object) || metadata === undefined || !isPlainMap(metadata)) return object
  const { name, generateName } = metadata
  if ((name !== undefined && name !== '') || typeof generateName !== 'string' || generateName === '') return object
  return { ...object, metadata: { ...metadata, name: generatedName } }
}

function namespaceOf(object: CelValue, served: ServedKind): string {
  const metadata = member(object, 'metadata')
  const own = served.group === '' && served.resource === 'namespaces' ? member(metadata, 'name') : undefined
  const namespace = own ?? member(metadata, 'namespace')
  return typeof namespace === 'string' ? namespace : ''
}

/** Kinds that are only ever sent to a sub-resource, and where. */
const subResourceKinds: Readonly<Record<string, readonly [resource: string, subResource: string]>> = {
  'policy/Eviction': ['pods', 'eviction'],
  '/PodExecOptions': ['pods', 'exec'],
  '/PodAttachOptions': ['pods', 'attach'],
  '/PodPortForwardOptions': ['pods', 'portforward'],
  '/PodProxyOptions': ['pods', 'proxy'],
  '/ServiceProxyOptions': ['services', 'proxy'],
  '/NodeProxyOptions': ['nodes', 'proxy'],
  'authentication.k8s.io/TokenRequest': ['serviceaccounts', 'token'],
}

function targetOf(
  written: ServedKind,
  subResource: string,
): { readonly served: ServedKind; readonly subResource: string } {
  const known = subResourceKinds[`${written.group}/${written.kind}`]
  if (known !== undefined) {
    const [resource, sub] = known
    return {
      served: { ...written, group: '', version: 'v1', resource, namespaced: resource !== 'nodes' },
      subResource: sub,
    }
  }
  if (written.group === '' && written.kind === 'Binding' && subResource === 'binding')
    return { served: { ...written, resource: 'pods' }, subResource }
  if (written.kind === 'Scale' && subResource === 'scale')
    return { served: { ...written, group: 'apps', version: 'v1', resource: 'deployments' }, subResource }
  return { served: written, subResource }
}

/** What is sent to connect to an object is not the object but options of its own kind. */
function connectionKind({ group, kind }: ServedKind, subResource: string): GroupVersionKind | undefined {
  const name = group === '' ? connections[`${kind}/${subResource}`] : undefined
  return name === undefined ? undefined : { group: '', version: 'v1', kind: name }
}

const connections: Readonly<Record<string, string>> = {
  'Pod/exec': 'PodExecOptions',
  'Pod/attach': 'PodAttachOptions',
  'Pod/portforward': 'PodPortForwardOptions',
  'Pod/proxy': 'PodProxyOptions',
  'Service/proxy': 'ServiceProxyOptions',
  'Node/proxy': 'NodeProxyOptions',
}

/** The user as the server completes one that is impersonated. */
function userValue({ name, groups }: { readonly name: string; readonly groups: readonly string[] }): CelValue {
  const all = [...groups]
  const account = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name)
  if (account !== null && all.length === 0) all.push('system:serviceaccounts', `system:serviceaccounts:${account[1]}`)
  const everyone = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated'
  if (!all.includes(everyone)) all.push(everyone)
  return { username: name, groups: all }
}

function withoutEmpty(userInfo: JsonObject): CelValue {
  const kept: Record<string, CelValue> = {}
  for (const [key, value] of Object.entries(userInfo)) {
    const isEmpty =
      value === '' ||
      value === null ||
      (Array.isArray(value) && value.length === 0) ||
      (isJsonObject(value) && Object.keys(value).length === 0)
    if (!isEmpty) kept[key] = value as CelValue
  }
  return kept
}

function kindIn(value: JsonValue | undefined): GroupVersionKind | undefined {
  const kind = text(ownValue(value, 'kind'))
  if (kind === '') return undefined
  return { group: text(ownValue(value, 'group')), version: text(ownValue(value, 'version')), kind }
}

function text(value: CelValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
