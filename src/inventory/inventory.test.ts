import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../lib/json/json-value.ts'
import { identityOf } from './identity.ts'
import { buildInventory, type Inventory, selectorOf } from './inventory.ts'
import { readLabelSelector, selects, selectsPartly } from './label-selector.ts'
import { withoutNulls } from './normalise.ts'
import { podPathsWith } from './pod-paths.ts'
import { podViewsOf } from './pod-view.ts'

const inventoryOf = (...objects: readonly JsonObject[]): Inventory =>
  buildInventory(
    objects.map((object, order) => ({
      ...identityOf(object, { defaultNamespace: 'default' }),
      object,
      source: { file: 'a.yaml', unit: '', origin: 'exact' },
      order,
      places: {},
    })),
    podPathsWith(),
  )
const owned = (kind: string, name: string, owner: string, ownerName: string, more: JsonObject = {}): JsonObject => ({
  apiVersion: kind === 'Pod' ? 'v1' : 'apps/v1',
  kind,
  metadata: {
    name,
    namespace: 'shop',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: owner, name: ownerName, controller: true }],
    ...more,
  },
  spec: {},
})

test('a pod leads through its ReplicaSet to the Deployment', () => {
  const inventory = inventoryOf(
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' } },
    owned('ReplicaSet', 'web-5d9', 'Deployment', 'web'),
    owned('Pod', 'web-5d9-x', 'ReplicaSet', 'web-5d9'),
  )

  assert.equal(inventory.ownerOf(inventory.objects[2]!).kind, 'Deployment')
  assert.equal(inventory.workloads.length, 3)
})

test('without the ReplicaSet, the hash of the pod names the Deployment', () => {
  const labels = { 'pod-template-hash': '5d9' }
  const inventory = inventoryOf(owned('Pod', 'web-5d9-x', 'ReplicaSet', 'web-5d9', { labels }))

  assert.deepEqual(inventory.ownerOf(inventory.objects[0]!), {
    group: 'apps',
    kind: 'Deployment',
    namespace: 'shop',
    name: 'web',
  })
})

test('owners in a circle end', () => {
  const inventory = inventoryOf(
    owned('ReplicaSet', 'a', 'ReplicaSet', 'b'),
    owned('ReplicaSet', 'b', 'ReplicaSet', 'a'),
  )

  assert.equal(inventory.ownerOf(inventory.objects[0]!).kind, 'ReplicaSet')
})

test('the selector of a Service is a map of labels; without one it selects nothing', () => {
  const read = selectorOf({ kind: 'Service', spec: { selector: { app: 'web' } } })

  assert.ok(read.kind === 'selector')
  assert.equal(selects(read, { app: 'web', tier: 'front' }), true)
  assert.equal(selects(read, { app: 'api' }), false)
  assert.equal(selectorOf({ kind: 'Service', spec: {} }).kind, 'invalid')
})

test('label selectors decide as Kubernetes does', () => {
  const decide = (selector: JsonObject, labels: JsonObject): boolean => {
    const read = readLabelSelector(selector)
    return read.kind === 'selector' && selects(read, labels)
  }

  assert.equal(decide({}, {}), true)
  assert.equal(decide({ matchLabels: { a: '1' } }, { a: '1', b: '2' }), true)
  assert.equal(decide({ matchExpressions: [{ key: 'a', operator: 'NotIn', values: ['1'] }] }, {}), true)
  assert.equal(decide({ matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, {}), false)
  assert.equal(readLabelSelector({ matchExpressions: [{ key: 'a', operator: 'In', values: [] }] }).kind, 'invalid')
  assert.equal(readLabelSelector(5).kind, 'invalid')
})

test('a selector on labels that are not known is undecided, unless a known one decides', () => {
  const read = readLabelSelector({ matchLabels: { a: '1', b: '2' } })
  assert.ok(read.kind === 'selector')

  assert.equal(selectsPartly(read, { a: '1' }), undefined)
  assert.equal(selectsPartly(read, { a: '9' }), false)
  assert.equal(selectsPartly(read, { a: '1', b: '2' }), true)
})

test('null fields go, lists keep their places, and an object without null stays the very same', () => {
  const clean = { a: [{ b: 1 }] }

  assert.equal(withoutNulls(clean), clean)
  const pruned = withoutNulls({ a: [null, { b: null, c: 1 }], d: null })
  assert.equal(JSON.stringify(pruned), '{"a":[null,{"c":1}]}')
})

test('pods of any shape are taken apart without throwing, and say what is wrong', () => {
  const paths = podPathsWith()
  const ref = { group: '', kind: 'Pod', namespace: 'shop', name: 'web' }
  const view = (object: JsonObject): readonly (string | undefined)[] =>
    podViewsOf(object, ref, paths).map(({ malformed }) => malformed)

  assert.deepEqual(view({}), [undefined])
  assert.deepEqual(view({ spec: 'x' }), ['spec is a string and not an object'])
  assert.deepEqual(view({ spec: { containers: 'x' } }), ['spec.containers is a string and not a list'])
  assert.deepEqual(view({ spec: {}, metadata: 5 }), ['metadata is a number and not an object'])
  assert.deepEqual(view({ spec: { containers: [5, null, []] } }), [undefined])
})

test('containers have their role, and the path where they stand', () => {
  const ref = { group: 'batch', kind: 'CronJob', namespace: 'shop', name: 'web' }
  const spec = { initContainers: [{ name: 'i' }, { name: 's', restartPolicy: 'Always' }], containers: [{ name: 'a' }] }
  const object = { spec: { jobTemplate: { spec: { template: { spec } } } } }

  const [view] = podViewsOf(object, ref, podPathsWith())

  assert.deepEqual(
    view!.containers.map(({ name, role, path }) => [name, role, path.join('.')]),
    [
      ['i', 'init', 'spec.jobTemplate.spec.template.spec.initContainers.0'],
      ['s', 'sidecar', 'spec.jobTemplate.spec.template.spec.initContainers.1'],
      ['a', 'main', 'spec.jobTemplate.spec.template.spec.containers.0'],
    ],
  )
})

test('a kind with several templates has a pod for each that exists', () => {
  const ref = { group: 'kubeflow.org', kind: 'PyTorchJob', namespace: 'ml', name: 'train' }
  const replica = { template: { spec: { containers: [{ name: 'pytorch' }] } } }
  const object = { spec: { pytorchReplicaSpecs: { Master: replica, Worker: replica, Broken: 5 } } }

  const views = podViewsOf(object, ref, podPathsWith())

  assert.deepEqual(
    views.map(({ label, malformed }) => [label, malformed !== undefined]),
    [
      ['Master', false],
      ['Worker', false],
      ['Broken', true],
    ],
  )
})

test('pods with one list of containers have the views of them in common, init containers apart', () => {
  const list = [{ name: 'a', restartPolicy: 'Always' }]
  const pod = (name: string): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { initContainers: list, containers: list },
  })

  const [one, other] = inventoryOf(pod('one'), pod('other')).objects.map(({ pods }) => pods[0]!)

  assert.equal(one!.containers[1], other!.containers[1])
  assert.deepEqual(
    other!.containers.map(({ role, path }) => [role, path]),
    [
      ['sidecar', ['spec', 'initContainers', 0]],
      ['main', ['spec', 'containers', 0]],
    ],
  )
})
