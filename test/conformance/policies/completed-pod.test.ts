import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import { planOf, scan } from './policy-cases.ts'

const image = `registry.example.com/shop/web:1.4.2@sha256:${'9b7c'.repeat(16)}`
const hardened = {
  name: 'web',
  image,
  ports: [{ name: 'http', containerPort: 8080 }],
  readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
  livenessProbe: { httpGet: { path: '/alive', port: 'http' } },
  resources: {
    requests: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Gi' },
    limits: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '1Gi' },
  },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
}
const spec = {
  serviceAccountName: 'web',
  automountServiceAccountToken: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: 20001,
    runAsGroup: 20001,
    seccompProfile: { type: 'RuntimeDefault' },
    appArmorProfile: { type: 'RuntimeDefault' },
    supplementalGroupsPolicy: 'Strict',
  },
  dnsConfig: { options: [{ name: 'ndots', value: '2' }] },
  containers: [hardened],
}
const metadata = {
  name: 'web-7d4b9c-x2x4z',
  namespace: 'shop',
  labels: { 'app.kubernetes.io/name': 'web', team: 'shop' },
}

const written: JsonObject = { apiVersion: 'v1', kind: 'Pod', metadata, spec }

/** The same pod as admission hands it on and as the scheduler leaves it, with a token that its author did ask for. */
const completed: JsonObject = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...metadata,
    uid: '0b5c9a52-5a7d-4e43-8f57-4f1f0a6d9a11',
    resourceVersion: '8123',
    generateName: 'web-7d4b9c-',
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  spec: {
    ...spec,
    serviceAccount: 'web',
    automountServiceAccountToken: true,
    nodeName: 'node-7',
    schedulerName: 'default-scheduler',
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
    tolerations: [
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ],
    containers: [
      {
        ...hardened,
        imagePullPolicy: 'IfNotPresent',
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        volumeMounts: [
          { name: 'kube-api-access-x7k2p', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true },
        ],
      },
    ],
    volumes: [
      {
        name: 'kube-api-access-x7k2p',
        projected: {
          defaultMode: 420,
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            {
              downwardAPI: {
                items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
              },
            },
          ],
        },
      },
    ],
  },
}

function rulesAgainst(object: JsonObject): readonly string[] {
  return scan(planOf(), [object])
    .findings.map(({ ruleId }) => ruleId)
    .sort()
}

test('a hardened pod has nothing against it but that it stands alone and has no priority', () => {
  assert.deepEqual(rulesAgainst(written), ['BW-RES-018', 'BW-RES-019'])
})

test('no rule fires on what admission and the scheduler add to a pod', () => {
  // The token was asked for, which is BW-POD-038; all else was added.
  assert.deepEqual(rulesAgainst(completed), ['BW-POD-038', 'BW-RES-018', 'BW-RES-019'])
})
