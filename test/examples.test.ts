import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

// What is found in each example, written down by hand from what the rules say and not from what the program answered.
// Objects that are not listed have no finding.

const unhardened = ['POD-002', 'POD-003', 'POD-021', 'POD-026', 'POD-028', 'POD-034', 'POD-038']
const withoutResources = ['RES-001', 'RES-003', 'RES-004']
const withoutProbes = ['RES-007', 'RES-008']

const expected: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  clean: {},
  // The pod's fields of the container are dropped by the API server, so that the container is as if they were not there.
  'misplaced-security-context': {
    'Deployment billing/invoice': [
      'IMG-002',
      'NET-001',
      'NS-008',
      'POD-002',
      'POD-021',
      'POD-028',
      'POD-034',
      'RES-012',
    ],
  },
  // Refused by the API server.
  'broken-cidr': { 'NetworkPolicy finance/ledger-ingress': ['NET-101'] },
  'seccomp-annotation': {
    'Deployment exchange/import': ['IMG-002', 'NET-001', 'POD-026', 'POD-028', 'RES-009'],
    'Pod exchange/archive': ['IMG-002', 'NET-001', 'POD-026', 'POD-028', 'RES-019'],
    'Deployment exchange/export': ['IMG-002', 'NET-001', 'POD-028', 'RES-009'],
  },
  'apparmor-annotation': {
    'Deployment media/thumbnails': ['IMG-002', 'NET-001', 'POD-029', 'RES-009'],
    'Pod media/uploads': ['IMG-002', 'NET-001', 'RES-019'],
  },
  shop: {
    'Namespace shop': ['NS-001'],
    // Everything may go out, to the cloud's metadata service among it, as is proven at the pods: BW-NET-115 stands for
    // BW-NET-006, which absorbs BW-NET-004.
    'NetworkPolicy shop/allow-inside': ['NET-115'],
    // What it opens is open by the other policy.
    'NetworkPolicy shop/web': ['NET-121'],
    // Secrets are among the resources that the collector reads in every namespace.
    'ClusterRole shop-log-collector': ['RBAC-005'],
    'PodDisruptionBudget shop/web': ['RES-016'],
    'Deployment shop/api': ['IMG-002', 'POD-034', 'RES-012', 'SEC-003', ...withoutResources],
    'Deployment shop/payment': [
      'IMG-001',
      'IMG-002',
      'IMG-004',
      'POD-002',
      'POD-003',
      'POD-004',
      'POD-025',
      'POD-021',
      'POD-034',
      'RES-012',
      ...withoutResources,
      ...withoutProbes,
    ],
    'StatefulSet shop/search': [
      'IMG-001',
      'IMG-002',
      'IMG-004',
      'POD-001',
      ...unhardened,
      ...withoutResources,
      ...withoutProbes,
    ],
    'StatefulSet shop/database': ['IMG-002', 'IMG-004', 'POD-028', 'POD-034', 'SEC-003'],
    'Deployment shop/cart-cache': [
      'IMG-002',
      'IMG-004',
      'POD-017',
      ...unhardened,
      ...withoutResources,
      ...withoutProbes,
    ],
    // The socket's own hostPath is absorbed by POD-014, that of the logs by POD-013.
    'DaemonSet shop/log-collector': [
      'IMG-002',
      'IMG-004',
      'POD-001',
      'POD-007',
      'POD-009',
      'POD-013',
      'POD-014',
      'POD-015',
      'POD-051',
      ...unhardened,
      ...withoutResources,
      ...withoutProbes,
    ],
    'CronJob shop/database-dump': ['IMG-002', 'IMG-004', 'POD-028', 'SEC-003'],
    'CronJob shop/newsletter': ['IMG-001', ...unhardened, ...withoutResources],
  },
}

const root = fileURLToPath(new URL('..', import.meta.url))
const command = 'src/apps/cli/main.ts'
const skip = existsSync(`${root}src/apps/cli/verbs/scan.ts`) ? false : 'the command `scan` is not there yet'

interface Line {
  readonly ruleId: string
  readonly subject: { readonly kind: string; readonly namespace: string; readonly name: string }
  readonly locations: readonly { readonly file: string; readonly line: number; readonly column: number }[]
  readonly summary?: { readonly documents: { readonly damaged: number }; readonly partial: boolean }
}

function scan(folder: string): readonly Line[] {
  const result = spawnSync(process.execPath, [command, 'scan', folder, '-o', 'ndjson', '--fail-on', 'none'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  assert.equal(result.status, 0, result.stderr)
  return result.stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Line)
}

for (const [name, objects] of Object.entries(expected)) {
  test(`examples/${name} has the findings that its rules ask for, each at a line of its file`, { skip }, () => {
    const lines = scan(`examples/${name}`)

    const found: Record<string, string[]> = {}
    for (const { ruleId, subject, locations, summary } of lines) {
      if (summary !== undefined) {
        assert.equal(summary.documents.damaged, 0)
        continue
      }
      const object = `${subject.kind} ${subject.namespace === '' ? '' : `${subject.namespace}/`}${subject.name}`
      const ids = found[object] ?? []
      found[object] = ids
      const id = ruleId.replace(/^BW-/, '').replace(/\.\d+$/, '')
      if (!ids.includes(id)) ids.push(id)
      assert.ok(locations.length > 0, `${ruleId} of ${object} has no place`)
      for (const place of locations) {
        assert.ok(place.file.startsWith(`examples/${name}/`))
        const text = readFileSync(`${root}${place.file}`, 'utf8').split('\n')[place.line - 1] ?? ''
        assert.ok(place.column <= text.length + 1 && text.trim() !== '', `${place.file}:${place.line}:${place.column}`)
      }
    }
    const sorted = (all: Readonly<Record<string, readonly string[]>>) =>
      Object.fromEntries(Object.entries(all).map(([object, ids]) => [object, [...ids].sort()] as const))
    assert.deepEqual(sorted(found), sorted(objects))
  })
}

test('every folder of examples/ is scanned here and named in its README', () => {
  const folders = readdirSync(`${root}examples`, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
  const readme = readFileSync(`${root}examples/README.md`, 'utf8')

  assert.deepEqual(folders.sort(), Object.keys(expected).sort())
  for (const folder of folders) {
    assert.ok(readme.includes(`[${folder}](${folder})`), folder)
    assert.ok(existsSync(`${root}examples/${folder}/README.md`), folder)
  }
})
