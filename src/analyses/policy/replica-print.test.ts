import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../lib/json/json-value.ts'
import { replicaPrint } from './replica-print.ts'

const pod = (metadata: JsonObject, spec: JsonObject): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'shop', labels: { app: 'web' }, ...metadata },
  spec: { containers: [{ name: 'web', image: 'web:1' }], ...spec },
})

const one = pod({ name: 'web-1', uid: '1' }, { nodeName: 'a', volumes: [{ name: 'kube-api-access-x1y2z' }] })

test('replicas that differ in name, node and token volume print alike', () => {
  const two = pod({ name: 'web-2', uid: '2' }, { nodeName: 'b', volumes: [{ name: 'kube-api-access-abcde' }] })

  assert.equal(replicaPrint(two), replicaPrint(one))
})

const changes: readonly { name: string; pod: JsonObject }[] = [
  {
    name: 'a container',
    pod: pod(
      { name: 'web-2' },
      { nodeName: 'b', containers: [{ name: 'web', image: 'web:2' }], volumes: [{ name: 'kube-api-access-abcde' }] },
    ),
  },
  {
    name: 'a label',
    pod: pod(
      { name: 'web-2', labels: { app: 'other' } },
      { nodeName: 'b', volumes: [{ name: 'kube-api-access-abcde' }] },
    ),
  },
  {
    name: 'an annotation',
    pod: pod(
      { name: 'web-2', annotations: { a: 'b' } },
      { nodeName: 'b', volumes: [{ name: 'kube-api-access-abcde' }] },
    ),
  },
  { name: 'that it is not scheduled', pod: pod({ name: 'web-2' }, { volumes: [{ name: 'kube-api-access-abcde' }] }) },
]

for (const { name, pod: changed } of changes) {
  test(`a pod that differs in ${name} prints otherwise`, () => {
    assert.notEqual(replicaPrint(changed), replicaPrint(one))
  })
}

test('a pod that cannot be printed is compared with none', () => {
  assert.equal(replicaPrint(pod({ name: 'a' }, { big: 9007199254740993n })), undefined)
  assert.equal(replicaPrint({ kind: 'Pod' }), undefined)
})
