import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../lib/json/json-value.ts'
import { definedKindsOf, identityKey, identityOf } from './identity.ts'

const options = { defaultNamespace: 'default' }

test('an object without a namespace is in the default one, and it is known that this was assumed', () => {
  const web = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } }

  assert.deepEqual(identityOf(web, { defaultNamespace: 'shop' }).ref, {
    group: 'apps',
    kind: 'Deployment',
    namespace: 'shop',
    name: 'web',
  })
  assert.equal(identityOf(web, options).assumedNamespace, true)
  assert.equal(identityOf({ ...web, metadata: { name: 'web', namespace: 'shop' } }, options).assumedNamespace, false)
})

test('a cluster-scoped kind has no namespace, whatever is written', () => {
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'r', namespace: 'x' },
  }

  assert.equal(identityOf(role, options).ref.namespace, '')
  assert.equal(identityOf(role, options).assumedNamespace, false)
})

test('a definition in the scan tells the scope and the plural of its kind', () => {
  const definition: JsonObject = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    spec: { group: 'example.com', scope: 'Cluster', names: { kind: 'Fleet', plural: 'fleets' } },
  }
  const fleet = { apiVersion: 'example.com/v1', kind: 'Fleet', metadata: { name: 'a' } }

  assert.equal(identityOf(fleet, options).ref.namespace, 'default')
  assert.equal(identityOf(fleet, { ...options, defined: definedKindsOf(definition) }).ref.namespace, '')
})

test('fields of wrong types never throw', () => {
  const shapes: readonly JsonObject[] = [
    {},
    { apiVersion: 5, kind: null, metadata: 5 },
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: {}, namespace: [] } },
    { kind: 'CustomResourceDefinition', spec: { names: 'x' } },
  ]

  for (const shape of shapes) {
    assert.equal(typeof identityOf(shape, options).ref.name, 'string')
    definedKindsOf(shape)
  }
})

test('identities that only look alike have different keys', () => {
  const ref = { group: '', kind: 'Pod', namespace: 'a', name: 'b' }

  assert.notEqual(identityKey(ref), identityKey({ ...ref, namespace: 'ab', name: '' }))
  assert.notEqual(identityKey({ ...ref, name: 'x\ny' }), identityKey({ ...ref, namespace: 'a\nx', name: 'y' }))
})
