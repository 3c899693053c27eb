import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { SeededRandom } from '../../../test/random.ts'
import { inTemporaryFolder } from '../../../test/temporary-folder.ts'
import { defaultSettings } from '../configuration/settings.ts'
import { joinedShares } from './joined-shares.ts'
import { scanRequest } from './scan-request.ts'
import { ScanShare } from './scan-share.ts'

// Deployments that stand in several files, ReplicaSets and pods of theirs that differ: what is said of one controller is
// gathered from files that different threads read.
const random = new SeededRandom(7)
const settings = ['runAsNonRoot: true', 'privileged: true', 'capabilities: {add: [SYS_ADMIN]}', '']
const files = Object.fromEntries(
  Array.from({ length: 160 }, (_, i) => {
    const name = `app-${i % 9}`
    const context = random.pick(settings)
    const podSpec = JSON.stringify({
      containers: [{ name: `c${random.below(2)}`, image: random.pick(['nginx', 'nginx:1.25']) }],
    }).replace(/}]}$/, context === '' ? '}]}' : `, "securityContext": {${context}}}]}`)
    return [`${random.pick(['a', 'b', 'c'])}/${i}.yaml`, manifest(random.below(5), name, i, podSpec)]
  }),
)

function manifest(kind: number, name: string, serial: number, podSpec: string): string {
  if (kind === 0)
    return `{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}, namespace: x}, spec: {selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: ${podSpec}}}}`
  const owned = (owner: string, ownerName: string): string =>
    `namespace: x, labels: {app: ${name}, pod-template-hash: abc12}, ownerReferences: [{apiVersion: apps/v1, kind: ${owner}, name: ${ownerName}, controller: true, uid: u}]`
  if (kind === 1)
    return `{apiVersion: apps/v1, kind: ReplicaSet, metadata: {name: ${name}-abc12, ${owned('Deployment', serial % 4 === 0 ? 'app-0' : name)}}, spec: {selector: {matchLabels: {app: ${name}}}, template: {metadata: {labels: {app: ${name}}}, spec: ${podSpec}}}}`
  return `{apiVersion: v1, kind: Pod, metadata: {name: ${name}-abc12-p${serial}, ${owned('ReplicaSet', `${name}-abc12`)}}, spec: ${podSpec}}`
}

/** What a scan gives where `threads` of them share the files in some way. */
function scan(folder: string, as: 'lines' | 'findings', threads: number, seed: number): string {
  const request = scanRequest(defaultSettings, as)
  const paths = Object.keys(files).map(name => join(folder, name))
  const choice = new SeededRandom(seed)
  const shares = Array.from({ length: threads }, () => new ScanShare(request))
  for (const share of shares) share.setInputs(paths)
  for (const [index, path] of paths.entries()) shares[choice.below(threads)]!.addFile(index, path)
  const facts = shares.map(share => share.facts().facts)
  const { lines, findings } = joinedShares(shares.map((share, part) => share.finish(facts, part, [])))
  return as === 'findings' ? JSON.stringify(findings) : Buffer.concat(lines.map(([, bytes]) => bytes)).toString()
}

for (const as of ['lines', 'findings'] as const) {
  test(`as ${as}: which thread reads which file changes nothing`, () => {
    inTemporaryFolder(files, folder => {
      const alone = scan(folder, as, 1, 0)
      for (const [threads, seed] of [
        [2, 1],
        [2, 2],
        [3, 3],
      ] as const)
        assert.equal(scan(folder, as, threads, seed), alone, `${threads} threads, seed ${seed}`)
      assert.ok(alone.includes('SYS_ADMIN'))
    })
  })
}
