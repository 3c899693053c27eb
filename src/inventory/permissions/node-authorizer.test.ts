import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ask } from '../../../test/permission-world.ts'
import type { JsonObject } from '../../lib/json/json-value.ts'
import { nodeOpinion, nodeReach, nodeRestriction } from './node-authorizer.ts'

const pod = (name: string, spec: JsonObject, annotations: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'shop', annotations },
  spec: { nodeName: 'n1', ...spec },
})
const reach = nodeReach([
  pod('web', {
    serviceAccountName: 'web',
    volumes: [
      { name: 'a', secret: { secretName: 'db' } },
      { name: 'b', persistentVolumeClaim: { claimName: 'data' } },
    ],
    containers: [{ name: 'web', envFrom: [{ configMapRef: { name: 'settings' } }] }],
  }),
  pod('mirror', { volumes: [{ name: 'a', secret: { secretName: 'hidden' } }] }, { 'kubernetes.io/config.mirror': 'x' }),
  {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'disk' },
    spec: { claimRef: { namespace: 'shop', name: 'data' } },
  },
])
const node = (name: string) => ({ user: `system:node:${name}`, groups: ['system:nodes', 'system:authenticated'] })

for (const [name, question, expected] of [
  ['a secret that a pod mounts', 'get secrets db -n shop', 'allowed'],
  ['another secret', 'get secrets other -n shop', 'no-opinion'],
  ['all secrets', 'list secrets -n shop', 'no-opinion'],
  ['a change of a secret that a pod mounts', 'update secrets db -n shop', 'no-opinion'],
  ['a ConfigMap in the environment', 'get configmaps settings -n shop', 'allowed'],
  ['a volume behind a claim', 'get persistentvolumes disk', 'allowed'],
  ['a token of the account of a pod', 'create serviceaccounts/token web -n shop', 'allowed'],
  ['a token of another account', 'create serviceaccounts/token deployer -n shop', 'no-opinion'],
  ['what only a mirror pod names', 'get secrets hidden -n shop', 'no-opinion'],
  ['the node itself', 'get nodes n1', 'allowed'],
  ['another node', 'get nodes n2', 'no-opinion'],
  ['its own lease', 'update leases.coordination.k8s.io n1 -n kube-node-lease', 'allowed'],
  ['a lease elsewhere', 'update leases.coordination.k8s.io n1 -n shop', 'no-opinion'],
] as const) {
  test(`the Node authorizer about ${name}`, () => {
    assert.equal(nodeOpinion(reach, [], node('n1'), ask(question)), expected)
  })
}

test('a node that runs nothing, and a user that is named like a node, get no opinion', () => {
  assert.equal(nodeOpinion(reach, [], node('n2'), ask('get secrets db -n shop')), 'no-opinion')
  assert.equal(
    nodeOpinion(reach, [], { user: 'system:node:n1', groups: [] }, ask('get secrets db -n shop')),
    'no-opinion',
  )
})

test('what NodeRestriction would refuse of what the authorizer allows', () => {
  assert.equal(nodeRestriction(reach, node('n1'), ask('update nodes n1')), undefined)
  assert.match(nodeRestriction(reach, node('n1'), ask('update nodes n2')) ?? '', /no other node/)
  assert.equal(nodeRestriction(reach, node('n1'), ask('delete pods web -n shop')), undefined)
  assert.match(nodeRestriction(reach, node('n1'), ask('delete pods other -n shop')) ?? '', /bound to it/)
})
