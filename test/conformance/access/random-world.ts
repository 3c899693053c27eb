import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import type { AccessRequest, UserInfo } from '../../../src/model/access.ts'
import type { SeededRandom } from '../../random.ts'

const group = 'rbac.authorization.k8s.io'
export const namespaces = ['shop', 'ci', 'ops']
const verbs = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'bind',
  'escalate',
  'impersonate',
  'use',
  '*',
]
const groups = ['', 'apps', group, 'batch', 'example.com', '*', 'core']
const resources = [
  'pods',
  'pods/exec',
  'pods/log',
  'pods/*',
  '*/log',
  '*/scale',
  'secrets',
  'deployments',
  'deployments/scale',
  'roles',
  'clusterroles',
  'rolebindings',
  'nodes',
  'namespaces',
  'things',
  'po',
  'Pods',
  '*',
]
const names = ['a', 'b', '*', '']
const urls = ['/metrics', '/healthz', '/healthz/*', '/api*', '*', '/logs/**', 'metrics']
const users = ['jane', 'joe', 'system:serviceaccount:ci:deployer', 'system:anonymous']
const userGroups = ['devs', 'ops', 'system:authenticated', 'system:serviceaccounts:ci', 'system:unauthenticated']
const accounts = [
  { namespace: 'ci', name: 'deployer' },
  { namespace: 'shop', name: 'web' },
]
const labelSets: readonly Record<string, string>[] = [{ tier: 'a' }, { tier: 'b' }, { tier: 'a', extra: 'x' }]

/** The objects of a random cluster: all of them are accepted by an API server, so that both sides see the same. */
export function randomWorld(random: SeededRandom, size: number): JsonObject[] {
  const objects: JsonObject[] = []
  const clusterRoles = Array.from({ length: size }, (_, i) => `role-${i}`)
  for (const name of clusterRoles) {
    // Roles that gather each other never come to rest in a real cluster, so gathering goes up two levels only.
    const level = random.chance(0.2) ? 1 + random.below(2) : 0
    const labels = level === 0 ? (random.chance(0.6) ? random.pick(labelSets) : {}) : level === 1 ? { up: 'c' } : {}
    const selectors = level === 1 ? random.some(lowSelectors, 1, 2) : [{ matchLabels: { up: 'c' } }]
    objects.push({
      apiVersion: `${group}/v1`,
      kind: 'ClusterRole',
      metadata: { name, labels },
      ...(level === 0
        ? { rules: rules(random, true) }
        : {
            aggregationRule: { clusterRoleSelectors: selectors },
            rules: random.chance(0.3) ? rules(random, true) : [],
          }),
    } as JsonObject)
  }
  for (const namespace of namespaces) {
    for (let i = 0; i < size / 3; i++) {
      objects.push({
        apiVersion: `${group}/v1`,
        kind: 'Role',
        metadata: { name: `local-${i}`, namespace },
        rules: rules(random, false),
      } as JsonObject)
    }
  }
  for (let i = 0; i < size; i++) {
    const isCluster = random.chance(0.4)
    const ref =
      isCluster || random.chance(0.5)
        ? { kind: 'ClusterRole', name: random.chance(0.1) ? 'missing' : random.pick(clusterRoles) }
        : { kind: 'Role', name: `local-${random.below(Math.ceil(size / 3))}` }
    objects.push({
      apiVersion: `${group}/v1`,
      kind: isCluster ? 'ClusterRoleBinding' : 'RoleBinding',
      metadata: { name: `binding-${i}`, ...(isCluster ? {} : { namespace: random.pick(namespaces) }) },
      roleRef: { apiGroup: group, ...ref },
      subjects: Array.from({ length: random.below(3) }, () => subject(random, isCluster)),
    } as JsonObject)
  }
  return objects
}

const lowSelectors = [
  { matchLabels: { tier: 'a' } },
  { matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }] },
  { matchExpressions: [{ key: 'extra', operator: 'Exists' }] },
]

function rules(random: SeededRandom, mayNameUrls: boolean): JsonObject[] {
  return Array.from({ length: random.below(4) }, () => {
    const chosen = random.chance(0.1) ? ['*'] : random.some(verbs, 1, 4)
    if (mayNameUrls && random.chance(0.2)) return { verbs: chosen, nonResourceURLs: random.some(urls, 1, 2) }
    return {
      verbs: chosen,
      apiGroups: random.some(groups, 1, 2),
      resources: random.some(resources, 1, 4),
      ...(random.chance(0.25) ? { resourceNames: random.some(names, 1, 2) } : {}),
    }
  })
}

function subject(random: SeededRandom, isCluster: boolean): JsonObject {
  const kind = random.below(3)
  if (kind === 0) return { kind: 'User', apiGroup: group, name: random.pick(users) }
  if (kind === 1) return { kind: 'Group', apiGroup: group, name: random.pick(userGroups) }
  const account = random.pick(accounts)
  return isCluster || random.chance(0.7)
    ? { kind: 'ServiceAccount', ...account }
    : { kind: 'ServiceAccount', name: account.name, namespace: '' }
}

export function randomUser(random: SeededRandom): UserInfo {
  return {
    user: random.pick([...users, 'system:serviceaccount:shop:web', 'nobody']),
    groups: random.some(userGroups, 0, 3),
  }
}

export function randomRequest(random: SeededRandom): AccessRequest {
  const verb = random.pick(verbs.filter(verb => verb !== '*' || random.chance(0.2)))
  if (random.chance(0.2))
    return {
      kind: 'url',
      verb,
      path: random.pick(['/metrics', '/healthz', '/healthz/ping', '/api', '/apis', '/logs/x', 'metrics', '/']),
    }
  const [resource, subresource] = random.pick(resources.filter(entry => !entry.includes('*'))).split('/')
  return {
    kind: 'resource',
    verb,
    group: random.pick(groups.filter(entry => entry !== '*')),
    resource: resource!,
    subresource: subresource ?? random.pick(['', '', '', 'log', 'scale', 'status']),
    name: random.pick(['', '', 'a', 'b', '*']),
    namespace: random.pick(['', ...namespaces]),
  }
}
