import type { Inventory, InventoryObject } from '../../../inventory/inventory.ts'
import { selectorOf } from '../../../inventory/inventory.ts'
import type { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import { entryOf } from '../../../lib/collections/entry-of.ts'
import { isJsonObject, type JsonValue, ownValue, valueAt } from '../../../lib/json/json-value.ts'
import type { PodView } from '../../../model/pod-view.ts'
import type { NamespacePods, PodGroup } from './workloads.ts'

/** Services that lead nowhere, or to the same place as another: BW-NET-010 to 012. */
export function checkServices(
  inventory: Inventory,
  groupsOf: () => ReadonlyMap<string, NamespacePods>,
  answers: SnapshotAnswers,
): void {
  if (!answers.asks('BW-NET-010', 'BW-NET-011', 'BW-NET-012')) return
  const groups = groupsOf()
  const bySelector = new Map<string, InventoryObject[]>()
  for (const service of inventory.objects) {
    if (service.ref.kind !== 'Service' || service.ref.group !== '') continue
    const selector = selectorOf(service.object)
    if (selector.kind === 'invalid' || valueAt(service.object, ['spec', 'type']) === 'ExternalName') continue
    const workloads = groups.get(service.ref.namespace)
    const selected = new Set(workloads?.pods.selected(selector).map(({ group }) => group))
    const key = `${service.ref.namespace}\n${JSON.stringify(selector.requirements)}`
    entryOf(bySelector, key, () => []).push(service)
    if (selected.size > 0) {
      answers.pass('BW-NET-010')
      checkPorts(service, [...selected], answers)
    } else if (workloads !== undefined) {
      answers.fail('BW-NET-010', service, {
        message: `the selector matches no pod of namespace "${service.ref.namespace}"`,
        at: [{ object: service, path: ['spec', 'selector'], key: '' }],
      })
    }
  }
  for (const services of bySelector.values()) checkDuplicates(services, answers)
}

/** A target port must be declared under its name; a number need not be declared, so it is only told where others are. */
function checkPorts(service: InventoryObject, selected: readonly PodGroup[], answers: SnapshotAnswers): void {
  const ports = valueAt(service.object, ['spec', 'ports'])
  if (!Array.isArray(ports)) return
  const pods = selected.flatMap(group => group.pods)
  for (const [i, entry] of (ports as readonly JsonValue[]).entries()) {
    const target = ownValue(entry, 'targetPort') ?? ownValue(entry, 'port')
    const protocol = ownValue(entry, 'protocol') ?? 'TCP'
    if (pods.every(pod => offers(pod, target, protocol))) {
      answers.pass('BW-NET-011')
      continue
    }
    if (typeof target === 'number' && !pods.every(declaresPorts)) continue
    const some = pods.some(pod => offers(pod, target, protocol))
      ? 'only some of the selected pods have'
      : 'no container of the selected pods has'
    const path = ['spec', 'ports', i, ...(ownValue(entry, 'targetPort') === undefined ? ['port'] : ['targetPort'])]
    answers.fail('BW-NET-011', service, {
      message: `${some} port ${JSON.stringify(target)} (${String(protocol)})`,
      at: [{ object: service, path, key: `port/${String(protocol)}/${String(target)}` }],
    })
  }
}

/** Regular containers and restartable init containers have ports that clients reach. */
function containerPorts(pod: PodView): readonly JsonValue[] {
  return pod.containers
    .filter(({ role }) => role === 'main' || role === 'sidecar')
    .flatMap(({ spec }) => {
      const ports = ownValue(spec, 'ports')
      return Array.isArray(ports) ? (ports as readonly JsonValue[]) : []
    })
}

function declaresPorts(pod: PodView): boolean {
  return containerPorts(pod).length > 0
}

function offers(pod: PodView, target: JsonValue | undefined, protocol: JsonValue): boolean {
  return containerPorts(pod).some(
    port =>
      isJsonObject(port) &&
      (ownValue(port, 'protocol') ?? 'TCP') === protocol &&
      (typeof target === 'string' ? ownValue(port, 'name') === target : ownValue(port, 'containerPort') === target),
  )
}

function checkDuplicates(services: readonly InventoryObject[], answers: SnapshotAnswers): void {
  // A headless Service beside an ordinary one, and one Service for each protocol or audience, are the usual pairs.
  const alike = new Map<string, InventoryObject[]>()
  for (const service of services) {
    const key = printOf(service)
    entryOf(alike, key, () => []).push(service)
  }
  for (const same of alike.values()) {
    if (same.length === 1) {
      answers.pass('BW-NET-012')
      continue
    }
    const [first, ...others] = same
    // One Service in several files is one Service.
    for (const service of others.filter(({ ref }) => ref.name !== first!.ref.name)) {
      answers.fail('BW-NET-012', service, {
        message: `Service "${first!.ref.name}" has the same selector, type and ports`,
        at: [{ object: service, path: ['spec', 'selector'], key: '' }],
      })
    }
  }
}

function printOf({ object }: InventoryObject): string {
  const spec = ownValue(object, 'spec')
  const ports = ownValue(spec, 'ports')
  const reached = Array.isArray(ports)
    ? (ports as readonly JsonValue[]).map(port =>
        [ownValue(port, 'port') ?? null, ownValue(port, 'protocol') ?? 'TCP'].join(' '),
      )
    : []
  return JSON.stringify([
    ownValue(spec, 'type') ?? 'ClusterIP',
    ownValue(spec, 'clusterIP') === 'None',
    [...reached].sort(),
  ])
}
