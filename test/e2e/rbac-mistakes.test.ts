import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCli } from '../run-cli.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

const group = 'rbac.authorization.k8s.io'
const files = {
  'rbac.yaml': `apiVersion: ${group}/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]
---
apiVersion: ${group}/v1
kind: RoleBinding
metadata: {name: readers, namespace: shop}
roleRef: {apiGroup: ${group}, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: web, namespace: shop}]
---
apiVersion: ${group}/v1
kind: RoleBinding
metadata: {name: lost, namespace: shop}
roleRef: {apiGroup: ${group}, kind: Role, name: missing}
subjects: [{kind: User, name: "bob\\u001b[31m", apiGroup: ${group}}, {kind: User, name: bob, apiGroup: ${group}}]
`,
  'other/config.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
  'empty/notes.txt': 'nothing\n',
}

interface Mistake {
  readonly name: string
  readonly args: readonly string[]
  readonly code: number
  readonly says: RegExp
}

const onShop = ['-n', 'shop', '-f', 'rbac.yaml']
const mistakes: readonly Mistake[] = [
  {
    name: 'an account without its namespace is refused, not taken for a user',
    args: ['can', 'sa:web', 'get', 'secrets', ...onShop, '--assert', 'no'],
    code: 2,
    says: /UNKNOWN_SUBJECT: "sa:web" names no subject\n.*sa:NAMESPACE\/web; a user of that name is user:sa:web/,
  },
  {
    name: 'an account with a colon is refused with the right spelling',
    args: ['list', 'serviceaccount:shop:web', '-f', 'rbac.yaml'],
    code: 2,
    says: /sa:NAMESPACE\/NAME: sa:shop\/web;/,
  },
  {
    name: 'a prefix in the wrong case is refused',
    args: ['can-grant', 'Group:devs', 'rbac.yaml', '-f', 'rbac.yaml'],
    code: 2,
    says: /UNKNOWN_SUBJECT: "Group:devs"/,
  },
  { name: 'a prefix alone is refused', args: ['list', 'group:', '-f', 'rbac.yaml'], code: 2, says: /UNKNOWN_SUBJECT/ },
  {
    name: 'a subject that no binding names brings up the one that was meant',
    args: ['can', 'sa:shop/wbe', 'get', 'secrets', ...onShop],
    code: 0,
    says: /no binding in the files names sa:shop\/wbe; did you mean sa:shop\/web\?/,
  },
  {
    name: 'the list of such a subject says so too',
    args: ['list', 'web', '-f', 'rbac.yaml'],
    code: 0,
    says: /no right of its own: no binding in the files names user:web; did you mean sa:shop\/web\?/,
  },
  {
    name: 'verb and resource in the wrong order are refused',
    args: ['who-can', 'secrets', 'get', ...onShop],
    code: 2,
    says: /the verb stands before the resource\n.*write: get secrets/,
  },
  {
    name: 'the subject behind the verb is refused',
    args: ['can', 'get', 'secrets', 'sa:shop/web', ...onShop],
    code: 2,
    says: /the subject stands before the verb/,
  },
  {
    name: 'a word too many is refused',
    args: ['who-can', 'get', 'secrets', 'db', 'shop', '-f', 'rbac.yaml'],
    code: 2,
    says: /"shop" is one word too many: VERB RESOURCE \[NAME\]\n.*-n/,
  },
  {
    name: 'a resource in a wrong group brings up the group',
    args: ['can', 'bob', 'get', 'deploy.app', ...onShop],
    code: 0,
    says: /no server knows a resource "deploy\.app"; did you mean deployments\.apps\?/,
  },
  {
    name: 'a URL is no column of a matrix',
    args: ['matrix', '/healthz', '-f', 'rbac.yaml'],
    code: 2,
    says: /NO_QUESTION: "\/healthz" is a URL/,
  },
  {
    name: 'a matrix of all namespaces names those in which there is more',
    args: ['matrix', 'secrets', '-f', 'rbac.yaml'],
    code: 0,
    says: /bindings in single ones give more, ask with -n: shop/,
  },
  {
    name: 'so does who-can',
    args: ['who-can', 'get', 'secrets', '-f', 'rbac.yaml'],
    code: 0,
    says: /bindings in single ones give more, ask with -n: shop/,
  },
  {
    name: 'a missing role is told with the place of its binding',
    args: ['list', 'bob', '-f', 'rbac.yaml'],
    code: 0,
    says: /RoleBinding\/shop\/lost refers to Role "missing", which does not exist \(rbac\.yaml:12:1\)/,
  },
  {
    name: 'a gate over an empty folder does not pass',
    args: ['can', 'bob', 'get', 'secrets', '-n', 'shop', '-f', 'empty', '--assert', 'no'],
    code: 3,
    says: /empty: no manifest was found/,
  },
  {
    name: 'a gate over a path that does not exist does not pass',
    args: ['can', 'bob', 'get', 'secrets', '-n', 'shop', '-f', 'nowhere', '--assert', 'no'],
    code: 4,
    says: /INPUT_NOT_FOUND/,
  },
  {
    name: 'a diff of nothing does not pass',
    args: ['diff', 'empty', 'empty', '--fail-on', 'any'],
    code: 3,
    says: /neither empty nor empty holds a manifest/,
  },
  {
    name: 'a folder without roles and bindings is told',
    args: ['admins', '-f', 'other'],
    code: 0,
    says: /other: no role and no binding was found/,
  },
  {
    name: 'a stream has one form',
    args: ['who-can', '--stdin', '-o', 'table', '-f', 'rbac.yaml'],
    code: 2,
    says: /UNKNOWN_FORMAT: --stdin answers with one JSON object a line, not as table/,
  },
  {
    name: 'a stream and a question in words are two questions',
    args: ['can', 'bob', 'get', 'secrets', '--stdin', ...onShop],
    code: 2,
    says: /"bob get secrets" and --stdin are two questions/,
  },
  {
    name: 'a form that a verb does not have is refused with those it has',
    args: ['matrix', '-o', 'sarif', '-f', 'rbac.yaml'],
    code: 2,
    says: /Allowed choices are table, json, ndjson, csv, markdown\./,
  },
]

for (const { name, args, code, says } of mistakes) {
  test(name, () => {
    const result = inTemporaryFolder(files, cwd => runCli(['rbac', ...args], { cwd }))

    assert.match(result.stdout + result.stderr, says)
    assert.equal(result.code, code)
  })
}

test('the cluster’s own subjects stand before those that Kubernetes ships', () => {
  const { stdout } = inTemporaryFolder(files, cwd =>
    runCli(['rbac', 'who-can', 'get', 'secrets', ...onShop, '-o', 'table'], { cwd }),
  )

  assert.match(stdout, /^SUBJECT .*\ngroup:system:masters .*\nsa:shop\/web .*\nsa:kube-system\//)
})
