import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../run-cli.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

const group = 'rbac.authorization.k8s.io'
const cluster = `apiVersion: ${group}/v1
kind: Role
metadata: {name: dev, namespace: shop}
rules:
  - {apiGroups: [""], resources: [pods, pods/log], verbs: [get, list]}
  - {apiGroups: [""], resources: [pods/exec], verbs: [create]}
---
apiVersion: ${group}/v1
kind: RoleBinding
metadata: {name: dev, namespace: shop}
roleRef: {apiGroup: ${group}, kind: Role, name: dev}
subjects:
  - {kind: ServiceAccount, name: web}
  - {kind: Group, name: devs, apiGroup: ${group}}
---
apiVersion: ${group}/v1
kind: ClusterRole
metadata: {name: stage-hand}
rules: [{apiGroups: [""], resources: [users], verbs: [impersonate], resourceNames: [jane]}]
---
apiVersion: ${group}/v1
kind: ClusterRoleBinding
metadata: {name: stage-hand}
roleRef: {apiGroup: ${group}, kind: ClusterRole, name: stage-hand}
subjects: [{kind: ServiceAccount, name: web, namespace: shop}]
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: tools.example.com}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Tool, plural: tools, shortNames: [tl]}
`
const ask = (...args: readonly string[]) =>
  inTemporaryFolder({ 'rbac.yaml': cluster }, cwd => runCli(['rbac', ...args, '-f', 'rbac.yaml'], { cwd }))

test('a denial tells which binding comes closest, and why it does not apply', () => {
  const { stdout, code } = ask('can', 'sa:shop/web', 'delete', 'pods', '-n', 'shop')

  assert.equal(code, 0)
  assert.match(
    stdout,
    /^no\n {2}closest:\n {4}RoleBinding\/shop\/dev -> Role\/shop\/dev gives get, list, not delete \(rbac\.yaml:5:5\)/,
  )
})

test('TYPE/NAME where TYPE/SUB is meant, and the reverse, is said', () => {
  assert.match(
    ask('can', 'sa:shop/web', 'get', 'pods/db', '-n', 'shop').stderr,
    /for the object of that name write: get pods db/,
  )
  assert.match(
    ask('can', 'sa:shop/web', 'get', 'pods', 'log', '-n', 'shop').stderr,
    /for the sub-resource write: get pods\/log/,
  )
})

test('a resource or verb that no server knows is answered with the nearest name', () => {
  assert.match(
    ask('can', 'sa:shop/web', 'get', 'secretss', '-n', 'shop').stderr,
    /no server knows a resource "secretss"; did you mean secrets\?/,
  )
  assert.match(
    ask('can', 'sa:shop/web', 'lst', 'pods', '-n', 'shop').stderr,
    /no server knows the verb "lst"; did you mean list\?/,
  )
})

test('definitions in the files are known by their short names', () => {
  const { stderr } = ask('can', 'sa:shop/web', 'get', 'tl')

  assert.match(stderr, /"tl" is taken for tools\.example\.com/)
})

test("kubectl's own words ask for the user of --as with its groups", () => {
  assert.match(ask('can', 'create', 'pods/exec', '--as', 'joe', '--as-group', 'devs', '-n', 'shop').stdout, /^yes\n/)
  assert.match(ask('can', 'create', 'pods/exec', '--as', 'joe', '-n', 'shop').stdout, /^no\n/)
})

test('--as after a subject impersonates: allowed by a legacy right, and then the target decides', () => {
  const { stdout } = ask('can', 'sa:shop/web', 'create', 'pods/exec', '-n', 'shop', '--as', 'jane')
  assert.match(stdout, /^no\n {2}impersonates jane by the verb impersonate, without limits\n/)

  const other = ask('can', 'sa:shop/web', 'get', 'pods', '-n', 'shop', '--as', 'joe')
  assert.match(
    other.stdout,
    /^no\n {2}may not impersonate \(user-info\).*\n {2}may not impersonate \(legacy\): impersonate users joe is not allowed/,
  )
})

test('behind another authorizer a no is unknown, and an assertion of it exit code 4', () => {
  const args = ['can', 'sa:shop/web', 'delete', 'pods', '-n', 'shop', '--external-authorizer', '--assert', 'no']
  const { stdout, code } = ask(...args)

  assert.match(stdout, /^unknown \(external authorizer\)/)
  assert.equal(code, 4)
})

test('who-can in every form', () => {
  const forms: readonly (readonly [string, RegExp])[] = [
    ['table', /^SUBJECT +VIA +RULE AT +NOTE +RULE\ngroup:system:masters +\(bypasses RBAC\) +- +cannot be revoked +-\n/],
    ['csv', /^subject,via,rule at,note,rule\r\n/],
    ['markdown', /\| `sa:shop\/web` \| `RoleBinding\/shop\/dev -> Role\/shop\/dev` \|/],
    ['mermaid', /^flowchart LR\n/],
    ['json', /"kind": "ServiceAccount"/],
  ]
  for (const [form, expected] of forms)
    assert.match(ask('who-can', 'create', 'pods/exec', '-n', 'shop', '-o', form).stdout, expected)
})

test('list tells the dangerous rights first, and through what', () => {
  const { stdout } = ask('list', 'sa:shop/web')

  assert.match(
    stdout,
    /^system:serviceaccount:shop:web\n {2}in groups: system:serviceaccounts, system:serviceaccounts:shop, system:authenticated\n/,
  )
  assert.match(
    stdout,
    /In namespace shop\n {2}medium {4}create on pods\/exec\n {12}so it can run commands in containers.*\n {12}through RoleBinding\/shop\/dev -> Role\/shop\/dev {2}rbac\.yaml:6:5/,
  )
  assert.ok(stdout.indexOf('pods/exec') < stdout.indexOf('pods/log'))
})

test('matrix shows the verbs of each subject on each resource', () => {
  const { stdout } = ask('matrix', 'pods', 'pods/exec', '-n', 'shop')

  assert.match(stdout, /sa:shop\/web +gl +c\n/)
})

test('a question without files says how to get them', () => {
  const { stderr, code } = runCli(['rbac', 'who-can', 'get', 'secrets'])

  assert.equal(code, 2)
  assert.match(stderr, /NO_PATH.*\n.*kubectl get clusterroles,clusterrolebindings/)
})

test('diff between folders tells rights gained, and fails as a gate', () => {
  const wider = cluster.replace('resources: [pods, pods/log]', 'resources: [pods, pods/log, secrets]')
  inTemporaryFolder({ 'before/rbac.yaml': cluster, 'after/rbac.yaml': wider }, cwd => {
    const { stdout, code } = runCli(['rbac', 'diff', 'before', 'after', '--fail-on', 'high'], { cwd })
    assert.equal(code, 1)
    assert.match(
      stdout,
      /rights gained\n {2}high {6}sa:shop\/web {2}in namespace shop\n {12}\+ get, list on secrets\n {12}through RoleBinding\/shop\/dev/,
    )
    assert.equal(runCli(['rbac', 'diff', 'before', 'after', '--fail-on', 'critical'], { cwd }).code, 0)
    assert.equal(
      runCli(['rbac', 'diff', 'before', 'before', '--fail-on', 'any'], { cwd }).stdout,
      'no right gained or lost\n',
    )
  })
})

test('diff between git references reads objects and runs nothing of the repository', () => {
  inTemporaryFolder({ 'rbac.yaml': cluster }, cwd => {
    const git = (...args: readonly string[]) => {
      const { status, stderr } = spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
        cwd,
        encoding: 'utf8',
      })
      assert.equal(status, 0, stderr)
    }
    git('init', '-q', '-b', 'main')
    git('add', '.')
    git('commit', '-q', '-m', 'one')
    writeFileSync(join(cwd, 'rbac.yaml'), cluster.replace('verbs: [get, list]', 'verbs: ["*"]'))
    writeFileSync(join(cwd, '.gitattributes'), '*.yaml filter=evil diff=evil\n')
    git('add', '.')
    git('commit', '-q', '-m', 'two')
    for (const key of [
      'filter.evil.smudge',
      'filter.evil.clean',
      'diff.evil.textconv',
      'core.pager',
      'core.fsmonitor',
      'core.sshCommand',
    ])
      git('config', key, `touch ${join(cwd, 'ran')}; cat`)

    const { stdout, code } = runCli(['rbac', 'diff', 'main~1', 'main', '-o', 'json'], { cwd })

    assert.equal(code, 0)
    const { gained } = JSON.parse(stdout) as { gained: { by: { location: { file: string } }[] }[] }
    assert.equal(gained[0]?.by[0]?.location.file, 'main:rbac.yaml')
    assert.equal(spawnSync('test', ['-e', join(cwd, 'ran')]).status, 1)

    const missing = runCli(['rbac', 'diff', 'nothing-of-this-name', 'main'], { cwd })
    assert.equal(missing.code, 2)
    assert.match(missing.stderr, /GIT_REFERENCE/)
    assert.equal(runCli(['rbac', 'diff', '--upload-pack=evil', 'main'], { cwd }).code, 2)
  })
})

test('admins are found by what leads to everything, with the way', () => {
  const strong = cluster.replace('resourceNames: [jane]', 'resourceNames: []')
  inTemporaryFolder({ 'rbac.yaml': strong }, cwd => {
    const { stdout } = runCli(['rbac', 'admins', '-f', 'rbac.yaml'], { cwd })
    assert.match(
      stdout,
      /^group:system:masters\n {2}members of system:masters pass every check\nsa:shop\/web\n {2}acts as a member of system:masters, or as any user, by ClusterRoleBinding\/stage-hand/,
    )
  })
  assert.equal(ask('admins').stdout, 'group:system:masters\n  members of system:masters pass every check\n')
  assert.equal(JSON.parse(ask('admins', '-o', 'json').stdout).length, 1)
})
