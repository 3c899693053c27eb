import { type JsonObject, type JsonValue, ownValue } from '../lib/json/json-value.ts'
import { groupOf, type ObjectRef } from '../model/subject.ts'
import { identityKey, isSameIdentity } from './identity.ts'
import type { PodPaths } from './pod-paths.ts'

/** The controller that an object names as its owner, if it names one. */
function controllerOf(object: JsonObject, namespace: string): ObjectRef | undefined {
  const references = ownValue(ownValue(object, 'metadata'), 'ownerReferences')
  if (!Array.isArray(references)) return undefined
  for (const reference of references as readonly JsonValue[]) {
    if (ownValue(reference, 'controller') !== true) continue
    const kind = ownValue(reference, 'kind')
    const name = ownValue(reference, 'name')
    const apiVersion = ownValue(reference, 'apiVersion')
    if (typeof kind !== 'string' || typeof name !== 'string' || typeof apiVersion !== 'string') continue
    return { group: groupOf(apiVersion), kind, namespace, name }
  }
  return undefined
}

/**
 * The object at which findings about a pod or workload are reported, as far as the object itself says: its controller,
 * without the hash that a Deployment appends to its ReplicaSets. `undefined` where it stands for itself.
 *
 * A pod goes to whatever controls it; a workload only to another workload, because a custom resource that made a
 * StatefulSet carries no pod to point at. The mirror pods of a node are controlled by the Node and stand for themselves.
 */
export function reportedAt(object: JsonObject, ref: ObjectRef, paths: PodPaths): ObjectRef | undefined {
  const owner = controllerOf(object, ref.namespace)
  if (owner === undefined || (owner.group === '' && owner.kind === 'Node')) return undefined
  if (ref.kind !== 'Pod' && !paths.has(`${owner.group}/${owner.kind}`)) return undefined
  return owner
}

/** The Deployment or Rollout behind a ReplicaSet that only a pod of it names, by the hash that both carry. */
export function behindReplicaSet(pod: JsonObject, owner: ObjectRef): ObjectRef | undefined {
  if (owner.group !== 'apps' || owner.kind !== 'ReplicaSet') return undefined
  const labels = ownValue(ownValue(pod, 'metadata'), 'labels')
  for (const [label, group, kind] of hashLabels) {
    const hash = ownValue(labels, label)
    if (typeof hash === 'string' && hash !== '' && owner.name.endsWith(`-${hash}`)) {
      return { group, kind, namespace: owner.namespace, name: owner.name.slice(0, -hash.length - 1) }
    }
  }
  return undefined
}

const hashLabels: readonly (readonly [label: string, group: string, kind: string])[] = [
  ['rollouts-pod-template-hash', 'argoproj.io', 'Rollout'],
  ['pod-template-hash', 'apps', 'Deployment'],
]

/** The end of a chain of owners; a cycle ends where it closes. */
export function topOwner(start: ObjectRef, ownerOf: (key: string) => ObjectRef | undefined): ObjectRef {
  let top = start
  const seen = new Set([identityKey(start)])
  for (let next = ownerOf(identityKey(top)); next !== undefined; next = ownerOf(identityKey(top))) {
    const key = identityKey(next)
    if (seen.has(key)) break
    seen.add(key)
    top = next
  }
  return top
}

/** The ends of chains of owners. What many objects name as their owner is followed once, and is one object to all. */
export class OwnerChains {
  private readonly ownerOf: (ref: ObjectRef) => ObjectRef | undefined
  private readonly chains = new Map<string, { readonly end: ObjectRef; readonly through: readonly ObjectRef[] }>()

  constructor(ownerOf: (ref: ObjectRef) => ObjectRef | undefined) {
    this.ownerOf = ownerOf
  }

  /** The end of the chain that leads from an object to its owner and on; a cycle ends where it closes. */
  endOf(start: ObjectRef, owner: ObjectRef): ObjectRef {
    const first = identityKey(owner)
    const known = this.chains.get(first)
    // Two objects of one identity can name different owners: the chain of the one may lead back to the other.
    if (known !== undefined && !known.through.some(ref => isSameIdentity(ref, start))) return known.end
    const own = identityKey(start)
    const keys = new Set<string>()
    const through: ObjectRef[] = []
    let end = start
    for (let next: ObjectRef | undefined = owner; next !== undefined; next = this.ownerOf(end)) {
      const key = identityKey(next)
      // Where a cycle closes depends on where it was entered: such an end is that of this start alone.
      if (key === own || keys.has(key)) return end
      keys.add(key)
      through.push(next)
      end = next
    }
    this.chains.set(first, { end, through })
    return end
  }
}
