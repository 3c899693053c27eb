import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask, worldOf } from '../../../test/permission-world.ts'
import { accountUser } from './identity.ts'
import { type ImpersonatedUser, impersonate } from './impersonation.ts'

function world(rules: string) {
  return worldOf(`kind: ClusterRole
metadata: {name: actor}
rules: ${rules}
---
kind: ClusterRoleBinding
metadata: {name: actor}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: actor}
subjects: [{kind: ServiceAccount, name: actor, namespace: ops}]
`)
}

const constrained = (mode: string, resource: string, names = '') =>
  `{apiGroups: [authentication.k8s.io], resources: [${resource}], verbs: ["impersonate:${mode}"]${names === '' ? '' : `, resourceNames: [${names}]`}}`
const on = (mode: string) => `{apiGroups: [""], resources: [pods], verbs: ["impersonate-on:${mode}:get"]}`
const legacy = '{apiGroups: [""], resources: [users, groups, serviceaccounts], verbs: [impersonate]}'
const jane = { user: 'jane', groups: [], uid: '', extra: {} }
const actor = { ...accountUser('ops', 'actor'), node: 'n1' }

for (const [name, rules, wanted, target, expected] of [
  ['legacy gives everything, system:masters too', [legacy], { ...jane, groups: ['system:masters'] }, 37, 'legacy'],
  [
    'the constrained mode goes first',
    [legacy, constrained('user-info', 'users'), on('user-info')],
    jane,
    37,
    'user-info',
  ],
  [
    'before 1.36 there is no constrained mode',
    [constrained('user-info', 'users'), on('user-info')],
    jane,
    35,
    'denied',
  ],
  ['without impersonate-on nothing is left', [constrained('user-info', 'users')], jane, 37, 'denied'],
  [
    'constrained never reaches system:masters',
    [constrained('user-info', 'users, groups'), on('user-info')],
    { ...jane, groups: ['system:masters'] },
    37,
    'denied',
  ],
  [
    'three groups are asked for one by one',
    [constrained('user-info', 'users'), constrained('user-info', 'groups', '"*"'), on('user-info')],
    { ...jane, groups: ['a', 'b', 'c'] },
    37,
    'denied',
  ],
  [
    'four groups may be covered by the name *',
    [constrained('user-info', 'users'), constrained('user-info', 'groups', '"*"'), on('user-info')],
    { ...jane, groups: ['a', 'b', 'c', 'd'] },
    37,
    'user-info',
  ],
  [
    'an account is its own mode',
    [constrained('serviceaccount', 'serviceaccounts'), on('serviceaccount')],
    { ...jane, user: 'system:serviceaccount:shop:web' },
    37,
    'serviceaccount',
  ],
  [
    'user-info does not reach accounts',
    [constrained('user-info', 'users'), on('user-info')],
    { ...jane, user: 'system:serviceaccount:shop:web' },
    37,
    'denied',
  ],
  [
    'the node of the token',
    [constrained('associated-node', 'nodes', '"*"'), on('associated-node')],
    { ...jane, user: 'system:node:n1' },
    37,
    'associated-node',
  ],
  [
    'another node than that of the token',
    [constrained('associated-node', 'nodes', '"*"'), on('associated-node')],
    { ...jane, user: 'system:node:n2' },
    37,
    'denied',
  ],
  [
    'any node by its name',
    [constrained('arbitrary-node', 'nodes', 'n2'), on('arbitrary-node')],
    { ...jane, user: 'system:node:n2' },
    37,
    'arbitrary-node',
  ],
  [
    'extras need a key with a domain',
    [constrained('user-info', 'users, userextras/team'), on('user-info')],
    { ...jane, extra: { team: ['red'] } },
    37,
    'denied',
  ],
  [
    'an extra with a domain',
    [constrained('user-info', 'users, userextras/example.com/team'), on('user-info')],
    { ...jane, extra: { 'example.com/team': ['red'] } },
    37,
    'user-info',
  ],
  ['groups without a user are a bad request', [legacy], { ...jane, user: '', groups: ['a'] }, 37, 'bad-request'],
] as readonly (readonly [string, readonly string[], ImpersonatedUser, number, string])[]) {
  test(`impersonation: ${name}`, () => {
    const outcome = impersonate(world(`[${rules.join(', ')}]`), actor, wanted, ask('get pods -n shop'), target)

    assert.equal(outcome.kind === 'allowed' ? outcome.mode : outcome.kind, expected)
  })
}

test('the impersonated user is in the groups of its kind', () => {
  const rules = `[${legacy}]`
  const as = (user: string, groups: readonly string[] = []) => {
    const outcome = impersonate(world(rules), actor, { ...jane, user, groups }, ask('get pods'), 37)
    return outcome.kind === 'allowed' ? outcome.as.groups : outcome
  }

  assert.deepEqual(as('jane'), ['system:authenticated'])
  assert.deepEqual(as('system:anonymous'), ['system:unauthenticated'])
  assert.deepEqual(as('system:serviceaccount:shop:web'), [
    'system:serviceaccounts',
    'system:serviceaccounts:shop',
    'system:authenticated',
  ])
  assert.deepEqual(as('system:serviceaccount:shop:web', ['devs']), ['devs', 'system:authenticated'])
})
