import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../../../test/random.ts'
import type { JsonValue } from '../../lib/json/json-value.ts'
import { readIdentity } from './read-identity.ts'

const cluster = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/shop'
const group = '2f6f7a1e-11f2-4c0e-9a35-0d5f3f2f6a10'

test('role assignments of Entra become bindings that keep their scope', () => {
  const assignment = (role: string, scope: string) => ({
    principalId: group,
    principalName: 'shop-developers',
    principalType: 'Group',
    roleDefinitionName: role,
    roleDefinitionId: '/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/x',
    scope,
  })
  const facts = readIdentity(
    'entra',
    [
      [
        assignment('Azure Kubernetes Service RBAC Writer', `${cluster}/namespaces/web`),
        assignment('Azure Kubernetes Service RBAC Cluster Admin', '/subscriptions/s'),
        assignment('Azure Kubernetes Service RBAC Reader', cluster.replace('/shop', '/other')),
        assignment('Our own Kubernetes role', cluster),
        assignment('Storage Blob Data Reader', '/subscriptions/s'),
      ],
    ],
    'shop',
  )

  const subject = { kind: 'Group', name: group }
  assert.deepEqual(
    facts.grants.map(grant => [grant.subject, grant.role, grant.namespace]),
    [
      [subject, 'edit', 'web'],
      [subject, 'cluster-admin', null],
    ],
  )
  assert.deepEqual(facts.names, [{ subject, name: 'shop-developers', members: null }])
  assert.deepEqual(facts.unread, [`role "Our own Kubernetes role" at ${cluster}`])
})

test('groups of Entra and federated credentials give names and identities', () => {
  const facts = readIdentity(
    'entra',
    [
      { value: [{ id: group, displayName: 'shop-developers', members: [{}, {}] }] },
      [
        {
          name: 'web',
          issuer: 'https://issuer.example.com/',
          subject: 'system:serviceaccount:shop:web',
          audiences: ['api://AzureADTokenExchange'],
          id: '/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/web-identity/federatedIdentityCredentials/web',
        },
      ],
    ],
    undefined,
  )

  assert.deepEqual(facts.names, [{ subject: { kind: 'Group', name: group }, name: 'shop-developers', members: 2 }])
  assert.deepEqual(facts.workloads, [{ namespace: 'shop', name: 'web', identity: 'web-identity' }])
})

test('access policies of EKS hold where they say; a pattern of namespaces is said to be not understood', () => {
  const arn = 'arn:aws:iam::111122223333:role/ops'
  const policy = (name: string, accessScope: JsonValue) => ({
    policyArn: `arn:aws:eks::aws:cluster-access-policy/${name}`,
    accessScope,
  })
  const facts = readIdentity(
    'aws',
    [
      {
        clusterName: 'shop',
        principalArn: arn,
        associatedAccessPolicies: [
          policy('AmazonEKSClusterAdminPolicy', { type: 'cluster', namespaces: [] }),
          policy('AmazonEKSViewPolicy', { type: 'namespace', namespaces: ['web', 'team-*'] }),
          policy('AmazonEKSNewPolicy', { type: 'cluster', namespaces: [] }),
        ],
      },
      {
        associations: [
          { clusterName: 'other', namespace: 'a', serviceAccount: 'b' },
          { clusterName: 'shop', namespace: 'web', serviceAccount: 'web', roleArn: arn },
        ],
      },
    ],
    'shop',
  )

  assert.deepEqual(
    facts.grants.map(grant => [grant.role, grant.namespace]),
    [
      ['cluster-admin', null],
      ['view', 'web'],
    ],
  )
  assert.deepEqual(facts.workloads, [{ namespace: 'web', name: 'web', identity: arn }])
  assert.equal(facts.unread.length, 2)
})

test('a policy of Google Cloud gives rights in every cluster of the project, but not under a condition', () => {
  const facts = readIdentity(
    'gcp',
    [
      {
        bindings: [
          { role: 'roles/container.admin', members: ['user:jane@example.com', 'group:ops@example.com'] },
          {
            role: 'roles/container.developer',
            members: ['user:joe@example.com'],
            condition: { title: 'until friday' },
          },
          { role: 'roles/iam.workloadIdentityUser', members: ['serviceAccount:p.svc.id.goog[shop/web]'] },
          { role: 'roles/logging.viewer', members: ['user:joe@example.com'] },
        ],
      },
    ],
    undefined,
  )

  assert.deepEqual(
    facts.grants.map(grant => [grant.subject, grant.role]),
    [
      [{ kind: 'User', name: 'jane@example.com' }, 'cluster-admin'],
      [{ kind: 'Group', name: 'ops@example.com' }, 'cluster-admin'],
    ],
  )
  assert.deepEqual(
    facts.workloads.map(({ namespace, name }) => `${namespace}/${name}`),
    ['shop/web'],
  )
  assert.equal(facts.unread.length, 1)
})

test('records of any form are read without a fault', () => {
  const random = new SeededRandom(11)
  const fields = [
    'value',
    'bindings',
    'members',
    'role',
    'roleDefinitionId',
    'scope',
    'issuer',
    'subject',
    'associations',
    'associatedAccessPolicies',
    'accessEntry',
    'accessScope',
    'namespaces',
    'type',
    'id',
    'displayName',
    '__proto__',
  ]
  const value = (depth: number): JsonValue => {
    const kind = random.below(depth > 4 ? 4 : 6)
    if (kind === 0) return null
    if (kind === 1) return random.below(9)
    if (kind === 2) return random.pick(['', 'namespace', 'system:serviceaccount:a:b', 'user:', 'x'])
    if (kind === 3) return random.chance(0.5)
    if (kind === 4) return Array.from({ length: random.below(4) }, () => value(depth + 1))
    return Object.fromEntries(random.some(fields, 0, 6).map(field => [field, value(depth + 1)]))
  }
  for (let round = 0; round < 3000; round++)
    for (const provider of ['entra', 'aws', 'gcp'] as const)
      assert.doesNotThrow(() => readIdentity(provider, [value(0)], undefined))
})
