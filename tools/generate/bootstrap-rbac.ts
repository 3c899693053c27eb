/**
 * Adds a Kubernetes minor to `data/bootstrap-rbac.json`: the roles and bindings that an API server creates by itself,
 * asked of a running one. Aggregated roles are stored as the rule that selects them; what they add up to is computed
 * when they are read, as the aggregation controller does.
 *
 *   KUBEBUILDER_ASSETS=<folder of the minor> node tools/generate/bootstrap-rbac.ts 1.37
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeFileAtomic } from '../../src/adapters/fs/atomic-write.ts'
import { startControlPlane } from '../../test/control-plane.ts'

const [minor] = process.argv.slice(2)
if (minor === undefined) throw new Error('usage: bootstrap-rbac.ts 1.NN')

interface Entry {
  readonly object: Readonly<Record<string, unknown>>
  readonly minors: string[]
}
interface Table {
  readonly entries: readonly Entry[]
}

interface Live {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels?: Record<string, string> }
  readonly rules?: unknown
  readonly aggregationRule?: unknown
  readonly subjects?: unknown
  readonly roleRef?: unknown
}

const file = join(import.meta.dirname, '../../data/bootstrap-rbac.json')
const server = await startControlPlane()
try {
  let live: Live[] = []
  // The server creates them after it is ready, a few at a time: wait until two looks agree.
  for (let before = -1; live.length === 0 || live.length !== before; ) {
    before = live.length
    await sleep(2000)
    const answer = await server.kubectl([
      'get',
      'clusterroles,clusterrolebindings,roles,rolebindings',
      '-A',
      '-o',
      'json',
    ])
    live = (JSON.parse(answer.stdout) as { items: Live[] }).items
  }
  const bootstrapLabel = 'kubernetes.io/bootstrapping'
  const objects = live.map(({ apiVersion, kind, metadata, rules, aggregationRule, subjects, roleRef }) => {
    const labels = Object.fromEntries(Object.entries(metadata.labels ?? {}).filter(([key]) => key !== bootstrapLabel))
    return {
      apiVersion,
      kind,
      metadata: {
        name: metadata.name,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        ...(Object.keys(labels).length === 0 ? {} : { labels }),
      },
      ...(aggregationRule === undefined ? (kind.endsWith('Role') ? { rules: rules ?? [] } : {}) : { aggregationRule }),
      ...(roleRef === undefined ? {} : { roleRef, subjects: subjects ?? [] }),
    }
  })

  const known: Table = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Table) : { entries: [] }
  const entries = new Map<string, Set<string>>()
  for (const entry of known.entries)
    entries.set(JSON.stringify(entry.object), new Set(entry.minors.filter(other => other !== minor)))
  for (const object of objects) {
    const key = JSON.stringify(object)
    entries.set(key, (entries.get(key) ?? new Set()).add(minor))
  }
  const lines = [...entries]
    .filter(([, minors]) => minors.size > 0)
    .map(([object, minors]) => `{"minors": ${JSON.stringify([...minors].sort())}, "object": ${object}}`)
    .sort()
  await writeFileAtomic(
    file,
    `{\n"schema": "bootstrap-rbac/1", "compiled": "${new Date().toISOString().slice(0, 10)}",\n` +
      `"source": "the roles and bindings that kube-apiserver creates when it starts (Apache-2.0)",\n` +
      `"entries": [\n${lines.join(',\n')}\n]\n}\n`,
  )
  process.stderr.write(`${objects.length} objects in ${minor}, ${lines.length} entries in all\n`)
} finally {
  await server.stop()
}
