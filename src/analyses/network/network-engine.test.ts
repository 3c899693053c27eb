import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../lib/json/json-value.ts'
import type { CniProfile } from '../../model/cni-profile.ts'
import type { NetworkEndpoint, NetworkFacts, NetworkPod, Protocol } from '../../model/network.ts'
import { readNetworkPolicies } from '../../read/network/read-network-policies.ts'
import { buildNetworkEngine } from './build-network-engine.ts'
import { genericCni } from './generic-cni.ts'
import type { NetworkEngine, NetworkEngineOptions } from './network-engine.ts'

const place = { file: 'f.yaml', line: 1 }

function pod(name: string, more: Partial<NetworkPod> = {}): NetworkPod {
  const [namespace, app] = name.split('/') as [string, string]
  return {
    namespace,
    name: app,
    workload: { namespace, name: app, kind: 'Pod' },
    isTemplate: false,
    replicas: 1,
    labels: { app },
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    hostNetwork: false,
    phase: 'Running',
    ips: [],
    node: '',
    ...place,
    ...more,
  }
}

function networkPolicy(name: string, spec: JsonObject): JsonObject {
  const [namespace, plain] = name.split('/') as [string, string]
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: plain, namespace }, spec }
}

function clusterPolicy(name: string, priority: number, spec: JsonObject): JsonObject {
  return {
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    metadata: { name },
    spec: { tier: 'Admin', priority, subject: { namespaces: {} }, ...spec },
  }
}

function factsOf(
  pods: readonly NetworkPod[],
  policies: readonly JsonObject[],
  more: Partial<NetworkFacts> = {},
): NetworkFacts {
  const read = policies.flatMap(object =>
    // A stand-in for places: the depth of the path.
    readNetworkPolicies({ ...place, object, locate: path => ({ line: path.length, column: 1 }) }, 'default'),
  )
  return { pods, namespaces: [], nodes: [], policies: read, ...more }
}

const calico: CniProfile = { ...genericCni, ipBlockMatchesPods: 'yes', ipBlockMatchesNodes: 'yes' }
const outside = '203.0.113.7'

function end(engine: NetworkEngine, facts: NetworkFacts, name: string): NetworkEndpoint {
  const found = facts.pods.find(one => `${one.namespace}/${one.name}` === name)
  if (found !== undefined) return { peers: engine.peersOfPod(found), pod: found }
  return { peers: [/^[\d.]+$|::/.test(name) ? engine.peerOfAddress(name)! : engine.peerOfName(name)], pod: undefined }
}

interface Row {
  readonly name: string
  readonly policies: readonly JsonObject[]
  readonly from: string
  readonly to: string
  readonly port?: readonly [Protocol | undefined, number]
  readonly expected: string
  readonly pods?: readonly NetworkPod[]
  readonly options?: NetworkEngineOptions
  readonly facts?: Partial<NetworkFacts>
}

const pods = [pod('a/web'), pod('a/api'), pod('b/db')]
const denyAll = networkPolicy('a/deny', { podSelector: {} })
const toAll = { to: [{ networks: ['0.0.0.0/0'] }] }
const declared = (name: string, labels: Record<string, string>) => ({ name, labels, isDeclared: true, ...place })

const rows: readonly Row[] = [
  { name: 'without policies everything is open', policies: [], from: 'a/web', to: 'b/db', expected: 'allow' },
  { name: 'a policy without rules denies ingress', policies: [denyAll], from: 'b/db', to: 'a/web', expected: 'deny' },
  { name: 'and leaves egress open', policies: [denyAll], from: 'a/web', to: 'b/db', expected: 'allow' },
  {
    name: 'a pod reaches itself whatever is denied',
    policies: [denyAll],
    from: 'a/web',
    to: 'a/web',
    expected: 'allow',
  },
  {
    name: 'an empty rule allows what is outside',
    policies: [networkPolicy('a/x', { ingress: [{}] })],
    from: outside,
    to: 'a/web',
    expected: 'allow',
  },
  {
    name: 'podSelector alone is about the own namespace',
    policies: [networkPolicy('a/x', { ingress: [{ from: [{ podSelector: {} }] }] })],
    from: 'b/db',
    to: 'a/web',
    expected: 'deny',
  },
  {
    name: 'an empty namespaceSelector is about every namespace',
    policies: [networkPolicy('a/x', { ingress: [{ from: [{ namespaceSelector: {} }] }] })],
    from: 'b/db',
    to: 'a/web',
    expected: 'allow',
  },
  {
    name: 'and not about what is outside',
    policies: [networkPolicy('a/x', { ingress: [{ from: [{ namespaceSelector: {} }] }] })],
    from: outside,
    to: 'a/web',
    expected: 'deny',
  },
  {
    name: 'every namespace has its name as label',
    policies: [
      networkPolicy('a/x', {
        ingress: [{ from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'b' } } }] }],
      }),
    ],
    from: 'b/db',
    to: 'a/web',
    expected: 'allow',
  },
  {
    name: 'NotIn matches pods without the label',
    policies: [
      networkPolicy('a/x', {
        ingress: [
          { from: [{ podSelector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['x'] }] } }] },
        ],
      }),
    ],
    from: 'a/api',
    to: 'a/web',
    expected: 'allow',
  },
  {
    name: 'policies of one pod add up',
    policies: [denyAll, networkPolicy('a/x', { ingress: [{}] })],
    from: 'b/db',
    to: 'a/web',
    expected: 'allow',
  },
  {
    name: 'a named port is that of the destination',
    policies: [networkPolicy('a/x', { ingress: [{ ports: [{ port: 'http' }] }] })],
    from: 'b/db',
    to: 'a/web',
    port: ['TCP', 8080],
    expected: 'allow',
  },
  {
    name: 'and only under its protocol',
    policies: [networkPolicy('a/x', { ingress: [{ ports: [{ port: 'http', protocol: 'UDP' }] }] })],
    from: 'b/db',
    to: 'a/web',
    port: ['UDP', 8080],
    expected: 'deny',
  },
  {
    name: 'a named port of an egress rule is that of each peer',
    policies: [networkPolicy('a/x', { policyTypes: ['Egress'], egress: [{ ports: [{ port: 'http' }] }] })],
    from: 'a/web',
    to: 'b/db',
    port: ['TCP', 8080],
    expected: 'allow',
  },
  {
    name: 'and means nothing outside',
    policies: [networkPolicy('a/x', { policyTypes: ['Egress'], egress: [{ ports: [{ port: 'http' }] }] })],
    from: 'a/web',
    to: outside,
    port: ['TCP', 8080],
    expected: 'deny',
  },
  {
    name: 'one name can be two protocols',
    policies: [networkPolicy('a/x', { ingress: [{ ports: [{ port: 'http', protocol: 'UDP' }] }] })],
    pods: [
      ...pods.slice(1),
      pod('a/web', {
        ports: [
          { name: 'http', port: 80, protocol: 'TCP' },
          { name: 'http', port: 81, protocol: 'UDP' },
        ],
      }),
    ],
    from: 'b/db',
    to: 'a/web',
    port: ['UDP', 81],
    expected: 'allow',
  },
  {
    name: 'a range ends with its last port',
    policies: [networkPolicy('a/x', { ingress: [{ ports: [{ port: 1, endPort: 65_535 }] }] })],
    from: 'b/db',
    to: 'a/web',
    port: ['TCP', 65_535],
    expected: 'allow',
  },
  {
    name: 'all ports of one protocol are not ICMP',
    policies: [networkPolicy('a/x', { ingress: [{ ports: [{ port: 1, endPort: 65_535 }] }] })],
    from: 'b/db',
    to: 'a/web',
    port: [undefined, 0],
    expected: 'deny',
  },
  {
    name: 'a rule without ports is ICMP, too',
    policies: [networkPolicy('a/x', { ingress: [{}] })],
    from: 'b/db',
    to: 'a/web',
    port: [undefined, 0],
    expected: 'allow',
  },
  {
    name: 'an except is left out',
    policies: [
      networkPolicy('a/x', {
        ingress: [{ from: [{ ipBlock: { cidr: '203.0.113.0/24', except: ['203.0.113.0/28'] } }] }],
      }),
    ],
    from: outside,
    to: 'a/web',
    expected: 'deny',
  },
  {
    name: 'what lies beside it is not',
    policies: [
      networkPolicy('a/x', {
        ingress: [{ from: [{ ipBlock: { cidr: '203.0.113.0/24', except: ['203.0.113.0/28'] } }] }],
      }),
    ],
    from: '203.0.113.16',
    to: 'a/web',
    expected: 'allow',
  },
  {
    name: '0.0.0.0/0 is not IPv6',
    policies: [networkPolicy('a/x', { ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }] })],
    from: '2001:db8::1',
    to: 'a/web',
    expected: 'deny',
  },
  {
    name: 'whether a block is about pods is the engine’s choice',
    policies: [networkPolicy('a/x', { ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }] })],
    from: 'b/db',
    to: 'a/web',
    expected: 'unknown cni',
  },
  {
    name: 'under Calico it is',
    policies: [networkPolicy('a/x', { ingress: [{ from: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }] })],
    from: 'b/db',
    to: 'a/web',
    options: { cniProfile: calico },
    expected: 'allow',
  },
  {
    name: 'a part of the cluster’s addresses leaves a pod without one open',
    policies: [networkPolicy('a/x', { ingress: [{ from: [{ ipBlock: { cidr: '10.1.0.0/17' } }] }] })],
    from: 'b/db',
    to: 'a/web',
    options: { cniProfile: calico, clusterCidrs: ['10.1.0.0/16'] },
    expected: 'unknown pod-ip',
  },
  {
    name: 'a block without such addresses known is about the outside',
    policies: [networkPolicy('a/x', { ingress: [{ from: [{ ipBlock: { cidr: '10.1.0.0/17' } }] }] })],
    from: 'b/db',
    to: 'a/web',
    options: { cniProfile: calico },
    expected: 'deny',
  },
  {
    name: 'a policy that would be refused is read both ways',
    policies: [
      networkPolicy('a/x', {
        policyTypes: ['Egress'],
        egress: [{ to: [{ ipBlock: { cidr: '10.10.0.0/0#example' } }] }],
      }),
    ],
    from: 'a/web',
    to: outside,
    expected: 'unknown policy-invalid',
  },
  {
    name: 'labels that were not read are unknown in a part of a cluster',
    policies: [
      networkPolicy('a/x', { ingress: [{ from: [{ namespaceSelector: { matchLabels: { env: 'prod' } } }] }] }),
    ],
    from: 'b/db',
    to: 'a/web',
    options: { isClusterPartial: true },
    expected: 'unknown labels',
  },
  {
    name: 'and absent in a folder',
    policies: [
      networkPolicy('a/x', { ingress: [{ from: [{ namespaceSelector: { matchLabels: { env: 'prod' } } }] }] }),
    ],
    from: 'b/db',
    to: 'a/web',
    expected: 'deny',
  },
  {
    name: 'a kind that is not evaluated leaves its pods open to question',
    policies: [
      {
        apiVersion: 'cilium.io/v2',
        kind: 'CiliumNetworkPolicy',
        metadata: { name: 'c', namespace: 'a' },
        spec: { endpointSelector: { matchLabels: { app: 'web' } }, ingress: [] },
      },
    ],
    from: 'b/db',
    to: 'a/web',
    expected: 'unknown unsupported-kind',
  },
  {
    name: 'hostNetwork pods are no subjects',
    policies: [denyAll],
    pods: [pod('a/web', { hostNetwork: true, node: 'n1' }), ...pods.slice(1)],
    from: 'b/db',
    to: 'a/web',
    expected: 'allow',
  },
  {
    name: 'and no peers by selector',
    policies: [networkPolicy('b/x', { ingress: [{ from: [{ namespaceSelector: {} }] }] })],
    pods: [pod('a/web', { hostNetwork: true, node: 'n1' }), ...pods.slice(1)],
    from: 'a/web',
    to: 'b/db',
    expected: 'deny',
  },
  {
    name: 'a node always reaches its own pods',
    policies: [networkPolicy('b/x', {})],
    pods: [pod('a/web', { hostNetwork: true, node: 'n1' }), pods[1]!, pod('b/db', { node: 'n1' })],
    from: 'a/web',
    to: 'b/db',
    expected: 'allow',
  },
  {
    name: 'an Admin Deny comes before NetworkPolicy',
    policies: [
      networkPolicy('a/x', { ingress: [{}] }),
      clusterPolicy('c', 1, { ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] }),
    ],
    from: 'b/db',
    to: 'a/web',
    expected: 'deny',
  },
  {
    name: 'the lower number comes first',
    policies: [
      clusterPolicy('c', 5, { ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] }),
      clusterPolicy('d', 1, { ingress: [{ action: 'Accept', from: [{ namespaces: {} }] }] }),
    ],
    from: 'b/db',
    to: 'a/web',
    expected: 'allow',
  },
  {
    name: 'equal numbers that disagree leave it open',
    policies: [
      clusterPolicy('c', 1, { ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] }),
      clusterPolicy('d', 1, { ingress: [{ action: 'Accept', from: [{ namespaces: {} }] }] }),
    ],
    from: 'b/db',
    to: 'a/web',
    expected: 'unknown priority',
  },
  {
    name: 'Pass hands on to NetworkPolicy',
    policies: [
      denyAll,
      clusterPolicy('c', 1, {
        ingress: [
          { action: 'Pass', from: [{ namespaces: {} }] },
          { action: 'Accept', from: [{ namespaces: {} }] },
        ],
      }),
    ],
    from: 'b/db',
    to: 'a/web',
    expected: 'deny',
  },
  {
    name: 'Baseline does not see isolated pods',
    policies: [
      networkPolicy('a/x', { ingress: [{}] }),
      clusterPolicy('c', 1, { tier: 'Baseline', ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] }),
    ],
    from: 'b/db',
    to: 'a/web',
    expected: 'allow',
  },
  {
    name: 'and sees all others',
    policies: [clusterPolicy('c', 1, { tier: 'Baseline', ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }] })],
    from: 'b/db',
    to: 'a/web',
    expected: 'deny',
  },
  {
    name: 'Pass in Baseline ends in the default',
    policies: [
      clusterPolicy('c', 1, {
        tier: 'Baseline',
        ingress: [
          { action: 'Pass', from: [{ namespaces: {} }] },
          { action: 'Deny', from: [{ namespaces: {} }] },
        ],
      }),
    ],
    from: 'b/db',
    to: 'a/web',
    expected: 'allow',
  },
  {
    name: 'networks are about pods, too',
    policies: [clusterPolicy('c', 1, { egress: [{ action: 'Deny', ...toAll }] })],
    from: 'a/web',
    to: 'b/db',
    expected: 'deny',
  },
  {
    name: 'an accepted name is open',
    policies: [
      clusterPolicy('c', 1, {
        egress: [
          { action: 'Accept', to: [{ domainNames: ['*.example.com'] }] },
          { action: 'Deny', to: [{ networks: ['0.0.0.0/0', '::/0'] }] },
        ],
      }),
    ],
    from: 'a/web',
    to: 'a.b.example.com',
    expected: 'allow',
  },
  {
    name: 'the bare domain is not under its star',
    policies: [
      clusterPolicy('c', 1, {
        egress: [
          { action: 'Accept', to: [{ domainNames: ['*.example.com'] }] },
          { action: 'Deny', to: [{ networks: ['0.0.0.0/0', '::/0'] }] },
        ],
      }),
    ],
    from: 'a/web',
    to: 'example.com',
    expected: 'deny',
  },
  {
    name: 'an address may be that of an accepted name',
    policies: [
      clusterPolicy('c', 1, {
        egress: [
          { action: 'Accept', to: [{ domainNames: ['*.example.com'] }] },
          { action: 'Deny', ...toAll },
        ],
      }),
    ],
    from: 'a/web',
    to: outside,
    expected: 'unknown fqdn',
  },
]

for (const { name, policies, from, to, port, expected, options, ...row } of rows) {
  test(name, () => {
    const facts = factsOf(row.pods ?? pods, policies, row.facts)
    const engine = buildNetworkEngine(facts, options)

    const [protocol, number] = port ?? ['TCP', 80]
    const verdict = engine.verdict(end(engine, facts, from), end(engine, facts, to), protocol, number)

    assert.equal(verdict.answer === 'unknown' ? `unknown ${verdict.reasons.join()}` : verdict.answer, expected)
  })
}

test('completed pods are no peers, unless pods count as declared', () => {
  const facts = factsOf([pod('a/web', { phase: 'Succeeded' })], [])

  const counts = [false, true].map(
    asDeclared => buildNetworkEngine(facts, { asDeclared }).peersOfPod(facts.pods[0]!).length,
  )

  assert.deepEqual(counts, [0, 1])
})

test('a peer that does not exist yet stands for each selector that pods could come to match', () => {
  const from = [{ namespaceSelector: { matchLabels: { env: 'prod' } }, podSelector: { matchLabels: { app: 'new' } } }]
  const facts = factsOf(pods, [networkPolicy('a/x', { ingress: [{ from }] })], { namespaces: [declared('a', {})] })
  const engine = buildNetworkEngine(facts, { withNotYetExisting: true })

  const sources = engine.whoCan(engine.peersOfPod(pods[0]!)[0]!).map(({ peer }) => engine.peer(peer))

  const awaited = sources.flatMap(peer =>
    peer.kind === 'notYetExisting' ? [[peer.namespace, { ...peer.namespaceLabels }, { ...peer.labels }]] : [],
  )
  assert.deepEqual(awaited, [[undefined, { env: 'prod' }, { app: 'new' }]])
})

test('a pod of which nothing is known is admitted only where any pod is', () => {
  const answers = [
    { namespaceSelector: {} },
    { namespaceSelector: { matchExpressions: [{ key: 'x', operator: 'DoesNotExist' }] } },
  ].map(peer => {
    const facts = factsOf(pods, [networkPolicy('a/x', { ingress: [{ from: [peer] }] })])
    const engine = buildNetworkEngine(facts)
    return engine.can(engine.ingressController, engine.peersOfPod(pods[0]!)[0]!).must.isAll
  })

  assert.deepEqual(answers, [true, false])
})

test('explain names what decides at each end, what is overruled, and the nearest rule', () => {
  const facts = factsOf(pods, [
    networkPolicy('a/egress', { podSelector: { matchLabels: { app: 'web' } }, policyTypes: ['Egress'], egress: [{}] }),
    networkPolicy('a/far', {
      podSelector: { matchLabels: { app: 'api' } },
      ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'x' } } }], ports: [{ port: 1 }] }],
    }),
    networkPolicy('a/near', {
      podSelector: { matchLabels: { app: 'api' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'db' } } }] }],
    }),
    clusterPolicy('first', 1, {
      subject: { namespaces: {} },
      egress: [{ name: 'open', action: 'Accept', to: [{ namespaces: {} }] }],
    }),
  ])
  const engine = buildNetworkEngine(facts)

  const { verdict, egress, ingress } = engine.explain(
    end(engine, facts, 'a/web'),
    end(engine, facts, 'a/api'),
    'TCP',
    80,
  )

  assert.deepEqual(verdict, { answer: 'deny' })
  assert.equal(egress.decidedBy, 'Admin')
  assert.deepEqual(
    egress.deciding.map(({ policy, rule, ruleName, pointer }) => [policy.name, rule, ruleName, pointer]),
    [['first', 0, 'open', '/spec/egress/0']],
  )
  assert.deepEqual(
    egress.overruled.map(({ policy }) => policy.name),
    ['egress'],
  )
  assert.equal(ingress.decidedBy, 'NetworkPolicy')
  assert.deepEqual(
    ingress.isolatedBy.map(({ name }) => name),
    ['far', 'near'],
  )
  assert.equal(ingress.nearest!.rule.policy.name, 'near')
  assert.deepEqual(
    ingress.nearest!.differences.map(({ field, wants, has }) => [field, wants, has]),
    [['podSelector', 'app=db', 'app=web']],
  )
})

test('a block that is split into halves, and a rule into two, change nothing', () => {
  const block = (...cidrs: string[]) => cidrs.map(cidr => ({ ipBlock: { cidr } }))
  const forms: readonly JsonObject[] = [
    { ingress: [{ from: block('10.0.0.0/8', '192.168.0.0/16') }] },
    { ingress: [{ from: block('10.0.0.0/9', '10.128.0.0/9') }, { from: block('192.168.0.0/16') }] },
  ]

  const answers = forms.map(spec => {
    const facts = factsOf(
      [pod('a/web', { ips: ['10.200.0.1'] }), pod('a/api', { ips: ['10.1.0.1'] })],
      [networkPolicy('a/x', spec)],
    )
    const engine = buildNetworkEngine(facts, { cniProfile: calico })
    return ['a/api', '10.127.255.255', '10.128.0.0', '11.0.0.0', '192.168.255.255'].map(
      from => engine.verdict(end(engine, facts, from), end(engine, facts, 'a/web'), 'TCP', 80).answer,
    )
  })

  assert.deepEqual(answers[0], ['allow', 'allow', 'allow', 'deny', 'allow'])
  assert.deepEqual(answers[1], answers[0])
})
