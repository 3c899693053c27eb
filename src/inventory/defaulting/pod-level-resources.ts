import { addQuantities, compareQuantities, formatQuantity, type Quantity } from '../../lib/quantity/quantity.ts'
import { type Draft, type DraftObject, decodedQuantity } from './decode.ts'
import { isDraftObject } from './encode.ts'

type Resources = Map<string, Quantity>

/**
 * Defaults of `spec.resources` of a Pod, where some of it is given: huge page limits come from the containers, requests
 * of what may be overcommitted from the sum of the containers, and the rest from the pod's own limits.
 */
export function defaultPodLevelResources(spec: DraftObject): void {
  const resources = spec['resources']
  if (!isDraftObject(resources)) return
  const limits = quantitiesOf(resources['limits'])
  const requests = quantitiesOf(resources['requests'])
  if (limits.size === 0 && requests.size === 0) return
  for (const [name, limit] of aggregated(spec, 'limits')) {
    if (name.startsWith('hugepages-') && !requests.has(name) && !limits.has(name)) limits.set(name, limit)
  }
  if (limits.size === 0) return
  for (const [name, request] of aggregated(spec, 'requests')) {
    if ((name === 'cpu' || name === 'memory') && !requests.has(name)) requests.set(name, request)
  }
  for (const [name, limit] of limits) {
    if ((name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')) && !requests.has(name))
      requests.set(name, limit)
  }
  resources['limits'] = listOf(limits)
  if (requests.size > 0) resources['requests'] = listOf(requests)
}

/** What all containers together need: side-cars run beside the main ones, other init containers one after another before them. */
function aggregated(spec: DraftObject, kind: 'limits' | 'requests'): Resources {
  const total: Resources = new Map()
  for (const container of containersOf(spec['containers'])) add(total, resourcesOf(container, kind))
  const sidecars: Resources = new Map()
  const initial: Resources = new Map()
  for (const container of containersOf(spec['initContainers'])) {
    const own = resourcesOf(container, kind)
    const atThisPoint: Resources = new Map(sidecars)
    add(atThisPoint, own)
    if (container['restartPolicy'] === 'Always') {
      add(total, own)
      add(sidecars, own)
    }
    raise(initial, atThisPoint)
  }
  raise(total, initial)
  return total
}

function containersOf(list: Draft | undefined): DraftObject[] {
  return Array.isArray(list) ? list.filter(isDraftObject) : []
}

function resourcesOf(container: DraftObject, kind: 'limits' | 'requests'): Resources {
  const resources = container['resources']
  return isDraftObject(resources) ? quantitiesOf(resources[kind]) : new Map()
}

function quantitiesOf(list: Draft | undefined): Resources {
  const quantities: Resources = new Map()
  if (!isDraftObject(list)) return quantities
  for (const name of Object.keys(list)) {
    const quantity = typeof list[name] === 'string' ? decodedQuantity(list[name]) : undefined
    if (quantity !== undefined) quantities.set(name, quantity)
  }
  return quantities
}

function listOf(quantities: Resources): DraftObject {
  const list = Object.create(null) as DraftObject
  for (const [name, quantity] of quantities) list[name] = formatQuantity(quantity)
  return list
}

function add(total: Resources, more: Resources): void {
  for (const [name, quantity] of more) {
    const before = total.get(name)
    total.set(name, before === undefined ? quantity : addQuantities(before, quantity))
  }
}

function raise(total: Resources, other: Resources): void {
  for (const [name, quantity] of other) {
    const before = total.get(name)
    if (before === undefined || compareQuantities(quantity, before) > 0) total.set(name, quantity)
  }
}
