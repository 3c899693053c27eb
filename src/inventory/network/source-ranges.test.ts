import assert from 'node:assert/strict'
import { test } from 'node:test'
import { snapshotObject } from '../../../test/network-model.ts'
import type { Family } from '../../lib/ip/address.ts'
import { minimalCover } from '../../lib/ip/address-ranges.ts'
import { type JsonObject, type JsonValue, jsonPointer } from '../../lib/json/json-value.ts'
import type { ClientAddresses } from './client-addresses.ts'
import { type SourceRanges, sourceRangesAnnotation, sourceRangesOf } from './source-ranges.ts'

function read(spec: JsonObject, annotation?: JsonValue): SourceRanges {
  const annotations = annotation === undefined ? {} : { annotations: { [sourceRangesAnnotation]: annotation } }
  const object = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop', ...annotations },
    spec,
  }
  return sourceRangesOf(snapshotObject(object), spec['type'] === 'LoadBalancer')
}

/** `must` and, where it differs, `may`: the fewest prefixes of both families. */
function textOf({ must, may }: ClientAddresses): string {
  const cover = (bound: ClientAddresses['must']) =>
    ([4, 6] as const).flatMap((family: Family) => minimalCover(bound[family])).join(' ')
  const [surely, possibly] = [cover(must), cover(may)]
  return surely === possibly ? surely : `${surely} | ${possibly}`
}

const everybody = '0.0.0.0/0 ::/0'
const type = 'LoadBalancer'
const both = ['10.0.0.0/8', 'fd00::/8']
const rows: readonly {
  readonly name: string
  readonly spec: JsonObject
  readonly annotation?: JsonValue
  readonly clients: string
  readonly problems?: readonly string[]
}[] = [
  { name: 'nothing is named', spec: { type }, clients: everybody },
  { name: 'an empty list', spec: { type, loadBalancerSourceRanges: [] }, clients: everybody },
  { name: 'null', spec: { type, loadBalancerSourceRanges: null }, clients: everybody },
  { name: 'a range', spec: { type, loadBalancerSourceRanges: ['10.0.0.0/8'] }, clients: '10.0.0.0/8' },
  { name: 'one address', spec: { type, loadBalancerSourceRanges: ['203.0.113.7/32'] }, clients: '203.0.113.7/32' },
  { name: 'host bits are no matter', spec: { type, loadBalancerSourceRanges: ['10.1.2.3/8'] }, clients: '10.0.0.0/8' },
  { name: 'white space is', spec: { type, loadBalancerSourceRanges: [' 10.0.0.0/8 '] }, clients: '10.0.0.0/8' },
  { name: 'all of IPv4', spec: { type, loadBalancerSourceRanges: ['0.0.0.0/0'] }, clients: everybody },
  { name: 'all of IPv6', spec: { type, loadBalancerSourceRanges: ['::/0'] }, clients: everybody },
  {
    name: 'all of IPv4 beside a narrower range',
    spec: { type, loadBalancerSourceRanges: ['10.0.0.0/8', '0.0.0.0/0'] },
    clients: everybody,
  },
  {
    name: 'all of IPv4 in two halves',
    spec: { type, loadBalancerSourceRanges: ['0.0.0.0/1', '128.0.0.0/1'] },
    clients: everybody,
  },
  {
    name: 'all of IPv4 and a part of IPv6',
    spec: { type, loadBalancerSourceRanges: ['0.0.0.0/0', 'fd00::/8'] },
    clients: '0.0.0.0/0 fd00::/8',
  },
  { name: 'both families', spec: { type, loadBalancerSourceRanges: both }, clients: '10.0.0.0/8 fd00::/8' },
  {
    name: 'both families, of which the Service has one',
    spec: { type, loadBalancerSourceRanges: both, ipFamilies: ['IPv6'] },
    clients: 'fd00::/8',
  },
  {
    name: 'a family without ranges is let in as a whole',
    spec: { type, loadBalancerSourceRanges: ['10.0.0.0/8'], ipFamilies: ['IPv4', 'IPv6'] },
    clients: '10.0.0.0/8 ::/0',
  },
  {
    name: 'a Service that has the other family alone',
    spec: { type, loadBalancerSourceRanges: ['10.0.0.0/8'], ipFamilies: ['IPv6'] },
    clients: '::/0',
  },
  {
    name: 'two families are required',
    spec: { type, loadBalancerSourceRanges: ['10.0.0.0/8'], ipFamilyPolicy: 'RequireDualStack' },
    clients: '10.0.0.0/8 ::/0',
  },
  {
    name: 'two families are preferred',
    spec: { type, loadBalancerSourceRanges: ['10.0.0.0/8'], ipFamilyPolicy: 'PreferDualStack' },
    clients: '10.0.0.0/8 | 10.0.0.0/8 ::/0',
  },
  {
    name: 'the annotation',
    spec: { type },
    annotation: '10.0.0.0/8, 203.0.113.0/24',
    clients: '10.0.0.0/8 203.0.113.0/24',
  },
  { name: 'an empty annotation', spec: { type }, annotation: ' ', clients: everybody },
  {
    name: 'the annotation beside the field, which alone counts',
    spec: { type, loadBalancerSourceRanges: ['10.0.0.0/8'] },
    annotation: 'none',
    clients: '10.0.0.0/8',
  },
  {
    name: 'an address without a length',
    spec: { type, loadBalancerSourceRanges: ['10.0.0.0/8', '10.0.0.1'] },
    clients: ` | ${everybody}`,
    problems: ['SOURCE_RANGE_INVALID /spec/loadBalancerSourceRanges/1'],
  },
  {
    name: 'a length that is too long',
    spec: { type, loadBalancerSourceRanges: ['10.0.0.0/33'] },
    clients: ` | ${everybody}`,
    problems: ['SOURCE_RANGE_INVALID /spec/loadBalancerSourceRanges/0'],
  },
  {
    name: 'a number and null',
    spec: { type, loadBalancerSourceRanges: [10, null] },
    clients: ` | ${everybody}`,
    problems: [
      'SOURCE_RANGE_INVALID /spec/loadBalancerSourceRanges/0',
      'SOURCE_RANGE_INVALID /spec/loadBalancerSourceRanges/1',
    ],
  },
  {
    name: 'a text where the list belongs',
    spec: { type, loadBalancerSourceRanges: '10.0.0.0/8' },
    clients: ` | ${everybody}`,
    problems: ['SOURCE_RANGE_INVALID /spec/loadBalancerSourceRanges'],
  },
  {
    name: 'an annotation that ends with a comma',
    spec: { type },
    annotation: '10.0.0.0/8,',
    clients: ` | ${everybody}`,
    problems: ['SOURCE_RANGE_INVALID /metadata/annotations/service.beta.kubernetes.io~1load-balancer-source-ranges'],
  },
  {
    name: 'an annotation that is no text',
    spec: { type },
    annotation: { cidr: '10.0.0.0/8' },
    clients: ` | ${everybody}`,
    problems: ['SOURCE_RANGE_INVALID /metadata/annotations/service.beta.kubernetes.io~1load-balancer-source-ranges'],
  },
  {
    name: 'a Service without a load balancer',
    spec: { type: 'NodePort', loadBalancerSourceRanges: ['10.0.0.0/8'] },
    clients: everybody,
    problems: ['SOURCE_RANGES_MISPLACED /spec/loadBalancerSourceRanges/0'],
  },
]

for (const { name, spec, annotation, clients, problems = [] } of rows) {
  test(`source ranges of a load balancer: ${name}`, () => {
    const found = read(spec, annotation)

    assert.equal(textOf(found.clients), clients)
    assert.deepEqual(
      found.problems.map(({ code, path }) => `${code} ${jsonPointer(path)}`),
      problems,
    )
  })
}

test('ranges that narrow nothing are not told as a limit', () => {
  assert.deepEqual(read({ type, loadBalancerSourceRanges: ['0.0.0.0/0'] }).admitted, [])
  assert.deepEqual(read({ type, loadBalancerSourceRanges: ['10.0.0.0/8'] }).admitted, ['10.0.0.0/8'])
})
