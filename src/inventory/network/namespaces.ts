import { type JsonValue, ownValue, valueAt } from '../../lib/json/json-value.ts'
import type { NetworkNamespace, NetworkNode } from '../../model/network.ts'
import type { Inventory, InventoryObject } from '../inventory.ts'
import { placeOf } from '../snapshot/snapshot-object.ts'
import { labelsOf } from './pods.ts'

/** Namespaces that were read, and those that objects live in though no Namespace object was read. */
export function networkNamespaces(inventory: Inventory): readonly NetworkNamespace[] {
  const declared = new Map<string, InventoryObject>()
  const used = new Map<string, InventoryObject>()
  for (const object of inventory.objects) {
    const { group, kind, namespace, name } = object.ref
    if (group === '' && kind === 'Namespace') declared.set(name, object)
    else if (namespace !== '' && !used.has(namespace)) used.set(namespace, object)
  }
  return inventory.namespaces.map(name => {
    const object = declared.get(name) ?? used.get(name)!
    return {
      name,
      labels: declared.has(name) ? labelsOf(ownValue(object.object, 'metadata')) : {},
      isDeclared: declared.has(name),
      file: object.source.file,
      line: placeOf(object, []).line,
    }
  })
}

export function networkNodes(inventory: Inventory): readonly NetworkNode[] {
  return inventory.objects
    .filter(({ ref }) => ref.group === '' && ref.kind === 'Node')
    .map(node => ({
      name: node.ref.name,
      labels: labelsOf(ownValue(node.object, 'metadata')),
      addresses: addressesOf(valueAt(node.object, ['status', 'addresses'])),
      file: node.source.file,
      line: placeOf(node, []).line,
    }))
}

function addressesOf(addresses: JsonValue | undefined): readonly string[] {
  if (!Array.isArray(addresses)) return []
  return (addresses as readonly JsonValue[]).flatMap(entry => {
    const type = ownValue(entry, 'type')
    const address = ownValue(entry, 'address')
    return typeof address === 'string' && typeof type === 'string' && type.endsWith('IP') ? [address] : []
  })
}
