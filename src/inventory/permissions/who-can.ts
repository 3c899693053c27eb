import type { AccessRequest, GrantPath, Subject } from '../../model/access.ts'
import { bypassGroup, pathsOf } from './can.ts'
import type { PermissionIndex } from './permission-index.ts'

export interface SubjectGrants {
  readonly subject: Subject
  /** Every binding and rule that gives the right to this subject; empty for the group that bypasses RBAC. */
  readonly by: readonly GrantPath[]
  readonly isBypass: boolean
}

export interface WhoCan {
  readonly subjects: readonly SubjectGrants[]
  readonly errors: readonly string[]
}

/** Everyone whom a binding gives the right to make the request, as the bindings name them. */
export function whoCan(index: PermissionIndex, request: AccessRequest): WhoCan {
  const bySubject = new Map<string, { subject: Subject; by: GrantPath[] }>()
  const namespace = request.kind === 'resource' ? request.namespace : ''
  for (const grant of index.grants) {
    if (grant.binding.namespace !== '' && grant.binding.namespace !== namespace) continue
    if (grant.role === undefined || grant.binding.subjects.length === 0) continue
    const paths = pathsOf(grant, grant.role, request)
    if (paths.length === 0) continue
    const seen = new Set<string>()
    for (const subject of grant.binding.subjects) {
      const key = JSON.stringify(subject)
      if (seen.has(key)) continue
      seen.add(key)
      const entry = bySubject.get(key)
      if (entry === undefined) bySubject.set(key, { subject, by: [...paths] })
      else entry.by.push(...paths)
    }
  }
  const bypass: SubjectGrants = { subject: { kind: 'Group', name: bypassGroup }, by: [], isBypass: true }
  const others = [...bySubject.entries()]
    .filter(([, { subject }]) => !(subject.kind === 'Group' && subject.name === bypassGroup))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, { subject, by }]) => ({ subject, by, isBypass: false }))
  return { subjects: [bypass, ...others], errors: [] }
}

/** The namespaces in which bindings of the files give a right that is asked about in all of them at once. */
export function namespacesGiving(index: PermissionIndex, requests: readonly AccessRequest[]): readonly string[] {
  const namespaces = new Set<string>()
  for (const grant of index.grants) {
    const { role, binding } = grant
    if (binding.namespace === '' || binding.source === undefined || role === undefined) continue
    if (namespaces.has(binding.namespace)) continue
    if (requests.some(request => pathsOf(grant, role, request).length > 0)) namespaces.add(binding.namespace)
  }
  return [...namespaces].sort()
}
