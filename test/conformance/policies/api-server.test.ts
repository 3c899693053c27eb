import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseAllDocuments } from 'yaml'
import { apiResourceOf } from '../../../src/inventory/api-resources.ts'
import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import { ApiClient } from '../../api-client.ts'
import {
  type ControlPlane,
  controlPlaneAssets,
  skipWithoutControlPlane,
  startControlPlane,
} from '../../control-plane.ts'
import { allCases, type PolicyCase, policiesFolder, shipped } from './policy-cases.ts'

const skip = skipWithoutControlPlane
const native = shipped.policies.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')

let server: ControlPlane
let client: ApiClient

before(async () => {
  if (skip) return
  server = await startControlPlane()
  client = new ApiClient(server)
  for (const namespace of ['shop', 'default', 'kube-system', 'argocd']) {
    if (namespace === 'shop' || namespace === 'argocd') await must(['create', 'namespace', namespace])
    // The controller that makes these does not run here.
    await must(['create', 'serviceaccount', 'default', '-n', namespace])
    if (namespace === 'shop') await must(['create', 'serviceaccount', 'web', '-n', namespace])
  }
})

after(async () => {
  client?.close()
  await server?.stop()
})

test('a real API server accepts every policy unchanged', { skip, timeout: 120_000 }, async () => {
  for (const file of policyFiles()) {
    if (!/^kind: ValidatingAdmissionPolicy$/m.test(nativeDocuments(file))) continue
    const answer = await server.kubectl(['create', '-f', '-'], nativeDocuments(file))

    assert.equal(answer.code, 0, `${file}: ${answer.stderr}`)
  }
})

test('its type check has no warning about any of them', { skip, timeout: 120_000 }, async () => {
  const flags = [`--kubeconfig=${server.kubeconfig}`, '--leader-elect=false', '--secure-port=0']
  const controller = spawn(
    join(controlPlaneAssets!, 'kube-controller-manager'),
    [...flags, '--controllers=validatingadmissionpolicy-status-controller'],
    { stdio: 'ignore' },
  )
  try {
    const statuses = await until(async () => {
      const answer = await must(['get', 'validatingadmissionpolicies', '-o', 'json'])
      const { items } = JSON.parse(answer) as { items: PolicyStatus[] }
      return items.every(({ status }) => status?.observedGeneration !== undefined) ? items : undefined
    })

    for (const { metadata, status } of statuses) assert.deepEqual(status!.typeChecking ?? {}, {}, metadata.name)
  } finally {
    controller.kill()
  }
})

// A server cuts and drops warnings beyond 4,096 characters in all, so that not all policies can speak at once.
for (const share of [0, 1, 2]) {
  const bound = native.filter((_, i) => i % 3 === share)

  test(`it decides every case as a scan does, part ${share + 1}`, { skip, timeout: 300_000 }, async t => {
    for (const { name } of bound) await must(['create', '-f', '-'], binding(name))
    const speaking = async (): Promise<boolean> => (await ask(firing(bound))).warnings.size > 0
    await until(async () => ((await speaking()) ? true : undefined))
    // The last binding may arrive after the first.
    await sleep(2000)
    for (const { rule, cases } of allCases) {
      const policy = bound.find(({ meta }) => meta?.id === rule)
      if (policy === undefined) continue
      for (const one of cases) {
        const expected = expectedOf(one)
        if (expected === 'any' || one.params !== undefined) continue
        await t.test(`${rule}: ${one.name}`, async () => {
          const { code, stderr, warnings } = await ask(one)

          if (expected === 'refused') {
            assert.notEqual(code, 0)
            return
          }
          assert.equal(code, 0, stderr)
          assert.equal(warnings.has(policy.name), expected === 'deny', stderr)
          if (one.message !== undefined && expected === 'deny') {
            assert.ok(warnings.get(policy.name)!.includes(one.message), warnings.get(policy.name)!.join('\n'))
          }
        })
      }
    }
    await must(['delete', 'validatingadmissionpolicybindings', ...bound.map(({ name }) => name)])
    await until(async () => ((await speaking()) ? undefined : true))
  })
}

test('it takes parameters from ConfigMaps as a scan takes them from --set', { skip, timeout: 120_000 }, async t => {
  const configured = allCases.flatMap(({ rule, cases }) =>
    cases.flatMap((one, i) => {
      const policy = native.find(({ meta }) => meta?.id === rule)
      if (policy === undefined || one.params === undefined || expectedOf(one) === 'any') return []
      return [{ policy: policy.name, name: `${policy.name}-${i}`, one, params: one.params[0]! }]
    }),
  )
  assert.ok(configured.length > 20)
  for (const { policy, name, params } of configured) {
    const metadata = { name, namespace: 'shop' }
    await must(['create', '-f', '-'], JSON.stringify({ ...params, metadata }))
    await must(['create', '-f', '-'], binding(policy, name, { ...metadata, parameterNotFoundAction: 'Deny' }))
  }
  const last = configured.findLast(({ one }) => one.expect === 'deny')!
  await until(async () => ((await ask(last.one)).warnings.has(last.policy) ? true : undefined))
  await sleep(2000)
  for (const { policy, name, one } of configured) {
    await t.test(`${policy}: ${one.name}`, async () => {
      const { code, stderr, bindings } = await ask(one)

      assert.equal(code, 0, stderr)
      assert.equal(bindings.has(name), expectedOf(one) === 'deny', stderr)
    })
  }
  await must(['delete', 'validatingadmissionpolicybindings', ...configured.map(({ name }) => name)])
})

function expectedOf({ native: own, expect }: PolicyCase): NonNullable<PolicyCase['native']> {
  return own ?? (expect === 'deny' ? 'deny' : 'allow')
}

interface PolicyStatus {
  readonly metadata: { readonly name: string }
  readonly status?: { readonly observedGeneration?: number; readonly typeChecking?: unknown }
}

/** A case that the server answers with a warning of one of these policies. */
function firing(policies: typeof native): PolicyCase {
  const ids = new Set(policies.map(({ meta }) => meta?.id))
  return allCases
    .filter(({ rule }) => ids.has(rule))
    .flatMap(({ cases }) => cases)
    .find(({ expect, native }) => expect === 'deny' && native === undefined)!
}

interface ServerAnswer {
  readonly code: number
  readonly stderr: string
  /** Messages by policy. */
  readonly warnings: ReadonlyMap<string, readonly string[]>
  /** The bindings that warn. */
  readonly bindings: ReadonlySet<string>
}

/** A dry run of one object; all policies are bound so that they warn and never deny. */
async function ask(one: PolicyCase): Promise<ServerAnswer> {
  const { apiVersion, kind, metadata } = one.object as {
    readonly apiVersion: string
    readonly kind: string
    readonly metadata: JsonObject
  }
  const { resource, namespaced } = apiResourceOf(apiVersion, kind)
  const namespace = namespaced ? `/namespaces/${String(metadata['namespace'] ?? 'default')}` : ''
  const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`
  const path = `${root}${namespace}/${resource}?dryRun=All&fieldValidation=Ignore`
  const reply = await client.send('POST', path, one.object)
  const code = reply.code < 400 ? 0 : reply.code
  const texts = reply.warnings.map(text => text.replace(/^\d+ \S+ "(.*)"$/s, '$1').replaceAll(/\\(.)/g, '$1'))
  const stderr = code === 0 ? texts.join('\n') : reply.body
  const warnings = new Map<string, string[]>()
  const bindings = new Set<string>()
  const pattern = /^Validation failed for ValidatingAdmissionPolicy '([^']+)' with binding '([^']+)': (.*)/s
  for (const text of texts) {
    const [, policy, name, message] = pattern.exec(text) ?? []
    if (policy === undefined) continue
    bindings.add(name!)
    warnings.set(policy, [...(warnings.get(policy) ?? []), message!])
  }
  return { code, stderr, warnings, bindings }
}

function policyFiles(): readonly string[] {
  return readdirSync(policiesFolder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.yaml') && !file.endsWith('.cases.yaml') && !file.startsWith('packs'))
    .sort()
}

/** The documents of a file that an API server knows, exactly as they are written. */
function nativeDocuments(file: string): string {
  const text = readFileSync(join(policiesFolder, file), 'utf8')
  const [first] = parseAllDocuments(text)
  return text.slice(0, first!.range![2])
}

function binding(policyName: string, name = policyName, paramRef?: JsonObject): string {
  return JSON.stringify({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName, validationActions: ['Warn'], ...(paramRef !== undefined && { paramRef }) },
  })
}

async function must(args: readonly string[], stdin?: string): Promise<string> {
  const answer = await server.kubectl(args, stdin)
  assert.equal(answer.code, 0, `kubectl ${args.join(' ')}: ${answer.stderr}`)
  return answer.stdout
}

async function until<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let i = 0; i < 60; i++) {
    const result = await attempt()
    if (result !== undefined) return result
    await sleep(500)
  }
  throw new Error('gave up waiting')
}
