import { entryOf } from '../../lib/collections/entry-of.ts'
import { isJsonObject, type JsonObject, type JsonValue, ownValue, valueAt } from '../../lib/json/json-value.ts'
import type { ContainerPort, Labels, NetworkPod, WorkloadRef } from '../../model/network.ts'
import type { ContainerView, PodView } from '../../model/pod-view.ts'
import type { ObjectRef } from '../../model/subject.ts'
import { identityKey, isSameIdentity } from '../identity.ts'
import type { Inventory, InventoryObject } from '../inventory.ts'
import { placeOf } from '../snapshot/snapshot-object.ts'
import { hostPortOf } from './host-ports.ts'

/**
 * The pods that connections begin and end at. Where `asDeclared`, every object with a pod stands for itself and a pod
 * goes to the owner it names, as tools that look at single files count. Otherwise a controller whose pods were read is
 * told by its pods, and all of them go to the workload a person edits.
 */
export function networkPods(inventory: Inventory, asDeclared: boolean): readonly NetworkPod[] {
  const workloads = inventory.workloads.filter(({ ref }) => ref.kind !== 'PodTemplate')
  const parts = new SharedParts()
  if (asDeclared) {
    return workloads.flatMap(workload =>
      workload.pods.map(pod =>
        networkPod(workload, pod, declaredOwner(workload) ?? parts.workloadOf(workload.ref), parts),
      ),
    )
  }
  // A controller with pods of its own is told by them; an older ReplicaSet of a Deployment by the Deployment.
  const owners = new Set<ObjectRef>()
  for (const workload of workloads) {
    const owner = inventory.ownerOf(workload)
    if (workload.ref.kind === 'Pod' && owner.kind !== 'Pod') owners.add(owner)
  }
  const told = new Set([...owners].map(identityKey))
  return workloads.flatMap(workload => {
    const owner = inventory.ownerOf(workload)
    if (workload.ref.kind !== 'Pod') {
      if (told.has(identityKey(owner))) return []
      const isOwned = !isSameIdentity(owner, workload.ref)
      if (isOwned && inventory.get(owner.group, owner.kind, owner.namespace, owner.name) !== undefined) return []
    }
    return workload.pods.map(pod => networkPod(workload, pod, parts.workloadOf(owner), parts))
  })
}

/** What pods of one workload have in common, once for all of them. */
class SharedParts {
  private readonly workloads = new Map<ObjectRef, WorkloadRef>()
  private readonly ports = new Map<readonly ContainerView[], readonly ContainerPort[]>()

  workloadOf(ref: ObjectRef): WorkloadRef {
    return entryOf(this.workloads, ref, () => ({ namespace: ref.namespace, name: ref.name, kind: ref.kind }))
  }

  portsOf({ containers }: PodView): readonly ContainerPort[] {
    return entryOf(this.ports, containers, () => portsOf(containers))
  }
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

function networkPod(workload: InventoryObject, pod: PodView, owner: WorkloadRef, parts: SharedParts): NetworkPod {
  const isTemplate = workload.ref.kind !== 'Pod'
  const status = isTemplate ? undefined : ownValue(workload.object, 'status')
  const node = ownValue(pod.podSpec, 'nodeName')
  return {
    namespace: workload.ref.namespace,
    // Pods of several templates of one object are told apart by the name of their template.
    name: pod.label === '' ? workload.ref.name : `${workload.ref.name}/${pod.label}`,
    workload: owner,
    isTemplate,
    replicas: isTemplate ? replicasOf(workload.object) : 1,
    labels: labelsOf(pod.podMeta),
    ports: parts.portsOf(pod),
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
function portsOf(containers: readonly ContainerView[]): readonly ContainerPort[] {
  const found: ContainerPort[] = []
  for (const { role, spec } of containers) {
    const ports = role === 'main' || role === 'sidecar' ? ownValue(spec, 'ports') : undefined
    if (!Array.isArray(ports)) continue
    for (const entry of ports as readonly JsonValue[]) {
      const port = ownValue(entry, 'containerPort')
      const name = ownValue(entry, 'name')
      const protocol = ownValue(entry, 'protocol') ?? 'TCP'
      if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) continue
      if (protocol !== 'TCP' && protocol !== 'UDP' && protocol !== 'SCTP') continue
      const hostPort = hostPortOf(entry)
      found.push({
        name: typeof name === 'string' ? name : '',
        port,
        protocol,
        ...(hostPort === undefined ? {} : { hostPort }),
      })
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
  if (status === undefined) return noAddresses
  const list = ownValue(status, 'podIPs')
  const addresses = Array.isArray(list) ? (list as readonly JsonValue[]).map(entry => ownValue(entry, 'ip')) : []
  const single = ownValue(status, 'podIP')
  return [
    ...new Set([...addresses, single].filter(address => typeof address === 'string' && address !== '')),
  ] as string[]
}

const noAddresses: readonly string[] = []
