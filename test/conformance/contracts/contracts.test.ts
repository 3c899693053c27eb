import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCli } from '../../run-cli.ts'
import { inTemporaryFolder } from '../../temporary-folder.ts'

// The machine-readable commands that other programs stand on. A change here is a change of a promise.

const web = `# first comment
---
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 0o2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web, on: "yes"}}
    spec:
      containers:
        - {name: web, image: web}
---
just text
---
apiVersion: v1
kind: ConfigMapList
items:
  - metadata: {name: a}
    data: {enabled: yes}
  - metadata: {name: b}
    data: {big: 9007199254740993}
`

const records = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)

test('render: one record an object, in input order, with its document and line', () => {
  const { code, stdout, stderr } = inTemporaryFolder({ 'shop/web.yaml': web }, cwd =>
    runCli(['render', 'shop/web.yaml', '-o', 'ndjson'], { cwd }),
  )

  assert.equal(code, 0, stderr)
  const lines = records(stdout)
  assert.deepEqual(
    lines.map(({ file, document, line, kind }) => ({ file, document, line, kind })),
    [
      { file: 'shop/web.yaml', document: 2, line: 4, kind: undefined },
      { file: 'shop/web.yaml', document: 3, line: 16, kind: null },
      { file: 'shop/web.yaml', document: 4, line: 21, kind: undefined },
      { file: 'shop/web.yaml', document: 4, line: 23, kind: undefined },
    ],
  )
  const [deployment, text, first] = lines.map(line => line['object'] as Record<string, never>)
  assert.deepEqual((deployment!['spec'] as unknown as { replicas: number }).replicas, 2)
  assert.equal(text, 'just text')
  assert.deepEqual(first, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { enabled: true } })
  assert.match(stdout, /"big":9007199254740993\b/)
})

test('render: a broken document is one line on stderr and the rest goes on', () => {
  const broken =
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\na: [\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n'
  const { code, stdout, stderr } = inTemporaryFolder({ 'b.yaml': broken }, cwd =>
    runCli(['render', 'b.yaml', '-o', 'ndjson'], { cwd }),
  )

  assert.equal(code, 4)
  assert.deepEqual(
    records(stdout).map(record => record['document']),
    [0, 2],
  )
  assert.match(stderr, /^b\.yaml:\d+:\d+ {2}error {2}[A-Z_]+: .+\n$/)
})

test('render --defaulted: the object as the API server completes it', () => {
  const { stdout } = runCli(['render', '-', '-o', 'ndjson', '--defaulted', '--target', '1.37'], { input: web })

  const spec = (
    records(stdout)[0]!['object'] as { spec: { strategy: unknown; template: { spec: Record<string, unknown> } } }
  ).spec
  assert.deepEqual(spec.strategy, { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } })
  assert.equal(spec.template.spec['dnsPolicy'], 'ClusterFirst')
})

test('scan: one finding a line, then the summary', () => {
  const { code, stdout } = inTemporaryFolder({ 'shop/web.yaml': web }, cwd =>
    runCli(['scan', 'shop', '-o', 'ndjson', '--rule', 'BW-IMG-001'], { cwd }),
  )

  // The text between the objects, which kubectl refuses, makes the answer partial.
  assert.equal(code, 4)
  const [finding, last, ...more] = records(stdout)
  assert.deepEqual(more, [])
  assert.deepEqual(finding, {
    ruleId: 'BW-IMG-001',
    verdict: 'fail',
    status: 'new',
    severity: 'medium',
    subject: { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' },
    element: '',
    message: 'container "web" (web) must name a version of its image (no tag, or latest)',
    evidence: [{ pointer: '/spec/template/spec/containers/0/image', value: 'web' }],
    locations: [
      {
        ...(finding!['locations'] as Record<string, unknown>[])[0],
        file: 'shop/web.yaml',
        line: 14,
        column: 23,
        key: 'container/web',
        origin: 'exact',
      },
    ],
    frameworks: finding!['frameworks'],
    aliases: finding!['aliases'],
    fingerprint: finding!['fingerprint'],
  })
  assert.match(finding!['fingerprint'] as string, /^f1:[0-9a-f]{32}$/)
  const { durationMs, skipped, renderUnits, ...summary } = last!['summary'] as Record<string, unknown>
  assert.equal(typeof durationMs, 'number')
  assert.deepEqual([skipped, renderUnits], [[], []])
  assert.deepEqual(summary, {
    schema: 'breakwater/findings/v1',
    objects: 3,
    files: 1,
    documents: { read: 2, damaged: 1, skipped: 0 },
    findings: { critical: 0, high: 0, medium: 1, low: 0, info: 0 },
    verdicts: { fail: 1, pass: 0, notApplicable: 2, providerOwned: 0, unknown: 0 },
    excepted: 0,
    partial: true,
  })
})

const pssCases: readonly { version: string; rules: readonly string[] }[] = [
  { version: '1.18', rules: ['allowPrivilegeEscalation', 'runAsNonRoot'] },
  { version: '1.19', rules: ['allowPrivilegeEscalation', 'runAsNonRoot', 'seccompProfile_restricted'] },
  {
    version: '1.22',
    rules: ['allowPrivilegeEscalation', 'capabilities_restricted', 'runAsNonRoot', 'seccompProfile_restricted'],
  },
  {
    version: 'latest',
    rules: ['allowPrivilegeEscalation', 'capabilities_restricted', 'runAsNonRoot', 'seccompProfile_restricted'],
  },
]

for (const { version, rules } of pssCases) {
  test(`scan --pack pss-restricted --pss-version ${version} names the controls in the words of the standard`, () => {
    const { stdout } = runCli(['scan', '-', '-o', 'ndjson', '--pack', 'pss-restricted', '--pss-version', version], {
      input: web,
    })

    const names = records(stdout)
      .slice(0, -1)
      .map(finding => (finding['aliases'] as string[]).filter(alias => /^[a-zA-Z_]+$/.test(alias)))
    assert.deepEqual(names.flat().sort(), rules)
  })
}

test('cel --stdin: exactly one answer a line, in order', () => {
  const input = [
    '{"id":1,"expr":"object.spec.x > 1","vars":{"object":{"spec":{"x":2}}},"target":"1.34"}',
    '{"id":2,"expr":"foo"}',
    '{"id":3,"expr":"object.x","vars":{"object":{}}}',
    'no json',
    '{"id":5,"expr":"1.0"}',
  ].join('\n')
  const { stdout } = runCli(['cel', '--stdin'], { input })

  const answers = records(stdout)
  assert.deepEqual(answers.slice(0, 3), [
    { id: 1, ok: true, value: true, type: 'bool', cost: answers[0]!['cost'] },
    { id: 2, ok: false, stage: 'check', error: "undeclared reference to 'foo' (in container '')", at: [1, 1] },
    { id: 3, ok: false, stage: 'eval', error: 'no such key: x' },
  ])
  assert.equal(answers[3]!['ok'], false)
  assert.deepEqual(answers[4], { id: 5, ok: true, value: 1, type: 'double', cost: 0 })
})

test('version -o json names the program, its schemas and its data', () => {
  const [version] = records(runCli(['version', '-o', 'json']).stdout)

  assert.deepEqual(Object.keys(version!), ['version', 'schema', 'node', 'rules', 'data'])
  assert.deepEqual(version!['schema'], { findings: 'breakwater/findings/v1' })
  assert.match((version!['data'] as Record<string, string>)['deprecations']!, /^\d{4}-\d\d-\d\d$/)
})
