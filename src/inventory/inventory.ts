import { isJsonObject, type JsonObject, valueAt } from '../lib/json/json-value.ts'
import type { PodView } from '../model/pod-view.ts'
import type { ObjectRef } from '../model/subject.ts'
import { identityKey } from './identity.ts'
import { type LabelSelector, readLabelSelector } from './label-selector.ts'
import { behindReplicaSet, reportedAt, topOwner } from './owners.ts'
import type { PodPaths } from './pod-paths.ts'
import { podViewsOf } from './pod-view.ts'
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
  const all = objects.map(entry => ({ ...entry, pods: podViewsOf(entry.object, entry.ref, podPaths) }))
  const byKey = new Map<string, InventoryObject>()
  const namespaces = new Set<string>()
  for (const entry of all) {
    const { ref } = entry
    byKey.set(identityKey(ref), entry)
    if (ref.kind === 'Namespace' && ref.group === '') namespaces.add(ref.name)
    else if (ref.namespace !== '') namespaces.add(ref.namespace)
  }
  const get = (group: string, kind: string, namespace: string, name: string): InventoryObject | undefined =>
    byKey.get(identityKey({ group, kind, namespace, name }))
  const parentOf = (entry: InventoryObject): ObjectRef | undefined => {
    const owner = reportedAt(entry.object, entry.ref, podPaths)
    if (owner === undefined || byKey.has(identityKey(owner))) return owner
    return behindReplicaSet(entry.object, owner) ?? owner
  }
  return {
    objects: all,
    workloads: all.filter(entry => entry.pods.length > 0),
    namespaces: [...namespaces].sort(),
    get,
    ownerOf: entry =>
      topOwner(entry.ref, key => {
        const found = key === identityKey(entry.ref) ? entry : byKey.get(key)
        return found === undefined ? undefined : parentOf(found)
      }),
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
