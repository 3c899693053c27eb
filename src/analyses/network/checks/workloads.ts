import { identityKey } from '../../../inventory/identity.ts'
import type { Inventory, InventoryObject } from '../../../inventory/inventory.ts'
import { type LabelSelector, selects } from '../../../inventory/label-selector.ts'
import { isJsonObject, type JsonObject, ownValue, valueAt } from '../../../lib/json/json-value.ts'
import type { PodView } from '../../../model/pod-view.ts'

/** Pods of one workload as findings speak of them: once, at the object that a person edits. */
export interface PodGroup {
  /** The controller where it was read, else the first of its pods. */
  readonly at: InventoryObject
  readonly pods: readonly PodView[]
}

const none: JsonObject = {}

function labelsOf(pod: PodView): JsonObject {
  const labels = ownValue(pod.podMeta, 'labels')
  return isJsonObject(labels) ? labels : none
}

export function isSelected(selector: LabelSelector, pod: PodView): boolean {
  return selector.kind === 'selector' && selects(selector, labelsOf(pod))
}

/**
 * The workloads of a snapshot whose pods a NetworkPolicy or Service can be about: pods of a controller that was read
 * count as its template says, completed pods and those on the node's own network do not count.
 */
export function podGroups(inventory: Inventory): ReadonlyMap<string, readonly PodGroup[]> {
  const groups = new Map<string, { at: InventoryObject; pods: PodView[] }>()
  for (const workload of inventory.workloads) {
    if (workload.ref.kind === 'PodTemplate' || isCompleted(workload.object)) continue
    const owner = inventory.ownerOf(workload)
    const key = identityKey(owner)
    const holder = inventory.get(owner.group, owner.kind, owner.namespace, owner.name)
    // Pods of a controller that was read are what its template says; a definition and its overlays count together.
    if (holder !== undefined && identityKey(workload.ref) !== key) continue
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
    const list = byNamespace.get(namespace)
    if (list === undefined) byNamespace.set(namespace, [told])
    else list.push(told)
  }
  return byNamespace
}

function isCompleted(object: JsonObject): boolean {
  const phase = valueAt(object, ['status', 'phase'])
  return phase === 'Succeeded' || phase === 'Failed'
}
