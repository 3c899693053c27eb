import type { NetworkEngineOptions } from '../src/analyses/network/network-engine.ts'
import { type NetworkModel, networkModel } from '../src/analyses/network/network-model.ts'
import { identityOf } from '../src/inventory/identity.ts'
import { buildInventory } from '../src/inventory/inventory.ts'
import { podPathsWith } from '../src/inventory/pod-paths.ts'
import type { SnapshotObject } from '../src/inventory/snapshot/snapshot-object.ts'
import type { JsonObject } from '../src/lib/json/json-value.ts'

/** An object as a snapshot holds it. */
export function snapshotObject(object: JsonObject, order = 0): SnapshotObject {
  return {
    ...identityOf(object, { defaultNamespace: 'default' }),
    object,
    source: { file: `${order}.yaml`, unit: '', origin: 'exact' },
    order,
    places: {},
  }
}

/** The model that questions about the connections of some objects stand on. */
export function networkModelOf(objects: readonly JsonObject[], options: NetworkEngineOptions = {}): NetworkModel {
  return networkModel(buildInventory(objects.map(snapshotObject), podPathsWith()), options)
}
