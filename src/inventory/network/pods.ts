import { isJsonObject, type JsonObject, type JsonValue, ownValue, valueAt } from '../../lib/json/json-value.ts'
import type { ContainerPort, Labels, NetworkPod, WorkloadRef } from '../../model/network.ts'
import type { PodView } from '../../model/pod-view.ts'
import { identityKey } from '../identity.ts'
import type { Inventory, InventoryObject } from '../inventory.ts'
import { placeOf } from '../snapshot/snapshot-object.ts'

/**
 * The pods that connections begin and end at. Where `asDeclared`, every object with a pod stands for itself and a pod
 * goes to the owner it names, as tools that look at single files count. Otherwise a controller whose pods were read is
 * told by its pods, and all of them go to the workload a person edits.
 */
export function networkPods(inventory: Inventory, asDeclared: boolean): readonly NetworkPod[] {
  const workloads = inventory.workloads.filter(({ ref }) => ref.kind !== 'PodTemplate')
  if (asDeclared) {
    return workloads.flatMap(workload =>
      workload.pods.map(pod => networkPod(workload, pod, declaredOwner(workload) ?? workloadOf(workload))),
    )
  }
  const owners = new Map(workloads.map(workload => [workload, inventory.ownerOf(workload)]))
  // A controller with pods of its own is told by them; an older ReplicaSet of a Deployment by the Deployment.
  const told = new Set<string>()
  for (const [workload, owner] of owners) {
    if (workload.ref.kind === 'Pod' && owner.kind !== 'Pod') told.add(identityKey(owner))
  }
  return workloads.flatMap(workload => {
    const owner = owners.get(workload)!
    const isOwned = identityKey(owner) !== identityKey(workload.ref)
    if (workload.ref.kind !== 'Pod') {
      if (told.has(identityKey(owner))) return []
      if (isOwned && inventory.get(owner.group, owner.kind, owner.namespace, owner.name) !== undefined) return []
    }
    return workload.pods.map(pod => networkPod(workload, pod, owner))
  })
}

function workloadOf({ ref }: InventoryObject): WorkloadRef {
  return { namespace: ref.namespace, name: ref.name, kind: ref.kind }
}

/** The owner that a pod names: its controller, else its first; a mirror pod of a node stays itself. */
function declaredOwner({ ref, object }: InventoryObject): WorkloadRef | undefined {
  if (ref.kind !== 'Pod') return undefined
  const references = valueAt(object, ['metadata', 'ownerReferences'])
  if (!Array.isArray(references)) return undefined
  const list = references as readonly JsonValue[]
  const owner = list.find(reference => ownValue(reference, 'controller') === true) ?? list[0]
  const kind = ownValue(owner, 'kind')
  const name = ownValue(owner, 'name')
  if (kind === 'Node' || typeof name !== 'string' || name === '') return undefined
  return { namespace: ref.namespace, name, kind: typeof kind === 'string' && kind !== '' ? kind : 'Pod' }
}

function networkPod(workload: InventoryObject, pod: PodView, owner: WorkloadRef): NetworkPod {
  const isTemplate = workload.ref.kind !== 'Pod'
  const { namespace, name, kind } = owner
  const status = isTemplate ? undefined : ownValue(workload.object, 'status')
  const node = ownValue(pod.podSpec, 'nodeName')
  return {
    namespace: workload.ref.namespace,
    // Pods of several templates of one object are told apart by the name of their template.
    name: pod.label === '' ? workload.ref.name : `${workload.ref.name}/${pod.label}`,
    workload: { namespace, name, kind },
    isTemplate,
    replicas: isTemplate ? replicasOf(workload.object) : 1,
    labels: labelsOf(pod.podMeta),
    ports: portsOf(pod),
    hostNetwork: ownValue(pod.podSpec, 'hostNetwork') === true,
    phase: phaseOf(ownValue(status, 'phase'), isTemplate),
    ips: addressesOf(status),
    node: typeof node === 'string' ? node : '',
    file: workload.source.file,
    line: placeOf(workload, []).line,
  }
}

function replicasOf(object: JsonObject): number {
  const replicas = valueAt(object, ['spec', 'replicas'])
  return typeof replicas === 'number' && replicas >= 0 ? replicas : 1
}

export function labelsOf(meta: JsonValue | undefined): Labels {
  const labels = ownValue(meta, 'labels')
  if (!isJsonObject(labels)) return {}
  // Replicas share their labels (`SharedValues`), and keep doing so.
  let known = readLabels.get(labels)
  if (known === undefined) {
    known = textsIn(labels)
    readLabels.set(labels, known)
  }
  return known
}

const readLabels = new WeakMap<JsonObject, Labels>()

function textsIn(labels: JsonObject): Labels {
  const texts: Record<string, string> = Object.create(null) as Record<string, string>
  for (const [key, value] of Object.entries(labels)) if (typeof value === 'string') texts[key] = value
  return texts
}

/** Ports of containers and of init containers that restart: those of others never listen while the pod serves. */
function portsOf(pod: PodView): readonly ContainerPort[] {
  const found: ContainerPort[] = []
  for (const { role, spec } of pod.containers) {
    const ports = role === 'main' || role === 'sidecar' ? ownValue(spec, 'ports') : undefined
    if (!Array.isArray(ports)) continue
    for (const entry of ports as readonly JsonValue[]) {
      const port = ownValue(entry, 'containerPort')
      const name = ownValue(entry, 'name')
      const protocol = ownValue(entry, 'protocol') ?? 'TCP'
      if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) continue
      if (protocol !== 'TCP' && protocol !== 'UDP' && protocol !== 'SCTP') continue
      found.push({ name: typeof name === 'string' ? name : '', port, protocol })
    }
  }
  return found
}

const phases: ReadonlySet<unknown> = new Set(['Pending', 'Running', 'Succeeded', 'Failed'])

function phaseOf(phase: JsonValue | undefined, isTemplate: boolean): NetworkPod['phase'] {
  if (phases.has(phase)) return phase as NetworkPod['phase']
  return isTemplate || phase === undefined ? 'Running' : 'Unknown'
}

function addressesOf(status: JsonValue | undefined): readonly string[] {
  const list = ownValue(status, 'podIPs')
  const addresses = Array.isArray(list) ? (list as readonly JsonValue[]).map(entry => ownValue(entry, 'ip')) : []
  const single = ownValue(status, 'podIP')
  return [
    ...new Set([...addresses, single].filter(address => typeof address === 'string' && address !== '')),
  ] as string[]
}
