import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../lib/json/json-value.ts'
import type { ObjectRef } from '../model/subject.ts'
import { type ApiResource, apiResourceOf, type DefinedKinds, noDefinedKinds } from './api-resources.ts'

/** Who an object is, and what of it was not written but assumed. */
export interface Identity {
  readonly ref: ObjectRef
  readonly resource: ApiResource
  /** True where the file names no namespace and the default one was taken. */
  readonly assumedNamespace: boolean
}

export interface IdentityOptions {
  /** The namespace of namespaced objects that name none: `-n`, else `default`. */
  readonly defaultNamespace: string
  readonly defined?: DefinedKinds
}

/**
 * The identity of an object. Fields of a wrong type count as absent: an object always has an identity, so that it can
 * be reported.
 */
export function identityOf(object: JsonObject, options: IdentityOptions): Identity {
  const apiVersion = text(ownValue(object, 'apiVersion'))
  const resource = apiResourceOf(apiVersion, text(ownValue(object, 'kind')), options.defined ?? noDefinedKinds)
  const metadata = ownValue(object, 'metadata')
  const written = text(ownValue(metadata, 'namespace'))
  const name = text(ownValue(metadata, 'name')) || generatedName(text(ownValue(metadata, 'generateName')))
  const assumedNamespace = resource.namespaced && written === ''
  const namespace = resource.namespaced ? written || options.defaultNamespace : ''
  return { ref: { group: resource.group, kind: resource.kind, namespace, name }, resource, assumedNamespace }
}

/** Text that is equal for equal identities and for no others. Lengths stand before the parts, because names come from
 * untrusted input and may hold any separator. */
export function identityKey(ref: ObjectRef): string {
  const { group, kind, namespace, name } = ref
  return `${group.length}.${kind.length}.${namespace.length} ${group}${kind}${namespace}${name}`
}

export function isSameIdentity(a: ObjectRef, b: ObjectRef): boolean {
  return a === b || (a.name === b.name && a.namespace === b.namespace && a.kind === b.kind && a.group === b.group)
}

/** Kinds declared by a CustomResourceDefinition; none when the object is no readable definition. */
export function definedKindsOf(object: JsonObject): DefinedKinds {
  const spec = ownValue(object, 'spec')
  const names = ownValue(spec, 'names')
  const kind = text(ownValue(names, 'kind'))
  if (object['kind'] !== 'CustomResourceDefinition' || kind === '' || !isJsonObject(spec)) return noDefinedKinds
  const resource = text(ownValue(names, 'plural'))
  const namespaced = ownValue(spec, 'scope') !== 'Cluster'
  return new Map([[`${text(ownValue(spec, 'group'))}/${kind}`, { resource, namespaced }]])
}

// The server appends five characters; the star cannot be part of a name, so the two are never confused.
function generatedName(prefix: string): string {
  return prefix === '' ? '' : `${prefix}*`
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
