import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kindTableOf } from '../../../src/adapters/fs/kind-tables.ts'
import { powers } from '../../../src/inventory/permissions/powers.ts'
import { gravityOf, powersOf } from '../../../src/inventory/permissions/powers-of.ts'
import type { PolicyRule } from '../../../src/model/access.ts'

const rule = (verbs: string, resources: string, apiGroups = '', resourceNames: readonly string[] = []): PolicyRule => ({
  verbs: verbs.split(','),
  resources: resources.split(','),
  apiGroups: apiGroups.split(','),
  resourceNames,
  nonResourceURLs: [],
})

test('every power is proven by resources that a server has, or that only rules know', () => {
  const kinds = [...kindTableOf('1.37').kinds.values()]
  const known = new Set(
    kinds.flatMap(({ group, resource, subresources }) => [
      `${group}/${resource}`,
      ...subresources.map(sub => `${group}/${resource}/${sub}`),
    ]),
  )
  const virtual = [
    '/users',
    '/groups',
    'authentication.k8s.io/',
    'certificates.k8s.io/signers',
    'gateway.networking.k8s.io/',
    'apiextensions.k8s.io/customresourcedefinitions/finalizers',
  ]
  for (const { id, probes } of powers.values()) {
    assert.ok(probes.length > 0, id)
    for (const probe of probes) {
      if (probe.kind === 'url') continue
      const name = `${probe.group}/${probe.resource}${probe.subresource === '' ? '' : `/${probe.subresource}`}`
      assert.ok(known.has(name) || virtual.some(start => name.startsWith(start)), `${id}: ${name}`)
    }
  }
})

for (const [name, given, minor, wide, narrow] of [
  ['secrets', rule('list', 'secrets'), 37, 'critical', 'high'],
  ['a secret by name', rule('get', 'secrets', '', ['db']), 37, undefined, undefined],
  ['get of exec before 1.35', rule('get', 'pods/exec'), 34, 'high', 'medium'],
  ['get of exec from 1.35 on', rule('get', 'pods/exec'), 35, undefined, undefined],
  ['create of exec', rule('create', 'pods/exec'), 37, 'high', 'medium'],
  ['exec by the sub-resource of everything', rule('create', '*/exec'), 37, 'high', 'medium'],
  ['nodes/proxy means nothing in a namespace', rule('get', 'nodes/proxy'), 37, 'critical', undefined],
  ['everything', rule('*', '*', '*'), 37, 'critical', 'high'],
  ['pods of another group', rule('create', 'pods', 'metrics.k8s.io'), 37, undefined, undefined],
  ['reading pods', rule('get,list,watch', 'pods'), 37, undefined, undefined],
] as const) {
  test(`how grave a rule is: ${name}`, () => {
    assert.equal(gravityOf(given, true, minor), wide)
    assert.equal(gravityOf(given, false, minor), narrow)
  })
}

test('a wildcard of resources has every power that its verbs give', () => {
  const given = new Set(powersOf(rule('get', '*')).map(({ id }) => id))

  assert.deepEqual([...given].sort(), ['exec-by-get', 'nodes-proxy', 'secrets-read'])
})
