import { isSameIdentity } from '../../../inventory/identity.ts'
import type { InventoryObject } from '../../../inventory/inventory.ts'
import type { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import type { JsonPath } from '../../../lib/json/json-value.ts'
import type { MetadataEndpoint } from '../../../model/metadata-endpoint.ts'
import type { NetworkPolicyObject, PeerId } from '../../../model/network.ts'
import type { ObjectRef } from '../../../model/subject.ts'
import type { NetworkModel } from '../network-model.ts'
import { type WorkloadEnd, workloadLabel } from '../questions/ends.ts'

/** What every check of the network rules stands on. */
export interface CheckedNetwork extends NetworkModel {
  readonly endpoints: readonly MetadataEndpoint[]
  /** The object at which findings about a workload are reported. */
  objectOf(workload: WorkloadEnd): InventoryObject
  /** Workloads with pods that policies can be about. */
  readonly ordinary: readonly WorkloadEnd[]
}

/** Finds the objects behind the workloads of a model. */
export function checkedNetwork(model: NetworkModel, endpoints: readonly MetadataEndpoint[]): CheckedNetwork {
  const { inventory, view } = model
  const objects = new Map<string, InventoryObject>()
  const seen = new Set<ObjectRef>()
  for (const workload of inventory.workloads) {
    const owner = inventory.ownerOf(workload)
    const isOwner = isSameIdentity(owner, workload.ref)
    // Pods of one workload name it by the same object: its label is made once.
    if (!isOwner && seen.has(owner)) continue
    seen.add(owner)
    const label = workloadLabel(owner)
    // The controller itself where it was read, else the first of its pods.
    if (isOwner || !objects.has(label)) objects.set(label, workload)
  }
  return {
    ...model,
    endpoints,
    objectOf: ({ workload }) => objects.get(workloadLabel(workload))!,
    ordinary: view.workloads.filter(({ pods }) => pods.some(pod => !pod.hostNetwork)),
  }
}

/** Fails or passes a rule about each policy that `isAsked`: objections are merged into one finding a policy. */
export function eachPolicy(
  network: CheckedNetwork,
  answers: SnapshotAnswers,
  ruleId: string,
  isAsked: (policy: NetworkPolicyObject) => boolean,
  objectionsTo: (policy: NetworkPolicyObject) => readonly PolicyObjection[],
): void {
  if (!answers.asks(ruleId)) return
  for (const [policy, object] of network.policyObjects) {
    if (policy.isUnsupported || !isAsked(policy)) continue
    const found = objectionsTo(policy)
    if (found.length === 0) answers.pass(ruleId)
    else {
      answers.fail(ruleId, object, {
        message: [...new Set(found.map(({ message }) => message))].join('; '),
        at: found.map(({ path, key }) => ({ object, path, key })),
      })
    }
  }
}

export interface PolicyObjection {
  readonly message: string
  readonly path: JsonPath
  readonly key: string
}

/** Peers of pods that exist, without those of nodes. */
export function podPeers({ view }: CheckedNetwork): readonly PeerId[] {
  return view.engine
    .peers()
    .filter(peer => peer.kind === 'class')
    .map(({ id }) => id)
}
