import { entryOf } from '../lib/collections/entry-of.ts'
import { isJsonObject, type JsonObject, valueAt } from '../lib/json/json-value.ts'
import type { PodView } from '../model/pod-view.ts'
import type { ObjectRef } from '../model/subject.ts'
import { type LabelSelector, readLabelSelector } from './label-selector.ts'
import { behindReplicaSet, OwnerChains, reportedAt } from './owners.ts'
import type { PodPaths } from './pod-paths.ts'
import { podViewsOf, SharedContainers } from './pod-view.ts'
import type { SnapshotObject } from './snapshot/snapshot-object.ts'

/** One snapshot of everything that was read: who is there, and who made whom. */
export interface Inventory {
  readonly objects: readonly InventoryObject[]
  /** Objects that carry pods. */
  readonly workloads: readonly InventoryObject[]
  /** Names that objects live in or that Namespace objects declare, sorted. */
  readonly namespaces: readonly string[]
  get(group: string, kind: string, namespace: string, name: string): InventoryObject | undefined
  /** The workload at which findings about an object are reported: itself, unless a controller made it. */
  ownerOf(object: InventoryObject): ObjectRef
}

/** An object of the snapshot with the pods it carries. */
export interface InventoryObject extends SnapshotObject {
  readonly pods: readonly PodView[]
}

/** Resolves a snapshot. Of two objects with one identity, the later one is found by its name. */
export function buildInventory(objects: readonly SnapshotObject[], podPaths: PodPaths): Inventory {
  const shared = new SharedContainers()
  const all = objects.map(
    (entry): InventoryObject => ({ ...entry, pods: podViewsOf(entry.object, entry.ref, podPaths, shared) }),
  )
  const named = new NamedObjects()
  const namespaces = new Set<string>()
  for (const entry of all) {
    const { ref } = entry
    named.add(entry)
    if (ref.kind === 'Namespace' && ref.group === '') namespaces.add(ref.name)
    else if (ref.namespace !== '') namespaces.add(ref.namespace)
  }
  const parentOf = (entry: InventoryObject): ObjectRef | undefined => {
    const owner = reportedAt(entry.object, entry.ref, podPaths)
    if (owner === undefined || named.get(owner) !== undefined) return owner
    return behindReplicaSet(entry.object, owner) ?? owner
  }
  const chains = new OwnerChains(ref => {
    const found = named.get(ref)
    return found === undefined ? undefined : parentOf(found)
  })
  const ownerFor = (entry: InventoryObject): ObjectRef => {
    const parent = parentOf(entry)
    return parent === undefined ? entry.ref : chains.endOf(entry.ref, parent)
  }
  const owners = new Map<InventoryObject, ObjectRef>()
  return {
    objects: all,
    workloads: all.filter(entry => entry.pods.length > 0),
    namespaces: [...namespaces].sort(),
    get: (group, kind, namespace, name) => named.get({ group, kind, namespace, name }),
    ownerOf: entry => entryOf(owners, entry, () => ownerFor(entry)),
  }
}

/** Objects by their identity, without a text of its own for each. */
class NamedObjects {
  private readonly known = new Map<string, Map<string, Map<string, Map<string, InventoryObject>>>>()

  add(entry: InventoryObject): void {
    const { group, kind, namespace, name } = entry.ref
    const ofGroup = entryOf(this.known, group, () => new Map<string, Map<string, Map<string, InventoryObject>>>())
    const ofKind = entryOf(ofGroup, kind, () => new Map<string, Map<string, InventoryObject>>())
    entryOf(ofKind, namespace, () => new Map<string, InventoryObject>()).set(name, entry)
  }

  get({ group, kind, namespace, name }: ObjectRef): InventoryObject | undefined {
    return this.known.get(group)?.get(kind)?.get(namespace)?.get(name)
  }
}

/** The selector of a Service, which is a plain map of labels, or of anything that has a LabelSelector. */
export function selectorOf(object: JsonObject): LabelSelector {
  const selector = valueAt(object, ['spec', 'selector']) ?? valueAt(object, ['spec', 'podSelector'])
  const kind = object['kind']
  if (kind !== 'Service' && kind !== 'ReplicationController') return readLabelSelector(selector)
  // A Service without a selector selects no pod: its endpoints are written by somebody else.
  if (!isJsonObject(selector) || Object.keys(selector).length === 0) return { kind: 'invalid', reason: 'no selector' }
  return readLabelSelector({ matchLabels: selector })
}
