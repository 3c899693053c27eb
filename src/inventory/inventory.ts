import { isJsonObject, type JsonObject, type JsonValue, ownValue, valueAt } from '../lib/json/json-value.ts'
import type { PodView } from '../model/pod-view.ts'
import type { ObjectRef } from '../model/subject.ts'
import type { DefinedKinds } from './api-resources.ts'
import { definedKindsOf, type Identity, identityKey, identityOf } from './identity.ts'
import { type LabelSelector, readLabelSelector, selects } from './label-selector.ts'
import { behindReplicaSet, reportedAt, topOwner } from './owners.ts'
import { type PodPaths, podPathsWith } from './pod-paths.ts'
import { podViewsOf } from './pod-view.ts'
import { type Reference, referencesOf } from './references.ts'

/** One snapshot of everything that was read, with every reference resolved. */
export interface Inventory {
  readonly objects: readonly InventoryObject[]
  /** Objects that carry pods. */
  readonly workloads: readonly InventoryObject[]
  /** Names that objects live in or that Namespace objects declare, sorted. */
  readonly namespaces: readonly string[]
  get(group: string, kind: string, namespace: string, name: string): InventoryObject | undefined
  /** The workload at which findings about an object are reported: itself, unless a controller made it. */
  ownerOf(object: InventoryObject): ObjectRef
  /** Workloads of a namespace whose pods a label selector picks, and pods of their own. */
  selectedBy(namespace: string, selector: LabelSelector): readonly InventoryObject[]
  /** What the pods of an object refer to, each with the object it resolves to if that is in the snapshot. */
  referencesOf(object: InventoryObject): readonly ResolvedReference[]
}

export interface InventoryObject {
  readonly identity: Identity
  readonly object: JsonObject
  readonly pods: readonly PodView[]
}

export interface ResolvedReference extends Reference {
  readonly target: InventoryObject | undefined
}

export interface InventoryOptions {
  readonly defaultNamespace: string
  readonly podPaths?: PodPaths
}

export function buildInventory(objects: readonly JsonObject[], options: InventoryOptions): Inventory {
  const paths = options.podPaths ?? podPathsWith()
  const defined: DefinedKinds = new Map(objects.flatMap(object => [...definedKindsOf(object)]))
  const all = objects.map((object): InventoryObject => {
    const identity = identityOf(object, { defaultNamespace: options.defaultNamespace, defined })
    return { identity, object, pods: podViewsOf(object, identity.ref, paths) }
  })
  const byKey = new Map<string, InventoryObject>()
  const workloadsIn = new Map<string, InventoryObject[]>()
  const namespaces = new Set<string>()
  for (const entry of all) {
    const { ref } = entry.identity
    byKey.set(identityKey(ref), entry)
    if (ref.kind === 'Namespace' && ref.group === '') namespaces.add(ref.name)
    else if (ref.namespace !== '') namespaces.add(ref.namespace)
    if (entry.pods.length === 0) continue
    const list = workloadsIn.get(ref.namespace)
    if (list === undefined) workloadsIn.set(ref.namespace, [entry])
    else list.push(entry)
  }
  const get = (group: string, kind: string, namespace: string, name: string): InventoryObject | undefined =>
    byKey.get(identityKey({ group, kind, namespace, name }))
  const parentOf = (entry: InventoryObject): ObjectRef | undefined => {
    const owner = reportedAt(entry.object, entry.identity.ref, paths)
    if (owner === undefined || byKey.has(identityKey(owner))) return owner
    return behindReplicaSet(entry.object, owner) ?? owner
  }
  return {
    objects: all,
    workloads: all.filter(entry => entry.pods.length > 0),
    namespaces: [...namespaces].sort(),
    get,
    ownerOf: entry =>
      topOwner(entry.identity.ref, key => {
        const found = key === identityKey(entry.identity.ref) ? entry : byKey.get(key)
        return found === undefined ? undefined : parentOf(found)
      }),
    selectedBy: (namespace, selector) =>
      selector.kind === 'invalid'
        ? []
        : (workloadsIn.get(namespace) ?? []).filter(entry =>
            entry.pods.some(pod => selects(selector, objectOr(ownValue(pod.podMeta, 'labels')))),
          ),
    referencesOf: entry =>
      entry.pods.flatMap(pod =>
        referencesOf(pod).map(reference => {
          const [group, namespaced] = groups[reference.kind]
          const namespace = namespaced ? entry.identity.ref.namespace : ''
          return { ...reference, target: get(group, reference.kind, namespace, reference.name) }
        }),
      ),
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

const groups: Readonly<Record<Reference['kind'], readonly [group: string, namespaced: boolean]>> = {
  ConfigMap: ['', true],
  PersistentVolumeClaim: ['', true],
  PriorityClass: ['scheduling.k8s.io', false],
  RuntimeClass: ['node.k8s.io', false],
  Secret: ['', true],
  ServiceAccount: ['', true],
}

function objectOr(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {}
}
