import type { GrantChange } from '../../inventory/permissions/can-grant.ts'
import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../lib/json/json-value.ts'
import type { Binding, Role } from '../../model/access.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { SourceDocument } from '../../read/policies/fields.ts'
import { readRbac } from '../../read/rbac/read-rbac.ts'
import { type ClusterAccess, objectKey } from './cluster-access.ts'

/** A role or binding that somebody wishes to create or change; `undefined` where the API server would refuse it. */
export function readGrant(
  document: SourceDocument,
  defaultNamespace: string,
): { readonly object: Role | Binding | undefined; readonly diagnostics: readonly Diagnostic[] } {
  const { roles, bindings, diagnostics } = readRbac([document], defaultNamespace)
  return { object: roles[0] ?? bindings[0], diagnostics }
}

/** The wish as a change of the cluster; `written` is the object as it was read. */
export function grantChange(
  access: ClusterAccess,
  object: Role | Binding,
  written: JsonObject,
  operation: GrantChange['operation'],
): GrantChange {
  if (operation === 'CREATE') return { operation, object }
  const before = existingGrant(access, object)
  const isOnlyOwnership = before !== undefined && changesOnlyOwnership(access, before, object, written)
  return { operation, object, before, isOnlyOwnership }
}

/** The object of the same kind and name that the cluster has already. */
export function existingGrant({ index }: ClusterAccess, wanted: Role | Binding): Role | Binding | undefined {
  if (wanted.kind === 'Role' || wanted.kind === 'ClusterRole')
    return index.role(wanted.kind, wanted.namespace, wanted.name)
  return index.bindings.find(
    other => other.kind === wanted.kind && other.namespace === wanted.namespace && other.name === wanted.name,
  )
}

/** Whether an update changes nothing but metadata that the garbage collector uses. */
function changesOnlyOwnership(
  { written }: ClusterAccess,
  before: Role | Binding,
  after: Role | Binding,
  object: JsonObject,
): boolean {
  const old = written.get(objectKey(before))
  if (old === undefined) return false
  const rights = (one: Role | Binding) =>
    'rules' in one ? [one.rules, one.aggregation ?? null, one.labels] : [one.roleRef, one.subjects]
  const annotations = (one: JsonObject) => ownValue(ownValue(one, 'metadata'), 'annotations') ?? {}
  return isEqualJson(
    [...rights(before), annotations(old)] as JsonValue,
    [...rights(after), annotations(object)] as JsonValue,
  )
}

function isEqualJson(a: JsonValue, b: JsonValue): boolean {
  if (Array.isArray(a))
    return (
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, i) => isEqualJson(item as JsonValue, b[i] as JsonValue))
    )
  if (!isJsonObject(a)) return a === b
  const keys = Object.keys(a)
  return (
    isJsonObject(b) &&
    keys.length === Object.keys(b).length &&
    keys.every(key => Object.hasOwn(b, key) && isEqualJson(a[key]!, b[key]!))
  )
}
