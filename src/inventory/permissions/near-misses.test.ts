import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, worldOf } from '../../../test/permission-world.ts'
import { accountUser } from './identity.ts'
import { type NearMiss, nearMisses } from './near-misses.ts'

const world = worldOf(`kind: Role
metadata: {name: reader, namespace: shop}
rules:
  - {apiGroups: [""], resources: [secrets], verbs: [get], resourceNames: [db]}
  - {apiGroups: [apps], resources: [deployments], verbs: [get, list]}
  - {apiGroups: [""], resources: ["pods/*"], verbs: [get]}
---
kind: RoleBinding
metadata: {name: readers, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: web}]
---
kind: RoleBinding
metadata: {name: lost, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: gone}
subjects: [{kind: ServiceAccount, name: web}]
---
kind: RoleBinding
metadata: {name: other-case, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: User, name: Jane}]
`)

function told(misses: readonly NearMiss[]): readonly string[] {
  return misses.map(miss =>
    miss.kind === 'rule'
      ? `${miss.binding.name}:${miss.ruleIndex}:${miss.misses}`
      : `${miss.binding.name}:${miss.kind}`,
  )
}

for (const [question, expected] of [
  ['get secrets other -n shop', ['readers:0:name', 'lost:missing-role']],
  ['delete deployments.apps -n shop', ['readers:1:verb', 'lost:missing-role']],
  ['get deployments.extensions -n shop', ['readers:1:group', 'lost:missing-role']],
  ['get deployments.apps -n ops', ['readers:1:namespace']],
  ['get pods/log -n shop', ['readers:2:resource', 'lost:missing-role']],
  ['get configmaps -n shop', ['lost:missing-role']],
] as const) {
  test(`what comes closest to ${question}`, () => {
    assert.deepEqual(told(nearMisses(world, accountUser('shop', 'web'), ask(question))), expected)
  })
}

test('a name in another case is another subject, and is said', () => {
  const jane = { user: 'jane', groups: ['system:authenticated'] }

  assert.deepEqual(told(nearMisses(world, jane, ask('get secrets db -n shop'))), ['other-case:look-alike'])
})
