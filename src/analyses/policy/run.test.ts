import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { JsonObject, JsonPath, JsonValue } from '../../lib/json/json-value.ts'
import { decodedFinding } from '../../model/encoded-finding.ts'
import type { Finding } from '../../model/finding.ts'
import type { Policy } from '../../model/policy.ts'
import { readPolicies } from '../../read/policies/read-policies.ts'
import { type PlanOptions, planPolicies } from './plan.ts'
import { createPolicyRun } from './run.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

interface Sketch {
  readonly id: string
  readonly validations: readonly { expression: string; message?: string; messageExpression?: string }[]
  readonly variables?: readonly { name: string; expression: string }[]
  readonly resources?: readonly string[]
  readonly more?: JsonObject
  readonly absorbs?: readonly string[]
  readonly kind?: 'AuditPolicy'
}

const podPrelude = [
  { name: 'o', expression: 'dyn(object)' },
  {
    name: 'template',
    expression:
      "variables.o.kind == 'Pod' ? variables.o : variables.o.kind == 'PodTemplate' ? variables.o.?template.orValue({}) : " +
      "variables.o.kind == 'CronJob' ? variables.o.?spec.?jobTemplate.?spec.?template.orValue({}) : " +
      'variables.o.?spec.?template.orValue({})',
  },
  { name: 'podSpec', expression: 'variables.template.?spec.orValue({})' },
  {
    name: 'containers',
    expression:
      'variables.podSpec.?initContainers.orValue([]) + variables.podSpec.?containers.orValue([]) + ' +
      'variables.podSpec.?ephemeralContainers.orValue([])',
  },
]

function policy({ id, validations, variables = [], resources = ['*'], more = {}, absorbs = [], kind }: Sketch): Policy {
  const object = {
    apiVersion: kind === undefined ? 'admissionregistration.k8s.io/v1' : 'policy.breakwater.io/v1',
    kind: kind ?? 'ValidatingAdmissionPolicy',
    metadata: {
      name: id.toLowerCase(),
      annotations: {
        'breakwater.io/id': id,
        'breakwater.io/title': id,
        'breakwater.io/absorbs': JSON.stringify(absorbs),
      },
    },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE'], resources }],
        ...more,
      },
      variables,
      validations,
    },
  } as unknown as JsonObject
  const { policies, diagnostics } = readPolicies([{ file: 'p.yaml', object, locate: () => ({ line: 1, column: 1 }) }])
  assert.deepEqual(diagnostics, [])
  return policies[0]!
}

interface Answer {
  readonly findings: readonly Finding[]
  readonly verdicts: Readonly<Record<string, number>>
}

/** Scans parts as the threads of a scan do: facts travel between them as copies. */
function scan(options: PlanOptions, ...parts: readonly (readonly JsonObject[])[]): Answer {
  const plan = planPolicies(options)
  assert.deepEqual(plan.errors(), [])
  const runs = parts.map(objects => {
    const run = createPolicyRun(plan, { sha256, defaultNamespace: 'default' })
    for (const object of objects) {
      const file = String((object['metadata'] as JsonObject | undefined)?.['file'] ?? 'a.yaml')
      const line = (path: JsonPath): number => path.length + 1
      run.add(object, { file, unit: '', origin: 'exact' }, paths =>
        paths.map(path => ({ line: line(path), column: 1 })),
      )
    }
    return run
  })
  const facts = runs.map(run => structuredClone(run.facts()))
  const findings: Finding[] = []
  const results = runs.map((run, i) =>
    run.finish(
      facts,
      i,
      () => 0,
      finding => findings.push(decodedFinding(finding)),
    ),
  )
  const verdicts: Record<string, number> = {}
  for (const result of results) {
    for (const [verdict, count] of Object.entries(result.verdicts)) verdicts[verdict] = (verdicts[verdict] ?? 0) + count
  }
  return { findings, verdicts }
}

const pod = (spec: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', ...metadata },
  spec,
})
const privileged = (name: string): JsonValue => ({ name, securityContext: { privileged: true } })
const noPrivileged = policy({
  id: 'T-1',
  resources: ['pods', 'deployments', 'replicasets', 'daemonsets'],
  variables: podPrelude,
  validations: [
    {
      expression: 'variables.containers.all(c, !c.?securityContext.?privileged.orValue(false))',
      messageExpression:
        "variables.containers.filter(c, c.?securityContext.?privileged.orValue(false)).map(c, c.name).join(' ')",
    },
  ],
})

const places = ({ locations }: Finding): readonly string[] => locations.map(({ key }) => key)
const pointers = ({ evidence }: Finding): readonly string[] => evidence.map(({ pointer }) => pointer)

// ---- what is pointed at

const blamed: readonly (readonly [
  name: string,
  expression: string,
  object: JsonObject,
  keys: string[],
  pointers: string[],
])[] = [
  ['a field that is there', "object.spec.type != 'x'", { spec: { type: 'x' } }, [''], ['/spec/type']],
  ['a field that is missing', 'has(object.spec.owner)', { spec: { type: 'x' } }, [''], ['/spec/owner']],
  [
    'only the operand that is false',
    'object.spec.a && object.spec.b',
    { spec: { a: true, b: false } },
    [''],
    ['/spec/b'],
  ],
  [
    'the one of two alternatives that is there',
    'has(object.spec.a) || object.spec.b',
    { spec: { b: false } },
    [''],
    ['/spec/b'],
  ],
  [
    'an element of a list by its name',
    'object.spec.items.all(i, i.size < 3)',
    {
      spec: {
        items: [
          { name: 'a', size: 1 },
          { name: 'b', size: 9 },
        ],
      },
    },
    ['item/b'],
    ['/spec/items/1/size'],
  ],
  [
    'an element inside an element, as the outer one',
    'object.spec.items.all(i, i.ports.all(p, p > 1))',
    {
      spec: {
        items: [
          { name: 'a', ports: [5] },
          { name: 'b', ports: [5, 0] },
        ],
      },
    },
    ['item/b'],
    ['/spec/items/1/ports/1'],
  ],
  [
    'an entry of a map by its key',
    "object.metadata.labels.all(k, !k.startsWith('bad'))",
    { metadata: { name: 'x', labels: { good: '1', bad: '2' } } },
    ['label/bad'],
    ['/metadata/labels/bad'],
  ],
  [
    'a filtered list still by the object it came from',
    "object.spec.items.filter(i, i.on).all(i, i.name != 'b')",
    {
      spec: {
        items: [
          { name: 'a', on: true },
          { name: 'c', on: false },
          { name: 'b', on: true },
        ],
      },
    },
    ['item/b'],
    ['/spec/items/2/name'],
  ],
  [
    'the collection that lacks something',
    "'a' in object.spec.names",
    { spec: { names: ['b'] } },
    [''],
    ['/spec/names'],
  ],
  [
    'the branch that was taken',
    'object.spec.on ? object.spec.a : object.spec.b',
    { spec: { on: true, a: false } },
    [''],
    ['/spec/a'],
  ],
  ['nothing, where nothing of the object was read', '1 > 2', { spec: {} }, [''], []],
]

for (const [name, expression, object, keys, evidence] of blamed) {
  test(`a finding points at ${name}`, () => {
    const options = { policies: [policy({ id: 'T-1', validations: [{ expression }] })] }
    const metadata = { name: 'it', namespace: 'shop' }

    const { findings } = scan(options, [{ apiVersion: 'example.com/v1', kind: 'Thing', metadata, ...object }])

    assert.equal(findings.length, 1)
    assert.deepEqual(places(findings[0]!), keys)
    assert.deepEqual(pointers(findings[0]!), evidence)
  })
}

test('elements without a name are called by their content, never by their index', () => {
  const options = {
    policies: [policy({ id: 'T-1', validations: [{ expression: 'object.rules.all(r, size(r.verbs) < 2)' }] })],
  }
  const role = (...rules: JsonValue[]): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name: 'r' },
    rules,
  })
  const wide = { verbs: ['get', 'list'] }

  const [alone] = scan(options, [role(wide)]).findings
  const [second] = scan(options, [role({ verbs: [] }, wide)]).findings

  assert.deepEqual(places(alone!), places(second!))
  assert.equal(alone!.locations[0]!.fingerprint, second!.locations[0]!.fingerprint)
})

// ---- one finding for what is one mistake

test('three containers are one finding with three locations, each with a fingerprint of its own', () => {
  const containers = [privileged('a'), privileged('b')]
  const { findings } = scan({ policies: [noPrivileged] }, [pod({ initContainers: [privileged('i')], containers })])

  assert.equal(findings.length, 1)
  assert.deepEqual(places(findings[0]!), ['container/i', 'container/a', 'container/b'])
  assert.equal(new Set(findings[0]!.locations.map(({ fingerprint }) => fingerprint)).size, 3)
  assert.match(findings[0]!.fingerprint, /^f1:[0-9a-f]{32}$/)
})

const controlled = (kind: string, name: string): JsonObject => ({
  ownerReferences: [{ apiVersion: 'apps/v1', kind, name, controller: true }],
})
const deployment = (containers: JsonValue[]): JsonObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: { template: { spec: { containers } } },
})
const replicaSet: JsonObject = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web-5d9', namespace: 'shop', ...controlled('Deployment', 'web') },
  spec: { template: { spec: { containers: [privileged('a')] } } },
}
const replica = (name: string, ...containers: JsonValue[]): JsonObject =>
  pod({ containers }, { name, labels: { 'pod-template-hash': '5d9' }, ...controlled('ReplicaSet', 'web-5d9') })

test('a pod is reported at its top controller, wherever in the scan that stands', () => {
  const objects = [replica('web-5d9-x', privileged('a')), replicaSet, deployment([privileged('a')])]
  const options = { policies: [noPrivileged] }

  for (const parts of [
    [objects],
    [objects.toReversed()],
    ...objects.map((one, i) => [[one], objects.toSpliced(i, 1)]),
  ]) {
    const { findings, verdicts } = scan(options, ...parts)

    assert.deepEqual(
      findings.map(({ subject }) => subject.kind),
      ['Deployment'],
    )
    assert.deepEqual([verdicts['fail'], verdicts['notApplicable']], [1, 2])
  }
})

test('replicas of a controller that is not in the scan are one finding, with the identity that its file would give', () => {
  const replicas = [1, 2, 3].map(n => replica(`web-5d9-${n}`, privileged('a')))
  const options = { policies: [noPrivileged] }

  const { findings, verdicts } = scan(options, replicas.slice(0, 2), replicas.slice(2))
  const [fromFile] = scan(options, [deployment([privileged('a')])]).findings

  assert.equal(findings.length, 1)
  assert.deepEqual(findings[0]!.subject, { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' })
  assert.equal(findings[0]!.fingerprint, fromFile!.fingerprint)
  assert.deepEqual([verdicts['fail'], verdicts['notApplicable']], [1, 2])
})

test('a container that was added to the pods afterwards is reported at their controller', () => {
  const objects = [deployment([{ name: 'a' }]), replicaSet, replica('web-5d9-x', { name: 'a' }, privileged('injected'))]

  const { findings, verdicts } = scan({ policies: [noPrivileged] }, objects)

  assert.deepEqual(
    findings.map(({ subject }) => subject.kind),
    ['Deployment'],
  )
  assert.deepEqual(places(findings[0]!), ['container/injected'])
  assert.deepEqual([verdicts['fail'], verdicts['pass']], [1, 0])
})

test('the mirror pods of a node stand for themselves', () => {
  const mirror = (name: string): JsonObject =>
    pod(
      { containers: [privileged('a')] },
      { name, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n1', controller: true }] },
    )

  assert.equal(scan({ policies: [noPrivileged] }, [mirror('etcd-n1'), mirror('api-n1')]).findings.length, 2)
})

test('a stronger rule absorbs a weaker one, element by element', () => {
  const weak = policy({
    id: 'T-2',
    resources: ['pods'],
    variables: podPrelude,
    validations: [{ expression: 'variables.containers.all(c, has(c.image))' }],
  })
  const strong = policy({
    id: 'T-3',
    resources: ['pods'],
    variables: podPrelude,
    absorbs: ['T-2'],
    validations: [{ expression: 'variables.containers.all(c, !c.?securityContext.?privileged.orValue(false))' }],
  })
  const objects = [pod({ containers: [privileged('a'), { name: 'b' }] })]

  const both = scan({ policies: [weak, strong] }, objects).findings
  const alone = scan({ policies: [weak, strong], selects: id => id === 'T-2' }, objects).findings

  assert.deepEqual(
    both.map(finding => [finding.ruleId, ...places(finding)]),
    [
      ['T-2', 'container/b'],
      ['T-3', 'container/a'],
    ],
  )
  assert.deepEqual(places(alone[0]!), ['container/a', 'container/b'])
})

// ---- identities

test('fingerprints survive moving, reordering and renaming, and two objects of one identity differ by their folder', () => {
  const options = { policies: [noPrivileged] }
  const inFile = (file: string, ...names: string[]): JsonObject => pod({ containers: names.map(privileged) }, { file })
  const print = (...objects: JsonObject[]): readonly string[] => scan(options, objects).findings.map(f => f.fingerprint)

  assert.deepEqual(print(inFile('a/x.yaml', 'a', 'b')), print(inFile('b/y.yaml', 'b', 'a')))
  const [first, second] = print(inFile('a/x.yaml', 'a'), inFile('b/y.yaml', 'a'))
  assert.notEqual(first, second)
  assert.deepEqual(print(inFile('a/z.yaml', 'a'), inFile('b/y.yaml', 'a')), [first, second])
})

// ---- verdicts

test('an evaluation error is unknown, says why, and what a server would do', () => {
  const errs = policy({ id: 'T-1', validations: [{ expression: 'object.spec.missing > 1', message: 'too small' }] })

  const { findings, verdicts } = scan({ policies: [errs] }, [pod({})])

  assert.equal(findings[0]!.verdict, 'unknown')
  assert.equal(findings[0]!.reason, 'no such key: missing (an API server would deny the object: failurePolicy Fail)')
  assert.equal(verdicts['unknown'], 1)
})

test('a wrong type makes unknown only the rules that read it', () => {
  const objects = [pod({ hostPID: 'yes', containers: [privileged('a')] })]
  const hostPid = policy({
    id: 'T-2',
    resources: ['pods'],
    variables: podPrelude,
    validations: [{ expression: '!variables.podSpec.?hostPID.orValue(false)' }],
  })

  const { findings } = scan({ policies: [noPrivileged, hostPid] }, objects)

  assert.deepEqual(
    findings.map(({ ruleId, verdict }) => [ruleId, verdict]),
    [
      ['T-2', 'unknown'],
      ['T-1', 'fail'],
    ],
  )
  assert.equal(findings[0]!.reason, 'spec.hostPID is a string and not a boolean, which an API server refuses')
})

test('labels of a Namespace that is not in the scan leave the verdict unknown; a Namespace anywhere in it decides', () => {
  const selective = policy({
    id: 'T-1',
    resources: ['pods'],
    variables: podPrelude,
    validations: [{ expression: 'variables.containers.all(c, !c.?securityContext.?privileged.orValue(false))' }],
    more: { namespaceSelector: { matchLabels: { tier: 'prod' } } },
  })
  const namespace = (tier: string): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop', labels: { tier } },
  })
  const bad = pod({ containers: [privileged('a')] })
  const options = { policies: [selective] }

  assert.deepEqual(
    scan(options, [bad]).findings.map(({ verdict }) => verdict),
    ['unknown'],
  )
  assert.deepEqual(
    scan(options, [bad], [namespace('prod')]).findings.map(({ verdict }) => verdict),
    ['fail'],
  )
  assert.deepEqual(scan(options, [bad], [namespace('dev')]).findings, [])
  assert.deepEqual(scan(options, [pod({ containers: [{ name: 'a' }] })]).findings, [], 'it would pass either way')
})

test('the namespace selector may hang on the name of the namespace alone, which is always known', () => {
  const selective = policy({
    id: 'T-1',
    resources: ['pods'],
    validations: [{ expression: 'object.spec.x' }],
    more: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } },
  })

  assert.deepEqual(
    scan({ policies: [selective] }, [pod({ x: false })]).findings.map(f => f.verdict),
    ['fail'],
  )
  assert.deepEqual(scan({ policies: [selective] }, [pod({ x: false }, { namespace: 'other' })]).findings, [])
})

test('exclusions, object selectors and names are asked for each object', () => {
  const rule = (extra: JsonObject): JsonObject => ({
    apiGroups: ['*'],
    apiVersions: ['*'],
    operations: ['*'],
    resources: ['pods'],
    ...extra,
  })
  const fires = (more: JsonObject, metadata: JsonObject = {}): boolean => {
    const selective = policy({ id: 'T-1', resources: ['pods'], validations: [{ expression: 'object.spec.x' }], more })
    return scan({ policies: [selective] }, [pod({ x: false }, metadata)]).findings.length > 0
  }

  assert.equal(fires({}), true)
  assert.equal(fires({ excludeResourceRules: [rule({ resourceNames: ['web'] })] }), false)
  assert.equal(fires({ excludeResourceRules: [rule({ resourceNames: ['other'] })] }), true)
  assert.equal(fires({ resourceRules: [rule({ resourceNames: ['other'] })] }), false)
  assert.equal(fires({ objectSelector: { matchLabels: { a: 'b' } } }), false)
  assert.equal(fires({ objectSelector: { matchLabels: { a: 'b' } } }, { labels: { a: 'b' } }), true)
})

test('a look-up finds what another part of the scan read, and keeps only what the policy reads', () => {
  const lookup = policy({
    id: 'T-1',
    kind: 'AuditPolicy',
    resources: ['pods'],
    validations: [
      {
        expression: "inventory.get('v1', 'ConfigMap', request.namespace, object.spec.settings).hasValue()",
        messageExpression: "'no ' + object.spec.settings",
      },
    ],
  })
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web', namespace: 'shop' } }
  const reading = pod({ settings: 'web', containers: [{ name: 'a', image: 'not kept' }] })
  const options = { policies: [lookup] }

  assert.deepEqual(scan(options, [reading], [settings]).findings, [])
  const { findings, verdicts } = scan(options, [reading])
  assert.equal(findings[0]!.message, 'no web')
  assert.deepEqual(pointers(findings[0]!), [])
  assert.equal(verdicts['fail'], 1)
})

test('of two objects with one name the one in the first file counts, whichever part of the scan read it', () => {
  const lookup = policy({
    id: 'T-1',
    kind: 'AuditPolicy',
    resources: ['pods'],
    validations: [
      { expression: "inventory.get('v1', 'ConfigMap', request.namespace, 'web').?data.?is.orValue('') == 'first'" },
    ],
  })
  const settings = (file: string, is: string): JsonObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'web', namespace: 'shop', file },
    data: { is },
  })
  const [first, second] = [settings('a.yaml', 'first'), settings('b.yaml', 'second')]
  const options = { policies: [lookup] }

  for (const parts of [[[first], [second, pod({})]], [[second], [first, pod({})]], [[second, first, pod({})]]])
    assert.deepEqual(scan(options, ...parts).findings, [])
})

test('shuffled objects give the same findings', () => {
  const objects = [
    pod({ containers: [privileged('a')] }, { name: 'one' }),
    pod({ containers: [privileged('b')] }, { name: 'two' }),
    replica('web-5d9-x', privileged('a')),
    replica('web-5d9-y', privileged('a'), privileged('c')),
  ]
  const sorted = (...parts: JsonObject[][]): readonly string[] =>
    scan({ policies: [noPrivileged] }, ...parts)
      .findings.flatMap(({ locations }) => locations.map(({ fingerprint }) => fingerprint))
      .sort()
  const expected = sorted(objects)

  assert.deepEqual(sorted(objects.toReversed()), expected)
  assert.deepEqual(sorted(objects.slice(0, 3), objects.slice(3)), expected)
  assert.deepEqual(sorted(objects.slice(2), objects.slice(0, 2)), expected)
})

test('keys that are names of JavaScript are keys like others', () => {
  const labels = JSON.parse('{"constructor":"x","__proto__":"y","toString":"z"}') as JsonObject
  const demands = policy({ id: 'T-1', validations: [{ expression: "object.metadata.labels.all(k, k == 'app')" }] })

  const { findings } = scan({ policies: [demands] }, [pod({}, { labels })])

  assert.deepEqual(places(findings[0]!), ['label/constructor', 'label/__proto__', 'label/toString'])
})
