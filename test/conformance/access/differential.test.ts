import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { can, isAllowed } from '../../../src/inventory/permissions/can.ts'
import { permissionIndex } from '../../../src/inventory/permissions/permission-index.ts'
import type { JsonObject, JsonValue } from '../../../src/lib/json/json-value.ts'
import { readRbac, readShippedRbac } from '../../../src/read/rbac/read-rbac.ts'
import { skipWithoutControlPlane, startControlPlane } from '../../control-plane.ts'
import { SeededRandom } from '../../random.ts'
import { namespaces, randomRequest, randomUser, randomWorld } from './random-world.ts'
import { post, review, startAggregationController } from './subject-access-review.ts'

const questions = 20_000

test('the evaluator agrees with the authorizer of a real API server', {
  skip: skipWithoutControlPlane,
  timeout: 300_000,
}, async () => {
  const seed = Number(process.env['SEED'] ?? 20261)
  const random = new SeededRandom(seed)
  const objects = randomWorld(random, 60)
  const server = await startControlPlane()
  const controller = startAggregationController(server)
  try {
    for (const name of namespaces)
      await post(server, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    for (const object of objects) await create(object)
    await settled()

    const index = permissionIndex(...ownView(objects))
    const differences: string[] = []
    let allowed = 0
    const ask = async (): Promise<void> => {
      const [user, request] = [randomUser(random), randomRequest(random)]
      const own = can(index, user, request)
      const theirs = await review(server, user, request)
      if (theirs) allowed++
      if ((own.verdict === 'allowed') !== theirs || isAllowed(index, user, request) !== theirs)
        differences.push(JSON.stringify({ user, request, theirs, own: own.verdict }))
    }
    for (let asked = 0; asked < questions; asked += 8) await Promise.all(Array.from({ length: 8 }, ask))

    assert.deepEqual(differences.slice(0, 5), [], `seed ${seed}: ${differences.length} of ${questions} answers differ`)
    assert.ok(allowed > questions / 100, `only ${allowed} requests were allowed: the world asks nothing`)
  } finally {
    controller.kill()
    await server.stop()
  }

  async function create(object: JsonObject): Promise<void> {
    const { kind, metadata } = object as { kind: string; metadata: { namespace?: string } }
    const scope = metadata.namespace === undefined ? '' : `namespaces/${metadata.namespace}/`
    const answer = await post(server, `/apis/rbac.authorization.k8s.io/v1/${scope}${kind.toLowerCase()}s`, object)
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
  }

  /** The controller works in the background: wait until the aggregated rules stop changing. */
  async function settled(): Promise<void> {
    let before = ''
    for (let look = 0, same = 0; same < 3 && look < 30; look++) {
      await sleep(1000)
      const answer = await server.kubectl([
        'get',
        'clusterroles',
        '-o',
        'jsonpath={.items[*].metadata.resourceVersion}',
      ])
      same = answer.stdout === before ? same + 1 : 0
      before = answer.stdout
    }
  }
})

function ownView(objects: readonly JsonObject[]): Parameters<typeof permissionIndex> {
  const table = JSON.parse(readFileSync(join(import.meta.dirname, '../../../data/bootstrap-rbac.json'), 'utf8')) as {
    entries: { minors: string[]; object: JsonValue }[]
  }
  const shipped = readShippedRbac(
    table.entries.filter(entry => entry.minors.includes('1.37')).map(entry => entry.object),
  )
  const own = readRbac(
    objects.map(object => ({ file: 'world', object, locate: () => ({ line: 1, column: 1 }) })),
    'default',
  )
  assert.deepEqual(own.diagnostics, [])
  return [
    [...shipped.roles, ...own.roles],
    [...shipped.bindings, ...own.bindings],
  ]
}
