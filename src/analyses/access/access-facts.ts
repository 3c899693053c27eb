import type { KindTable } from '../../inventory/defaulting/index.ts'
import type { Inventory, InventoryObject } from '../../inventory/inventory.ts'
import { type LabelSelector, readLabelSelector, selects } from '../../inventory/label-selector.ts'
import { type AdminEquivalents, adminEquivalents } from '../../inventory/permissions/admin-equivalents.ts'
import { userOfSubject } from '../../inventory/permissions/identity.ts'
import { type PermissionIndex, permissionIndex, type RoleGrant } from '../../inventory/permissions/permission-index.ts'
import { isVirtualMachine, type PodPaths } from '../../inventory/pod-paths.ts'
import { podViewsOf } from '../../inventory/pod-view.ts'
import { placeOf, type SnapshotObject } from '../../inventory/snapshot/snapshot-object.ts'
import { entryOf } from '../../lib/collections/entry-of.ts'
import type { JsonValue } from '../../lib/json/json-value.ts'
import {
  type Binding,
  describeSubject,
  type OperatorPower,
  type Role,
  type Subject,
  type UserInfo,
} from '../../model/access.ts'
import type { PodView } from '../../model/pod-view.ts'
import { rbacGroup, readRbac, readShippedRbac } from '../../read/rbac/read-rbac.ts'
import { isObjectId } from './object-id.ts'

export interface AccessCheckOptions {
  readonly podPaths: PodPaths
  /** Of the same objects, with or without virtual machines among the pods. Built only where a question needs it. */
  readonly inventory: () => Inventory
  /** `1.37`. */
  readonly target: string
  /** Loaded only where the input holds roles or bindings. */
  readonly tables: () => AccessTables
}

/** What is known of Kubernetes itself and of widespread operators. */
export interface AccessTables {
  /** Roles and bindings that a server of the target creates by itself. */
  readonly shipped: readonly JsonValue[]
  /** Those of every recorded minor: an object that is one of them is no mistake of the cluster's owner. */
  readonly shippedEver: readonly JsonValue[]
  readonly kinds: KindTable
  readonly operators: readonly OperatorPower[]
}

const noTables: AccessTables = {
  shipped: [],
  shippedEver: [],
  kinds: { version: '', kinds: new Map(), types: [] },
  operators: [],
}

/** A role or binding of the input, with its object. */
export interface Own<T> {
  readonly is: T
  readonly object: SnapshotObject
}

/** Somebody who holds a role: through which binding, where. */
export interface Holder {
  readonly subject: Subject
  readonly binding: Binding
  /** `""` is everywhere. */
  readonly namespace: string
}

/** Everything that the checks about rights read. */
export interface AccessFacts {
  readonly index: PermissionIndex
  readonly roles: readonly Own<Role>[]
  readonly bindings: readonly Own<Binding>[]
  /** RBAC objects as they were written, those that a server refuses among them. */
  readonly written: readonly SnapshotObject[]
  readonly inventory: Inventory
  /** The pods of an object. Virtual machines have none: their containers and accounts are not written in them. */
  podsOf(object: InventoryObject): readonly PodView[]
  readonly admins: AdminEquivalents
  /** Namespaces with an account that is as good as cluster-admin. */
  readonly adminNamespaces: ReadonlySet<string>
  /** 37 for 1.37. */
  readonly minor: number
  readonly tables: AccessTables
  /** The role as the object of the input that wrote it; `undefined` for one that ships. */
  objectOf(of: Role | Binding): SnapshotObject | undefined
  /** The user that a subject is, the same for equal subjects. */
  userOf(subject: Subject): UserInfo
  /** Who holds a role, directly or through roles that gather it. */
  holdersOf(role: Role): readonly Holder[]
  /** Aggregated roles that gather a role, directly. */
  gatherersOf(role: Role): readonly Role[]
  /** Groups of the cluster are groups of Entra ID: some binding names one by its object id. */
  readonly isEntra: boolean
  /** The input names every namespace of a cluster, so what is not in it does not exist. */
  readonly isWholeCluster: boolean
}

export function accessFacts(objects: readonly SnapshotObject[], options: AccessCheckOptions): AccessFacts {
  const written = objects.filter(object => object.ref.group === rbacGroup)
  const { roles, bindings } = readRbac(
    written.map(object => ({ file: object.source.file, object: object.object, locate: path => placeOf(object, path) })),
    'default',
  )
  const byKey = new Map<string, SnapshotObject>()
  for (const object of written) {
    const key = keyOf(object.ref)
    if (!byKey.has(key)) byKey.set(key, object)
  }
  const tables = written.length === 0 ? noTables : options.tables()
  const ever = shippedForms(tables.shippedEver)
  const shipped = readShippedRbac(tables.shipped)
  const replaced = new Set([...roles, ...bindings].map(keyOf))
  const kept = <T extends Role | Binding>(list: readonly T[]) => list.filter(one => !replaced.has(keyOf(one)))
  const index = permissionIndex([...kept(shipped.roles), ...roles], [...kept(shipped.bindings), ...bindings])
  const own = <T extends Role | Binding>(list: readonly T[]): Own<T>[] =>
    list
      .filter(one => ever.get(keyOf(one))?.has(rightsText(one)) !== true)
      .map(is => ({ is, object: byKey.get(keyOf(is))! }))
  const ownRoles = own(roles)
  const ownBindings = own(bindings)
  const owned = new Map([...ownRoles, ...ownBindings].map(({ is, object }) => [keyOf(is), object]))
  const minor = Number(options.target.slice(2))
  const grants = new Map<string, RoleGrant[]>()
  for (const grant of index.grants)
    if (grant.role !== undefined) entryOf(grants, keyOf(grant.role), () => []).push(grant)
  const gatherers = index.roles
    .filter(role => role.aggregation !== undefined)
    .map(role => ({ role, selectors: role.aggregation!.map(readLabelSelector) }))
  const gatherersOf = (role: Role): readonly Role[] =>
    role.kind === 'Role' || Object.keys(role.labels).length === 0
      ? noRoles
      : gatherers.filter(other => other.role !== role && gathers(other.selectors, role)).map(other => other.role)
  const users = new Map<string, UserInfo>()
  const holders = new Map<Role, readonly Holder[]>()
  let admins: AdminEquivalents | undefined
  let adminNamespaces: ReadonlySet<string> | undefined
  return {
    index,
    roles: ownRoles,
    bindings: ownBindings,
    written,
    get inventory() {
      return options.inventory()
    },
    podsOf: object =>
      isVirtualMachine(object.ref) ? podViewsOf(object.object, object.ref, options.podPaths) : object.pods,
    get admins() {
      admins ??= adminEquivalents(index, minor)
      return admins
    },
    get adminNamespaces() {
      adminNamespaces ??= new Set(
        [...this.admins.values()].flatMap(({ subject }) =>
          subject.kind === 'ServiceAccount' ? [subject.namespace] : [],
        ),
      )
      return adminNamespaces
    },
    minor,
    tables,
    objectOf: of => owned.get(keyOf(of)),
    gatherersOf,
    userOf: subject => entryOf(users, describeSubject(subject), () => userOfSubject(subject)),
    holdersOf(role) {
      const known = holders.get(role)
      if (known !== undefined) return known
      const found: Holder[] = []
      for (const holding of withGatherers(role, gatherersOf)) {
        for (const { binding } of grants.get(keyOf(holding)) ?? [])
          for (const subject of binding.subjects) found.push({ subject, binding, namespace: binding.namespace })
      }
      holders.set(role, found)
      return found
    },
    isEntra: bindings.some(({ subjects }) =>
      subjects.some(subject => subject.kind === 'Group' && isObjectId(subject.name)),
    ),
    isWholeCluster: objects.some(
      ({ ref }) => ref.kind === 'Namespace' && ref.group === '' && ref.name === 'kube-system',
    ),
  }
}

function withGatherers(role: Role, gatherersOf: (role: Role) => readonly Role[]): ReadonlySet<Role> {
  const found = new Set([role])
  for (const each of found) for (const gatherer of gatherersOf(each)) found.add(gatherer)
  return found
}

const noRoles: readonly Role[] = []

function gathers(selectors: readonly LabelSelector[], role: Role): boolean {
  return selectors.some(selector => selector.kind === 'selector' && selects(selector, role.labels))
}

function keyOf(object: { readonly kind: string; readonly namespace: string; readonly name: string }): string {
  return `${object.kind}\n${object.namespace}\n${object.name}`
}

/** What each shipped object says about rights in any minor, by its key. */
function shippedForms(objects: readonly JsonValue[]): ReadonlyMap<string, ReadonlySet<string>> {
  const forms = new Map<string, Set<string>>()
  // Two minors write one name differently, so each object is read by itself.
  for (const object of objects) {
    const { roles, bindings } = readShippedRbac([object])
    for (const one of [...roles, ...bindings]) entryOf(forms, keyOf(one), () => new Set<string>()).add(rightsText(one))
  }
  return forms
}

/** What an object says about rights. The rules of an aggregated role are the work of a controller, and no part of it. */
function rightsText(one: Role | Binding): string {
  const rights =
    'rules' in one ? (one.aggregation === undefined ? one.rules : one.aggregation) : [one.roleRef, one.subjects]
  return JSON.stringify(rights)
}
