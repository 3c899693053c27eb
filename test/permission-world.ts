import { type PermissionIndex, permissionIndex } from '../src/inventory/permissions/permission-index.ts'
import type { AccessRequest } from '../src/model/access.ts'
import { readManifest } from '../src/read/manifests/read-manifest.ts'
import { readRbac } from '../src/read/rbac/read-rbac.ts'

const apiVersion = 'apiVersion: rbac.authorization.k8s.io/v1\n'

/** The rights of a cluster that consists of RBAC objects alone; their `apiVersion` is added. */
export function worldOf(yaml: string): PermissionIndex {
  const documents = yaml.split(/^---\n/m).map(text => apiVersion + text)
  const reading = readManifest('rbac.yaml', new TextEncoder().encode(documents.join('---\n')))
  const objects = reading.manifests.flatMap(manifest => (manifest.kind === 'object' ? [manifest] : []))
  const { roles, bindings } = readRbac(
    objects.map(({ object, line }) => ({ file: 'rbac.yaml', object, locate: () => ({ line, column: 1 }) })),
    'default',
  )
  return permissionIndex(roles, bindings)
}

/** `get secrets db -n shop`, `create pods/exec`, `update deployments.apps`, `get /metrics`. */
export function ask(text: string): AccessRequest {
  const [verb, target, ...rest] = text.split(' ') as [string, string, ...string[]]
  if (target.startsWith('/')) return { kind: 'url', verb, path: target }
  const [path, ...group] = target.split('.') as [string, ...string[]]
  const [resource, subresource] = path.split('/') as [string, string | undefined]
  const flag = rest.indexOf('-n')
  return {
    kind: 'resource',
    verb,
    group: group.join('.'),
    resource,
    subresource: subresource ?? '',
    name: rest[0] === undefined || flag === 0 ? '' : rest[0],
    namespace: flag < 0 ? '' : (rest[flag + 1] ?? ''),
  }
}
