import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { apiLifecycle } from '../../../src/adapters/fs/api-lifecycle-table.ts'
import { kindTableOf } from '../../../src/adapters/fs/kind-tables.ts'
import { policyDocuments, shippedPolicyDocuments } from '../../../src/adapters/fs/shipped-policies.ts'
import {
  createPolicyRun,
  loadRules,
  nativeChecks,
  type ParameterData,
  type PolicyPlan,
  type PolicyResult,
  planPolicies,
} from '../../../src/analyses/policy/index.ts'
import { podPathsWith } from '../../../src/inventory/pod-paths.ts'
import type { JsonObject, JsonPath } from '../../../src/lib/json/json-value.ts'
import { decodedFinding } from '../../../src/model/encoded-finding.ts'
import type { Finding } from '../../../src/model/finding.ts'
import type { ManifestObject, ReadingNote } from '../../../src/read/manifests/manifest.ts'
import { readManifest } from '../../../src/read/manifests/read-manifest.ts'

/** The notes of the reader about the text of a case. */
export function notesOf({ text }: PolicyCase): readonly ReadingNote[] {
  const [manifest] = text === undefined ? [] : readManifest('case.yaml', text).manifests
  return manifest?.kind === 'object' ? (manifest.notes ?? []) : []
}

/** One case of a `.cases.yaml` file. */
export interface PolicyCase {
  readonly name: string
  readonly object: JsonObject
  /** The text that the object is read from, where that is what the rule is about. */
  readonly text?: string
  readonly inventory?: readonly JsonObject[]
  /** Parameter objects; a scan is given their data by `--set`. */
  readonly params?: readonly { readonly data: ParameterData }[]
  /** What a question says of the network, for rules that depend on it. */
  readonly network?: { readonly cni: string; readonly clusterCidrs?: readonly string[] }
  readonly expect: 'deny' | 'allow' | 'unknown' | 'notApplicable'
  /** What a real API server does where it differs: `refused` before any policy, `any` where that does not matter. */
  readonly native?: 'deny' | 'allow' | 'refused' | 'any'
  /** From 1, for rules with several validations. */
  readonly validation?: number
  readonly message?: string
  /** JSON pointers of the first evidence of each location. */
  readonly at?: readonly string[]
}

export interface PolicyCases {
  readonly file: string
  readonly rule: string
  readonly cases: readonly PolicyCase[]
}

export const policiesFolder = fileURLToPath(new URL('../../../policies', import.meta.url))

export const shipped = loadRules(shippedPolicyDocuments())

export const allCases: readonly PolicyCases[] = policyDocuments(policiesFolder, file =>
  file.endsWith('.cases.yaml'),
).map(({ file, object }) => {
  const spec = object['spec'] as unknown as { policy: string; cases: readonly PolicyCase[] }
  return { file, rule: spec.policy, cases: spec.cases.map(withObjectOfText) }
})

function withObjectOfText(one: PolicyCase): PolicyCase {
  if (one.text === undefined) return one
  const [manifest] = readManifest('case.yaml', one.text).manifests
  assert.equal(manifest?.kind, 'object', one.name)
  return { ...one, object: (manifest as ManifestObject).object }
}

export function planOf(...rules: readonly string[]): PolicyPlan {
  return planWith(rules, new Map())
}

export function planWith(rules: readonly string[], parameters: ReadonlyMap<string, ParameterData>): PolicyPlan {
  const selects = rules.length === 0 ? () => true : (id: string): boolean => rules.includes(id)
  return planPolicies({
    parameters,
    policies: shipped.policies,
    checks: nativeChecks(shipped.checks, {
      minor: 37,
      table: kindTableOf('1.37'),
      lifecycle: apiLifecycle(),
      podPaths: podPathsWith(),
    }),
    selects,
  })
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Scans objects as one part. Positions tell which path was asked for: the line is its place in `asked`, from 1. */
export function scan(
  plan: PolicyPlan,
  objects: readonly JsonObject[],
  defaultNamespace = 'default',
  notes: readonly ReadingNote[] = [],
): Scanned {
  const asked: string[] = []
  const run = createPolicyRun(plan, { sha256, defaultNamespace })
  objects.forEach((object, i) => {
    const locate = (paths: readonly JsonPath[]) =>
      paths.map(path => ({ line: asked.push(`/${path.join('/')}`), column: 1 }))
    run.add(object, { file: `object-${i}.yaml`, unit: '', origin: 'exact' }, locate, notes)
  })
  const findings: Finding[] = []
  const result = run.finish(
    [structuredClone(run.facts())],
    0,
    () => 0,
    finding => findings.push(decodedFinding(finding)),
  )
  return { ...result, findings, asked }
}

export interface Scanned extends PolicyResult {
  readonly findings: readonly Finding[]
  readonly asked: readonly string[]
}
