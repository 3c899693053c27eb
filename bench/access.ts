// Rights of a large cluster: loading and indexing, who-can, single decisions, findings. Everything is made from a seed.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkAccess } from '../src/analyses/access/checks/index.ts'
import { accessTables } from '../src/apps/access/access-tables.ts'
import { readClusterAccess } from '../src/apps/access/cluster-access.ts'
import { shippedRules } from '../src/apps/scan/shipped-rules.ts'
import { identityOf } from '../src/inventory/identity.ts'
import { buildInventory } from '../src/inventory/inventory.ts'
import { isAllowed } from '../src/inventory/permissions/can.ts'
import { accountUser } from '../src/inventory/permissions/identity.ts'
import { permissionIndex } from '../src/inventory/permissions/permission-index.ts'
import { whoCan } from '../src/inventory/permissions/who-can.ts'
import { podPathsWith } from '../src/inventory/pod-paths.ts'
import { SnapshotAnswers } from '../src/inventory/snapshot/answers.ts'
import type { SnapshotObject } from '../src/inventory/snapshot/snapshot-object.ts'
import type { JsonObject } from '../src/lib/json/json-value.ts'
import type { AccessRequest } from '../src/model/access.ts'
import { readRbac } from '../src/read/rbac/read-rbac.ts'
import { SeededRandom } from '../test/random.ts'

const shape = { roles: 5_000, bindings: 20_000, subjects: 10_000, namespaces: 400 }
const group = 'rbac.authorization.k8s.io'
const random = new SeededRandom(1)

const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']
const things: readonly (readonly [string, readonly string[]])[] = [
  [
    '',
    ['pods', 'pods/log', 'services', 'configmaps', 'secrets', 'events', 'persistentvolumeclaims', 'serviceaccounts'],
  ],
  ['apps', ['deployments', 'statefulsets', 'daemonsets', 'deployments/scale']],
  ['batch', ['jobs', 'cronjobs']],
  ['example.com', ['things', 'things/status', 'tools']],
]

function rule(): JsonObject {
  const [apiGroup, resources] = random.pick(things)
  return {
    apiGroups: [apiGroup],
    resources: random.some(resources, 1, 4),
    verbs: random.some(verbs, 1, 5),
    ...(random.chance(0.1) ? { resourceNames: [`name-${random.below(50)}`] } : {}),
  }
}

function role(i: number): JsonObject {
  const isCluster = i % 10 === 0
  return {
    apiVersion: `${group}/v1`,
    kind: isCluster ? 'ClusterRole' : 'Role',
    metadata: { name: `role-${i}`, ...(isCluster ? {} : { namespace: `ns-${i % shape.namespaces}` }) },
    rules: Array.from({ length: 1 + random.below(5) }, rule),
  }
}

function binding(i: number): JsonObject {
  const isCluster = i % 50 === 0
  const target = isCluster || random.chance(0.3) ? 10 * random.below(shape.roles / 10) : random.below(shape.roles)
  const isClusterRole = target % 10 === 0
  const namespace = isClusterRole ? `ns-${random.below(shape.namespaces)}` : `ns-${target % shape.namespaces}`
  return {
    apiVersion: `${group}/v1`,
    kind: isCluster ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata: { name: `binding-${i}`, ...(isCluster ? {} : { namespace }) },
    roleRef: { apiGroup: group, kind: isClusterRole ? 'ClusterRole' : 'Role', name: `role-${target}` },
    subjects: Array.from({ length: 1 + random.below(2) }, () => {
      const subject = random.below(shape.subjects)
      return subject % 5 === 0
        ? { kind: 'Group', apiGroup: group, name: `group-${subject}` }
        : { kind: 'ServiceAccount', namespace: `ns-${subject % shape.namespaces}`, name: `account-${subject}` }
    }),
  }
}

function report(name: string, value: string, goal: string): void {
  process.stdout.write(`${name.padEnd(58)} ${value.padStart(18)}   goal ${goal}\n`)
}

/** Milliseconds of this thread in the shortest of several runs: what else the machine does only ever adds. */
function shortest(times: number, work: () => void): number {
  const taken = Array.from({ length: times }, () => {
    const start = process.threadCpuUsage()
    work()
    const { user, system } = process.threadCpuUsage(start)
    return (user + system) / 1000
  })
  return Math.min(...taken)
}

const objects = [
  ...Array.from({ length: shape.roles }, (_, i) => role(i)),
  ...Array.from({ length: shape.bindings }, (_, i) => binding(i)),
]
const documents = objects.map(object => ({ file: 'world.json', object, locate: () => ({ line: 1, column: 1 }) }))

// What was read is there; the objects themselves are no part of the measure.
globalThis.gc?.()
const heapBefore = process.memoryUsage().heapUsed
let index = permissionIndex([], [])
const loading = shortest(9, () => {
  const { roles, bindings } = readRbac(documents, 'default')
  index = permissionIndex(roles, bindings)
})
globalThis.gc?.()
const heap = (process.memoryUsage().heapUsed - heapBefore) / 1e6
report(`${shape.roles} roles and ${shape.bindings} bindings loaded and indexed`, `${loading.toFixed(0)} ms`, '300 ms')
report('heap that the index holds (exact with --expose-gc)', `${heap.toFixed(0)} MB`, '150 MB')

const folder = mkdtempSync(join(tmpdir(), 'bench-access-'))
try {
  const file = join(folder, 'rbac.json')
  writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }))
  const start = performance.now()
  await readClusterAccess([file], '1.37')
  report('the same from a file of JSON, places of rules among it', `${(performance.now() - start).toFixed(0)} ms`, '-')
} finally {
  rmSync(folder, { recursive: true, force: true })
}

const asked: AccessRequest = {
  kind: 'resource',
  verb: 'get',
  group: '',
  resource: 'secrets',
  subresource: '',
  name: '',
  namespace: 'ns-7',
}
whoCan(index, asked)
const who = shortest(21, () => whoCan(index, asked))
report(`who-can over ${shape.subjects} subjects`, `${who.toFixed(2)} ms`, '20 ms')

const questions = Array.from({ length: 4096 }, () => {
  const subject = random.below(shape.subjects)
  const [apiGroup, resources] = random.pick(things)
  const [resource, subresource] = random.pick(resources).split('/') as [string, string | undefined]
  return {
    user: accountUser(`ns-${subject % shape.namespaces}`, `account-${subject}`),
    request: {
      kind: 'resource',
      verb: random.pick(verbs),
      group: apiGroup,
      resource,
      subresource: subresource ?? '',
      name: '',
      namespace: `ns-${random.below(shape.namespaces)}`,
    } as const,
  }
})
let allowed = 0
const rounds = 200
const decisions = shortest(9, () => {
  for (let round = 0; round < rounds; round++)
    for (const { user, request } of questions) if (isAllowed(index, user, request)) allowed++
})
report('decisions through the index', `${((rounds * questions.length) / decisions / 1000).toFixed(2)} M/s`, '3 M/s')

const ids = shippedRules().snapshotChecks.flatMap(({ check, meta }) => (check === 'access' ? [meta.id] : []))
const snapshot = [...objects.slice(0, 3_000), ...objects.slice(shape.roles, shape.roles + 7_000)].map(
  (object, order): SnapshotObject => ({
    ...identityOf(object, { defaultNamespace: 'default' }),
    object,
    source: { file: 'world.json', unit: '', origin: 'exact' },
    order,
    places: { '': { line: 1, column: 1 } },
  }),
)
const tables = accessTables('1.37')
const podPaths = podPathsWith()
const inventory = () => buildInventory(snapshot, podPaths)
let verdicts = 0
const lint = shortest(9, () => {
  const answers = new SnapshotAnswers(new Set(ids))
  checkAccess(snapshot, answers, { podPaths, target: '1.37', inventory, tables: () => tables })
  verdicts = answers.verdicts.length
})
report(`${ids.length} rules over ${snapshot.length} objects, ${verdicts} findings`, `${lint.toFixed(0)} ms`, '1000 ms')
if (allowed === 0) throw new Error('the generated cluster allows nothing')
