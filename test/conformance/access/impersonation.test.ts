import assert from 'node:assert/strict'
import { request as httpsRequest } from 'node:https'
import { test } from 'node:test'
import { bootstrapRbac } from '../../../src/adapters/fs/bootstrap-rbac.ts'
import { decide } from '../../../src/inventory/permissions/decide.ts'
import { accountUser } from '../../../src/inventory/permissions/identity.ts'
import type { ImpersonatedUser } from '../../../src/inventory/permissions/impersonation.ts'
import { nodeReach } from '../../../src/inventory/permissions/node-authorizer.ts'
import { permissionIndex } from '../../../src/inventory/permissions/permission-index.ts'
import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import type { AccessRequest } from '../../../src/model/access.ts'
import { readRbac, readShippedRbac } from '../../../src/read/rbac/read-rbac.ts'
import { type ControlPlane, skipWithoutControlPlane, startControlPlane } from '../../control-plane.ts'
import { SeededRandom } from '../../random.ts'
import { post } from './subject-access-review.ts'

const group = 'rbac.authorization.k8s.io'
const requesters = 24
const questions = 3000

interface Asker {
  readonly name: string
  readonly token: string
  readonly node: string | undefined
}

test('impersonation headers are answered as a real API server answers them, constrained and legacy', {
  skip: skipWithoutControlPlane,
  timeout: 300_000,
}, async () => {
  const seed = Number(process.env['SEED'] ?? 41)
  const random = new SeededRandom(seed)
  const server = await startControlPlane()
  try {
    for (const name of ['ci', 'shop'])
      await created(server, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    for (const name of ['n1', 'n2'])
      await created(server, '/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name } })
    const objects: JsonObject[] = []
    const add = async (object: JsonObject): Promise<void> => {
      objects.push(object)
      const { kind, metadata } = object as { kind: string; metadata: { namespace?: string } }
      const scope = metadata.namespace === undefined ? '' : `namespaces/${metadata.namespace}/`
      await created(server, `/apis/${group}/v1/${scope}${kind.toLowerCase()}s`, object)
    }
    // What the targets themselves may do: half of what is asked.
    await add(clusterRole('target', [{ verbs: ['get', 'create'], apiGroups: [''], resources: ['configmaps'] }]))
    await add(
      clusterRoleBinding('target', 'target', [
        { kind: 'User', apiGroup: group, name: 'jane' },
        { kind: 'ServiceAccount', namespace: 'shop', name: 'web' },
        { kind: 'Group', apiGroup: group, name: 'devs' },
        { kind: 'User', apiGroup: group, name: 'system:node:n1' },
      ]),
    )
    const askers: Asker[] = []
    for (let i = 0; i < requesters; i++) {
      const name = `asker-${i}`
      await created(server, '/api/v1/namespaces/ci/serviceaccounts', {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name },
      })
      await add(clusterRole(name, rules(random)))
      await add(clusterRoleBinding(name, name, [{ kind: 'ServiceAccount', namespace: 'ci', name }]))
      const node = random.chance(0.5) ? random.pick(['n1', 'n2']) : undefined
      askers.push({ name, node, token: await tokenOf(server, name, node) })
    }
    const own = readRbac(
      objects.map(object => ({ file: 'world', object, locate: () => ({ line: 1, column: 1 }) })),
      'default',
    )
    assert.deepEqual(own.diagnostics, [])
    const shipped = readShippedRbac(bootstrapRbac('1.37'))
    const index = permissionIndex([...shipped.roles, ...own.roles], [...shipped.bindings, ...own.bindings])
    const authorization = { index, target: 37, nodes: nodeReach([]), hasExternalAuthorizer: false, isPartial: false }

    const differences: string[] = []
    const modes = new Map<string, number>()
    let allowed = 0
    for (let asked = 0; asked < questions; asked++) {
      const asker = random.pick(askers)
      const wanted = randomTarget(random)
      const verb = random.pick(['get', 'create', 'list'])
      const request = {
        kind: 'resource',
        verb,
        group: '',
        resource: 'configmaps',
        subresource: '',
        name: verb === 'get' ? 'a' : '',
        namespace: random.pick(['ci', 'shop']),
      } as const
      const user = accountUser('ci', asker.name)
      const ours = decide(
        authorization,
        asker.node === undefined ? user : { ...user, node: asker.node },
        request,
        isNobody(wanted) ? undefined : wanted,
      )
      const theirs = await answerOf(server, asker.token, request, wanted)
      if (ours.impersonation?.kind === 'allowed')
        modes.set(ours.impersonation.mode, (modes.get(ours.impersonation.mode) ?? 0) + 1)
      const expected = ours.impersonation?.kind === 'bad-request' ? 'bad request' : ours.verdict
      if (theirs === 'allowed') allowed++
      if (theirs !== expected)
        differences.push(
          JSON.stringify({
            asker: asker.name,
            node: asker.node,
            request,
            wanted,
            theirs,
            ours: expected,
            by: ours.impersonation,
          }),
        )
    }

    assert.deepEqual(differences.slice(0, 5), [], `seed ${seed}: ${differences.length} of ${questions} answers differ`)
    assert.ok(allowed > questions / 50, `only ${allowed} requests were allowed`)
    assert.deepEqual(
      [...modes.keys()].sort(),
      ['arbitrary-node', 'associated-node', 'legacy', 'serviceaccount', 'user-info'],
      JSON.stringify([...modes]),
    )
  } finally {
    await server.stop()
  }
})

function clusterRole(name: string, list: readonly JsonObject[]): JsonObject {
  return { apiVersion: `${group}/v1`, kind: 'ClusterRole', metadata: { name }, rules: list }
}

function clusterRoleBinding(name: string, role: string, subjects: readonly JsonObject[]): JsonObject {
  return {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: role },
    subjects,
  }
}

const constrainedModes = ['associated-node', 'arbitrary-node', 'serviceaccount', 'user-info']

/** Rights around impersonation, often complete, sometimes one part short, sometimes in the wrong group. */
function rules(random: SeededRandom): JsonObject[] {
  const list: JsonObject[] = []
  if (random.chance(0.35)) {
    list.push({
      verbs: ['impersonate'],
      apiGroups: [random.chance(0.9) ? '' : 'authentication.k8s.io'],
      resources: random.some(['users', 'groups', 'serviceaccounts'], 1, 3),
      ...(random.chance(0.3) ? { resourceNames: random.some(['jane', 'devs', 'web', '*'], 1, 2) } : {}),
    })
    if (random.chance(0.5))
      list.push({
        verbs: ['impersonate'],
        apiGroups: ['authentication.k8s.io'],
        resources: random.some(
          ['uids', 'userextras/team', 'userextras/example.com/team', 'userextras/*', 'userextras/scopes'],
          1,
          3,
        ),
      })
  }
  for (const mode of constrainedModes) {
    if (random.chance(0.4)) continue
    list.push({
      verbs: [random.chance(0.95) ? `impersonate:${mode}` : '*'],
      apiGroups: [random.chance(0.9) ? 'authentication.k8s.io' : ''],
      resources:
        mode === 'user-info'
          ? random.some(
              [
                'users',
                'groups',
                'uids',
                'userextras/team',
                'userextras/example.com/team',
                'userextras/*',
                'userextras/scopes',
              ],
              2,
              5,
            )
          : [mode === 'serviceaccount' ? 'serviceaccounts' : 'nodes'],
      ...(random.chance(0.35)
        ? { resourceNames: random.some(['jane', 'devs', 'web', 'n1', '*', 'u1', 'red'], 1, 4) }
        : {}),
    })
    list.push({
      verbs: random.some(['get', 'create', 'list'], 1, 3).map(verb => `impersonate-on:${mode}:${verb}`),
      apiGroups: [''],
      resources: ['configmaps'],
      ...(random.chance(0.2) ? { resourceNames: random.some(['a', '*', ''], 1, 2) } : {}),
    })
  }
  return list
}

function randomTarget(random: SeededRandom): ImpersonatedUser {
  const user = random.chance(0.03)
    ? ''
    : random.pick([
        'jane',
        'joe',
        'system:serviceaccount:shop:web',
        'system:serviceaccount:ci:asker-0',
        'system:node:n1',
        'system:node:n2',
        'system:node:Bad_Name',
        'system:anonymous',
        'system:node:',
      ])
  const groups = random.chance(0.5)
    ? []
    : random.chance(0.3)
      ? ['devs', 'a', 'b', 'c']
      : random.some(['devs', 'ops', 'system:authenticated', 'system:masters'], 1, 2)
  const extra: Record<string, readonly string[]> = {}
  if (random.chance(0.15)) extra['team'] = random.chance(0.4) ? ['red', 'blue', 'green', 'grey'] : ['red']
  if (random.chance(0.15)) extra['example.com/team'] = random.chance(0.4) ? ['red', 'blue', 'green', 'grey'] : ['red']
  if (random.chance(0.05)) extra['scopes'] = ['x', 'y']
  return { user, groups, uid: random.chance(0.1) ? 'u1' : '', extra }
}

/** A request without any header is one of the asker itself. */
function isNobody({ user, groups, uid, extra }: ImpersonatedUser): boolean {
  return user === '' && groups.length === 0 && uid === '' && Object.keys(extra).length === 0
}

async function tokenOf(server: ControlPlane, name: string, node: string | undefined): Promise<string> {
  const path = `/api/v1/namespaces/ci/serviceaccounts/${name}/token`
  const bound = node === undefined ? {} : { boundObjectRef: { apiVersion: 'v1', kind: 'Node', name: node } }
  const answer = await post(server, path, {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 3600, ...bound },
  })
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
  return ((answer.body as JsonObject)['status'] as JsonObject)['token'] as string
}

async function created(server: ControlPlane, path: string, object: JsonObject): Promise<void> {
  const answer = await post(server, path, object)
  assert.equal(answer.status, 201, JSON.stringify(answer.body))
}

/** `bad request`, or what the answer of the server means: 403 is denied, anything else got past authorization. */
function answerOf(
  server: ControlPlane,
  token: string,
  request: Extract<AccessRequest, { kind: 'resource' }>,
  wanted: ImpersonatedUser,
): Promise<string> {
  const { verb, namespace, name } = request
  const headers: Record<string, string | string[]> = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
  }
  if (wanted.user !== '') headers['impersonate-user'] = wanted.user
  if (wanted.groups.length > 0) headers['impersonate-group'] = [...wanted.groups]
  if (wanted.uid !== '') headers['impersonate-uid'] = wanted.uid
  for (const key of Object.keys(wanted.extra))
    headers[`impersonate-extra-${encodeURIComponent(key)}`] = [...wanted.extra[key]!]
  const path = `/api/v1/namespaces/${namespace}/configmaps${verb === 'get' ? `/${name}` : ''}${verb === 'create' ? '?dryRun=All' : ''}`
  return new Promise((resolve, reject) => {
    const asked = httpsRequest(
      server.url + path,
      { method: verb === 'create' ? 'POST' : 'GET', headers, rejectUnauthorized: false },
      reply => {
        let text = ''
        reply.setEncoding('utf8').on('data', (part: string) => {
          text += part
        })
        reply.on('end', () => {
          const { statusCode } = reply
          if (statusCode === 403) resolve('denied')
          else if (statusCode === 200 || statusCode === 201 || statusCode === 404) resolve('allowed')
          else resolve(statusCode === 400 || statusCode === 500 ? 'bad request' : `${statusCode} ${text}`)
        })
      },
    )
    asked.on('error', reject)
    asked.end(
      verb === 'create' ? JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }) : undefined,
    )
  })
}
