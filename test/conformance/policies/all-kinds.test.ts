import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kindTableOf } from '../../../src/adapters/fs/kind-tables.ts'
import { apiResourceOf } from '../../../src/inventory/api-resources.ts'
import { builtInPodPaths } from '../../../src/inventory/pod-paths.ts'
import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import { planOf, scan } from './policy-cases.ts'

const served = [...kindTableOf('1.37').kinds.values()]

// What an unlucky object of any kind may look like: fields that bear the names of those that rules read.
const suspicious = {
  template: { spec: { hostPID: true, containers: [{ name: 'a', image: 'a', securityContext: { privileged: true } }] } },
  spec: {
    hostPID: true,
    containers: [{ name: 'a', image: 'a', securityContext: { privileged: true } }],
    template: { spec: { hostPID: true, containers: [{ name: 'a', image: 'a' }] } },
    volumes: [{ name: 'v', hostPath: { path: '/' } }],
  },
}

test('no rule fires on, or errors over, a kind that it is not about', () => {
  const plan = planOf()
  assert.ok(served.length > 60)
  for (const { group, version, kind } of served) {
    if (builtInPodPaths.has(`${group}/${kind}`)) continue
    for (const shape of [{}, suspicious, { spec: null }, { spec: 'x', template: 5 }]) {
      const apiVersion = group === '' ? version : `${group}/${version}`
      const object: JsonObject = { apiVersion, kind, metadata: { name: 'it', namespace: 'default' }, ...shape }
      const resource = apiResourceOf(apiVersion, kind)
      // A pod rule may be about a kind of its own as well, and then names it.
      const names = ({ apiGroups, resources }: { apiGroups: readonly string[]; resources: readonly string[] }) =>
        apiGroups.includes(group) && resources.includes(resource.resource)
      const concerned = plan
        .policiesFor(resource)
        .filter(({ compiled }) => !compiled.readsPod || compiled.matcher.resources.resourceRules.some(names))
      const checks = plan.checks.filter(({ check }) => check.concerns(resource))
      const own = new Set([
        ...concerned.flatMap(({ rules }) => rules.map(({ id }) => id)),
        ...checks.map(({ rule }) => rule.id),
      ])

      const { findings, byRule } = scan(plan, [object])

      assert.deepEqual(
        findings.map(({ ruleId }) => ruleId).filter(id => !own.has(id)),
        [],
        `${apiVersion} ${kind}`,
      )
      for (const [id, { pass, unknown }] of byRule) {
        if (!own.has(id)) assert.equal(pass + unknown, 0, `${id} passes on ${kind}, where it is not applicable`)
      }
    }
  }
})

test('custom kinds that carry no pod are nobody’s concern', () => {
  const plan = planOf()
  for (const apiVersion of ['example.com/v1', 'monitoring.coreos.com/v1', 'ceph.rook.io/v1']) {
    const object: JsonObject = { apiVersion, kind: 'Deployment', metadata: { name: 'it' }, ...suspicious }

    assert.deepEqual(scan(plan, [object]).findings, [])
  }
})
