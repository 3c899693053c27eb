import { bootstrapRbac } from '../../adapters/fs/bootstrap-rbac.ts'
import { findInputs } from '../../adapters/fs/inputs.ts'
import { kindTableOf } from '../../adapters/fs/kind-tables.ts'
import { readInput } from '../../adapters/fs/read-input.ts'
import { type PermissionIndex, permissionIndex } from '../../inventory/permissions/permission-index.ts'
import { type JsonObject, type JsonPath, type JsonValue, jsonPointer, ownValue } from '../../lib/json/json-value.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Position } from '../../model/policy.ts'
import { groupOf } from '../../model/subject.ts'
import { locateManifest } from '../../read/manifests/locate-manifest.ts'
import type { ManifestObject, ManifestReading } from '../../read/manifests/manifest.ts'
import type { SourceDocument } from '../../read/policies/fields.ts'
import { rbacGroup, readRbac, readShippedRbac } from '../../read/rbac/read-rbac.ts'
import type { KnownIdentities } from './identity-files.ts'
import { type NamedResource, ResourceWords } from './resource-words.ts'

/** The rights of a cluster that consists of the given files, on top of what its API server creates by itself. */
export interface ClusterAccess {
  readonly index: PermissionIndex
  /** `1.37`. */
  readonly target: string
  /** The roles and bindings of the files as written, by `objectKey`. */
  readonly written: ReadonlyMap<string, JsonObject>
  /** Resources that definitions in the files add. */
  readonly definitions: readonly NamedResource[]
  /** Objects of the files that take part in decisions of the Node authorizer: pods and what they name. */
  readonly objects: readonly JsonObject[]
  /** What the records of a cloud say about a subject; empty where they say nothing. */
  readonly nameOf: KnownIdentities['nameOf']
  readonly diagnostics: readonly Diagnostic[]
  /** Part of the input was not read. */
  readonly isPartial: boolean
  /** Not one object was read. */
  readonly isEmpty: boolean
  /** A role or binding was read. */
  readonly hasRbac: boolean
}

/** Reads every role and binding below the paths. An object of the same kind and name replaces a shipped one whole. */
export async function readClusterAccess(
  paths: readonly string[],
  target: string,
  identities?: KnownIdentities,
): Promise<ClusterAccess> {
  const inputs = findInputs(paths)
  const gathered = new Gathered()
  gathered.diagnostics.push(...inputs.diagnostics)
  for (const file of inputs.files) for await (const reading of readInput(file)) gathered.take(reading)
  return gathered.access(target, identities)
}

/** The same of manifests that were read already, from a git tree for example. */
export function clusterAccessOf(
  readings: Iterable<ManifestReading>,
  target: string,
  identities?: KnownIdentities,
): ClusterAccess {
  const gathered = new Gathered()
  for (const reading of readings) gathered.take(reading)
  return gathered.access(target, identities)
}

/** The names of resources that a question about this cluster may use. */
export function resourceWordsOf({ target, definitions }: ClusterAccess): ResourceWords {
  return new ResourceWords(kindTableOf(target), definitions)
}

/** What the Node authorizer follows. */
const nodeKinds: ReadonlySet<string> = new Set(['v1/Pod', 'v1/PersistentVolume', 'storage.k8s.io/v1/VolumeAttachment'])

class Gathered {
  readonly diagnostics: Diagnostic[] = []
  private readonly documents: SourceDocument[] = []
  private readonly definitions: NamedResource[] = []
  private readonly objects: JsonObject[] = []
  private isEmpty = true

  take(reading: ManifestReading): void {
    this.diagnostics.push(...reading.diagnostics)
    for (const manifest of reading.manifests) {
      if (manifest.kind !== 'object') continue
      this.isEmpty = false
      const { object } = manifest
      const { apiVersion, kind } = object
      const group = typeof apiVersion === 'string' ? groupOf(apiVersion) : ''
      if (group === rbacGroup) this.documents.push(documentOf(manifest))
      else if (kind === 'CustomResourceDefinition') this.definitions.push(...definitionOf(object))
      else if (nodeKinds.has(`${String(apiVersion)}/${String(kind)}`)) this.objects.push(object)
    }
  }

  access(target: string, identities: KnownIdentities | undefined): ClusterAccess {
    const own = readRbac(this.documents, 'default')
    const shipped = readShippedRbac(bootstrapRbac(target))
    const replaced = new Set([...own.roles, ...own.bindings].map(objectKey))
    const kept = <T extends { kind: string; namespace: string; name: string }>(objects: readonly T[]) =>
      objects.filter(object => !replaced.has(objectKey(object)))
    return {
      index: permissionIndex(
        [...kept(shipped.roles), ...own.roles],
        [...kept(shipped.bindings), ...own.bindings, ...(identities?.bindings ?? [])],
      ),
      nameOf: identities?.nameOf ?? (() => ''),
      target,
      written: new Map(this.documents.map(({ object }) => [keyOfWritten(object), object])),
      definitions: this.definitions,
      objects: this.objects,
      diagnostics: [...this.diagnostics, ...own.diagnostics],
      isPartial: this.diagnostics.some(diagnostic => diagnostic.level === 'error'),
      isEmpty: this.isEmpty,
      hasRbac: this.documents.length > 0,
    }
  }
}

/** Text that names a role or binding of a cluster. */
export function objectKey(object: {
  readonly kind: string
  readonly namespace: string
  readonly name: string
}): string {
  return `${object.kind}\n${object.namespace}\n${object.name}`
}

function keyOfWritten(object: JsonObject): string {
  const kind = String(object['kind'])
  const metadata = ownValue(object, 'metadata')
  const namespace = kind.startsWith('Cluster') ? '' : String(ownValue(metadata, 'namespace') || 'default')
  return objectKey({ kind, namespace, name: String(ownValue(metadata, 'name')) })
}

/** Finds the places of an object's rules and subjects together, when the first of them is asked for. */
export function documentOf(manifest: ManifestObject): SourceDocument {
  const { object, source } = manifest
  let places: Map<string, Position> | undefined
  const locate = (path: JsonPath): Position => {
    places ??= placesOf(manifest)
    const known = places.get(jsonPointer(path))
    if (known !== undefined) return known
    const place = locateManifest(source, [path])[0]
    return place === undefined ? { line: manifest.line, column: 1 } : place
  }
  return { file: manifest.file, object, locate }
}

function placesOf({ object, source }: ManifestObject): Map<string, Position> {
  const entries = (field: string): JsonPath[] => {
    const list = ownValue(object, field)
    return Array.isArray(list) ? list.map((_, i) => [field, i]) : []
  }
  const paths: JsonPath[] = [[], ...entries('rules'), ...entries('subjects')]
  const found = locateManifest(source, paths)
  return new Map(paths.map((path, i) => [jsonPointer(path), found[i]!]))
}

function definitionOf(object: JsonObject): readonly NamedResource[] {
  const spec = ownValue(object, 'spec')
  const names = ownValue(spec, 'names')
  const text = (value: JsonValue | undefined) => (typeof value === 'string' ? value : '')
  const [group, kind, resource] = [
    text(ownValue(spec, 'group')),
    text(ownValue(names, 'kind')),
    text(ownValue(names, 'plural')),
  ]
  if (group === '' || resource === '') return []
  const shortNames = ownValue(names, 'shortNames')
  return [
    {
      group,
      kind,
      resource,
      namespaced: ownValue(spec, 'scope') !== 'Cluster',
      subresources: undefined,
      shortNames: Array.isArray(shortNames) ? shortNames.filter(name => typeof name === 'string') : [],
    },
  ]
}
