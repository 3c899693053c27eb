import assert from 'node:assert/strict'
import { test } from 'node:test'
import { worldOf } from '../../../test/permission-world.ts'
import { adminEquivalents } from './admin-equivalents.ts'

const rbac = 'rbac.authorization.k8s.io'

/** One account `ops/tool` with the given rules, everywhere or in one namespace. */
function tool(rules: string, namespace = ''): string {
  const binding = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding'
  return `kind: ClusterRole
metadata: {name: tool}
rules: ${rules}
---
kind: ${binding}
metadata: {name: tool${namespace === '' ? '' : `, namespace: ${namespace}`}}
roleRef: {apiGroup: ${rbac}, kind: ClusterRole, name: tool}
subjects: [{kind: ServiceAccount, name: tool, namespace: ops}]
`
}

const root = `---
kind: ClusterRole
metadata: {name: owner}
rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]
---
kind: ClusterRoleBinding
metadata: {name: owner}
roleRef: {apiGroup: ${rbac}, kind: ClusterRole, name: owner}
subjects: [{kind: ServiceAccount, name: owner, namespace: infra}]
`

for (const [name, rules, namespace, expected] of [
  ['everything', '[{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]', '', /may do everything/],
  [
    'bind without a write of bindings',
    `[{apiGroups: [${rbac}], resources: [clusterroles], verbs: [bind]}]`,
    '',
    undefined,
  ],
  [
    'bind with a write of bindings',
    `[{apiGroups: [${rbac}], resources: [clusterroles], verbs: [bind]}, {apiGroups: [${rbac}], resources: [clusterrolebindings], verbs: [create]}]`,
    '',
    /binds cluster-admin to itself/,
  ],
  [
    'a write of bindings alone',
    `[{apiGroups: [${rbac}], resources: [clusterrolebindings], verbs: [create]}]`,
    '',
    undefined,
  ],
  ['nodes/proxy with get', '[{apiGroups: [""], resources: [nodes/proxy], verbs: [get]}]', '', /control plane/],
  [
    'legacy impersonation of users',
    '[{apiGroups: [""], resources: [users], verbs: [impersonate]}]',
    '',
    /system:masters/,
  ],
  [
    'impersonation limited to a name',
    '[{apiGroups: [""], resources: [users], verbs: [impersonate], resourceNames: [jane]}]',
    '',
    undefined,
  ],
  [
    'pods in the namespace of an administrator',
    '[{apiGroups: [""], resources: [pods], verbs: [create]}]',
    'infra',
    /runs a pod as sa:infra\/owner/,
  ],
  ['pods in another namespace', '[{apiGroups: [""], resources: [pods], verbs: [create]}]', 'shop', undefined],
  [
    'secrets everywhere',
    '[{apiGroups: [""], resources: [secrets], verbs: [list]}]',
    '',
    /reads the tokens in Secrets of sa:infra\/owner/,
  ],
  ['secrets of one name', '[{apiGroups: [""], resources: [secrets], verbs: [get], resourceNames: [a]}]', '', undefined],
  [
    'a namespace and pods in it',
    '[{apiGroups: [""], resources: [namespaces], verbs: [patch]}, {apiGroups: [""], resources: [pods], verbs: [create]}]',
    'shop',
    /Pod Security/,
  ],
  [
    'the decision on certificates without approve',
    '[{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}]',
    '',
    undefined,
  ],
  [
    'approval of client certificates',
    '[{apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update]}, {apiGroups: [certificates.k8s.io], resources: [signers], verbs: [approve], resourceNames: [kubernetes.io/*]}]',
    '',
    /client certificate/,
  ],
  ['view of pods', '[{apiGroups: [""], resources: [pods], verbs: [get, list]}]', '', undefined],
] as const) {
  test(`as good as cluster-admin or not: ${name}`, () => {
    const found = adminEquivalents(worldOf(tool(rules, namespace) + root), 37).get('sa:ops/tool')

    if (expected === undefined) assert.equal(found, undefined)
    else assert.match(found?.chain.join('\n') ?? '', expected)
  })
}

test('a chain goes from account to account, step by step', () => {
  const world = worldOf(`${tool('[{apiGroups: [""], resources: [pods], verbs: [create]}]', 'infra')}${root}---
kind: ClusterRole
metadata: {name: minter}
rules: [{apiGroups: [""], resources: [serviceaccounts/token], verbs: [create]}]
---
kind: RoleBinding
metadata: {name: minter, namespace: ops}
roleRef: {apiGroup: ${rbac}, kind: ClusterRole, name: minter}
subjects: [{kind: User, name: jane}]
`)

  const chain = adminEquivalents(world, 37).get('user:jane')?.chain ?? []
  assert.equal(chain.length, 3)
  assert.match(chain[0]!, /mints a token of sa:ops\/tool/)
  assert.match(chain[1]!, /runs a pod as sa:infra\/owner/)
  assert.match(chain[2]!, /may do everything/)
})
