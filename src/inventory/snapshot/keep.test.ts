import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type JsonObject, type JsonValue, valueAt } from '../../lib/json/json-value.ts'
import { identityOf } from '../identity.ts'
import { podPathsWith } from '../pod-paths.ts'
import { keptOf, SharedValues } from './keep.ts'

const kept = (object: JsonObject, shared: SharedValues) =>
  keptOf(object, identityOf(object, { defaultNamespace: 'default' }).ref, podPathsWith(), shared)!

const pod = (name: string, owned: boolean): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    labels: { app: 'web', 'pod-template-hash': '5d9f7c8b6d' },
    ...(owned
      ? { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', controller: true }] }
      : {}),
  },
  spec: {
    nodeName: `node-of-${name}`,
    containers: [
      { name: 'web', image: 'nginx:1.29', ports: [{ containerPort: 8080 }], env: [{ name: 'SELF', value: name }] },
    ],
  },
  status: { phase: 'Running', podIP: `10.0.0.${name.length}` },
})

test('replicas have in common what is equal, and nothing else', () => {
  const shared = new SharedValues()
  const [one, other] = ['web-a', 'web-bcd'].map(name => kept(pod(name, true), shared).object)

  for (const path of [
    ['metadata', 'labels'],
    ['metadata', 'ownerReferences'],
    ['spec', 'containers'],
  ])
    assert.equal(valueAt(one!, path), valueAt(other!, path))
  assert.deepEqual(valueAt(other!, ['spec', 'nodeName']), 'node-of-web-bcd')
  assert.deepEqual(valueAt(other!, ['status']), { phase: 'Running', podIP: '10.0.0.7' })
})

test('what is kept of a replica is what is kept of the same pod without a controller', () => {
  const { metadata, ...rest } = kept(pod('web-a', true), new SharedValues()).object
  const { ownerReferences: _, ...own } = metadata as JsonObject

  assert.deepEqual({ metadata: own, ...rest }, kept(pod('web-a', false), new SharedValues()).object)
})

test('an absent field, null and the text of a number stay apart', () => {
  const shared = new SharedValues()
  const containers: JsonValue[] = [{}, { name: null }, { name: '1' }, { name: 1 }, { image: '1' }, { name: 1n }]

  for (const container of containers) assert.deepEqual(shared.containers([container]), [container])
})

test('shared values equal what they were copied from, and equal ones are one', () => {
  const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.bigInt({ min: 2n ** 53n }))
  const { value } = fc.letrec<{ value: JsonValue }>(tie => ({
    value: fc.oneof(leaf, fc.array(tie('value')), fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true })),
  }))
  fc.assert(
    fc.property(fc.array(value), values => {
      const shared = new SharedValues()

      for (const one of values) {
        const copy = shared.of(one)
        assert.deepEqual(copy, one)
        assert.equal(shared.of(structuredClone(one)), copy)
      }
    }),
  )
})

test('a port of a node that the API server refuses has a place', () => {
  const ports = [
    { containerPort: 80, hostPort: 80 },
    { containerPort: 81, hostPort: '81' },
  ]

  const { paths } = kept({ ...pod('web', false), spec: { containers: [{ name: 'web', ports }] } }, new SharedValues())

  assert.deepEqual(paths, [[], ['spec', 'containers', 0, 'ports', 1, 'hostPort']])
})

test('of the containers of a workload only those of an API server have places', () => {
  const containers = [
    { name: 'app' },
    { name: 'server', command: ['/usr/local/bin/kube-apiserver', '--anonymous-auth=true'] },
  ]
  const deployment = (list: JsonValue): JsonObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { template: { spec: { containers: list } } },
  })

  const { paths } = kept(deployment(containers), new SharedValues())

  assert.deepEqual(paths, [[], ['spec', 'template'], ['spec', 'template', 'spec', 'containers', 1]])
})
