import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cniProfiles } from '../../../src/adapters/fs/cni-profiles.ts'
import { snapshotFindings } from '../../../src/apps/scan/snapshot-findings.ts'
import { SnapshotCollector } from '../../../src/apps/snapshot/snapshot-collector.ts'
import { podPathsWith } from '../../../src/inventory/pod-paths.ts'
import { readManifest } from '../../../src/read/manifests/read-manifest.ts'
import { allCases, type PolicyCase, shipped } from './policy-cases.ts'

const podPaths = podPathsWith()

const profiles = cniProfiles()

function engineOf({ cni, clusterCidrs = [] }: NonNullable<PolicyCase['network']>) {
  return { cniProfile: profiles.find(({ name }) => name === cni)!, clusterCidrs }
}

/** Each object is a file of one line: `object.json` holds the one that the case is about. */
async function answersOf(rule: string, one: PolicyCase) {
  const { check, meta } = shipped.snapshotChecks.find(described => described.meta.id === rule)!
  const collector = new SnapshotCollector('default', podPaths)
  const files = [...(one.inventory ?? []), one.object].map((object, i, all) => ({
    file: i === all.length - 1 ? 'object.json' : `inventory-${i}.json`,
    content: new TextEncoder().encode(JSON.stringify(object)),
  }))
  for (const [index, { file, content }] of files.entries()) {
    for (const manifest of readManifest(file, content).manifests)
      if (manifest.kind === 'object') collector.add(manifest, index)
  }
  return snapshotFindings(new Map([[check, [meta]]]), structuredClone(collector.objects), {
    podPaths,
    target: '1.37',
    ...(one.network === undefined ? {} : { network: { engine: engineOf(one.network), everyPod: false } }),
  })
}

for (const { rule, cases } of allCases) {
  if (!shipped.snapshotChecks.some(({ meta }) => meta.id === rule)) continue
  for (const one of cases) {
    test(`${rule}: ${one.name}`, async () => {
      const { findings, verdicts } = await answersOf(rule, one)

      const metadata = one.object['metadata'] as { name?: string } | undefined
      const own = findings.filter(
        ({ subject }) => subject.kind === one.object['kind'] && subject.name === (metadata?.name ?? ''),
      )
      if (one.expect === 'notApplicable') assert.deepEqual(own, [])
      if (one.expect === 'allow') {
        assert.deepEqual(own, [])
        assert.ok(verdicts.pass > 0, 'a rule that is in order says so')
      }
      if (one.expect === 'deny' || one.expect === 'unknown') {
        assert.ok(own.length > 0, 'no finding')
        for (const finding of own) {
          assert.equal(finding.verdict, one.expect === 'deny' ? 'fail' : 'unknown')
          assert.ok(finding.verdict === 'fail' || finding.reason, 'an unknown verdict says why')
          assert.ok(finding.locations.length > 0)
        }
        if (one.message !== undefined) assert.equal(own[0]!.message, one.message)
        if (one.at !== undefined) {
          assert.deepEqual(
            own.flatMap(({ evidence }) => evidence.map(({ pointer }) => pointer)),
            one.at,
          )
        }
      }
    })
  }
}
