// Makes the inputs of the benchmarks, the same on every machine for the same seed. `node bench/generate.ts FOLDER`
// writes all of them; the benchmarks call the functions with a temporary folder.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomic } from '../src/adapters/fs/atomic-write.ts'
import type { JsonObject, JsonValue } from '../src/lib/json/json-value.ts'
import { printYaml } from '../src/lib/yaml/print-yaml.ts'

export interface RepositoryShape {
  readonly objects: number
  readonly files: number
  readonly bytes: number
}

/** 15,000 objects of mixed kinds in 6,200 files, 32 MB together. */
export const repositoryShape: RepositoryShape = { objects: 15_000, files: 6_200, bytes: 32_000_000 }

/** Writes a repository of manifests and returns its bytes. */
export async function generateRepository(folder: string, shape = repositoryShape, seed = 1): Promise<number> {
  const random = new Random(seed)
  const rest = new Array<number>(shape.files).fill(1)
  for (let i = shape.files; i < shape.objects; i++) rest[random.below(shape.files)]!++
  const average = shape.bytes / shape.objects
  let bytes = 0
  let number = 0
  for (let file = 0; file < shape.files; file++) {
    const parts: string[] = []
    for (let i = 0; i < rest[file]!; i++) {
      // Padding follows the total, so that it comes out close to the shape whatever the kinds drawn weigh.
      const wanted = average * (number + 1) - bytes - parts.reduce((sum, part) => sum + part.length, 0)
      parts.push(manifestText(random, number++, wanted))
    }
    const text = parts.join('---\n')
    const team = join(folder, `team-${file % 40}`, `app-${file % 310}`)
    mkdirSync(team, { recursive: true })
    await writeFileAtomic(join(team, `manifest-${file}.yaml`), text)
    bytes += text.length
  }
  return bytes
}

/** Writes one file with one Deployment. */
export async function generateOneFile(path: string, seed = 1): Promise<void> {
  await writeFileAtomic(path, printYaml(workload(new Random(seed), 0)))
}

/** Writes what `kubectl get pods -A -o json` (or `yaml`) prints: about 18 KB a pod, 5,000 owners for 50,000 pods. */
export async function generateDump(path: string, format: 'json' | 'yaml', pods = 50_000, seed = 1): Promise<void> {
  await writeFileAtomic(path, dumpText(format, pods, seed))
}

function* dumpText(format: 'json' | 'yaml', pods: number, seed: number): Generator<string> {
  const random = new Random(seed)
  const owners = Math.max(Math.floor(pods / 10), 1)
  yield format === 'json' ? '{\n    "apiVersion": "v1",\n    "items": [\n' : 'apiVersion: v1\nitems:\n'
  let part = ''
  for (let i = 0; i < pods; i++) {
    const pod = livePod(random, i, owners)
    if (format === 'json') {
      const text = JSON.stringify(pod, undefined, 4).replaceAll('\n', '\n        ')
      part += `        ${text}${i === pods - 1 ? '\n' : ',\n'}`
    } else part += printYaml([pod])
    if (part.length > 4_000_000) {
      yield part
      part = ''
    }
  }
  yield part
  yield format === 'json'
    ? '    ],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}\n'
    : 'kind: List\nmetadata:\n  resourceVersion: ""\n'
}

class Random {
  private state: number

  constructor(seed: number) {
    this.state = (seed * 2654435761) >>> 0
  }

  /** Uniform in [0, 1): mulberry32. */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0
    let t = this.state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit)
  }

  isLikely(probability: number): boolean {
    return this.next() < probability
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!
  }

  /** Log-normal around `median`. */
  size(median: number, spread = 0.6): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next())
    return Math.max(1, Math.round(median * Math.exp(spread * normal)))
  }

  hex(length: number): string {
    let text = ''
    while (text.length < length) text += this.below(16).toString(16)
    return text
  }
}

const words = ['api', 'web', 'cart', 'billing', 'search', 'queue', 'auth', 'report', 'mail', 'media', 'ledger', 'stock']
const images = ['nginx', 'redis', 'ghcr.io/acme/api', 'registry.example.com/team/worker', 'postgres', 'busybox']

function manifestText(random: Random, number: number, wanted: number): string {
  const object = random.isLikely(0.7) ? workload(random, number) : other(random, number)
  let text = printYaml(object)
  // Filler annotations bring the average to the wanted size; what is larger by itself stays.
  const missing = Math.min(wanted - text.length, random.size(1400, 0.7))
  if (missing > 80) {
    let annotations = '  annotations:\n'
    for (let i = 0; annotations.length < missing; i++) {
      annotations += `    example.com/note-${i}: "${random.hex(8)} deployed by the pipeline of ${random.of(words)}"\n`
    }
    text = text.replace('metadata:\n', `metadata:\n${annotations}`)
  }
  return text
}

function workload(random: Random, number: number): JsonObject {
  const app = `${random.of(words)}-${number}`
  // Teams are careful or they are not: half of the workloads have nearly everything right.
  const isCareful = random.isLikely(0.55)
  const part = (name: string) => container(random, name, isCareful)
  const labels = { app, 'app.kubernetes.io/part-of': random.of(words), tier: random.of(['front', 'back']) }
  const pod: JsonObject = {
    ...(random.isLikely(isCareful ? 0.01 : 0.1) ? { hostNetwork: true } : {}),
    ...(random.isLikely(isCareful ? 0 : 0.05) ? { hostPID: true } : {}),
    ...(random.isLikely(isCareful ? 0.9 : 0.3) ? { automountServiceAccountToken: false } : {}),
    ...(random.isLikely(0.4) ? { securityContext: { runAsNonRoot: true, fsGroup: 2000 } } : {}),
    ...(random.isLikely(0.3) ? { initContainers: [part('init')] } : {}),
    containers: Array.from({ length: 1 + random.below(3) }, (_, i) => part(`${random.of(words)}-${i}`)),
    ...(random.isLikely(isCareful ? 0.02 : 0.2)
      ? { volumes: [{ name: 'host', hostPath: { path: random.of(['/var/run/docker.sock', '/etc', '/var/log']) } }] }
      : { volumes: [{ name: 'scratch', emptyDir: {} }] }),
  }
  const meta = { name: app, namespace: `team-${number % 40}`, labels }
  const template = { metadata: { labels }, spec: pod }
  const draw = random.next()
  if (draw < 0.1) return { apiVersion: 'v1', kind: 'Pod', metadata: meta, spec: pod }
  if (draw < 0.25) {
    const jobSpec = { template: { metadata: { labels }, spec: { ...pod, restartPolicy: 'OnFailure' } } }
    return {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: meta,
      spec: { schedule: '*/5 * * * *', jobTemplate: { spec: jobSpec } },
    }
  }
  const kind = draw < 0.35 ? 'StatefulSet' : draw < 0.45 ? 'DaemonSet' : 'Deployment'
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: meta,
    spec: {
      ...(kind === 'DaemonSet' ? {} : { replicas: random.below(5) }),
      selector: { matchLabels: { app } },
      ...(kind === 'StatefulSet' ? { serviceName: app } : {}),
      template,
    },
  }
}

function container(random: Random, name: string, isCareful: boolean): JsonObject {
  const isHard = random.isLikely(isCareful ? 0.97 : 0.1)
  return {
    name,
    image:
      random.of(images) +
      (isCareful
        ? `:2.${random.below(30)}.1`
        : random.of([':latest', '', `:1.${random.below(30)}.${random.below(9)}`])),
    ...(random.isLikely(0.5) ? { imagePullPolicy: random.of(['Always', 'IfNotPresent']) } : {}),
    ...(random.isLikely(0.5) ? { args: ['--listen=:8080', `--workers=${random.below(16)}`, '--verbose'] } : {}),
    // Two scalars in a hundred have several lines.
    ...(random.isLikely(0.15)
      ? { command: ['sh', '-c', 'set -e\nfor i in $(seq 10); do\n  echo "step $i"\ndone\nexec /app/run\n'] }
      : {}),
    ...(random.isLikely(0.7) ? { ports: [{ containerPort: 8080, name: 'http', protocol: 'TCP' }] } : {}),
    env: Array.from({ length: random.size(3) }, (_, i) => ({
      name: `SETTING_${i}`,
      ...(random.isLikely(0.2)
        ? { valueFrom: { secretKeyRef: { name: `secret-${random.below(100)}`, key: 'token' } } }
        : { value: random.of(['production', 'debug', random.hex(16), 'http://backend:8080/v1', 'true', '3']) }),
    })),
    ...(random.isLikely(isCareful ? 0.95 : 0.35)
      ? { resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '512Mi' } } }
      : {}),
    ...(isHard
      ? {
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            capabilities: { drop: ['ALL'] },
            seccompProfile: { type: 'RuntimeDefault' },
          },
        }
      : random.isLikely(0.3)
        ? { securityContext: { privileged: random.isLikely(0.3), capabilities: { add: ['NET_ADMIN'] } } }
        : {}),
    ...(random.isLikely(isCareful ? 0.9 : 0.3)
      ? {
          livenessProbe: { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 10 },
          readinessProbe: { httpGet: { path: '/ready', port: 8080 } },
        }
      : {}),
    volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
  }
}

function other(random: Random, number: number): JsonObject {
  const metadata = { name: `${random.of(words)}-${number}`, namespace: `team-${number % 40}` }
  const labels = { app: metadata.name }
  switch (random.below(6)) {
    case 0:
      return {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: { type: random.of(['ClusterIP', 'LoadBalancer', 'NodePort']), selector: labels, ports: [{ port: 80 }] },
      }
    case 1:
      return {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata,
        data: {
          'application.properties': Array.from({ length: random.size(20) }, (_, i) => `key.${i}=${random.hex(12)}`)
            .join('\n')
            .concat('\n'),
          mode: random.of(['fast', 'safe']),
        },
      }
    case 2:
      return {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata,
        spec: {
          podSelector: { matchLabels: labels },
          policyTypes: ['Ingress'],
          ingress: [{ ports: [{ port: 8080 }] }],
        },
      }
    case 3:
      return {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata,
        rules: [{ apiGroups: ['', 'apps'], resources: [random.of(['*', 'pods', 'secrets'])], verbs: ['get', 'list'] }],
      }
    case 4:
      return {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata,
        subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: metadata.namespace }],
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reader' },
      }
    default:
      return { apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: true }
  }
}

const when = '2026-01-15T08:30:00Z'

function livePod(random: Random, number: number, owners: number): JsonObject {
  const owner = number % owners
  const app = `${words[owner % words.length]}-${owner}`
  const hash = (owner * 2654435761).toString(16).slice(0, 9)
  const labels = { app, 'pod-template-hash': hash, 'app.kubernetes.io/part-of': words[(owner * 7) % words.length]! }
  // Replicas come from one template: what they share is drawn for the owner.
  const template = new Random(owner + 1)
  const spec = {
    containers: Array.from({ length: 3 }, (_, i) => container(template, `${words[i]}-${i}`, owner % 2 === 0)),
    dnsPolicy: 'ClusterFirst',
    enableServiceLinks: true,
    nodeName: `node-${number % 500}`,
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    serviceAccountName: 'default',
    terminationGracePeriodSeconds: 30,
    tolerations: ['not-ready', 'unreachable'].map(key => ({
      effect: 'NoExecute',
      key: `node.kubernetes.io/${key}`,
      operator: 'Exists',
      tolerationSeconds: 300,
    })),
    volumes: [{ name: 'scratch', emptyDir: {} }],
  }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      annotations: { 'example.com/configuration': template.hex(800), 'example.com/checksum': template.hex(64) },
      creationTimestamp: when,
      generateName: `${app}-${hash}-`,
      labels,
      managedFields: ['kube-controller-manager', 'kubelet'].map(manager => ({
        apiVersion: 'v1',
        fieldsType: 'FieldsV1',
        fieldsV1: managedFields(spec.containers[0]!),
        manager,
        operation: 'Update',
        time: when,
      })),
      name: `${app}-${hash}-${number.toString(36).padStart(5, '0')}`,
      namespace: `team-${owner % 40}`,
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          blockOwnerDeletion: true,
          controller: true,
          kind: 'ReplicaSet',
          name: `${app}-${hash}`,
          uid: `0000${String(owner).padStart(4, '0')}-1111-4222-8333-444455556666`,
        },
      ],
      resourceVersion: String(1_000_000 + number),
      uid: `${random.hex(8)}-${random.hex(4)}-4${random.hex(3)}-8${random.hex(3)}-${random.hex(12)}`,
    },
    spec,
    status: {
      conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(type => ({
        lastProbeTime: null,
        lastTransitionTime: when,
        status: 'True',
        type,
      })),
      containerStatuses: spec.containers.map(({ name, image }) => ({
        containerID: `containerd://${random.hex(64)}`,
        image: image ?? null,
        imageID: `registry.example.com/x@sha256:${random.hex(64)}`,
        lastState: {},
        name: name ?? null,
        ready: true,
        restartCount: random.below(4),
        state: { running: { startedAt: when } },
      })),
      hostIP: `10.0.${number % 250}.${(number >> 8) % 250}`,
      phase: 'Running',
      podIP: `10.${number % 200}.${(number >> 8) % 200}.${number % 250}`,
      qosClass: 'Burstable',
      startTime: when,
    },
  }
}

/** The `f:` tree of a value, as the API server records ownership. */
function managedFields(value: JsonValue): JsonObject {
  if (Array.isArray(value))
    return Object.fromEntries(value.map((item: JsonValue, i) => [`k:{"i":${i}}`, managedFields(item)]))
  if (typeof value !== 'object' || value === null) return {}
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [`f:${key}`, managedFields(member)]))
}

if (import.meta.main) {
  const folder = process.argv[2]
  if (folder === undefined) {
    process.stderr.write('usage: node bench/generate.ts FOLDER\n')
    process.exitCode = 2
  } else {
    mkdirSync(folder, { recursive: true })
    const bytes = await generateRepository(join(folder, 'repository'))
    await generateOneFile(join(folder, 'one.yaml'))
    await generateDump(join(folder, 'dump.json'), 'json')
    await generateDump(join(folder, 'dump.yaml'), 'yaml')
    process.stdout.write(`repository of ${bytes} bytes, one.yaml, dump.json, dump.yaml in ${folder}\n`)
  }
}
