import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bootstrapRbac } from '../../../src/adapters/fs/bootstrap-rbac.ts'
import { decide } from '../../../src/inventory/permissions/decide.ts'
import { nodeReach } from '../../../src/inventory/permissions/node-authorizer.ts'
import { permissionIndex } from '../../../src/inventory/permissions/permission-index.ts'
import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import type { AccessRequest } from '../../../src/model/access.ts'
import { readShippedRbac } from '../../../src/read/rbac/read-rbac.ts'
import { skipWithoutControlPlane, startControlPlane } from '../../control-plane.ts'
import { SeededRandom } from '../../random.ts'
import { post, review } from './subject-access-review.ts'

const questions = 4000
const nodes = ['n1', 'n2', 'n3']

test('nodes are answered as the Node authorizer of a real API server answers them', {
  skip: skipWithoutControlPlane,
  timeout: 300_000,
}, async () => {
  const seed = Number(process.env['SEED'] ?? 7)
  const random = new SeededRandom(seed)
  const server = await startControlPlane()
  try {
    const create = async (path: string, object: JsonObject): Promise<void> => {
      const answer = await post(server, path, object)
      assert.equal(answer.status, 201, JSON.stringify(answer.body))
    }
    await create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
    for (const namespace of ['default', 'shop']) {
      for (const name of ['web', 'default'])
        await post(server, `/api/v1/namespaces/${namespace}/serviceaccounts`, {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata: { name },
        })
    }
    const objects = Array.from({ length: 12 }, (_, i) => pod(random, i))
    objects.push({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'disk' },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        hostPath: { path: '/data' },
        claimRef: { namespace: 'shop', name: 'a' },
      },
    })
    objects.push(podOf('sentinel', 'shop', 'n1', { volumes: [{ name: 'v', secret: { secretName: 'sentinel' } }] }))
    for (const object of objects) {
      const { kind, metadata } = object as { kind: string; metadata: { namespace?: string } }
      await create(
        kind === 'Pod' ? `/api/v1/namespaces/${metadata.namespace}/pods` : '/api/v1/persistentvolumes',
        object,
      )
    }
    const shipped = readShippedRbac(bootstrapRbac('1.37'))
    const authorization = {
      index: permissionIndex(shipped.roles, shipped.bindings),
      target: 37,
      nodes: nodeReach(objects),
      hasExternalAuthorizer: false,
      isPartial: false,
    }
    // The graph of the server follows its own watch: wait until it knows the last pod.
    const last = {
      kind: 'resource',
      verb: 'get',
      group: '',
      resource: 'secrets',
      subresource: '',
      name: 'sentinel',
      namespace: 'shop',
    } as const
    for (let look = 0; look < 100 && !(await review(server, userOf('n1'), last)); look++)
      await new Promise(resolve => setTimeout(resolve, 100))

    const differences: string[] = []
    let allowed = 0
    const ask = async (): Promise<void> => {
      const user = random.chance(0.05) ? { user: 'system:node:n1', groups: [] } : userOf(random.pick(nodes))
      const request = randomRequest(random)
      const theirs = await review(server, user, request)
      const decision = decide(authorization, user, request, undefined)
      // NodeRestriction is no part of a review: what it would refuse is allowed here.
      const ours = decision.nodeOpinion === 'allowed' ? 'allowed' : decision.verdict
      if (theirs) allowed++
      if (theirs !== (ours === 'allowed')) differences.push(JSON.stringify({ user: user.user, request, theirs, ours }))
    }
    for (let asked = 0; asked < questions; asked += 8) await Promise.all(Array.from({ length: 8 }, ask))

    assert.deepEqual(differences.slice(0, 8), [], `seed ${seed}: ${differences.length} of ${questions} answers differ`)
    assert.ok(allowed > questions / 20, `only ${allowed} requests were allowed`)
  } finally {
    await server.stop()
  }
})

function userOf(node: string) {
  return { user: `system:node:${node}`, groups: ['system:nodes', 'system:authenticated'] }
}

function podOf(
  name: string,
  namespace: string,
  nodeName: string,
  spec: JsonObject,
  annotations: JsonObject = {},
): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, annotations },
    spec: { nodeName, containers: [{ name: 'c', image: 'x' }], automountServiceAccountToken: false, ...spec },
  }
}

function pod(random: SeededRandom, i: number): JsonObject {
  const isMirror = random.chance(0.15)
  const name = random.pick(['a', 'b', 'c'])
  const sources: JsonObject[] = [
    { secret: { secretName: name } },
    { configMap: { name } },
    { persistentVolumeClaim: { claimName: name } },
    { projected: { sources: [{ secret: { name } }, { configMap: { name: 'b' } }] } },
    {
      ephemeral: {
        volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      },
    },
    { csi: { driver: 'd.example.com', nodePublishSecretRef: { name } } },
  ]
  const volumes = isMirror ? [] : random.some(sources, 0, 3).map((source, at) => ({ name: `v${at}`, ...source }))
  const env = random.chance(0.4) && !isMirror ? [{ name: 'A', valueFrom: { secretKeyRef: { name, key: 'k' } } }] : []
  const envFrom = random.chance(0.3) && !isMirror ? [{ configMapRef: { name } }] : []
  return podOf(
    `pod-${i}`,
    random.pick(['default', 'shop']),
    random.pick(nodes),
    {
      ...(isMirror ? {} : { serviceAccountName: random.pick(['web', 'default']) }),
      ...(random.chance(0.3) && !isMirror ? { imagePullSecrets: [{ name: 'pull' }] } : {}),
      volumes,
      containers: [{ name: 'c', image: 'x', env, envFrom }],
    },
    isMirror ? { 'kubernetes.io/config.mirror': 'x' } : {},
  )
}

const targets: readonly (readonly [group: string, resource: string, subresource: string, names: readonly string[]])[] =
  [
    ['', 'secrets', '', ['a', 'b', 'c', 'pull', '']],
    ['', 'configmaps', '', ['a', 'b', 'c', '']],
    ['', 'persistentvolumeclaims', '', ['a', 'b', 'pod-1-v0', '']],
    ['', 'persistentvolumeclaims', 'status', ['a', 'b']],
    ['', 'persistentvolumes', '', ['disk', '']],
    ['', 'serviceaccounts', '', ['web', 'default']],
    ['', 'serviceaccounts', 'token', ['web', 'default', '']],
    ['', 'nodes', '', ['n1', 'n2', '']],
    ['', 'nodes', 'status', ['n1', 'n2']],
    ['', 'nodes', 'proxy', ['n1']],
    ['', 'pods', '', ['pod-1', 'pod-2', 'pod-3', '']],
    ['', 'pods', 'status', ['pod-1', 'pod-2']],
    ['', 'pods', 'eviction', ['pod-1']],
    ['', 'pods', 'exec', ['pod-1']],
    ['', 'services', '', ['', 'web']],
    ['', 'events', '', ['', 'e']],
    ['', 'namespaces', '', ['shop', '']],
    ['coordination.k8s.io', 'leases', '', ['n1', 'n2', '']],
    ['storage.k8s.io', 'csinodes', '', ['n1', 'n2', '']],
    ['storage.k8s.io', 'csidrivers', '', ['d', '']],
    ['storage.k8s.io', 'volumeattachments', '', ['x', '']],
    ['certificates.k8s.io', 'certificatesigningrequests', '', ['x', '']],
    ['certificates.k8s.io', 'podcertificaterequests', '', ['x', '']],
    ['certificates.k8s.io', 'clustertrustbundles', '', ['x', '']],
    ['resource.k8s.io', 'resourceclaims', '', ['x', '']],
    ['resource.k8s.io', 'resourceslices', '', ['x', '']],
    ['authentication.k8s.io', 'tokenreviews', '', ['']],
    ['authorization.k8s.io', 'subjectaccessreviews', '', ['']],
    ['node.k8s.io', 'runtimeclasses', '', ['', 'x']],
  ]

function randomRequest(random: SeededRandom): AccessRequest {
  const [group, resource, subresource, names] = random.pick(targets)
  const verb = random.pick(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'])
  const namespaced = ![
    'nodes',
    'persistentvolumes',
    'namespaces',
    'csinodes',
    'csidrivers',
    'volumeattachments',
    'certificatesigningrequests',
    'clustertrustbundles',
    'resourceslices',
    'tokenreviews',
    'subjectaccessreviews',
    'runtimeclasses',
  ].includes(resource)
  const namespace = namespaced
    ? resource === 'leases'
      ? random.pick(['kube-node-lease', 'shop'])
      : random.pick(['default', 'shop', 'shop', ''])
    : ''
  return { kind: 'resource', verb, group, resource, subresource, name: random.pick(names), namespace }
}
