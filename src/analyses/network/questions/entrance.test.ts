import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkModelOf } from '../../../../test/network-model.ts'
import type { JsonObject, JsonValue } from '../../../lib/json/json-value.ts'
import type { NetworkModel } from '../network-model.ts'
import { canConnect } from './can.ts'
import { endLabel } from './ends.ts'
import { partsThrough } from './entrance.ts'
import { externalRows } from './list.ts'
import { portText } from './open-ports.ts'
import { type OutsideWay, outsideWays } from './outside-ways.ts'
import { meaningOf } from './peer-words.ts'

function pod(name: string, more: JsonObject = {}): JsonObject {
  const metadata = { name, namespace: 'shop', labels: { app: name } }
  const containers = [{ name, image: `${name}:1`, ports: [{ name: 'http', containerPort: 8080 }] }]
  return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, ...more } }
}

function service(spec: JsonObject, name = 'web'): JsonObject {
  const ports = [{ port: 80, targetPort: 'http' }]
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop' },
    spec: { selector: { app: name }, ports, type: 'LoadBalancer', ...spec },
  }
}

function admitting(...from: readonly JsonObject[]): JsonObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: from.length === 0 ? [] : [{ from }] },
  }
}

function block(cidr: string): JsonObject {
  return { ipBlock: { cidr } }
}

function node(name: string, address: string): JsonObject {
  const status = { addresses: [{ type: 'InternalIP', address }] }
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, status }
}

const local = { externalTrafficPolicy: 'Local' }
const ranges = (...loadBalancerSourceRanges: readonly JsonValue[]) => ({ loadBalancerSourceRanges })

function waysOf({ view, services, entries }: NetworkModel): readonly OutsideWay[] {
  return [...outsideWays(view, services, entries).values()].flat()
}

function wayText({ label, internet, ports }: OutsideWay): string {
  return `${label} ${internet}: ${ports.map(({ protocol, port, open }) => `${protocol} ${port} ${open}`).join(', ')}`
}

const rows: readonly { readonly name: string; readonly objects: readonly JsonObject[]; readonly way: string }[] = [
  {
    name: 'without ranges everybody comes',
    objects: [service({})],
    way: 'Service shop/web yes: TCP 8080 yes',
  },
  {
    name: 'private ranges are not the Internet',
    objects: [service(ranges('10.0.0.0/8', '192.168.0.0/16'))],
    way: 'Service shop/web from 10.0.0.0/8, 192.168.0.0/16 no: TCP 8080 yes',
  },
  {
    name: 'one address is not the Internet',
    objects: [service(ranges('203.0.113.7/32'))],
    way: 'Service shop/web from 203.0.113.7/32 no: TCP 8080 yes',
  },
  {
    name: 'a part of the Internet is',
    objects: [service(ranges('10.0.0.0/8', '203.0.113.0/24'))],
    way: 'Service shop/web from 10.0.0.0/8, 203.0.113.0/24 yes: TCP 8080 yes',
  },
  {
    name: 'everything of a family narrows nothing',
    objects: [service(ranges('0.0.0.0/0'))],
    way: 'Service shop/web yes: TCP 8080 yes',
  },
  {
    name: 'a range that cannot be read leaves it unknown',
    objects: [service(ranges('10.0.0.0'))],
    way: 'Service shop/web from 10.0.0.0 maybe: TCP 8080 maybe',
  },
  {
    name: 'ranges of one family narrow that family alone',
    objects: [service({ ...ranges('10.0.0.0/8'), ipFamilies: ['IPv4', 'IPv6'] })],
    way: 'Service shop/web from 10.0.0.0/8, ::/0 yes: TCP 8080 yes',
  },
  {
    name: 'private ranges of both families',
    objects: [service({ ...ranges('10.0.0.0/8', 'fd00::/8'), ipFamilies: ['IPv4', 'IPv6'] })],
    way: 'Service shop/web from 10.0.0.0/8, fd00::/8 no: TCP 8080 yes',
  },
  {
    name: 'a node port knows no ranges',
    objects: [service({ type: 'NodePort', ...ranges('10.0.0.0/8') })],
    way: 'Service shop/web yes: TCP 8080 yes',
  },
  {
    name: 'an address of its own has none of the load balancer',
    objects: [service({ type: 'ClusterIP', externalIPs: ['198.51.100.4'] })],
    way: 'Service shop/web at 198.51.100.4 yes: TCP 8080 yes',
  },
  {
    name: 'a policy about ranges that the load balancer does not let in closes the way',
    objects: [service({ ...ranges('203.0.113.0/24'), ...local }), admitting(block('198.51.100.0/24'))],
    way: 'Service shop/web from 203.0.113.0/24 yes: TCP 8080 no',
  },
  {
    name: 'a policy about a part of what it lets in opens the way to that part',
    objects: [service({ ...ranges('203.0.113.0/24'), ...local }), admitting(block('203.0.113.128/25'))],
    way: 'Service shop/web from 203.0.113.0/24 yes: TCP 8080 yes',
  },
  {
    name: 'a policy about clients is asked about clients where their address is kept',
    objects: [service(local), admitting(block('203.0.113.0/24'))],
    way: 'Service shop/web yes: TCP 8080 yes',
  },
  {
    name: 'a policy about clients may be asked about nodes where a node hands the connection on',
    objects: [service({}), admitting(block('203.0.113.0/24'))],
    way: 'Service shop/web yes: TCP 8080 maybe',
  },
  {
    name: 'a policy that lets in private addresses lets in nodes perhaps',
    objects: [service({}), admitting(block('10.0.0.0/8'))],
    way: 'Service shop/web yes: TCP 8080 maybe',
  },
  {
    name: 'a policy that lets in everybody lets in both',
    objects: [service({}), admitting(block('0.0.0.0/0'))],
    way: 'Service shop/web yes: TCP 8080 yes',
  },
  {
    name: 'a policy about pods lets in neither client nor node',
    objects: [service({}), admitting({ podSelector: {} })],
    way: 'Service shop/web yes: TCP 8080 no',
  },
]

for (const { name, port, policies = [], ways, more = {} } of [
  {
    name: 'all addresses of the node',
    port: { hostPort: 80 },
    ways: ['hostPort TCP 80 yes: TCP 8080 yes'],
  },
  {
    name: 'a public address of the node',
    port: { hostPort: 80, hostIP: '198.51.100.4' },
    ways: ['hostPort TCP 80 on 198.51.100.4 yes: TCP 8080 yes'],
  },
  {
    name: 'every address, written out',
    port: { hostPort: 80, hostIP: '0.0.0.0' },
    ways: ['hostPort TCP 80 on 0.0.0.0 yes: TCP 8080 yes'],
  },
  {
    name: 'a private address of the node, which may be translated',
    port: { hostPort: 80, hostIP: '10.0.0.4' },
    ways: ['hostPort TCP 80 on 10.0.0.4 maybe: TCP 8080 maybe'],
  },
  { name: 'loopback is no way in', port: { hostPort: 80, hostIP: '127.0.0.1' }, ways: [] },
  { name: 'loopback of IPv6', port: { hostPort: 80, hostIP: '::1' }, ways: [] },
  { name: 'no port of the node', port: {}, ways: [] },
  { name: 'port 0 is none', port: { hostPort: 0 }, ways: [] },
  { name: 'a port that is none', port: { hostPort: 70_000 }, ways: [] },
  {
    name: 'an address that is none',
    port: { hostPort: 80, hostIP: 'eth0' },
    ways: ['hostPort TCP 80 on eth0 maybe: TCP 8080 maybe'],
  },
  {
    name: 'UDP',
    port: { hostPort: 53, protocol: 'UDP' },
    ways: ['hostPort UDP 53 yes: UDP 8080 yes'],
  },
  {
    name: 'a policy closes it',
    port: { hostPort: 80 },
    policies: [admitting({ podSelector: {} })],
    ways: ['hostPort TCP 80 yes: TCP 8080 no'],
  },
  {
    name: 'policies see the client, as the node is the pod’s own',
    port: { hostPort: 80 },
    policies: [admitting(block('203.0.113.0/24'))],
    ways: ['hostPort TCP 80 yes: TCP 8080 yes'],
  },
  {
    name: 'an IPv6 address of the node and a policy about IPv4',
    port: { hostPort: 80, hostIP: '2001:db8::4' },
    policies: [admitting(block('0.0.0.0/0'))],
    ways: ['hostPort TCP 80 on 2001:db8::4 yes: TCP 8080 no'],
  },
  {
    name: 'a pod on the network of its node, which no policy is about',
    port: {},
    more: { hostNetwork: true },
    policies: [admitting()],
    ways: ['hostPort TCP 8080 yes: TCP 8080 yes'],
  },
] as readonly {
  readonly name: string
  readonly port: JsonObject
  readonly policies?: readonly JsonObject[]
  readonly ways: readonly string[]
  readonly more?: JsonObject
}[]) {
  test(`a port of a node: ${name}`, () => {
    const containers = [{ name: 'web', image: 'web:1', ports: [{ containerPort: 8080, ...port }] }]

    assert.deepEqual(waysOf(networkModelOf([pod('web', { containers, ...more }), ...policies])).map(wayText), ways)
  })
}

test('ports of nodes are told once for all pods of a workload that have them', () => {
  const container = (...ports: readonly JsonObject[]) => ({ containers: [{ name: 'web', image: 'web:1', ports }] })
  const template = { metadata: { labels: { app: 'web' } }, spec: container({ containerPort: 8080, hostPort: 80 }) }
  const daemonSet = {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { template },
  }
  const own = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'web', controller: true }
  const replica = (name: string): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'shop', labels: { app: 'web' }, ownerReferences: [own] },
    spec: template.spec,
  })

  const [way, ...others] = waysOf(networkModelOf([daemonSet, replica('web-a'), replica('web-b')]))

  assert.deepEqual(way!.hostPort, { protocol: 'TCP', port: 80, hostIP: '' })
  assert.deepEqual(others, [])
})

for (const { name, objects, way } of rows) {
  test(`a way from outside: ${name}`, () => {
    assert.deepEqual(waysOf(networkModelOf([pod('web'), ...objects])).map(wayText), [way])
  })
}

test('a way from outside: nodes that were read are asked about by their own addresses', () => {
  const cniProfile = { ...calico, ipBlockMatchesNodes: 'yes' as const }
  const nodes = [node('one', '10.0.0.1'), node('two', '10.0.0.2')]
  const objects = [pod('web', { nodeName: 'one' }), service({}), ...nodes]
  const open = (...policies: readonly JsonObject[]) =>
    waysOf(networkModelOf([...objects, ...policies], { cniProfile }))[0]!.ports[0]!.open

  assert.equal(open(admitting(block('0.0.0.0/0'))), 'yes')
  // Another node, but no client of the Internet.
  assert.equal(open(admitting(block('10.0.0.2/32'))), 'maybe')
  // The pod's own node hands on with the address of the client.
  assert.equal(open(admitting(block('10.0.0.1/32'))), 'no')
})

const calico = {
  name: 'calico',
  enforces: 'yes',
  ipBlockMatchesPods: 'yes',
  ipBlockMatchesNodes: 'yes',
  hostNetworkByNamespace: 'no',
  endPort: 'yes',
  namedPorts: 'yes',
  sctp: 'yes',
  ipv6: 'yes',
  except: 'yes',
  clusterNetworkPolicy: 'yes',
  adminNetworkPolicy: 'yes',
} as const

function ends(word: string, { view, services }: NetworkModel) {
  const meaning = meaningOf(word, view, { services, metadata: [] })
  assert.ok(meaning.kind === 'ends')
  return meaning
}

/** The verdicts of each part of a source, as `203.0.113.7: allow`. */
function verdicts(model: NetworkModel, from: string): readonly string[] {
  const dst = ends('svc:shop/web', model)
  const asked = { protocol: 'TCP', port: 80 } as const
  const { pairs } = canConnect(model.view, ends(from, model).ends, dst.ends, asked, dst.service)
  return pairs.map(({ src, verdict, wayIn }) => {
    const reasons = verdict.answer === 'unknown' ? ` (${verdict.reasons.join(', ')})` : ''
    return `${src.label}: ${verdict.answer}${reasons}${wayIn === undefined ? '' : ` ${wayIn.kind}`}`
  })
}

test('a question about a Service is asked of its load balancer first', () => {
  const model = networkModelOf([pod('web'), service(ranges('203.0.113.0/25'))])

  assert.deepEqual(verdicts(model, '203.0.113.7'), ['203.0.113.7: allow'])
  assert.deepEqual(verdicts(model, '203.0.113.200'), ['203.0.113.200: deny barred'])
  assert.deepEqual(verdicts(model, '203.0.113.0/24'), [
    '203.0.113.0-203.0.113.127: allow',
    '203.0.113.128-203.0.113.255: deny barred',
  ])
  // Pods come to the Service without its load balancer.
  assert.deepEqual(verdicts(model, 'shop/web'), ['shop/web[Pod]: allow'])
})

test('the Internet does not come through a load balancer that lets private ranges in', () => {
  const model = networkModelOf([pod('web'), service(ranges('10.0.0.0/8'))])
  const dst = ends('svc:shop/web', model)

  const asked = canConnect(
    model.view,
    ends('internet', model).ends,
    dst.ends,
    { protocol: 'TCP', port: 80 },
    dst.service,
  )
  const unasked = canConnect(model.view, ends('internet', model).ends, dst.ends, undefined, dst.service)

  assert.equal(asked.verdict, 'deny')
  assert.equal(unasked.verdict, 'deny')
  assert.ok(unasked.pairs.every(({ open }) => open?.may.isEmpty === true))
})

test('whom a load balancer lets in is unknown where its ranges cannot be read, and closed stays closed', () => {
  const broken = service(ranges('10.0.0.0/8', 'office'))

  assert.deepEqual(verdicts(networkModelOf([pod('web'), broken]), '10.0.0.1'), [
    '10.0.0.1: unknown (source-ranges) unread',
  ])
  const closed = networkModelOf([pod('web'), broken, admitting()])
  assert.deepEqual(verdicts(closed, '10.0.0.1'), ['10.0.0.1: deny'])
})

test('where a node hands connections on, an answer is certain that both addresses get', () => {
  const [clients, nobody] = [admitting(block('203.0.113.0/24')), admitting()]
  const ask = (spec: JsonObject, policy: JsonObject) =>
    verdicts(networkModelOf([pod('web'), service(spec), policy]), '203.0.113.7')

  assert.deepEqual(ask(local, clients), ['203.0.113.7: allow'])
  assert.deepEqual(ask({}, clients), ['203.0.113.7: unknown (node-address) handedOn'])
  assert.deepEqual(ask({}, nobody), ['203.0.113.7: deny'])
  assert.deepEqual(ask({ type: 'ClusterIP' }, clients), ['203.0.113.7: allow'])
})

test('who can come to a Service are the ranges that its load balancer lets in', () => {
  const list = (...loadBalancerSourceRanges: readonly string[]) => {
    const model = networkModelOf([
      pod('web'),
      service({ loadBalancerSourceRanges }),
      admitting(block('203.0.113.0/24')),
    ])
    const [web] = model.view.workloads
    const through = partsThrough(model.view, model.services[0]!, web!)
    return [...externalRows(model.view.engine, web!, 'in', { families: [4, 6], bound: 'may' }, through)].map(
      ({ src, connection }) => `${endLabel(src)} ${portText(connection.must)}|${portText(connection.may)}`,
    )
  }

  // A node that hands the connection on may have the address that the policy admits.
  assert.deepEqual(list('10.0.0.0/8', '203.0.113.128/25'), [
    '10.0.0.0-10.255.255.255[External] |All Connections',
    '203.0.113.128-203.0.113.255[External] |All Connections',
  ])
  assert.deepEqual(list('office'), ['0.0.0.0-255.255.255.255[External] |All Connections'])
})
