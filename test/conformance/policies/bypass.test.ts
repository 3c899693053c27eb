import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, JsonValue } from '../../../src/lib/json/json-value.ts'
import { planOf, scan } from './policy-cases.ts'

// Ways around a rule that people have found in other tools: another kind of container, another kind of object, a value
// that is written differently. Every pod rule must hold for all of them.

type Spec = Readonly<Record<string, JsonValue>>

/** A container that breaks the rule, and one that keeps it; or the same of the pod. */
interface Breach {
  readonly rule: string
  readonly bad: Spec
  readonly good: Spec
  readonly at: 'container' | 'pod'
  /** Roles of containers that the rule is not about. */
  readonly free?: readonly Role[]
}

type Role = 'init' | 'sidecar' | 'main' | 'ephemeral'

const security = (securityContext: Spec): Spec => ({ securityContext })
const breaches: readonly Breach[] = [
  { rule: 'BW-POD-001', bad: security({ privileged: true }), good: {}, at: 'container' },
  { rule: 'BW-POD-002', bad: {}, good: security({ allowPrivilegeEscalation: false }), at: 'container' },
  { rule: 'BW-POD-003', bad: {}, good: security({ runAsNonRoot: true }), at: 'container' },
  { rule: 'BW-POD-004', bad: security({ runAsUser: 0 }), good: {}, at: 'container' },
  { rule: 'BW-POD-004', bad: security({ runAsUser: 0 }), good: {}, at: 'pod' },
  { rule: 'BW-POD-007', bad: { hostPID: true }, good: {}, at: 'pod' },
  { rule: 'BW-POD-008', bad: { hostIPC: true }, good: {}, at: 'pod' },
  { rule: 'BW-POD-009', bad: { hostNetwork: true }, good: {}, at: 'pod' },
  { rule: 'BW-POD-012', bad: { volumes: [{ name: 'v', hostPath: { path: '/etc' } }] }, good: {}, at: 'pod' },
  {
    rule: 'BW-POD-014',
    bad: { volumes: [{ name: 'v', hostPath: { path: '/run/docker.sock' } }] },
    good: {},
    at: 'pod',
  },
  { rule: 'BW-POD-017', bad: { ports: [{ containerPort: 80, hostPort: 80 }] }, good: {}, at: 'container' },
  { rule: 'BW-POD-020', bad: security({ capabilities: { add: ['SYS_ADMIN'] } }), good: {}, at: 'container' },
  { rule: 'BW-POD-021', bad: {}, good: security({ capabilities: { drop: ['ALL'] } }), at: 'container' },
  { rule: 'BW-POD-026', bad: {}, good: security({ seccompProfile: { type: 'RuntimeDefault' } }), at: 'container' },
  { rule: 'BW-POD-027', bad: security({ seccompProfile: { type: 'Unconfined' } }), good: {}, at: 'container' },
  { rule: 'BW-POD-027', bad: security({ seccompProfile: { type: 'Unconfined' } }), good: {}, at: 'pod' },
  { rule: 'BW-POD-028.1', bad: security({ appArmorProfile: { type: 'Unconfined' } }), good: {}, at: 'container' },
  { rule: 'BW-POD-028.2', bad: {}, good: security({ appArmorProfile: { type: 'RuntimeDefault' } }), at: 'container' },
  { rule: 'BW-POD-031', bad: security({ procMount: 'Unmasked' }), good: {}, at: 'container' },
  { rule: 'BW-POD-034', bad: {}, good: security({ readOnlyRootFilesystem: true }), at: 'container' },
  { rule: 'BW-POD-038', bad: {}, good: { automountServiceAccountToken: false }, at: 'pod' },
  { rule: 'BW-WIN-001', bad: security({ windowsOptions: { hostProcess: true } }), good: {}, at: 'container' },
  { rule: 'BW-IMG-001', bad: { image: 'nginx' }, good: { image: 'nginx:1.29' }, at: 'container' },
  { rule: 'BW-RES-001', bad: {}, good: { resources: { requests: { cpu: 1 } } }, at: 'container', free: ['ephemeral'] },
  { rule: 'BW-RES-002', bad: {}, good: { resources: { limits: { cpu: 1 } } }, at: 'container', free: ['ephemeral'] },
  {
    rule: 'BW-RES-003',
    bad: {},
    good: { resources: { requests: { memory: 1 } } },
    at: 'container',
    free: ['ephemeral'],
  },
  { rule: 'BW-RES-004', bad: {}, good: { resources: { limits: { memory: 1 } } }, at: 'container', free: ['ephemeral'] },
  { rule: 'BW-RES-007', bad: {}, good: { livenessProbe: { exec: {} } }, at: 'container', free: ['ephemeral', 'init'] },
  { rule: 'BW-RES-008', bad: {}, good: { readinessProbe: { exec: {} } }, at: 'container', free: ['ephemeral', 'init'] },
]

const container = (name: string, more: Spec): Spec => ({ name, image: 'registry.example.com/a:1', ...more })

function podSpec({ at, bad, good }: Breach, role: Role | undefined): Spec {
  if (at === 'pod') return { ...(role === undefined ? good : bad), containers: [container('a', {})] }
  const breaking = (own: Role): Spec => (own === role ? bad : good)
  return {
    initContainers: [
      container('i', breaking('init')),
      container('s', { restartPolicy: 'Always', ...breaking('sidecar') }),
    ],
    containers: [container('a', good), container('b', breaking('main'))],
    ephemeralContainers: [container('e', breaking('ephemeral'))],
  }
}

const named = (apiVersion: string, kind: string, rest: Spec): JsonObject => ({
  apiVersion,
  kind,
  metadata: { name: 'it', namespace: 'shop' },
  ...rest,
})
const template = (spec: Spec): Spec => ({ metadata: { labels: { app: 'it' } }, spec })
const carriers: Readonly<Record<string, (spec: Spec) => JsonObject>> = {
  Pod: spec => named('v1', 'Pod', { spec }),
  PodTemplate: spec => named('v1', 'PodTemplate', { template: template(spec) }),
  ReplicationController: spec => named('v1', 'ReplicationController', { spec: { template: template(spec) } }),
  Deployment: spec => named('apps/v1', 'Deployment', { spec: { template: template(spec) } }),
  'Deployment of an old version': spec =>
    named('extensions/v1beta1', 'Deployment', { spec: { template: template(spec) } }),
  ReplicaSet: spec => named('apps/v1', 'ReplicaSet', { spec: { template: template(spec) } }),
  DaemonSet: spec => named('apps/v1beta2', 'DaemonSet', { spec: { template: template(spec) } }),
  StatefulSet: spec => named('apps/v1', 'StatefulSet', { spec: { template: template(spec) } }),
  Job: spec => named('batch/v1', 'Job', { spec: { template: template(spec) } }),
  CronJob: spec => named('batch/v1', 'CronJob', { spec: { jobTemplate: { spec: { template: template(spec) } } } }),
  'CronJob of an old version': spec =>
    named('batch/v1beta1', 'CronJob', { spec: { jobTemplate: { spec: { template: template(spec) } } } }),
  Rollout: spec => named('argoproj.io/v1alpha1', 'Rollout', { spec: { template: template(spec) } }),
  'Knative Service': spec => named('serving.knative.dev/v1', 'Service', { spec: { template: template(spec) } }),
  JobSet: spec =>
    named('jobset.x-k8s.io/v1alpha2', 'JobSet', {
      spec: { replicatedJobs: [{ name: 'worker', template: { spec: { template: template(spec) } } }] },
    }),
}
const batch = new Set(['Job', 'CronJob', 'CronJob of an old version', 'JobSet'])

for (const breach of breaches) {
  const { rule, at, free = [] } = breach
  const plan = planOf(rule.replace(/\.\d$/, ''))
  const failures = (object: JsonObject): number => scan(plan, [object]).byRule.get(rule)!.fail
  const isProbe = rule === 'BW-RES-007' || rule === 'BW-RES-008'

  for (const [kind, carry] of Object.entries(carriers)) {
    const concerned = !(isProbe && batch.has(kind))
    test(`${rule} (${at}) holds for a ${kind}, whichever container breaks it`, () => {
      assert.equal(failures(carry(podSpec(breach, undefined))), 0, 'nothing is wrong')
      const roles: readonly Role[] = at === 'pod' ? ['main'] : ['init', 'sidecar', 'main', 'ephemeral']
      for (const role of roles) {
        const expected = concerned && !free.includes(role) ? 1 : 0
        assert.equal(failures(carry(podSpec(breach, role))), expected, role)
      }
    })
  }

  test(`${rule} (${at}) takes null for absent, and an empty list for none`, () => {
    const spec = podSpec(breach, 'main')
    const holes: Spec =
      at === 'pod' ? { securityContext: null, ...spec } : { ...spec, securityContext: null, volumes: null }

    assert.equal(failures(carriers['Pod']!(holes)), 1)
    const lists = { initContainers: [], ephemeralContainers: null }
    if (at === 'container') assert.equal(failures(carriers['Pod']!({ ...spec, ...lists })), 1)
  })

  test(`${rule} (${at}) holds while the object is being deleted`, () => {
    const pod = carriers['Pod']!(podSpec(breach, 'main'))
    const metadata = { name: 'it', namespace: 'shop', deletionTimestamp: '2026-01-01T00:00:00Z' }

    assert.equal(failures({ ...pod, metadata }), 1)
  })
}
