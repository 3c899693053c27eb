import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCli } from '../run-cli.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

const group = 'rbac.authorization.k8s.io'
const role = (rules: string, name = 'r') => `apiVersion: ${group}/v1
kind: Role
metadata: {name: ${name}, namespace: shop}
rules: ${rules}
`
const binding = (subjects: string, name = 'r') => `---
apiVersion: ${group}/v1
kind: RoleBinding
metadata: {name: ${name}, namespace: shop}
roleRef: {apiGroup: ${group}, kind: Role, name: ${name}}
subjects: ${subjects}
`
const jane = '[{kind: User, name: jane}]'
const pods = '[{apiGroups: [""], resources: [pods], verbs: [get]}]'

function ask(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
  return inTemporaryFolder(files, cwd => runCli(['rbac', ...args], { cwd }))
}
const can = (yaml: string, ...extra: readonly string[]) =>
  ask({ 'r.yaml': yaml }, 'can', 'user:jane', 'get', 'pods', '-n', 'shop', '-f', 'r.yaml', ...extra)

test('fields that a role does not have change nothing', () => {
  const rules = '[{apiGroups: [""], resources: [pods], verbs: [get], resourcenames: [a], effect: Deny}]'

  assert.match(can(role(rules) + binding(jane)).stdout, /^yes\n/)
})

for (const [name, subjects, said] of [
  [
    'a kind in the wrong case',
    '[{kind: user, name: jane}]',
    /r\.yaml:\d+:\d+ {2}error {2}RBAC_REFUSED: "user" is no kind of subject/,
  ],
  ['a kind that does not exist', '[{kind: Robot, name: jane}]', /RBAC_REFUSED: "Robot" is no kind of subject/],
  ['a capital letter in an account', '[{kind: ServiceAccount, name: Jane}]', /RBAC_REFUSED: "Jane" cannot be the name/],
  ['subjects that are no list', '{kind: User, name: jane}', /POLICY_FIELD_TYPE/],
] as const) {
  test(`a binding with ${name} is located, and gives nothing`, () => {
    const { stdout, stderr } = can(role(pods) + binding(subjects))

    assert.match(stdout, /^no\n/)
    assert.match(stderr, said)
  })
}

for (const rules of [
  '[{apiGroups: [""], resources: ["pods/*"], verbs: [get]}]',
  '[{apiGroups: [core], resources: [pods], verbs: [get]}]',
  '[{apiGroups: [v1], resources: [pods], verbs: [get]}]',
  '[{apiGroups: [""], resources: [po], verbs: [get]}]',
  '[{apiGroups: [""], resources: [Pods], verbs: [get]}]',
  '[{apiGroups: [""], resources: [pods], verbs: [GET]}]',
]) {
  test(`what looks like a wildcard or a pod is none: ${rules}`, () => {
    assert.match(can(role(rules) + binding(jane)).stdout, /^no\n/)
    const { stdout } = ask({ 'r.yaml': role(rules) + binding(jane) }, 'lint', 'r.yaml', '-o', 'compact')
    assert.match(stdout, /BW-RBAC-044/)
  })
}

test('empty lists give nothing and are told', () => {
  const { stdout, stderr } = can(role('[{apiGroups: [], resources: [pods], verbs: [get]}]') + binding(jane))

  assert.match(stdout, /^no\n/)
  assert.match(stderr, /names apiGroups/)
  assert.match(can(role('[]') + binding(jane)).stdout, /^no\n/)
  assert.match(can(role(pods) + binding('[]')).stdout, /^no\n/)
})

test('a hundred thousand names are read, compared and reported in bounds', () => {
  const names = Array.from({ length: 100_000 }, (_, i) => `name-${i}`).join(', ')
  const yaml = role(`[{apiGroups: [""], resources: [pods], verbs: [get], resourceNames: [${names}]}]`) + binding(jane)
  const start = performance.now()

  const { stdout } = inTemporaryFolder({ 'r.yaml': yaml }, cwd =>
    runCli(['rbac', 'can', 'user:jane', 'get', 'pods', 'name-99999', '-n', 'shop', '-f', 'r.yaml'], { cwd }),
  )

  assert.match(stdout, /^yes\n/)
  assert.ok(stdout.length < 2000, 'an answer does not repeat the names')
  const { stdout: denied } = can(yaml)
  assert.match(denied, /is limited to name-0, .* and 99992 more/)
  assert.ok(performance.now() - start < 30_000)
})

test('of two objects with one name that differ the first counts, and both places are told; equal ones are one', () => {
  const other = role('[{apiGroups: [""], resources: [secrets], verbs: [get]}]')
  const { stdout, stderr } = can(`${role(pods)}---\n${other}${binding(jane)}`)
  assert.match(stdout, /^yes\n/)
  assert.match(
    stderr,
    /r\.yaml:6:1 {2}warning {2}RBAC_DUPLICATE: Role "r" is defined twice and otherwise.*\(r\.yaml:1\)/,
  )

  assert.equal(can(`${role(pods)}---\n${role(pods)}${binding(jane)}${binding(jane)}`).stderr, '')
})

test('in a dump of which a part could not be read a role that is missing is unknown, not denied', () => {
  const { stdout, code } = can(`${binding(jane)}---\n{ [ broken\n`, '--assert', 'no')

  assert.match(stdout, /^unknown/)
  assert.equal(code, 4)
})

test('control characters in names reach no terminal', () => {
  const subject = `[{kind: User, name: "jane\\u001b[2J\\u202e"}]`
  const { stdout } = ask(
    { 'r.yaml': role(pods) + binding(subject) },
    'who-can',
    'get',
    'pods',
    '-n',
    'shop',
    '-f',
    'r.yaml',
    '-o',
    'table',
  )

  assert.match(stdout, /user:jane\\u\{1b\}\[2J\\u\{202e\}/)
  for (const form of ['table', 'csv', 'markdown', 'mermaid']) {
    const text = ask(
      { 'r.yaml': role(pods) + binding(subject) },
      'who-can',
      'get',
      'pods',
      '-n',
      'shop',
      '-f',
      'r.yaml',
      '-o',
      form,
    ).stdout
    assert.ok(!text.includes('\u001b') && !text.includes('\u202e'), form)
  }
})

test('records of a cloud become rights and names of every question; what is not understood is exit code 4', () => {
  const assignments = [
    {
      principalId: '2f6f7a1e-11f2-4c0e-9a35-0d5f3f2f6a10',
      principalName: 'shop-developers',
      principalType: 'Group',
      roleDefinitionName: 'Azure Kubernetes Service RBAC Writer',
      roleDefinitionId: 'x',
      scope:
        '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/shop/namespaces/shop',
    },
  ]
  inTemporaryFolder(
    { 'r.yaml': role(pods), 'a.json': JSON.stringify(assignments), 'bad.json': '{', 'odd.json': '[{"x":1}]' },
    cwd => {
      assert.equal(runCli(['rbac', 'import', 'entra', 'a.json', '-o', 'id.json'], { cwd }).code, 0)
      const { stdout } = runCli(
        ['rbac', 'who-can', 'get', 'secrets', '-n', 'shop', '-f', 'r.yaml', '--identity', 'id.json', '-o', 'table'],
        { cwd },
      )
      assert.match(
        stdout,
        /group:2f6f7a1e-11f2-4c0e-9a35-0d5f3f2f6a10 +RoleBinding\/shop\/entra:Azure Kubernetes Service RBAC Writer .*Entra "shop-developers"/,
      )

      assert.equal(runCli(['rbac', 'import', 'entra', 'a.json', 'odd.json'], { cwd }).code, 4)
      assert.match(runCli(['rbac', 'import', 'entra', 'bad.json'], { cwd }).stderr, /IDENTITY_UNREADABLE/)
      assert.match(
        runCli(['rbac', 'list', 'user:x', '-f', 'r.yaml', '--identity', 'a.json'], { cwd }).stderr,
        /IDENTITY_UNREADABLE/,
      )
    },
  )
})
