import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCli } from '../run-cli.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

const group = 'rbac.authorization.k8s.io'
const roleOf = (name: string, rules: string) => `apiVersion: ${group}/v1
kind: Role
metadata: {name: ${name}, namespace: shop}
rules: ${rules}
`
const bindingOf = (kind: string, role: string) => `apiVersion: ${group}/v1
kind: RoleBinding
metadata: {name: new, namespace: shop}
roleRef: {apiGroup: ${group}, kind: ${kind}, name: ${role}}
subjects: [{kind: User, name: jane, apiGroup: ${group}}]
`
const cluster = `apiVersion: ${group}/v1
kind: ClusterRole
metadata: {name: sharer}
rules:
  - {apiGroups: [${group}], resources: [roles, rolebindings], verbs: [create, update]}
  - {apiGroups: [""], resources: [configmaps], verbs: [get]}
---
apiVersion: ${group}/v1
kind: ClusterRoleBinding
metadata: {name: sharers}
roleRef: {apiGroup: ${group}, kind: ClusterRole, name: sharer}
subjects: [{kind: User, name: joe, apiGroup: ${group}}, {kind: User, name: ann, apiGroup: ${group}}]
---
apiVersion: ${group}/v1
kind: ClusterRole
metadata: {name: binder}
rules:
  - {apiGroups: [${group}], resources: [clusterroles], verbs: [bind], resourceNames: [view]}
  - {apiGroups: [${group}], resources: [roles], verbs: [escalate]}
---
apiVersion: ${group}/v1
kind: ClusterRoleBinding
metadata: {name: binders}
roleRef: {apiGroup: ${group}, kind: ClusterRole, name: binder}
subjects: [{kind: User, name: ann, apiGroup: ${group}}]
---
${roleOf('old', '[{apiGroups: [""], resources: [configmaps], verbs: [get]}]')}`

const ask = (wish: string, ...args: readonly string[]) =>
  inTemporaryFolder({ 'rbac.yaml': cluster, 'wish.yaml': wish }, cwd =>
    runCli(['rbac', 'can-grant', ...args, '-f', 'rbac.yaml'], { cwd }),
  )

const wide = roleOf(
  'new',
  `
  - {apiGroups: ["", apps], resources: [secrets], verbs: [list, get]}
  - {apiGroups: [""], resources: [configmaps], verbs: [get]}
  - {apiGroups: [""], resources: [pods], verbs: [get, list]}
  - {apiGroups: [""], resources: [services], verbs: [get], resourceNames: [web]}`,
)

test('a no lists the missing rights by group, verbs and resources, and what would make it a yes', () => {
  const { stdout, code } = ask(wide, 'joe', 'wish.yaml')

  assert.equal(code, 0)
  assert.equal(
    stdout,
    `no  user:joe may not create Role/shop/new  wish.yaml:1:1
  may send the request, but lacks 7 rights that it would hand on in namespace shop

    API GROUP  VERBS      NAMES  RESOURCES
    core       get, list  any    pods, secrets
    core       get        web    services
    apps       get, list  any    secrets

  holds others of them, through
    ClusterRoleBinding/sharers -> ClusterRole/sharer  rbac.yaml:8:1
  to make it a yes, give it what it lacks, or the right to escalate roles.rbac.authorization.k8s.io in namespace shop
`,
  )
})

for (const [name, who, wish, said] of [
  [
    'every right is held',
    'joe',
    roleOf('new', '[{apiGroups: [""], resources: [configmaps], verbs: [get]}]'),
    /holds every right that it hands on in namespace shop, through\n {4}ClusterRoleBinding\/sharers/,
  ],
  ['nothing is handed on', 'joe', roleOf('new', '[]'), /hands on no right/],
  ['the subject may escalate', 'ann', wide, /because it may escalate:\n {4}ClusterRoleBinding\/binders/],
  ['the subject may bind', 'ann', bindingOf('ClusterRole', 'view'), /because it may bind clusterroles\.\S+ view in/],
  [
    'an update changes nothing',
    'joe',
    roleOf('old', '[{apiGroups: [""], resources: [configmaps], verbs: [get]}]'),
    /^yes {2}user:joe may update Role\/shop\/old .*\n[\s\S]*changes nothing that gives rights/,
  ],
  ['the subject is of system:masters', 'group:system:masters', wide, /passes every check/],
] as const) {
  test(`a yes says why: ${name}`, () => {
    const { stdout } = ask(wish, who, 'wish.yaml')

    assert.match(stdout, /^yes {2}/)
    assert.match(stdout, said)
  })
}

for (const [name, who, wish, args, said] of [
  [
    'the request is not allowed',
    'jane',
    wide,
    [],
    /may not send the request: create roles\.\S+ in namespace shop is not allowed\n {2}no binding in the files names user:jane/,
  ],
  [
    'the role does not exist',
    'joe',
    bindingOf('Role', 'ghost'),
    [],
    /Role\/shop\/ghost does not exist: .* only who may bind/,
  ],
  ['there is nothing to update', 'joe', wide, ['--operation', 'update'], /there is no Role\/shop\/new in the files/],
  [
    'an aggregated role may come to give anything',
    'boss',
    `apiVersion: ${group}/v1
kind: ClusterRole
metadata: {name: all}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: b}}]}
`,
    ['--group', 'writers'],
    /an aggregated role .*\n\n {4}API GROUP +VERBS +RESOURCES\n {4}\* +\* +\*\n {4}\(URLs\) +\* +\*/,
  ],
] as const) {
  test(`a no says why: ${name}`, () => {
    const writers = `apiVersion: ${group}/v1
kind: ClusterRoleBinding
metadata: {name: writers}
roleRef: {apiGroup: ${group}, kind: ClusterRole, name: writer}
subjects: [{kind: Group, name: writers, apiGroup: ${group}}]
---
apiVersion: ${group}/v1
kind: ClusterRole
metadata: {name: writer}
rules: [{apiGroups: [${group}], resources: [clusterroles], verbs: [create]}]
`
    const { stdout } = inTemporaryFolder({ 'rbac.yaml': cluster, 'wish.yaml': wish, 'writers.yaml': writers }, cwd =>
      runCli(['rbac', 'can-grant', who, 'wish.yaml', ...args, '-f', 'rbac.yaml', '-f', 'writers.yaml'], { cwd }),
    )

    assert.match(stdout, /^no {2}/)
    assert.match(stdout, said)
  })
}

test('a program reads the records of --stdin, one a line, named by the object', () => {
  const { stdout } = ask(`${wide}---\n${roleOf('empty', '[]')}`, 'joe', 'wish.yaml', '-o', 'json')

  const [first, second] = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line))
  assert.deepEqual(Object.keys(first), ['id', 'verdict', 'stage', 'missing'])
  assert.deepEqual([first.id, first.stage, first.missing.length], ['Role/shop/new', 'escalation', 7])
  assert.deepEqual(second, { id: 'Role/shop/empty', verdict: 'allowed' })
})

test('an assertion that does not hold is exit code 1; a wish that was not read whole is exit code 4', () => {
  assert.equal(ask(wide, 'joe', 'wish.yaml', '--assert', 'yes').code, 1)
  assert.equal(ask(wide, 'joe', 'wish.yaml', '--assert', 'no').code, 0)
  const { code, stderr } = ask(`${wide}---\n${roleOf('bad', '[{verbs: []}]')}`, 'joe', 'wish.yaml', '--assert', 'no')
  assert.equal(code, 4)
  assert.match(stderr, /wish\.yaml:\d+:\d+ {2}error {2}RBAC_REFUSED/)
})

test('a question that is incomplete says what it lacks', () => {
  assert.match(ask(wide, 'joe').stderr, /NO_QUESTION: a question names a subject and a file/)
  assert.match(ask('kind: Nothing\n', 'joe', 'wish.yaml').stderr, /wish\.yaml: no role and no binding to ask about/)
})
