// Loading policies and deciding admission in the process: `node bench/policies.ts`. Goals: 1 MB of policies in 300 ms,
// an object of 10 KB under a hundred policies in 0.4 ms.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { kindTableOf } from '../src/adapters/fs/kind-tables.ts'
import { packageRoot } from '../src/adapters/fs/package-files.ts'
import { shippedPolicyDocuments } from '../src/adapters/fs/shipped-policies.ts'
import { requestFor } from '../src/analyses/policy/admission/admission-request.ts'
import { type AdmissionSet, admissionSet, type PolicySource } from '../src/analyses/policy/admission/admission-set.ts'
import { admit } from '../src/analyses/policy/admission/admit.ts'
import type { JsonObject } from '../src/lib/json/json-value.ts'
import { readManifest } from '../src/read/manifests/read-manifest.ts'

const target = { table: kindTableOf('1.37'), minor: 37 }
const files = [...new Set(shippedPolicyDocuments().map(({ file }) => file))]
const texts = files.map(file => readFileSync(join(packageRoot(), file), 'utf8')).filter(text => isPolicy(text))

const text = megabyte()
measure('1 MB of policies: read', 5, () => documentsOf(text))
measure('1 MB of policies: read, compiled and checked', 5, () => admissionSet(documentsOf(text), target))

const set = admissionSet(documentsOf(texts.join('\n---\n')), target)
const pod = podOf(10_000)
const name = `admission of a pod of ${JSON.stringify(pod).length} bytes under ${set.world.policies.length} policies`
measure(name, 300, () => decide(pod, set))

function isPolicy(yaml: string): boolean {
  return readManifest('p.yaml', yaml).manifests.some(
    manifest => manifest.kind === 'object' && manifest.object['kind'] === 'ValidatingAdmissionPolicy',
  )
}

/** The policies that ship, again and again under other names and with other literals, so that nothing is shared. */
function megabyte(): string {
  const parts: string[] = []
  let length = 0
  for (let round = 0; length < 1_000_000; round++) {
    for (const part of texts) {
      const own = part
        .replace(/^ {2}name: (.*)$/m, `  name: $1-${round}`)
        .replaceAll("orValue('')", `orValue('${'x'.repeat(round)}')`)
      parts.push(own)
      length += own.length
      if (length >= 1_000_000) break
    }
  }
  return parts.join('\n---\n')
}

function documentsOf(yaml: string): readonly PolicySource[] {
  const nowhere = () => ({ line: 1, column: 1 })
  return readManifest('policies.yaml', yaml).manifests.flatMap(manifest =>
    manifest.kind === 'object'
      ? [{ file: manifest.file, object: manifest.object, locate: nowhere, placeInExpression: nowhere }]
      : [],
  )
}

function podOf(bytes: number): JsonObject {
  const container = (index: number) => ({
    name: `part-${index}`,
    image: `registry.example.com/shop/part-${index}:2.4.${index}`,
    ports: [{ name: 'http', containerPort: 8080 + index }],
    env: Array.from({ length: 8 }, (_, i) => ({ name: `SETTING_${i}`, value: `value ${i} of ${index}` })),
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    livenessProbe: { httpGet: { path: '/live', port: 'http' } },
    readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
  })
  const object = (filling: string): JsonObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', labels: { app: 'web' }, annotations: { 'example.com/note': filling } },
    spec: {
      automountServiceAccountToken: false,
      containers: Array.from({ length: 4 }, (_, i) => container(i)),
      volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '1Gi' } }],
    },
  })
  return object('x'.repeat(bytes - JSON.stringify(object('')).length))
}

function decide(object: JsonObject, { world, priorityOf }: AdmissionSet): unknown {
  const options = {
    operation: 'CREATE',
    subResource: '',
    old: undefined,
    user: { name: 'admin', groups: ['system:masters'] },
    defaultNamespace: 'default',
    priorityOf,
  } as const
  return admit(requestFor(object, options, world.kinds), world)
}

/** The median, after as many runs to warm up. */
function measure(what: string, runs: number, run: () => unknown): void {
  for (let i = 0; i < runs; i++) run()
  const times = Array.from({ length: runs }, () => {
    const start = performance.now()
    run()
    return performance.now() - start
  }).sort((a, b) => a - b)
  process.stdout.write(`${what.padEnd(64)}${times[runs >> 1]!.toFixed(2).padStart(10)} ms\n`)
}
