import assert from 'node:assert/strict'
import { test } from 'node:test'
import { snapshotFindings } from '../../../src/apps/scan/snapshot-findings.ts'
import { SnapshotCollector } from '../../../src/apps/snapshot/snapshot-collector.ts'
import { podPathsWith } from '../../../src/inventory/pod-paths.ts'
import { type Change, changed } from '../../../src/lib/json/json-patch.ts'
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../../src/lib/json/json-value.ts'
import type { Finding } from '../../../src/model/finding.ts'
import { readManifest } from '../../../src/read/manifests/read-manifest.ts'
import { allCases, shipped } from '../policies/policy-cases.ts'

const podPaths = podPathsWith()

async function findings(
  rule: string,
  object: JsonObject,
  inventory: readonly JsonObject[],
): Promise<readonly Finding[]> {
  const { check, meta } = shipped.snapshotChecks.find(described => described.meta.id === rule)!
  const collector = new SnapshotCollector('default', podPaths)
  for (const [index, one] of [...inventory, object].entries()) {
    const { manifests } = readManifest(`${index}.json`, new TextEncoder().encode(JSON.stringify(one)))
    for (const manifest of manifests) if (manifest.kind === 'object') collector.add(manifest, index)
  }
  const result = await snapshotFindings(new Map([[check, [meta]]]), collector.objects, { podPaths, target: '1.37' })
  return result.findings.filter(({ locations }) => locations[0]?.file === `${inventory.length}.json`)
}

function changesOf(patch: readonly JsonValue[]): readonly Change[] {
  return patch.filter(isJsonObject).map(operation => {
    const path: JsonPath = String(operation['path'])
      .split('/')
      .slice(1)
      .map(step => (/^\d+$/.test(step) ? Number(step) : step.replaceAll('~1', '/').replaceAll('~0', '~')))
    return { ...operation, path } as Change
  })
}

const access = new Set(shipped.snapshotChecks.filter(({ check }) => check === 'access').map(({ meta }) => meta.id))
let offered = 0

for (const { rule, cases } of allCases) {
  if (!access.has(rule)) continue
  for (const one of cases) {
    if (one.expect !== 'deny') continue
    test(`a fix that is called proven takes ${rule} away: ${one.name}`, async () => {
      const before = await findings(rule, one.object, one.inventory ?? [])
      for (const { fix } of before) {
        if (fix?.proven !== true) continue
        offered++
        const after = changed(one.object, changesOf(fix.patch))
        assert.ok(after !== undefined, 'the patch applies')
        assert.deepEqual(await findings(rule, after, one.inventory ?? []), [])
      }
    })
  }
}

test('some of the rules offer a fix', () => {
  assert.ok(offered >= 8, `${offered} fixes`)
})
