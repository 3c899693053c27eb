import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bootstrapRbac } from '../../../src/adapters/fs/bootstrap-rbac.ts'
import { checkAccess } from '../../../src/analyses/access/checks/index.ts'
import { accessTables } from '../../../src/apps/access/access-tables.ts'
import { shippedRules } from '../../../src/apps/scan/shipped-rules.ts'
import { identityOf } from '../../../src/inventory/identity.ts'
import { buildInventory } from '../../../src/inventory/inventory.ts'
import { podPathsWith } from '../../../src/inventory/pod-paths.ts'
import { SnapshotAnswers } from '../../../src/inventory/snapshot/answers.ts'
import type { SnapshotObject } from '../../../src/inventory/snapshot/snapshot-object.ts'
import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import { describeObject } from '../../../src/model/subject.ts'

const access = shippedRules().snapshotChecks.filter(({ check }) => check === 'access')
const ids = new Set(access.map(({ meta }) => meta.id))

function findingsAbout(objects: readonly JsonObject[], target: string, asShipped: boolean): readonly string[] {
  const answers = new SnapshotAnswers(ids)
  const snapshot = objects.map(
    (object, order): SnapshotObject => ({
      ...identityOf(object, { defaultNamespace: 'default' }),
      object,
      source: { file: 'dump.yaml', unit: '', origin: 'exact' },
      order,
      places: { '': { line: 1, column: 1 } },
    }),
  )
  const tables = accessTables(target)
  const known = asShipped ? tables : { ...tables, shipped: [], shippedEver: [] }
  const podPaths = podPathsWith()
  const options = { podPaths, target, inventory: () => buildInventory(snapshot, podPaths), tables: () => known }
  checkAccess(snapshot, answers, options)
  return answers.verdicts
    .filter(
      verdict =>
        (verdict.severity ?? access.find(({ meta }) => meta.id === verdict.ruleId)!.meta.severity) === 'critical',
    )
    .map(verdict => `${verdict.ruleId} ${describeObject(verdict.subject)}`)
}

/** What is critical by design: without these Kubernetes does not run. Nothing else of a fresh cluster may be. */
const byDesign: readonly RegExp[] = [
  /^BW-RBAC-(001|004|005|026) ClusterRole(Binding)? cluster-admin$/,
  /^BW-RBAC-00[35] ClusterRole (system:kube-controller-manager|system:controller:(generic-garbage-collector|namespace-controller|resourcequota-controller|expand-controller|persistent-volume-binder|storage-version-migrator-controller))$/,
  /^BW-RBAC-011 ClusterRole system:controller:clusterrole-aggregation-controller$/,
  /^BW-RBAC-010 ClusterRole system:kubelet-api-admin$/,
  /^BW-RBAC-014 ClusterRole system:(controller:certificate-controller|certificates\.k8s\.io:(kube-apiserver-client|kube-apiserver-client-kubelet|legacy-unknown)-approver)$/,
  /^BW-RBAC-015 ClusterRole system:(kube-controller-manager|node)$/,
  /^BW-RBAC-005 ClusterRole system:(node|aggregate-to-edit|aggregate-to-admin)$/,
  /^BW-RBAC-006 Role kube-system\/system:controller:(bootstrap-signer|token-cleaner)$/,
  /^BW-RBAC-012 ClusterRole system:aggregate-to-edit$/,
]

for (const target of ['1.34', '1.35', '1.37']) {
  const objects = bootstrapRbac(target) as readonly JsonObject[]

  test(`a dump of a fresh ${target} cluster gives no critical finding`, () => {
    assert.deepEqual(findingsAbout(objects, target, true), [])
  })

  test(`the roles that ship with ${target}, judged as if somebody had written them, are critical by design only`, () => {
    const found = findingsAbout(objects, target, false)

    assert.deepEqual(
      found.filter(finding => !byDesign.some(known => known.test(finding))),
      [],
    )
    assert.ok(found.length > 5, 'the rules fire on what is powerful')
  })
}
