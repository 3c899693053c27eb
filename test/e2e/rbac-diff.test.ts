import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../run-cli.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

const group = 'rbac.authorization.k8s.io'
const role = `apiVersion: ${group}/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules:
  - {apiGroups: [""], resources: [pods], verbs: [get]}
`
const binding = `---
apiVersion: ${group}/v1
kind: RoleBinding
metadata: {name: readers, namespace: shop}
roleRef: {apiGroup: ${group}, kind: Role, name: reader}
subjects: [{kind: Group, name: devs, apiGroup: ${group}}]
`
const admins = `apiVersion: ${group}/v1
kind: ClusterRoleBinding
metadata: {name: admins}
roleRef: {apiGroup: ${group}, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: User, name: jane, apiGroup: ${group}}]
`
const before = { 'before/rbac.yaml': role + binding }
const after = {
  'after/rbac.yaml': `${role}  - {apiGroups: [""], resources: [pods, secrets], verbs: [get]}\n${binding}`,
  'after/admins.yaml': admins,
}

interface Result {
  readonly ruleId: string
  readonly level: string
  readonly message: { readonly text: string }
  readonly locations: readonly {
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri: string }
      readonly region: { readonly startLine: number }
    }
  }[]
}

function resultsOf(stdout: string): readonly string[] {
  const { results } = JSON.parse(stdout).runs[0] as { results: readonly Result[] }
  return results.map(({ ruleId, level, locations: [location] }) => {
    const { artifactLocation, region } = location!.physicalLocation
    return `${ruleId} ${level} ${artifactLocation.uri}:${region.startLine}`
  })
}

const diff = (...args: readonly string[]) =>
  inTemporaryFolder({ ...before, ...after }, cwd => runCli(['rbac', 'diff', ...args], { cwd }))

test('SARIF tells each right gained at the binding or rule that gives it, the gravest first, and gates as every form', () => {
  const { stdout, code } = diff('before', 'after', '-o', 'sarif', '--fail-on', 'critical')

  assert.equal(code, 1)
  assert.deepEqual(resultsOf(stdout), [
    'rbac-diff/critical error after/admins.yaml:5',
    'rbac-diff/high error after/rbac.yaml:6',
    'rbac-diff/info note after/admins.yaml:5',
  ])
  assert.match(
    JSON.parse(stdout).runs[0].results[1].message.text,
    /^Role shop\/reader: gives group:devs get on secrets in namespace shop, through RoleBinding\/shop\/readers -> Role\/shop\/reader; so it can read secrets$/,
  )
})

test('of a binding that gets one more subject the line of the subject is the place', () => {
  const withSubjects = (subjects: string) => role + binding.replace(/^subjects: .*$/m, `subjects:${subjects}`)
  const devs = `\n  - {kind: Group, name: devs, apiGroup: ${group}}`
  const { stdout } = inTemporaryFolder(
    {
      'before.yaml': withSubjects(devs),
      'after.yaml': withSubjects(`\n  - null${devs}\n  - {kind: User, name: jane, apiGroup: ${group}}`),
    },
    cwd => runCli(['rbac', 'diff', 'before.yaml', 'after.yaml', '-o', 'sarif'], { cwd }),
  )

  assert.deepEqual(resultsOf(stdout), ['rbac-diff/info note after.yaml:14'])
})

test('what is lost is no result of SARIF', () => {
  const { stdout } = diff('after', 'before', '-o', 'sarif')

  assert.deepEqual(resultsOf(stdout), [])
})

test('between git references a result stands at the path in the repository', () => {
  inTemporaryFolder({ 'deploy/rbac.yaml': before['before/rbac.yaml'] }, cwd => {
    const git = (...args: readonly string[]) =>
      assert.equal(
        spawnSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd }).status,
        0,
        args.join(' '),
      )
    git('init', '-q')
    git('add', '.')
    git('commit', '-q', '-m', 'before')
    mkdirSync(join(cwd, 'deploy'), { recursive: true })
    writeFileSync(join(cwd, 'deploy/rbac.yaml'), after['after/rbac.yaml'])
    git('commit', '-q', '-a', '-m', 'after')

    const { stdout } = runCli(['rbac', 'diff', 'HEAD~1', 'HEAD', '-o', 'sarif'], { cwd })

    assert.deepEqual(resultsOf(stdout), ['rbac-diff/high error deploy/rbac.yaml:6'])
  })
})

test('Mermaid leads from a subject to what it gains', () => {
  const { stdout } = diff('before', 'after', '-o', 'mermaid')

  assert.match(stdout, /^flowchart LR\n {2}n0\["user:jane"\]\n/)
  assert.match(stdout, /"gains in namespace shop by RoleBinding\/shop\/readers"/)
})
