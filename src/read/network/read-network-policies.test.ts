import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../../../test/random.ts'
import type { JsonObject, JsonValue } from '../../lib/json/json-value.ts'
import type { NetworkPolicyObject } from '../../model/network.ts'
import { readNetworkPolicies } from './read-network-policies.ts'

function read(object: JsonObject): readonly NetworkPolicyObject[] {
  return readNetworkPolicies({ file: 'f.yaml', line: 1, object, locate: () => ({ line: 1, column: 1 }) }, 'default')
}

function networkPolicy(spec: JsonObject): NetworkPolicyObject {
  return read({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'p' }, spec })[0]!
}

function clusterPolicy(spec: JsonObject): NetworkPolicyObject {
  const base = { tier: 'Admin', priority: 5, subject: { namespaces: {} } }
  return read({
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    metadata: { name: 'p' },
    spec: { ...base, ...spec },
  })[0]!
}

const fromBlock = (block: JsonObject) => ({ ingress: [{ from: [{ ipBlock: block }] }] })
const onPort = (port: JsonObject) => ({ ingress: [{ ports: [port] }] })
const tcp = (destinationPort: JsonObject) => [{ tcp: { destinationPort } }]
const rule = { action: 'Deny', from: [{ namespaces: {} }] }

// What the API server refuses, and the nearest that it takes: code and place of the refusal, or nothing.
for (const [name, spec, problem] of [
  ['a broken CIDR', fromBlock({ cidr: '10.10.0.0/0#example' }), 'CIDR_INVALID spec/ingress/0/from/0/ipBlock/cidr'],
  ['a good CIDR', fromBlock({ cidr: '10.10.0.0/16' }), ''],
  ['an address without prefix', fromBlock({ cidr: '10.10.0.0' }), 'CIDR_INVALID spec/ingress/0/from/0/ipBlock/cidr'],
  ['no CIDR', fromBlock({}), 'CIDR_INVALID spec/ingress/0/from/0/ipBlock/cidr'],
  [
    'an except outside',
    fromBlock({ cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] }),
    'EXCEPT_OUTSIDE_CIDR spec/ingress/0/from/0/ipBlock/except/0',
  ],
  [
    'an except equal to its block',
    fromBlock({ cidr: '10.0.0.0/8', except: ['10.0.0.0/8'] }),
    'EXCEPT_OUTSIDE_CIDR spec/ingress/0/from/0/ipBlock/except/0',
  ],
  ['an except inside', fromBlock({ cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] }), ''],
  [
    'an except of the other family',
    fromBlock({ cidr: '10.0.0.0/8', except: ['fd00::/16'] }),
    'EXCEPT_OUTSIDE_CIDR spec/ingress/0/from/0/ipBlock/except/0',
  ],
  ['an empty peer', { ingress: [{ from: [{}] }] }, 'PEER_EMPTY spec/ingress/0/from/0'],
  ['a peer null', { ingress: [{ from: [null] }] }, 'PEER_EMPTY spec/ingress/0/from/0'],
  ['an empty selector as peer', { ingress: [{ from: [{ podSelector: {} }] }] }, ''],
  [
    'a block beside a selector',
    { ingress: [{ from: [{ ipBlock: { cidr: '::/0' }, podSelector: {} }] }] },
    'PEER_CONFLICT spec/ingress/0/from/0',
  ],
  ['port 0', onPort({ port: 0 }), 'PORT_INVALID spec/ingress/0/ports/0/port'],
  ['port 65535', onPort({ port: 65_535 }), ''],
  ['port 65536', onPort({ port: 65_536 }), 'PORT_INVALID spec/ingress/0/ports/0/port'],
  ['port 80.5', onPort({ port: 80.5 }), 'PORT_INVALID spec/ingress/0/ports/0/port'],
  ['digits as text', onPort({ port: '8080' }), 'PORT_DIGITS spec/ingress/0/ports/0/port'],
  ['a name with a letter', onPort({ port: '8080a' }), ''],
  ['a name of 16 characters', onPort({ port: 'abcdefghijklmnop' }), 'PORT_NAME_INVALID spec/ingress/0/ports/0/port'],
  ['endPort below port', onPort({ port: 90, endPort: 80 }), 'PORT_RANGE_INVALID spec/ingress/0/ports/0/endPort'],
  ['endPort equal to port', onPort({ port: 80, endPort: 80 }), ''],
  ['endPort beside a name', onPort({ port: 'http', endPort: 80 }), 'PORT_RANGE_INVALID spec/ingress/0/ports/0/endPort'],
  ['endPort alone', onPort({ endPort: 80 }), 'PORT_RANGE_INVALID spec/ingress/0/ports/0/endPort'],
  ['a protocol without ports', onPort({ protocol: 'ICMP' }), 'PROTOCOL_INVALID spec/ingress/0/ports/0/protocol'],
  ['SCTP without a port', onPort({ protocol: 'SCTP' }), ''],
  [
    'In without values',
    { podSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
    'SELECTOR_INVALID spec/podSelector/matchExpressions/0',
  ],
  [
    'Exists with values',
    { podSelector: { matchExpressions: [{ key: 'a', operator: 'Exists', values: ['b'] }] } },
    'SELECTOR_INVALID spec/podSelector/matchExpressions/0',
  ],
  [
    'an unknown operator',
    { podSelector: { matchExpressions: [{ key: 'a', operator: '=' }] } },
    'SELECTOR_INVALID spec/podSelector/matchExpressions/0',
  ],
  [
    'a value that is no label',
    { podSelector: { matchLabels: { a: 'x y' } } },
    'SELECTOR_INVALID spec/podSelector/matchLabels/a',
  ],
  ['a number as value', { podSelector: { matchLabels: { a: 1 } } }, 'FIELD_TYPE spec/podSelector/matchLabels/a'],
  ['an unknown policy type', { policyTypes: ['Both'] }, 'POLICY_TYPE_INVALID spec/policyTypes/0'],
  ['rules as an object', { ingress: {} }, 'FIELD_TYPE spec/ingress'],
] as const) {
  test(`NetworkPolicy with ${name} is ${problem === '' ? 'taken' : 'refused at its place'}`, () => {
    const policy = networkPolicy(spec as unknown as JsonObject)

    const refusals = policy.problems
      .filter(({ isRefusal }) => isRefusal)
      .map(({ code, path }) => `${code} ${path.join('/')}`)
    assert.deepEqual(refusals, problem === '' ? [] : [problem])
    assert.equal(policy.isRefused, problem !== '')
  })
}

for (const [name, spec, problem] of [
  ['an unknown tier', { tier: 'Default' }, 'TIER_INVALID'],
  ['priority 1001', { priority: 1001 }, 'PRIORITY_INVALID'],
  ['priority 1000', { priority: 1000 }, ''],
  ['no subject', { subject: {} }, 'SUBJECT_INVALID'],
  ['a subject of both kinds', { subject: { namespaces: {}, pods: {} } }, 'SUBJECT_INVALID'],
  ['25 rules', { ingress: Array(25).fill(rule) }, ''],
  ['26 rules', { ingress: Array(26).fill(rule) }, 'LIMIT_EXCEEDED'],
  ['an action of the older kind', { ingress: [{ ...rule, action: 'Allow' }] }, 'ACTION_INVALID'],
  ['no peers', { ingress: [{ action: 'Deny', from: [] }] }, 'PEERS_MISSING'],
  ['an unknown peer', { ingress: [{ action: 'Deny', from: [{ services: {} }] }] }, 'PEER_UNKNOWN'],
  ['networks as source', { ingress: [{ action: 'Deny', from: [{ networks: ['::/0'] }] }] }, 'PEER_UNKNOWN'],
  [
    'a range of one port',
    { ingress: [{ ...rule, protocols: tcp({ range: { start: 80, end: 80 } }) }] },
    'PORT_RANGE_INVALID',
  ],
  ['a range of two ports', { ingress: [{ ...rule, protocols: tcp({ range: { start: 80, end: 81 } }) }] }, ''],
  [
    'denied domain names',
    { egress: [{ action: 'Deny', to: [{ domainNames: ['a.example'] }] }] },
    'DOMAIN_NAME_NOT_ACCEPT',
  ],
  ['accepted domain names', { egress: [{ action: 'Accept', to: [{ domainNames: ['*.a.example'] }] }] }, ''],
  [
    'a star inside a domain name',
    { egress: [{ action: 'Accept', to: [{ domainNames: ['a.*.example'] }] }] },
    'DOMAIN_NAME_INVALID',
  ],
  [
    'a port name on networks',
    { egress: [{ action: 'Accept', to: [{ networks: ['::/0'] }], protocols: [{ destinationNamedPort: 'http' }] }] },
    'PORT_NAME_WITHOUT_PODS',
  ],
] as const) {
  test(`ClusterNetworkPolicy with ${name} is ${problem === '' ? 'taken' : 'refused'}`, () => {
    const policy = clusterPolicy(spec as unknown as JsonObject)

    assert.deepEqual(
      policy.problems.map(({ code }) => code),
      problem === '' ? [] : [problem],
    )
  })
}

test('an unknown peer fails closed: Accept matches nothing, Deny and Pass everything', () => {
  const peers = ['Accept', 'Deny', 'Pass'].map(
    action => clusterPolicy({ ingress: [{ action, from: [{ services: {} }] }] }).ingress[0]!.peers![0]!.kind,
  )

  assert.deepEqual(peers, ['nothing', 'everything', 'everything'])
})

test('policyTypes absent isolates ingress, and egress only where egress holds a rule', () => {
  const directions = [{}, { egress: [] }, { egress: [{}] }, { policyTypes: ['Egress'], ingress: [{}] }].map(
    spec => networkPolicy(spec).directions,
  )

  assert.deepEqual(directions, [['ingress'], ['ingress'], ['ingress', 'egress'], ['egress']])
})

test('rules of a direction that policyTypes omits are told and not refused', () => {
  const policy = networkPolicy({ policyTypes: ['Egress'], ingress: [{}] })

  assert.deepEqual(
    policy.problems.map(({ code, isRefusal }) => [code, isRefusal]),
    [['POLICY_TYPES_OMIT_RULES', false]],
  )
})

test('a field that the kind does not know is told at its place', () => {
  const policy = networkPolicy({ ingress: [{ form: [], ports: [{ port: 80, endport: 90 }] }] })

  assert.deepEqual(
    policy.problems.map(({ code, isRefusal, path }) => [code, isRefusal, path.join('/')]),
    [
      ['FIELD_UNKNOWN', false, 'spec/ingress/0/form'],
      ['FIELD_UNKNOWN', false, 'spec/ingress/0/ports/0/endport'],
    ],
  )
})

test('absent and empty lists of a rule mean everything', () => {
  const rules = networkPolicy({ ingress: [{}, { from: [], ports: [] }, { from: null }] }).ingress

  assert.deepEqual(
    rules.map(({ peers, ports }) => [peers, ports]),
    Array(3).fill([undefined, undefined]),
  )
})

test('equal selectors have equal keys in whatever form and order they are written', () => {
  const forms: readonly JsonObject[] = [
    { matchLabels: { b: '2', a: '1' } },
    { matchExpressions: [{ key: 'a', operator: 'In', values: ['1', '1'] }], matchLabels: { b: '2' } },
  ]

  const keys = forms.map(podSelector => networkPolicy({ podSelector }).subject.pods!.key)

  assert.equal(keys[0], keys[1])
})

for (const [apiVersion, kind, spec, expected] of [
  [
    'cilium.io/v2',
    'CiliumNetworkPolicy',
    { endpointSelector: { matchLabels: { 'k8s:app': 'web' } }, ingress: [] },
    'app In web|ingress',
  ],
  [
    'cilium.io/v2',
    'CiliumNetworkPolicy',
    { endpointSelector: { matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'a' } }, egressDeny: [] },
    'any|egress',
  ],
  [
    'projectcalico.org/v3',
    'NetworkPolicy',
    { selector: "app == 'web' && has(tier)", types: ['Egress'] },
    'app In web; tier Exists |egress',
  ],
  [
    'crd.projectcalico.org/v1',
    'GlobalNetworkPolicy',
    { selector: "app != 'web'", types: ['Ingress', 'Egress'] },
    'any|ingress,egress',
  ],
  ['security.istio.io/v1', 'AuthorizationPolicy', { selector: { matchLabels: { app: 'web' } } }, 'app In web|ingress'],
  ['policy.networking.k8s.io/v1beta9', 'ClusterNetworkPolicy', {}, 'any|ingress,egress'],
] as const) {
  test(`${kind} of ${apiVersion} makes what it selects unknown`, () => {
    const [policy] = read({
      apiVersion,
      kind,
      metadata: { name: 'p', namespace: 'n' },
      spec: spec as unknown as JsonObject,
    })

    assert.equal(policy!.isUnsupported, true)
    assert.equal(`${policy!.subject.pods?.key ?? 'any'}|${policy!.directions.join()}`, expected)
  })
}

test('other kinds are no policies', () => {
  assert.deepEqual(read({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' } }), [])
})

test('whatever stands in a policy, its reader returns and never throws', () => {
  const random = new SeededRandom(5)
  const keys = [
    'spec',
    'metadata',
    'name',
    'podSelector',
    'ingress',
    'egress',
    'from',
    'to',
    'ports',
    'protocols',
    'ipBlock',
    'cidr',
    'except',
    'matchLabels',
    'matchExpressions',
    'key',
    'operator',
    'values',
    'subject',
    'namespaces',
    'pods',
    'networks',
    'domainNames',
    'action',
    'tcp',
    'destinationPort',
    'range',
    'portNumber',
    '__proto__',
    'constructor',
    'policyTypes',
    'endpointSelector',
    'selector',
    'types',
  ]
  const value = (depth: number): JsonValue => {
    const draw = random.below(depth > 5 ? 6 : 10)
    if (draw === 0) return null
    if (draw === 1) return random.pick([0, -1, 80, 65_536, 1.5])
    if (draw < 5) return random.pick(['', 'a', '10.0.0.0/8', 'Deny', 'In', '::/0', 'TCP', 'x'.repeat(100)])
    if (draw === 5) return random.chance(0.5)
    if (draw === 6) return Array.from({ length: random.below(3) }, () => value(depth + 1))
    return Object.fromEntries(Array.from({ length: random.below(5) }, () => [random.pick(keys), value(depth + 1)]))
  }
  const kinds = [
    ['networking.k8s.io/v1', 'NetworkPolicy'],
    ['policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy'],
    ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
    ['policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy'],
    ['cilium.io/v2', 'CiliumNetworkPolicy'],
    ['projectcalico.org/v3', 'NetworkPolicy'],
  ] as const
  for (let round = 0; round < 20_000; round++) {
    const [apiVersion, kind] = random.pick(kinds)
    for (const policy of read({ apiVersion, kind, metadata: value(2), spec: value(0) }))
      assert.equal(
        policy.isRefused,
        policy.problems.some(({ isRefusal }) => isRefusal),
      )
  }
})
