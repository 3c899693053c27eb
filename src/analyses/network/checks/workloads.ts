import { identityKey, isSameIdentity } from '../../../inventory/identity.ts'
import type { Inventory, InventoryObject } from '../../../inventory/inventory.ts'
import { LabelPostings } from '../../../inventory/label-postings.ts'
import { entryOf } from '../../../lib/collections/entry-of.ts'
import { isJsonObject, type JsonObject, ownValue, valueAt } from '../../../lib/json/json-value.ts'
import type { PodView } from '../../../model/pod-view.ts'
import type { ObjectRef } from '../../../model/subject.ts'

/** Pods of one workload as findings speak of them: once, at the object that a person edits. */
export interface PodGroup {
  /** The controller where it was read, else the first of its pods. */
  readonly at: InventoryObject
  readonly pods: readonly PodView[]
}

/** The workloads of a namespace, and their pods by label. */
export interface NamespacePods {
  readonly groups: readonly PodGroup[]
  readonly pods: LabelPostings<GroupedPod>
}

export interface GroupedPod {
  readonly group: PodGroup
  readonly pod: PodView
}

/**
 * The workloads of a snapshot whose pods a NetworkPolicy or Service can be about: pods of a controller that was read
 * count as its template says, completed pods and those on the node's own network do not count.
 */
export function podGroups(inventory: Inventory): ReadonlyMap<string, NamespacePods> {
  const groups = new Map<string, { at: InventoryObject; pods: PodView[] }>()
  // Pods of one workload name it by the same object: what is known of it is looked up once.
  const owners = new Map<ObjectRef, { readonly key: string; readonly isRead: boolean }>()
  for (const workload of inventory.workloads) {
    if (workload.ref.kind === 'PodTemplate' || isCompleted(workload.object)) continue
    const owner = inventory.ownerOf(workload)
    const { key, isRead } = entryOf(owners, owner, () => ({
      key: identityKey(owner),
      isRead: inventory.get(owner.group, owner.kind, owner.namespace, owner.name) !== undefined,
    }))
    // Pods of a controller that was read are what its template says; a definition and its overlays count together.
    if (isRead && !isSameIdentity(workload.ref, owner)) continue
    const pods = workload.pods.filter(pod => ownValue(pod.podSpec, 'hostNetwork') !== true)
    const group = groups.get(key)
    if (group !== undefined) group.pods.push(...pods)
    else if (pods.length > 0) groups.set(key, { at: workload, pods: [...pods] })
  }
  const byNamespace = new Map<string, PodGroup[]>()
  for (const group of groups.values()) {
    const { namespace } = group.at.ref
    const labelled = group.pods.filter(pod => Object.keys(labelsOf(pod)).length > 0)
    const told = { at: group.at, pods: labelled.length > 0 ? labelled : group.pods }
    entryOf(byNamespace, namespace, () => []).push(told)
  }
  return new Map(
    [...byNamespace].map(([namespace, told]) => {
      const pods = told.flatMap(group => group.pods.map(pod => ({ group, pod })))
      return [namespace, { groups: told, pods: new LabelPostings(pods, ({ pod }) => labelsOf(pod)) }]
    }),
  )
}

const none: JsonObject = {}

function labelsOf(pod: PodView): JsonObject {
  const labels = ownValue(pod.podMeta, 'labels')
  return isJsonObject(labels) ? labels : none
}

function isCompleted(object: JsonObject): boolean {
  const phase = valueAt(object, ['status', 'phase'])
  return phase === 'Succeeded' || phase === 'Failed'
}
