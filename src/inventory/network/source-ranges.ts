import { type Cidr, type Family, parseCidr } from '../../lib/ip/address.ts'
import { type AddressRanges, everyAddress, rangesOfCidrs } from '../../lib/ip/address-ranges.ts'
import { type JsonPath, type JsonValue, ownValue, valueAt } from '../../lib/json/json-value.ts'
import type { SnapshotObject } from '../snapshot/snapshot-object.ts'
import { anyClientPossibly, type ClientAddresses, everyClient } from './client-addresses.ts'
import type { EntryProblem } from './entry-problem.ts'

/** Whom the load balancer of a Service lets in. */
export interface SourceRanges {
  /** As written, and all of a family that the Service has and no range names; empty where nothing is narrowed. */
  readonly admitted: readonly string[]
  readonly clients: ClientAddresses
  readonly problems: readonly EntryProblem[]
}

export const sourceRangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges'

/**
 * Reads `spec.loadBalancerSourceRanges`, or where that is empty the annotation that came before it (core/v1,
 * service.beta.kubernetes.io/load-balancer-source-ranges).
 */
export function sourceRangesOf(service: SnapshotObject, isLoadBalancer: boolean): SourceRanges {
  const entries = entriesOf(service)
  const [first] = entries
  if (first === undefined) return unnarrowed
  if (!isLoadBalancer) {
    const message = 'source ranges narrow a load balancer alone, and the Service has none'
    return {
      ...unnarrowed,
      problems: [{ code: 'SOURCE_RANGES_MISPLACED', message, object: service, path: first.path }],
    }
  }
  const read = entries.map(entry => ({ ...entry, cidr: entry.text === undefined ? undefined : parseCidr(entry.text) }))
  const written = entries.map(({ text, value }) => text ?? JSON.stringify(value))
  const problems = read
    .filter(({ cidr }) => cidr === undefined)
    .map(({ text, value, path }): EntryProblem => {
      const message = `${JSON.stringify(text ?? value)} is no address range such as 203.0.113.0/24`
      return { code: 'SOURCE_RANGE_INVALID', message, object: service, path }
    })
  // The API server refuses the whole Service: whom it lets in once it is corrected is not known.
  if (problems.length > 0) return { admitted: written, clients: anyClientPossibly, problems }
  return narrowedTo(
    read.map(({ cidr }) => cidr!),
    written,
    ownValue(service.object, 'spec'),
  )
}

const unnarrowed: SourceRanges = { admitted: [], clients: everyClient, problems: [] }

interface Entry {
  /** `undefined` where no range can stand: what is there is no text, or where a list belongs. */
  readonly text: string | undefined
  readonly value: JsonValue
  readonly path: JsonPath
}

function entriesOf({ object }: SnapshotObject): readonly Entry[] {
  const path = ['spec', 'loadBalancerSourceRanges']
  const field = valueAt(object, path) ?? []
  if (!Array.isArray(field)) return [{ text: undefined, value: field, path }]
  if (field.length > 0)
    return (field as readonly JsonValue[]).map((value, i) => ({ text: textOf(value), value, path: [...path, i] }))
  const annotationPath = ['metadata', 'annotations', sourceRangesAnnotation]
  const annotation = valueAt(object, annotationPath) ?? ''
  if (typeof annotation !== 'string') return [{ text: undefined, value: annotation, path: annotationPath }]
  if (annotation.trim() === '') return []
  return annotation.split(',').map(value => ({ text: textOf(value), value, path: annotationPath }))
}

/** White space around a range is allowed. */
function textOf(value: JsonValue): string | undefined {
  return typeof value === 'string' ? value.trim() : undefined
}

/**
 * Each family is narrowed by the ranges of that family alone: where none is named, the whole family is let in, as
 * kube-proxy and the load balancers of clouds have it - if the Service has an address of that family at all.
 */
function narrowedTo(cidrs: readonly Cidr[], written: readonly string[], spec: JsonValue | undefined): SourceRanges {
  const ranges = { 4: rangesOfCidrs(4, cidrs), 6: rangesOfCidrs(6, cidrs) }
  const named = families.filter(family => ranges[family].ranges.length > 0)
  if (named.every(family => isWhole(ranges[family]))) return unnarrowed
  const served = servedFamilies(spec, named)
  const bound = (serving: readonly Family[]): Readonly<Record<Family, AddressRanges>> => {
    const rangesIn = (family: Family): AddressRanges => {
      if (!serving.includes(family)) return { family, ranges: [] }
      return named.includes(family) ? ranges[family] : everyAddress(family)
    }
    return { 4: rangesIn(4), 6: rangesIn(6) }
  }
  const whole = { 4: '0.0.0.0/0', 6: '::/0' }
  const unnamed = served.may.filter(family => !named.includes(family)).map(family => whole[family])
  return {
    admitted: [...written, ...unnamed],
    clients: { must: bound(served.must), may: bound(served.may) },
    problems: [],
  }
}

const families: readonly Family[] = [4, 6]

function isWhole({ family, ranges }: AddressRanges): boolean {
  const [whole] = everyAddress(family).ranges
  return ranges[0]?.from === whole!.from && ranges[0]?.to === whole!.to
}

/**
 * Families of the Service's addresses (core/v1 ipFamilies, ipFamilyPolicy). A Service that names none has one, which
 * depends on the cluster: it is taken to be the one that its ranges are of.
 */
function servedFamilies(
  spec: JsonValue | undefined,
  named: readonly Family[],
): { readonly must: readonly Family[]; readonly may: readonly Family[] } {
  const listed = ownValue(spec, 'ipFamilies')
  const words = Array.isArray(listed) ? (listed as readonly JsonValue[]) : []
  const declared = families.filter(family => words.includes(`IPv${family}`))
  const own = declared.length > 0 ? declared : named
  const policy = ownValue(spec, 'ipFamilyPolicy')
  if (policy === 'RequireDualStack') return { must: families, may: families }
  return { must: own, may: policy === 'PreferDualStack' ? families : own }
}
