import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CliResult, runCli } from '../run-cli.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

const policy = (spec: string, name = 'p'): string =>
  `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: ${name}}
spec:
  matchConstraints:
    resourceRules: [{apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*']}]
${spec}`

const binding = (spec: string, name = 'p'): string =>
  `---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: ${name}}
spec: {policyName: p, ${spec}}
`

const configMap = `apiVersion: v1
kind: ConfigMap
metadata: {name: a, namespace: shop, labels: {app: web}}
data: {count: "3"}
`

interface Answer {
  readonly allowed: boolean | null
  readonly status?: { readonly code: number; readonly reason: string; readonly message: string }
  readonly warnings: readonly string[]
  readonly auditAnnotations: Readonly<Record<string, string>>
  readonly denials: readonly { readonly message: string; readonly error: boolean; readonly validation: number | null }[]
  readonly unknown?: readonly { readonly reason: string }[]
  readonly cost: number
}

function evaluate(
  files: Readonly<Record<string, string>>,
  ...args: readonly string[]
): CliResult & { readonly answers: readonly Answer[] } {
  return inTemporaryFolder(files, folder => {
    const result = runCli(['policy', 'eval', ...args, '-o', 'ndjson'], { cwd: folder })
    const lines = result.stdout.split('\n').filter(line => line !== '')
    return { ...result, answers: lines.map(line => JSON.parse(line) as Answer) }
  })
}

const valid = (expression: string, more = ''): string =>
  policy(`  validations: [{expression: ${JSON.stringify(expression)}${more}}]\n`)

test('eval answers one line an object, as an API server would, and exits with 1 where something is denied', () => {
  const { answers, code, stderr } = evaluate(
    { 'a.yaml': configMap, 'p.yaml': valid("object.data.count == '4'", ', message: must be four, reason: Forbidden') },
    'a.yaml',
    '-f',
    'p.yaml',
  )

  assert.equal(code, 1)
  assert.deepEqual(answers[0]!.status, {
    code: 403,
    reason: 'Forbidden',
    message: "ValidatingAdmissionPolicy 'p' with binding 'p' denied request: must be four",
  })
  assert.match(stderr, /policy "p" has no binding in the files; it is evaluated as if bound to everything with Deny/)
})

test('eval warns and records where the binding says so, and allows', () => {
  const { answers, code } = evaluate(
    { 'a.yaml': configMap, 'p.yaml': valid('false') + binding('validationActions: [Warn, Audit]') },
    'a.yaml',
    '-f',
    'p.yaml',
  )

  assert.equal(code, 0)
  assert.equal(answers[0]!.allowed, true)
  assert.deepEqual(answers[0]!.warnings, [
    "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'p': failed expression: false",
  ])
  assert.deepEqual(Object.keys(answers[0]!.auditAnnotations), ['validation.policy.admission.k8s.io/validation_failure'])
})

test('what the input leaves open is unknown with its reason, never allowed', () => {
  const cases: readonly (readonly [spec: string, reason: RegExp, ...args: string[]])[] = [
    [valid("request.userInfo.username == 'alice'"), /the user who makes the request was not given/],
    [valid("authorizer.group('').resource('pods').check('get').allowed()"), /no authorizer can be asked here/],
    [valid("namespaceObject.metadata.labels.env == 'prod'"), /Namespace "shop" is not in the files/],
    [valid('oldObject.data == object.data'), /the object before the change was not given/, '--operation', 'UPDATE'],
    [
      valid('false') +
        binding('validationActions: [Deny], matchResources: {namespaceSelector: {matchLabels: {env: prod}}}'),
      /the labels of namespace "shop", which is not in the files, decide/,
    ],
  ]
  for (const [spec, reason, ...args] of cases) {
    const { answers, code } = evaluate({ 'a.yaml': configMap, 'p.yaml': spec }, 'a.yaml', '-f', 'p.yaml', ...args)

    assert.equal(answers[0]!.allowed, null, spec)
    assert.match(answers[0]!.unknown![0]!.reason, reason)
    assert.equal(code, 4)
  }
})

test('the user, the old object and a Namespace make an answer certain', () => {
  const namespace = '---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {env: prod}}\n'
  const spec = valid(
    "request.userInfo.username == 'alice' && 'dev' in request.userInfo.groups && oldObject.data.count == '2' && namespaceObject.metadata.labels.env == 'prod'",
  )
  const files = { 'a.yaml': configMap, 'old.yaml': configMap.replace('"3"', '"2"'), 'p.yaml': `${spec}${namespace}` }

  const { answers, code } = evaluate(
    files,
    'a.yaml',
    '-f',
    'p.yaml',
    '--old',
    'old.yaml',
    '--user',
    'alice',
    '--group',
    'dev',
  )

  assert.deepEqual([answers[0]!.allowed, code], [true, 0])
})

test('recorded reviews are answered in order, one line each, and a damaged one does not stop the rest', () => {
  const review = (operation: string): string =>
    JSON.stringify({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: {
        kind: { group: '', version: 'v1', kind: 'ConfigMap' },
        resource: { group: '', version: 'v1', resource: 'configmaps' },
        name: 'a',
        namespace: 'shop',
        operation,
        userInfo: { username: 'alice' },
        [operation === 'DELETE' ? 'oldObject' : 'object']: {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'a' },
        },
      },
    })
  const files = {
    'p.yaml': valid("request.operation == 'DELETE' && object == null"),
    'r.ndjson': `${review('CREATE')}\nnonsense\n${review('DELETE')}\n`,
  }

  const { answers, stderr } = evaluate(files, '--request', 'r.ndjson', '-f', 'p.yaml')

  assert.deepEqual(
    answers.map(answer => answer.allowed),
    [false, null, true],
  )
  assert.match(stderr, /r\.ndjson:2:1 {2}error {2}INPUT_REVIEW: /)
})

const refused: readonly (readonly [name: string, spec: string, message: RegExp])[] = [
  [
    'does not parse',
    valid('object.'),
    /p\.yaml:7:\d+ {2}error {2}CEL_INVALID: spec\.validations\[0\]\.expression: Syntax error/,
  ],
  ['names what does not exist', valid('foo == 1'), /undeclared reference to 'foo'/],
  ['gives a text', valid("'text'"), /CEL_TYPE: .*must evaluate to bool but got string/],
  ['leaves the type open', valid('object.spec.x'), /must evaluate to bool but got dyn/],
  ['compares what differs in type', valid('1 == true'), /found no matching overload for '_==_'/],
  [
    'has variables that use each other',
    policy(
      '  variables: [{name: a, expression: variables.b}, {name: b, expression: variables.a}]\n  validations: [{expression: variables.a == 1}]\n',
    ),
    /undefined field 'b'/,
  ],
  ['nests ten thousand levels', valid(`${'('.repeat(10_000)}true${')'.repeat(10_000)}`), /CEL_INVALID/],
  ['has a bad pattern', valid("'a'.matches('(')"), /CEL_INVALID/],
  [
    'has Deny and Warn',
    valid('true') + binding('validationActions: [Deny, Warn]'),
    /must not contain both Deny and Warn/,
  ],
  [
    'has no rules',
    policy('  validations: [{expression: "true"}]\n').replace(/resourceRules: .*/, 'resourceRules: []'),
    /Required value/,
  ],
]

for (const [name, spec, message] of refused) {
  test(`a policy that ${name} is refused with its place, and the exit code says so`, () => {
    const { stderr, code } = evaluate({ 'a.yaml': configMap, 'p.yaml': spec }, 'a.yaml', '-f', 'p.yaml')

    assert.match(stderr, message)
    assert.equal(code, 2)
  })
}

const digits = '[0,1,2,3,4,5,6,7,8,9]'
const loops = (levels: number): string => (levels === 0 ? 'true' : `${digits}.all(x${levels}, ${loops(levels - 1)})`)

const denied: readonly (readonly [name: string, spec: string, message: RegExp])[] = [
  ['costs too much', valid(loops(6)), /operation cancelled: actual cost limit exceeded/],
  ['reads what is absent', valid('object.spec.x == 1'), /no such key: spec/],
  [
    'fails in its message',
    valid('false', ', messageExpression: "object.spec.x + \'\'", message: the plain one'),
    /denied request: the plain one$/,
  ],
  ['has a pattern that explodes elsewhere', valid("object.data.long.matches('^(a+)+$')"), /failed expression/],
  [
    'has parameters of a kind that does not exist',
    policy('  paramKind: {apiVersion: x.example.com/v1, kind: Yard}\n  validations: [{expression: params == null}]\n'),
    /failed to find resource referenced by paramKind: 'x\.example\.com\/v1, Kind=Yard'/,
  ],
  [
    'has no parameter',
    policy('  paramKind: {apiVersion: v1, kind: ConfigMap}\n  validations: [{expression: params == null}]\n') +
      binding('validationActions: [Audit], paramRef: {name: x, parameterNotFoundAction: Deny}'),
    /failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction/,
  ],
]

for (const [name, spec, message] of denied) {
  test(`a policy that ${name} denies with the server's words`, () => {
    const long = configMap.replace('count:', `long: ${'a'.repeat(5_000)}b, count:`)

    const { answers, code } = evaluate({ 'a.yaml': long, 'p.yaml': spec }, 'a.yaml', '-f', 'p.yaml')

    assert.match(answers[0]!.status!.message, message)
    assert.equal(code, 1)
  })
}

test('hostile objects are answered: odd labels, numbers at every edge, megabytes of annotations', () => {
  const objects = [
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"constructor":"x","__proto__":"y"}}}',
    '{"apiVersion":"x.example.com/v1","kind":"X","metadata":{"name":"a","labels":{"constructor":"x"}},"n":[9223372036854775807,-9223372036854775808,1e308,0.1,-0]}',
    `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","labels":{"constructor":"x"},"annotations":{"a":"${'b'.repeat(3_000_000)}"}}}`,
  ]
  const spec = valid(
    "object.metadata.labels.constructor == 'x' && !has(object.metadata.labels.toString) && !('hasOwnProperty' in object.metadata.labels)",
  )

  const { answers } = evaluate({ 'a.json': objects.join('\n'), 'p.yaml': spec }, 'a.json', '-f', 'p.yaml')

  assert.deepEqual(
    answers.map(answer => answer.allowed),
    [true, true, true],
  )
})

test('a connection to a pod is asked about as the server asks: by the kind of its options, which are not known', () => {
  const pod =
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec: {containers: [{name: a, image: a}]}\n'
  const connect = ['--operation', 'CONNECT', '--subresource', 'exec']

  const byKind = evaluate(
    {
      'a.yaml': pod,
      'p.yaml': valid('false', ', messageExpression: request.kind.kind + request.name').replace(
        "['*']}]",
        "['pods/exec']}]",
      ),
    },
    'a.yaml',
    '-f',
    'p.yaml',
    ...connect,
  )
  const byOptions = evaluate(
    { 'a.yaml': pod, 'p.yaml': valid('object.stdin == false').replace("['*']}]", "['pods/exec']}]") },
    'a.yaml',
    '-f',
    'p.yaml',
    ...connect,
  )

  assert.match(byKind.answers[0]!.status!.message, /denied request: PodExecOptionsa$/)
  assert.equal(byOptions.answers[0]!.allowed, null)
})

test('an object that a server cannot decode is unknown, whatever the policies say', () => {
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {hostPID: "yes", containers: []}\n'

  const { answers, code } = evaluate({ 'a.yaml': pod, 'p.yaml': valid('true') }, 'a.yaml', '-f', 'p.yaml')

  assert.equal(answers[0]!.allowed, null)
  assert.match(answers[0]!.unknown![0]!.reason, /before any policy sees it: spec\.hostPID: expected true or false/)
  assert.equal(code, 4)
})

test('check says where, what and what to write instead', () => {
  const result = inTemporaryFolder({ 'p.yaml': valid('len(object.spec.x) == 1') }, folder =>
    runCli(['policy', 'check', 'p.yaml', '-o', 'ndjson'], { cwd: folder }),
  )

  const [line] = result.stdout.split('\n')
  const { level, code, message, next } = JSON.parse(line!) as Record<string, unknown>
  assert.deepEqual([level, code, next], ['error', 'CEL_INVALID', 'write size(x)'])
  assert.match(String(message), /undeclared reference to 'len'/)
  assert.equal(result.code, 2)
})

test('check finds traps: what always holds, what only audits and blocks, what a target lacks, what costs too much', () => {
  const cases: readonly (readonly [spec: string, code: string, ...args: string[]])[] = [
    [valid('true || object.x == 1'), 'POLICY_DEAD_RULE'],
    [
      policy("  auditAnnotations: [{key: k, valueExpression: object.spec.x + ''}]\n") +
        binding('validationActions: [Audit]'),
      'POLICY_AUDIT_CAN_BLOCK',
    ],
    [valid("isSemver('1.2.3')"), 'CEL_NOT_IN_TARGET', '--target', '1.31..1.37'],
    [valid('object.items.all(a, object.items.all(b, a == b))'), 'CEL_COST', '--max-cost', '1000'],
    [
      valid('true') + binding('validationActions: [Deny]').replace('policyName: p', 'policyName: q'),
      'POLICY_BINDING_TO_NOTHING',
    ],
  ]
  for (const [spec, code, ...args] of cases) {
    const { stdout } = inTemporaryFolder({ 'p.yaml': spec }, folder =>
      runCli(['policy', 'check', 'p.yaml', '-o', 'ndjson', ...args], { cwd: folder }),
    )

    assert.ok(stdout.includes(`"code":"${code}"`), `${code}: ${stdout}`)
  }
})

test('test reports what is not as expected, in text, JSON and JUnit', () => {
  const cases = `---
apiVersion: policy.breakwater.io/v1
kind: PolicyTest
metadata: {name: p}
spec:
  policy: p
  cases:
    - {name: three, object: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {count: "3"}}, expect: allow, cost: 1}
    - {name: four, object: {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {count: "4"}}, expect: deny, message: three}
`
  const files = { 'p.yaml': `${valid("object.data.count == '3'", ', message: it must be three')}${cases}` }
  inTemporaryFolder(files, folder => {
    const text = runCli(['policy', 'test', 'p.yaml'], { cwd: folder })
    const junit = runCli(['policy', 'test', 'p.yaml', '-o', 'junit'], { cwd: folder })

    assert.equal(text.code, 1)
    assert.match(text.stdout, /p\.yaml:\d+ {2}failed {2}p: three\n {4}costs \d+, more than 1\n$/)
    assert.match(text.stderr, /1 policies, 1 passed, 1 failed, 0 skipped/)
    assert.match(junit.stdout, /<testsuite name="p" file="p\.yaml" tests="2" failures="1" skipped="0">/)
    assert.match(junit.stdout, /<failure message="costs \d+, more than 1"\/>/)
  })
})

test('list shows every policy that ships', () => {
  const { stdout, code } = runCli(['policy', 'list', '-o', 'ndjson'])

  const rules = stdout
    .trim()
    .split('\n')
    .map(line => (JSON.parse(line) as { rule?: string }).rule)
  assert.ok(rules.includes('BW-POD-001'))
  assert.equal(code, 0)
})
