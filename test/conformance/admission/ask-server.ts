import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeFileAtomic } from '../../../src/adapters/fs/atomic-write.ts'
import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import { startControlPlane } from '../../control-plane.ts'
import { type AdmissionCase, GROUP, type Scenario, surroundings } from './admission-cases.ts'

/** What a server says to one request. */
export interface CaseAnswer {
  readonly allowed: boolean
  readonly code?: number
  readonly reason?: string
  readonly message?: string
  readonly warnings: readonly string[]
  readonly audit: Readonly<Record<string, string>>
  /** Refused before or behind the policies, so that it says nothing about them. */
  readonly other?: string
}

export interface ScenarioAnswer {
  readonly name: string
  /** Fields and messages with which policies or bindings are refused. */
  readonly refusals: readonly (readonly [field: string, message: string])[]
  readonly cases: readonly CaseAnswer[]
}

/** Puts each scenario into effect on a real API server, one after the other, and asks it about the cases. */
export async function askAdmission(
  scenarios: readonly Scenario[],
  report: (done: number) => void = () => undefined,
): Promise<ScenarioAnswer[]> {
  const home = mkdtempSync(join(tmpdir(), 'admission-audit-'))
  await writeFileAtomic(
    join(home, 'policy.json'),
    JSON.stringify({
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      omitStages: ['RequestReceived'],
      rules: [{ level: 'Metadata' }],
    }),
  )
  const log = join(home, 'audit.log')
  const plane = await startControlPlane({
    apiServerFlags: [`--audit-policy-file=${join(home, 'policy.json')}`, `--audit-log-path=${log}`],
  })
  const client = new Client(plane.url, plane.token)
  try {
    await prepare(client)
    // Before any policy could object.
    for (const { before, old, object, operation, subResource } of scenarios.flatMap(scenario => scenario.cases)) {
      const first = before ?? old ?? object
      if (operation === 'CREATE' && before === undefined) continue
      const { code, body } = await client.send('POST', pathOf(first), first)
      if (code !== 201 && !(code === 409 && subResource !== undefined)) throw new Error(body)
    }
    const answers: ScenarioAnswer[] = []
    for (const [i, scenario] of scenarios.entries()) {
      answers.push(await askScenario(client, scenario, i))
      report(i + 1)
    }
    const audit = auditAnnotations(readFileSync(log, 'utf8'))
    return answers.map(answer => ({
      ...answer,
      cases: answer.cases.map(one => {
        const { id, ...rest } = one as CaseAnswer & { readonly id: string }
        return { ...rest, audit: audit.get(id) ?? {} }
      }),
    }))
  } finally {
    client.close()
    await plane.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

async function prepare(client: Client): Promise<void> {
  await client.must('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'everybody' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'Group', name: 'system:authenticated', apiGroup: 'rbac.authorization.k8s.io' }],
  })
  for (const object of surroundings) await client.must('POST', pathOf(object), object)
  for (const namespace of ['shop', 'lab']) {
    await client.must('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default' },
    })
  }
  for (const resource of ['widgets', 'gadgets']) {
    while ((await client.send('GET', `/apis/${GROUP}/v1/${resource}`)).code !== 200) await sleep(100)
  }
  // The server's informer for a kind of parameters stops for good with the last policy that names the kind.
  const kinds = [
    ['v1', 'ConfigMap'],
    [`${GROUP}/v1`, 'Widget'],
    [`${GROUP}/v1`, 'Gadget'],
  ] as const
  for (const [apiVersion, kind] of kinds) {
    const name = `keep-${kind.toLowerCase()}`
    const rule = { apiGroups: ['none.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['none'] }
    await client.must(
      'POST',
      policies,
      policyOf(name, { paramKind: { apiVersion, kind }, matchConstraints: { resourceRules: [rule] } }),
    )
    await client.must('POST', bindings, bindingOf(name))
  }
}

const admission = '/apis/admissionregistration.k8s.io/v1'
const policies = `${admission}/validatingadmissionpolicies`
const bindings = `${admission}/validatingadmissionpolicybindings`

async function askScenario(client: Client, scenario: Scenario, index: number): Promise<ScenarioAnswer> {
  const made: string[] = []
  const refusals: (readonly [string, string])[] = []
  const create = async (object: JsonObject): Promise<void> => {
    let { code, body } = await client.send('POST', pathOf(object), object)
    // The policies of the last scenario may not be gone yet.
    for (let i = 0; body.includes("ValidatingAdmissionPolicy '") && i < 200; i++) {
      await sleep(25)
      const again = await client.send('POST', pathOf(object), object)
      code = again.code
      body = again.body
    }
    if (code === 201) made.unshift(`${pathOf(object)}/${nameOf(object)}`)
    else refusals.push(...causesOf(body))
  }
  for (const document of scenario.documents) await create(document)
  const sentinel = `zz-sentinel-${index}`
  const cases: CaseAnswer[] = []
  if (scenario.cases.length > 0) {
    // Of a kind that scenarios hardly match, and as a warning, which another policy's denial does not hide.
    const rule = {
      apiGroups: ['coordination.k8s.io'],
      apiVersions: ['v1'],
      operations: ['CREATE'],
      resources: ['leases'],
    }
    await create(
      policyOf(sentinel, {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: 'false', message: sentinel }],
      }),
    )
    await create(bindingOf(sentinel, 'Warn'))
    const probe = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'sentinel', namespace: 'default' },
    }
    const isActive = async (): Promise<boolean> =>
      (await client.send('POST', `${pathOf(probe)}?dryRun=All`, probe)).warnings.some(text => text.endsWith(sentinel))
    for (let i = 0; !(await isActive()); i++) {
      if (i > 400) throw new Error(`${sentinel} does not become active`)
      await sleep(25)
    }
    for (const one of scenario.cases) cases.push(await askCase(client, one))
  }
  for (const path of made) await client.send('DELETE', path)
  return { name: scenario.name, refusals, cases }
}

async function askCase(
  client: Client,
  { operation, object, user, groups, before, subResource, old }: AdmissionCase,
): Promise<CaseAnswer> {
  const headers: Record<string, string | readonly string[]> = {}
  if (user !== undefined) headers['impersonate-user'] = user
  if (groups !== undefined) headers['impersonate-group'] = groups
  const sub = subResource === undefined ? '' : `/${subResource}`
  const path = pathOf(before ?? old ?? object)
  const answer =
    operation === 'CREATE'
      ? await client.send('POST', `${path}${sub === '' ? '' : `/${nameOf(object)}${sub}`}?dryRun=All`, object, headers)
      : operation === 'UPDATE'
        ? await client.send('PUT', `${path}/${nameOf(object)}${sub}?dryRun=All`, object, headers)
        : await client.send('DELETE', `${path}/${nameOf(object)}?dryRun=All`, undefined, headers)
  const base = { warnings: answer.warnings, audit: {}, id: answer.auditId }
  if (answer.code < 300) return { allowed: true, ...base }
  const status = JSON.parse(answer.body) as { code: number; reason: string; message: string }
  const message = status.message.replace(/^[^ ]+ "[^"]*" is forbidden: /, '')
  if (!message.startsWith('ValidatingAdmissionPolicy ')) return { allowed: false, other: message, ...base }
  return { allowed: false, code: status.code, reason: status.reason, message, ...base }
}

function causesOf(body: string): readonly (readonly [string, string])[] {
  const { details, message } = JSON.parse(body) as {
    readonly message: string
    readonly details?: { readonly causes?: readonly { readonly field?: string; readonly message: string }[] }
  }
  const causes = details?.causes ?? []
  return causes.length === 0 ? [['', message]] : causes.map(cause => [cause.field ?? '', cause.message] as const)
}

function policyOf(name: string, spec: JsonObject): JsonObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: { validations: [{ expression: 'true' }], ...spec } as JsonObject,
  }
}

function bindingOf(name: string, action = 'Deny'): JsonObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: [action] },
  }
}

const clusterScoped = new Set([
  'Namespace',
  'ClusterRole',
  'Gadget',
  'CustomResourceDefinition',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
])

function pathOf(object: JsonObject): string {
  const { apiVersion, kind, metadata } = object as { apiVersion: string; kind: string; metadata: JsonObject }
  const plural = kind.endsWith('y') ? `${kind.slice(0, -1)}ies` : `${kind}s`
  const group = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`
  const namespace = clusterScoped.has(kind) ? '' : `/namespaces/${String(metadata['namespace'] ?? 'default')}`
  return `${group}${namespace}/${plural.toLowerCase()}`
}

function nameOf(object: JsonObject): string {
  return String((object['metadata'] as JsonObject)['name'])
}

/** Annotations of policies by audit id. */
function auditAnnotations(log: string): Map<string, Record<string, string>> {
  const found = new Map<string, Record<string, string>>()
  for (const line of log.split('\n')) {
    if (line === '') continue
    const event = JSON.parse(line) as { auditID: string; annotations?: Record<string, string> }
    const own = Object.entries(event.annotations ?? {}).filter(
      ([key]) => !/^(authorization|apiserver.latency|pod-security)\b/.test(key),
    )
    found.set(event.auditID, Object.fromEntries(own))
  }
  return found
}

interface Reply {
  readonly code: number
  readonly body: string
  readonly warnings: readonly string[]
  readonly auditId: string
}

/** The API of a server, by connections that stay open. */
class Client {
  private readonly agent = new Agent({ keepAlive: true, rejectUnauthorized: false })
  private readonly url: string
  private readonly token: string

  constructor(url: string, token: string) {
    this.url = url
    this.token = token
  }

  async must(method: string, path: string, body: JsonObject): Promise<void> {
    const { code, body: text } = await this.send(method, path, body)
    if (code >= 300) throw new Error(`${method} ${path}: ${text}`)
  }

  send(
    method: string,
    path: string,
    body?: unknown,
    more: Readonly<Record<string, string | readonly string[]>> = {},
  ): Promise<Reply> {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', ...more }
    return new Promise((resolve, reject) => {
      const asked = request(
        this.url + path,
        { method, agent: this.agent, headers: headers as Record<string, string> },
        reply => {
          const chunks: Buffer[] = []
          reply.on('data', (chunk: Buffer) => chunks.push(chunk))
          reply.on('error', reject)
          reply.on('end', () => {
            resolve({
              code: reply.statusCode ?? 0,
              body: Buffer.concat(chunks).toString(),
              warnings: (reply.headersDistinct['warning'] ?? []).map(warningText),
              auditId: String(reply.headers['audit-id'] ?? ''),
            })
          })
        },
      )
      asked.on('error', reject)
      asked.end(body === undefined ? undefined : JSON.stringify(body))
    })
  }

  close(): void {
    this.agent.destroy()
  }
}

/** The text of a `299 - "..."` header, whose bytes are UTF-8. */
function warningText(header: string): string {
  const text = Buffer.from(header, 'latin1').toString('utf8')
  return text
    .replace(/^299 - "/, '')
    .replace(/"$/, '')
    .replace(/\\(["\\])/g, '$1')
}
