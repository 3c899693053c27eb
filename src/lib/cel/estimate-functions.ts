import { fixed, ONE, plus, type Range, scaled, times, UNBOUNDED } from './estimate-range.ts'
import type { CelType } from './types.ts'
import type { CelConstant } from './values.ts'

/** An operand as far as its size is known. */
export interface SizedNode {
  readonly type: CelType
  readonly size: Range
  readonly literal: CelConstant | undefined
  /** The declared size of the elements of a list. */
  readonly itemSize: (type: CelType) => Range | undefined
}

export interface CallEstimate {
  readonly cost: Range
  readonly size: Range | undefined
}

const TRAVERSAL = 0.1
const REGEX = 0.25
const NOMINAL: CallEstimate = { cost: ONE, size: undefined }

/** What a call costs beside its operands, as the API server estimates it for rules of custom resources. */
export function estimateCall(
  name: string,
  overload: string,
  target: SizedNode | undefined,
  args: readonly SizedNode[],
): CallEstimate {
  return (
    estimateList(overload, target, args) ??
    estimateLibrary(name, overload, target, args) ??
    estimateLanguage(overload, target, args)
  )
}

function of(cost: Range, size?: Range): CallEstimate {
  return { cost, size }
}

function estimateList(
  overload: string,
  target: SizedNode | undefined,
  args: readonly SizedNode[],
): CallEstimate | undefined {
  const allocating = (factor: number, size: Range): CallEstimate => of(plus(scaled(size, factor), ONE, fixed(10)), size)
  switch (overload) {
    case 'list_slice': {
      const start = integer(args[0]) ?? 0
      const end = integer(args[1]) ?? target!.size.max
      return allocating(1, fixed(Math.max(0, end - start)))
    }
    case 'lists_range':
      return allocating(1, fixed(integer(args[0]) ?? Number.POSITIVE_INFINITY))
    case 'list_reverse':
    case 'list_flatten':
      return allocating(1, target!.size)
    case 'list_flatten_int':
      return allocating(integer(args[0]) ?? Number.POSITIVE_INFINITY, target!.size)
    case 'list_distinct':
      return allocating(2, times(target!.size, target!.size))
    case 'list_sets_contains_list':
    case 'list_sets_intersects_list':
    case 'list_sets_equivalent_list': {
      const factor = overload === 'list_sets_equivalent_list' ? 2 : 1
      return of(plus(scaled(times(args[0]!.size, args[1]!.size), factor), ONE))
    }
  }
  const sort = /^list_(.*)_(sort|sortByAssociatedKeys)$/u.exec(overload)
  if (sort === null) return undefined
  const keys = sort[2] === 'sort' ? target! : args[0]!
  return allocating(sort[1] === 'string' || sort[1] === 'bytes' ? 2.1 : 2, times(keys.size, keys.size))
}

/** A literal index that is not negative. */
function integer(node: SizedNode | undefined): number | undefined {
  const value = node?.literal
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

function estimateLibrary(
  name: string,
  overload: string,
  target: SizedNode | undefined,
  args: readonly SizedNode[],
): CallEstimate | undefined {
  const first = args[0]
  switch (name) {
    case 'check':
      return of(fixed(350_000))
    case 'fieldSelector':
    case 'labelSelector':
      return of(plus(fixed(10), scaled(first!.size, TRAVERSAL), scaled(scaled(first!.size, 0.5), 50)))
    case 'isSorted':
    case 'sum':
    case 'max':
    case 'min':
    case 'indexOf':
    case 'lastIndexOf':
    case 'includes':
      return target === undefined ? undefined : estimateTraversal(name, target)
    case 'url':
    case 'jsonpatch.escapeKey':
      return of(scaled(first!.size, TRAVERSAL), first!.size)
    case 'lowerAscii':
    case 'upperAscii':
    case 'substring':
    case 'trim':
      return of(scaled(target!.size, TRAVERSAL), target!.size)
    case 'replace':
      return of(scaled(target!.size, 2 * TRAVERSAL), replacedSize(target!.size, first!.size, args[1]!.size))
    case 'split':
      return of(scaled(target!.size, 2 * TRAVERSAL), { min: 0, max: integer(args[1]) ?? target!.size.max })
    case 'join':
      return estimateJoin(target!, first)
    case 'find':
    case 'findAll':
      return of(regexCost(target!.size, first!.size), { min: 0, max: target!.size.max })
    case 'cidr':
    case 'isIP':
    case 'isCIDR':
    case 'quantity':
    case 'isQuantity':
    case 'semver':
    case 'isSemver':
      return of(scaled(first!.size, TRAVERSAL))
    case 'ip':
      return overload === 'cidr_ip' ? NOMINAL : of(scaled(first!.size, TRAVERSAL))
    case 'ip.isCanonical':
      return of(scaled(first!.size, 2 * TRAVERSAL))
    case 'containsIP':
    case 'containsCIDR':
      return estimateContainment(overload, first!)
    case 'validate':
      return of(scaled(scaled(first!.size, TRAVERSAL), 128 * REGEX))
    default:
      return undefined
  }
}

function estimateTraversal(name: string, list: SizedNode): CallEstimate {
  const [item] = list.type.parameters
  if (item !== undefined) {
    const isText = item.kind === 'string' || item.kind === 'bytes'
    const each = isText ? plus(ONE, scaled(list.itemSize(item) ?? UNBOUNDED, TRAVERSAL)) : ONE
    return of(times(list.size, each))
  }
  return of(name === 'includes' ? list.size : scaled(list.size, TRAVERSAL))
}

function replacedSize(text: Range, from: Range, to: Range): Range {
  let most: number
  if (from.min === 0) most = (text.max + 1) * to.max + text.max
  else most = to.max <= from.min ? text.max : Math.ceil(text.max / from.min) * to.max
  let least: number
  if (from.max === 0) least = (text.min + 1) * to.min + text.min
  else least = from.max <= to.min ? text.min : Math.ceil(text.min / from.max) * to.min
  return { min: least, max: Number.isNaN(most) ? Number.POSITIVE_INFINITY : most }
}

function estimateJoin(list: SizedNode, separator: SizedNode | undefined): CallEstimate {
  const [item] = list.type.parameters
  let size: Range = item === undefined ? fixed(0) : times(list.size, list.itemSize(item) ?? UNBOUNDED)
  if (separator !== undefined) {
    const separators = { min: Math.max(0, list.size.min - 1), max: Math.max(0, list.size.max - 1) }
    size = plus(size, times(separator.size, separators))
  }
  return of(scaled(size, TRAVERSAL), size)
}

function estimateContainment(overload: string, other: SizedNode): CallEstimate {
  const bytes = { min: 4, max: 16 }
  let cost = scaled(plus(bytes, bytes), TRAVERSAL)
  if (overload.startsWith('cidr_contains_cidr')) cost = plus(cost, scaled(bytes, TRAVERSAL), ONE)
  return of(overload.endsWith('_string') ? plus(cost, scaled(other.size, TRAVERSAL)) : cost)
}

function regexCost(text: Range, pattern: Range): Range {
  return times(scaled(plus(text, ONE), TRAVERSAL), scaled(pattern, REGEX))
}

function estimateLanguage(overload: string, target: SizedNode | undefined, args: readonly SizedNode[]): CallEstimate {
  const [first, second] = args
  switch (overload) {
    case 'string_format':
      return of(scaled(target!.size, TRAVERSAL))
    case 'string_to_bytes':
      return of(scaled(first!.size, TRAVERSAL), { min: first!.size.min, max: first!.size.max * 4 })
    case 'bytes_to_string':
      return of(scaled(first!.size, TRAVERSAL), { min: Math.floor(first!.size.min / 4), max: first!.size.max })
    case 'strings_quote':
      return of(scaled(first!.size, TRAVERSAL), { min: first!.size.min + 2, max: first!.size.max * 2 + 2 })
    case 'starts_with_string':
    case 'ends_with_string':
      return of(scaled(first!.size, TRAVERSAL))
    case 'in_list':
      return of(second!.size)
    case 'matches_string':
      return of(regexCost(target!.size, first!.size))
    case 'matches':
      return of(regexCost(first!.size, second!.size))
    case 'contains_string':
      return of(times(scaled(target!.size, TRAVERSAL), scaled(first!.size, TRAVERSAL)))
    case 'add_list':
      return of(ONE, plus(first!.size, second!.size))
    case 'add_string':
    case 'add_bytes': {
      const size = plus(first!.size, second!.size)
      return of(scaled(size, TRAVERSAL), size)
    }
    case 'equals':
    case 'not_equals':
      return of(comparison(first!, second!))
    default:
      return /^(less|less_equals|greater|greater_equals)_(string|bytes)$/u.test(overload)
        ? of(comparison(first!, second!))
        : NOMINAL
  }
}

function comparison(a: SizedNode, b: SizedNode): Range {
  if (isKubernetesType(a.type) && a.type.name === b.type.name) return ONE
  const smallest = Math.min(a.size.max, b.size.max)
  return scaled({ min: smallest > 0 ? 1 : 0, max: smallest }, TRAVERSAL)
}

function isKubernetesType(type: CelType): boolean {
  return type.name.startsWith('kubernetes.') || type.name.startsWith('net.')
}
