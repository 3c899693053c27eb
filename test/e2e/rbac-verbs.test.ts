import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCli } from '../run-cli.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

const cluster = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules:
  - {apiGroups: [""], resources: [configmaps], verbs: [get]}
  - {apiGroups: [""], resources: [secrets, pods/log], verbs: [get, list]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: readers, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
  - {kind: ServiceAccount, name: web}
  - {kind: Group, name: devs, apiGroup: rbac.authorization.k8s.io}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: lost, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: missing}
subjects: [{kind: User, name: jane, apiGroup: rbac.authorization.k8s.io}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: sharer}
rules:
  - {apiGroups: [rbac.authorization.k8s.io], resources: [roles, rolebindings], verbs: [create, update]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: sharers}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: sharer}
subjects: [{kind: User, name: joe, apiGroup: rbac.authorization.k8s.io}]
`

const ask = (args: readonly string[], input: readonly object[] = []) =>
  inTemporaryFolder({ 'rbac.yaml': cluster }, cwd =>
    runCli(['rbac', ...args, '-f', 'rbac.yaml'], { cwd, input: input.map(line => JSON.stringify(line)).join('\n') }),
  )
const answers = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)

test('can --stdin answers a review with every binding and rule that alone suffices', () => {
  const resourceAttributes = { verb: 'list', resource: 'secrets', namespace: 'shop' }
  const { stdout } = ask(
    ['can', '--stdin'],
    [
      { id: 1, user: 'system:serviceaccount:shop:web', resourceAttributes },
      { id: 2, user: 'x', groups: ['devs'], resourceAttributes: { ...resourceAttributes, verb: 'delete' } },
      { id: 3, user: 'jane', resourceAttributes },
      { id: 4, groups: ['system:masters'], resourceAttributes },
      { id: 5, user: 'x' },
      { id: 6, resourceAttributes },
      { id: 7, user: 'x', resourceAttributes: { ...resourceAttributes, fieldSelector: {} } },
    ],
  )

  const [one, two, three, four, five, six, seven] = answers(stdout)
  assert.deepEqual(one, {
    id: 1,
    verdict: 'allowed',
    by: [
      {
        binding: 'RoleBinding/shop/readers',
        role: 'Role/shop/reader',
        ruleIndex: 1,
        location: { file: 'rbac.yaml', line: 6 },
      },
    ],
    errors: [],
  })
  assert.deepEqual(two, { id: 2, verdict: 'denied', by: [], errors: [] })
  assert.equal(three?.['verdict'], 'denied')
  assert.match(String((three!['errors'] as string[])[0]), /"missing" not found/)
  assert.deepEqual(four, { id: 4, verdict: 'allowed', by: [{ group: 'system:masters', bypass: true }], errors: [] })
  for (const refused of [five, six, seven]) assert.equal(refused?.['verdict'], 'unknown')
})

test('what a partial cluster leaves open is unknown', () => {
  const { stdout } = ask(
    ['can', '--stdin', '--partial'],
    [{ id: 1, user: 'jane', resourceAttributes: { verb: 'get', resource: 'pods', namespace: 'shop' } }],
  )

  assert.equal(answers(stdout)[0]?.['verdict'], 'unknown')
})

test('who-can names subjects as they are bound, and the group that passes every check', () => {
  const { stdout } = ask(['who-can', 'get', 'pods/log', '-n', 'shop', '-o', 'ndjson'])

  const subjects = answers(stdout).map(answer => answer['subject'])
  assert.deepEqual(subjects.slice(0, 1), [{ kind: 'Group', name: 'system:masters' }])
  assert.ok(
    subjects.some(subject => JSON.stringify(subject) === '{"kind":"ServiceAccount","namespace":"shop","name":"web"}'),
  )
  assert.ok(subjects.some(subject => JSON.stringify(subject) === '{"kind":"Group","name":"devs"}'))
})

test('a question in the words of kubectl is resolved and what was understood is said', () => {
  const { stdout, stderr, code } = ask(['can', 'sa:shop/web', 'get', 'cm', '-n', 'shop', '--assert', 'yes'])

  assert.equal(code, 0)
  assert.match(
    stdout,
    /^yes\n {2}RoleBinding\/shop\/readers -> Role\/shop\/reader rule 0 \(get on configmaps\) {2}rbac\.yaml:5:5\n$/,
  )
  assert.match(stderr, /"cm" is taken for configmaps/)
})

test('an assertion that does not hold is exit code 1', () => {
  assert.equal(ask(['can', 'sa:shop/web', 'get', 'secrets', '-n', 'shop', '--assert', 'no']).code, 1)
})

test('can-grant says what a subject would hand on without holding it', () => {
  const metadata = { name: 'new', namespace: 'shop' }
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata,
    rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
  }
  const { stdout } = ask(
    ['can-grant', '--stdin'],
    [
      { id: 1, user: 'joe', operation: 'CREATE', object: role },
      { id: 2, user: 'nobody', operation: 'CREATE', object: role },
      {
        id: 3,
        user: 'joe',
        operation: 'CREATE',
        object: {
          ...role,
          rules: [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['create'] }],
        },
      },
      { id: 4, user: 'joe', operation: 'UPDATE', object: role },
    ],
  )

  assert.deepEqual(answers(stdout), [
    {
      id: 1,
      verdict: 'denied',
      stage: 'escalation',
      missing: [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'] }],
    },
    { id: 2, verdict: 'denied', stage: 'request', missing: [] },
    { id: 3, verdict: 'allowed' },
    { id: 4, verdict: 'denied', stage: 'not-found', missing: [] },
  ])
})

test('an object that the API server refuses grants nothing and is reported where it stands', () => {
  const broken = cluster.replace('verbs: [get]}', 'verbs: []}')
  const { stdout, stderr } = inTemporaryFolder({ 'rbac.yaml': broken }, cwd =>
    runCli(['rbac', 'can', 'sa:shop/web', 'get', 'secrets', '-n', 'shop', '-f', 'rbac.yaml'], { cwd }),
  )

  assert.match(stdout, /^no\n/)
  assert.match(stderr, /rbac\.yaml:5:5 {2}error {2}RBAC_REFUSED: a rule has at least one verb/)
})
