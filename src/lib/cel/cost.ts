import { sizeOf } from './stdlib/members.ts'
import { byteLength } from './text.ts'
import {
  CelOptional,
  type CelValue,
  Failure,
  findInMap,
  isInt,
  isList,
  isMap,
  KubernetesValue,
  keysOf,
} from './values.ts'

/** What one expression may cost. */
export const EXPRESSION_COST_LIMIT = 1_000_000

export const COST_EXCEEDED = 'operation cancelled: actual cost limit exceeded'

export const LIST_COST = 10
export const MAP_COST = 30
export const STRUCT_COST = 40

export type CallCost = number | ((args: readonly CelValue[], result: CelValue) => number)

/** Code points, bytes, entries; 1 for everything without a size. */
function costSize(value: CelValue): number {
  if (typeof value === 'string' || isList(value) || value instanceof Uint8Array || isMap(value)) return sizeOf(value)
  return value instanceof KubernetesValue ? value.costSize : 1
}

/** The same, looking into optionals, as the language's own cost rules do. */
function innerCostSize(value: CelValue): number {
  while (value instanceof CelOptional && value.value !== undefined) value = value.value
  return costSize(value)
}

const traversal = (size: number): number => Math.ceil(size * 0.1)

export function equalityCost(left: CelValue, right: CelValue, negated: boolean): number {
  if (!negated && left instanceof KubernetesValue) return 1
  return traversal(Math.min(innerCostSize(left), innerCostSize(right)))
}

function regexCost(text: number, pattern: number): number {
  return Math.ceil((1 + text) * 0.1) * Math.ceil(pattern * 0.25)
}

const ofFirst: CallCost = args => traversal(costSize(args[0]!))
const ofFirstTwice: CallCost = args => Math.ceil(costSize(args[0]!) * 2 * 0.1)

/** What a call costs beside its operands. `overload` is empty when several remain possible. */
export function callCost(name: string, overload: string, extendedLists: boolean, argumentCount: number): CallCost {
  return (
    (extendedLists ? listCost(overload) : undefined) ??
    libraryCost(name, overload, argumentCount) ??
    languageCost(overload)
  )
}

function listCost(overload: string): CallCost | undefined {
  switch (overload) {
    case 'list_slice':
    case 'lists_range':
    case 'list_reverse':
      return (_, result) => 11 + innerCostSize(result)
    case 'list_flatten':
      return args => 11 + innerCostSize(args[0]!)
    case 'list_flatten_int':
      return args => {
        const depth = Number(isInt(args[1]!) ? args[1]! : 1)
        return 11 + Math.trunc(innerCostSize(args[0]!) * (depth < 0 ? 1 : depth))
      }
    case 'list_distinct':
      return args => selfComparison(args[0]!)
    default:
      if (/^list_\w+(?:\.\w+)*_sort$/u.test(overload) || /^list_.*_sort$/u.test(overload))
        return args => selfComparison(args[0]!)
      return /^list_.*_sortByAssociatedKeys$/u.test(overload) ? args => selfComparison(args[1]!) : undefined
  }
}

function selfComparison(list: CelValue): number {
  if (!isList(list)) return 11
  const first = list[0]
  const factor = typeof first === 'string' || first instanceof Uint8Array ? 2.1 : 2
  return 11 + Math.trunc(list.length * list.length * factor)
}

function libraryCost(name: string, overload: string, argumentCount: number): CallCost | undefined {
  switch (name) {
    case 'check':
      return 350_000
    case 'fieldSelector':
    case 'labelSelector':
      return args => {
        const size = costSize(args[1]!)
        return 10 + traversal(size) + Math.ceil(Math.ceil(size * 0.5) * 50)
      }
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf':
    case 'includes':
      return args => traversalCost(args[0]!)
    case 'url':
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
    case 'jsonpatch.escapeKey':
    case 'cidr':
    case 'isIP':
    case 'isCIDR':
    case 'quantity':
    case 'isQuantity':
    case 'semver':
    case 'isSemver':
      return ofFirst
    case 'ip':
      return overload === 'cidr_ip' ? 1 : ofFirst
    case 'replace':
    case 'split':
    case 'ip.isCanonical':
      return ofFirstTwice
    case 'join':
      return (_, result) => Math.ceil(costSize(result) * 2 * 0.1)
    case 'find':
    case 'findAll':
      return args => regexCost(costSize(args[0]!), costSize(args[1]!))
    case 'containsIP':
      return args => {
        const prefix = costSize(args[0]!)
        return traversal(prefix + prefix) + (overload === 'cidr_contains_ip_string' ? traversal(costSize(args[1]!)) : 0)
      }
    case 'containsCIDR':
      return args => {
        const prefix = costSize(args[0]!)
        const text = overload === 'cidr_contains_cidr_string' ? traversal(costSize(args[1]!)) : 0
        return traversal(prefix + prefix) + traversal(prefix) + 1 + text
      }
    case 'validate':
      return args => {
        const format = args[0]
        if (!(format instanceof KubernetesValue) || format.maxPatternSize === 0) return 1
        return regexCost(costSize(args[1]!), format.maxPatternSize)
      }
    case 'sets.contains':
    case 'sets.intersects':
      return argumentCount === 2 && overload !== '' ? args => setCost(args, 1) : undefined
    case 'sets.equivalent':
      return argumentCount === 2 && overload !== '' ? args => setCost(args, 2) : undefined
    default:
      return undefined
  }
}

function setCost(args: readonly CelValue[], factor: number): number {
  return 1 + Math.ceil(innerCostSize(args[0]!) * innerCostSize(args[1]!) * factor)
}

/** Walking a value once: 1 per scalar, a tenth of the bytes of texts. */
function traversalCost(value: CelValue): number {
  if (typeof value === 'string') return Math.trunc(byteLength(value) * 0.1)
  if (value instanceof Uint8Array) return Math.trunc(value.length * 0.1)
  let cost = 0
  if (isList(value)) {
    for (const item of value) cost += traversalCost(item)
    return cost
  }
  if (value instanceof Failure || !isMap(value)) return 1
  for (const key of keysOf(value)) cost += traversalCost(key) + traversalCost(findInMap(value, key) ?? null)
  return cost
}

const RELATION = /^(less|less_equals|greater|greater_equals)_(string|bytes)$/u

function languageCost(overload: string): CallCost {
  switch (overload) {
    case 'starts_with_string':
    case 'ends_with_string':
      return args => traversal(innerCostSize(args[1]!))
    case 'string_to_bytes':
    case 'bytes_to_string':
    case 'strings_quote':
    case 'string_format':
      return args => traversal(innerCostSize(args[0]!))
    case 'in_list':
      return args => innerCostSize(args[1]!)
    case 'add_string':
    case 'add_bytes':
      return args => traversal(innerCostSize(args[0]!) + innerCostSize(args[1]!))
    case 'matches':
    case 'matches_string':
      return args => regexCost(innerCostSize(args[0]!), innerCostSize(args[1]!))
    case 'contains_string':
      return args => traversal(innerCostSize(args[0]!)) * traversal(innerCostSize(args[1]!))
    default:
      return RELATION.test(overload) ? args => traversal(Math.min(innerCostSize(args[0]!), innerCostSize(args[1]!))) : 1
  }
}
