import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomWorld } from '../../../test/conformance/access/random-world.ts'
import { worldOf } from '../../../test/permission-world.ts'
import { SeededRandom } from '../../../test/random.ts'
import { describeSubject } from '../../model/access.ts'
import { readRbac } from '../../read/rbac/read-rbac.ts'
import { can } from './can.ts'
import { userOfSubject } from './identity.ts'
import { type PermissionIndex, permissionIndex } from './permission-index.ts'
import { rightsDiff } from './rights-diff.ts'

const base = `kind: Role
metadata: {name: reader, namespace: shop}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]
---
kind: RoleBinding
metadata: {name: readers, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: Group, name: devs}]
`

test('rights gained are told with their gravity, and what is written otherwise is no change', () => {
  const head = base.replace(
    'rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]',
    `rules:
  - {apiGroups: [""], resources: [pods], verbs: [list]}
  - {apiGroups: [""], resources: [pods, secrets], verbs: [get]}`,
  )

  const { gained, lost } = rightsDiff(worldOf(base), worldOf(head), 37)

  assert.equal(lost.length, 0)
  assert.deepEqual(
    gained.map(({ subject, namespace, rules, gravity }) => [describeSubject(subject), namespace, rules, gravity]),
    [
      [
        'group:devs',
        'shop',
        [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: [], nonResourceURLs: [] }],
        'high',
      ],
    ],
  )
})

test('the same rights everywhere instead of in one namespace are gained everywhere and lost nowhere', () => {
  const head = base
    .replaceAll('kind: Role\n', 'kind: ClusterRole\n')
    .replace('kind: RoleBinding', 'kind: ClusterRoleBinding')
    .replaceAll(', namespace: shop', '')
    .replace('kind: Role,', 'kind: ClusterRole,')

  const { gained, lost } = rightsDiff(worldOf(base), worldOf(head), 37)

  assert.deepEqual(
    gained.map(change => change.namespace),
    [''],
  )
  assert.deepEqual(lost, [])
})

test('of a binding that both states have the rule is what is new, of any other the binding', () => {
  const head = `${base.replace('verbs: [get, list]}]', 'verbs: [get, list]}, {apiGroups: [""], resources: [secrets], verbs: [get]}]')}---
kind: RoleBinding
metadata: {name: more, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: Group, name: devs}]
`

  const { gained } = rightsDiff(worldOf(base), worldOf(head), 37)

  assert.deepEqual(
    gained[0]!.given.map(({ rule, gravity, grant, cause }) => [
      rule.resources.join(),
      gravity,
      grant.binding.name,
      cause.kind === 'rule' ? `${cause.role.name} ${cause.ruleIndex}` : 'binding',
    ]),
    [
      ['secrets', 'high', 'more', 'binding'],
      ['secrets', 'high', 'readers', 'reader 1'],
    ],
  )
})

test('a rule that aggregation gathers is new in the role that it is written in', () => {
  const aggregated = `kind: ClusterRole
metadata: {name: all}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {in: all}}]}
---
kind: ClusterRoleBinding
metadata: {name: all}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: all}
subjects: [{kind: Group, name: devs}]
---
kind: ClusterRole
metadata: {name: part, labels: {in: all}}
rules:
  - {apiGroups: [""], resources: [pods], verbs: [get]}
`

  const { gained } = rightsDiff(
    worldOf(aggregated),
    worldOf(`${aggregated}  - {apiGroups: [""], resources: [nodes], verbs: [get]}\n`),
    37,
  )

  const [right] = gained[0]!.given
  assert.deepEqual(right?.cause.kind === 'rule' && [right.cause.role.name, right.cause.ruleIndex], ['part', 1])
})

test('two states compared either way: what one gains the other loses; a state differs in nothing from itself', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const [a, b] = [world(seed), world(seed + 1000)]

    assert.deepEqual(rightsDiff(a, a, 37), { gained: [], lost: [] }, `seed ${seed}`)
    const [forth, back] = [rightsDiff(a, b, 37), rightsDiff(b, a, 37)]
    assert.deepEqual([forth.gained, forth.lost], [back.lost, back.gained], `seed ${seed}`)
  }
})

test('a right that is told as gained is allowed after and was not given to that subject before', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const [a, b] = [world(seed), world(seed + 1000)]
    for (const { subject, namespace, rules } of rightsDiff(a, b, 37).gained) {
      for (const rule of rules) {
        const [verb, group, resource] = [rule.verbs[0]!, rule.apiGroups[0], rule.resources[0]]
        if (group === undefined || resource === undefined || [verb, group, resource].some(text => text.includes('*')))
          continue
        const [plain, subresource] = resource.split('/') as [string, string | undefined]
        const request = {
          kind: 'resource',
          verb,
          group,
          resource: plain,
          subresource: subresource ?? '',
          name: rule.resourceNames[0] ?? '',
          namespace,
        } as const
        // Groups of a subject may have had the right already; the change is about the subject as it is bound.
        const user = {
          ...userOfSubject(subject),
          ...(subject.kind === 'Group' ? { groups: [subject.name] } : { groups: [] }),
        }
        assert.equal(can(b, user, request).verdict, 'allowed', `seed ${seed}: ${JSON.stringify({ subject, request })}`)
        assert.equal(can(a, user, request).verdict, 'denied', `seed ${seed}: ${JSON.stringify({ subject, request })}`)
      }
    }
  }
})

function world(seed: number): PermissionIndex {
  const { roles, bindings } = readRbac(
    randomWorld(new SeededRandom(seed), 12).map(object => ({
      file: 'world',
      object,
      locate: () => ({ line: 1, column: 1 }),
    })),
    'default',
  )
  return permissionIndex(roles, bindings)
}
