import assert from 'node:assert/strict'
import { test } from 'node:test'
import { worldOf } from '../../../test/permission-world.ts'
import { accountUser, userOfSubject } from './identity.ts'
import { nearSubjects } from './near-subjects.ts'

const world = worldOf(`kind: RoleBinding
metadata: {name: readers, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
  - {kind: ServiceAccount, name: web, namespace: shop}
  - {kind: ServiceAccount, name: deployer, namespace: ci}
  - {kind: User, name: jane}
  - {kind: Group, name: devs}
`)

for (const [name, user, near] of [
  ['an account in another namespace', accountUser('default', 'deployer'), ['sa:ci/deployer']],
  ['a slip in an account', accountUser('shop', 'wbe'), ['sa:shop/web']],
  ['an account written as a user', userOfSubject({ kind: 'User', name: 'shop/web' }), ['sa:shop/web']],
  ['a user who is a group', userOfSubject({ kind: 'User', name: 'devs' }), ['group:devs']],
  ['a subject that is bound', userOfSubject({ kind: 'User', name: 'jane' }), []],
  ['a stranger', userOfSubject({ kind: 'User', name: 'someone-else' }), []],
] as const) {
  test(`subjects that were probably meant: ${name}`, () => {
    assert.deepEqual(nearSubjects(world, user), near)
  })
}
