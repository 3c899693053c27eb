import type { Environment } from '../../lib/cel/environment.ts'
import { joinFunctions, member } from '../../lib/cel/functions.ts'
import { CelObject, type CelType, DYN, listType, objectType, optionalType, STRING } from '../../lib/cel/types.ts'
import { CelOptional, type CelValue, unknown } from '../../lib/cel/values.ts'
import type { JsonObject } from '../../lib/json/json-value.ts'

/**
 * The look-ups of an AuditPolicy. They answer from what was read, and know only the kinds that policies name by a
 * literal, because only these are kept.
 */
export interface Lookups {
  get(apiVersion: string, kind: string, namespace: string, name: string): JsonObject | undefined
  list(apiVersion: string, kind: string, namespace: string): readonly JsonObject[]
  has(apiVersion: string, kind: string): boolean
}

const INVENTORY = objectType('breakwater.Inventory')

/** The `inventory` of expressions. */
export class InventoryValue extends CelObject {
  readonly lookups: Lookups

  constructor(lookups: Lookups) {
    super()
    this.lookups = lookups
  }

  get type(): CelType {
    return INVENTORY
  }
}

/** An environment in which `inventory` can be asked. */
export function inventoryFunctions(environment: Environment): Environment {
  const library = {
    name: 'inventory',
    functions: [
      {
        name: 'get',
        overloads: [member('inventory_get', [INVENTORY, STRING, STRING, STRING, STRING], optionalType(DYN), get)],
      },
      { name: 'list', overloads: [member('inventory_list', [INVENTORY, STRING, STRING, STRING], listType(DYN), list)] },
    ],
  }
  return {
    ...environment,
    variables: new Map([...environment.variables, ['inventory', INVENTORY]]),
    functions: new Map([...environment.functions, ...joinFunctions([library])]),
  }
}

function get(...args: CelValue[]): CelValue {
  const [inventory, apiVersion, kind, namespace, name] = args as [InventoryValue, string, string, string, string]
  const { lookups } = inventory
  if (!lookups.has(apiVersion, kind)) return notKept(kind)
  const found = lookups.get(apiVersion, kind, namespace, name)
  return found === undefined ? CelOptional.none : CelOptional.of(found)
}

function list(...args: CelValue[]): CelValue {
  const [inventory, apiVersion, kind, namespace] = args as [InventoryValue, string, string, string]
  return inventory.lookups.has(apiVersion, kind) ? inventory.lookups.list(apiVersion, kind, namespace) : notKept(kind)
}

function notKept(kind: string): CelValue {
  return unknown(`the policy computes which kind it looks up, so objects of kind ${kind} were not kept`)
}
