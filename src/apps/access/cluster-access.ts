import { bootstrapRbac } from '../../adapters/fs/bootstrap-rbac.ts'
import { findInputs } from '../../adapters/fs/inputs.ts'
import { readInput } from '../../adapters/fs/read-input.ts'
import { type PermissionIndex, permissionIndex } from '../../inventory/permissions/permission-index.ts'
import { type JsonObject, type JsonPath, ownValue } from '../../lib/json/json-value.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Position } from '../../model/policy.ts'
import { groupOf } from '../../model/subject.ts'
import { locateManifest } from '../../read/manifests/locate-manifest.ts'
import type { ManifestObject } from '../../read/manifests/manifest.ts'
import type { SourceDocument } from '../../read/policies/fields.ts'
import { rbacGroup, readRbac, readShippedRbac } from '../../read/rbac/read-rbac.ts'

/** The rights of a cluster that consists of the given files, on top of what its API server creates by itself. */
export interface ClusterAccess {
  readonly index: PermissionIndex
  /** The roles and bindings of the files as written, by `objectKey`. */
  readonly written: ReadonlyMap<string, JsonObject>
  readonly diagnostics: readonly Diagnostic[]
  /** Part of the input was not read. */
  readonly isPartial: boolean
}

/** Reads every role and binding below the paths. An object of the same kind and name replaces a shipped one whole. */
export async function readClusterAccess(paths: readonly string[], target: string): Promise<ClusterAccess> {
  const inputs = findInputs(paths)
  const diagnostics: Diagnostic[] = [...inputs.diagnostics]
  const documents: SourceDocument[] = []
  for (const file of inputs.files) {
    for await (const reading of readInput(file)) {
      diagnostics.push(...reading.diagnostics)
      for (const manifest of reading.manifests)
        if (manifest.kind === 'object' && isRbac(manifest)) documents.push(documentOf(manifest))
    }
  }
  const own = readRbac(documents, 'default')
  const shipped = readShippedRbac(bootstrapRbac(target))
  const replaced = new Set([...own.roles, ...own.bindings].map(objectKey))
  const kept = <T extends { kind: string; namespace: string; name: string }>(objects: readonly T[]) =>
    objects.filter(object => !replaced.has(objectKey(object)))
  return {
    index: permissionIndex([...kept(shipped.roles), ...own.roles], [...kept(shipped.bindings), ...own.bindings]),
    written: new Map(documents.map(({ object }) => [keyOfWritten(object), object])),
    diagnostics: [...diagnostics, ...own.diagnostics],
    isPartial: diagnostics.some(diagnostic => diagnostic.level === 'error'),
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

function isRbac({ object }: ManifestObject): boolean {
  return typeof object['apiVersion'] === 'string' && groupOf(object['apiVersion']) === rbacGroup
}

function documentOf(manifest: ManifestObject): SourceDocument {
  const locate = (path: JsonPath): Position => {
    const place = locateManifest(manifest.source, [path])[0]
    return place === undefined ? { line: manifest.line, column: 1 } : { line: place.line, column: place.column }
  }
  return { file: manifest.file, object: manifest.object, locate }
}
