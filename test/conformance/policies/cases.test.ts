import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Verdict } from '../../../src/model/verdict.ts'
import { allCases, notesOf, type PolicyCase, planOf, planWith, scan, shipped } from './policy-cases.ts'

const verdicts: Readonly<Record<PolicyCase['expect'], Verdict>> = {
  deny: 'fail',
  allow: 'pass',
  unknown: 'unknown',
  notApplicable: 'notApplicable',
}

test('every rule has its cases: one that fires, one that does not, one that is malformed', () => {
  const files = new Map(allCases.map(({ rule, cases }) => [rule, cases]))

  for (const id of shipped.metas.keys()) {
    const cases = files.get(id) ?? []
    assert.ok(
      cases.some(({ expect }) => expect === 'deny'),
      `${id} fires in no case`,
    )
    assert.ok(
      cases.some(({ expect }) => expect === 'allow'),
      `${id} passes in no case`,
    )
    assert.ok(
      cases.some(({ native }) => native === 'refused'),
      `${id} has no malformed case`,
    )
  }
  assert.equal(files.size, shipped.metas.size)
})

for (const meta of shipped.metas.values()) {
  if (meta.params.length === 0) continue
  test(`${meta.id}: its parameters have the defaults that its description tells`, () => {
    const told = Object.fromEntries(meta.params.map(parameter => [parameter.name, String(parameter.default)]))
    const plan = planOf(meta.id)
    const planned = planWith([meta.id], new Map([[meta.id, told]]))
    const cases = allCases.find(({ rule }) => rule === meta.id)!.cases
    assert.ok(cases.some(({ params }) => params !== undefined))

    for (const { object, name } of cases)
      assert.deepEqual(scan(planned, [object]).findings, scan(plan, [object]).findings, name)
  })
}

for (const { rule, cases } of allCases) {
  // Rules that need several objects have a test of their own: snapshot-cases.test.ts.
  if (shipped.snapshotChecks.some(({ meta }) => meta.id === rule)) continue
  const plan = planOf(rule)
  for (const one of cases) {
    test(`${rule}: ${one.name}`, () => {
      const given = one.params?.map(({ data }) => planWith([rule], new Map([[rule, data]])))

      const result = scan(given?.[0] ?? plan, [one.object, ...(one.inventory ?? [])], 'default', notesOf(one))

      const ids = one.validation === undefined ? [...result.byRule.keys()] : [`${rule}.${one.validation}`]
      const { subject: name } = { subject: one.object['kind'] }
      const own = result.findings.filter(({ subject, ruleId }) => subject.kind === name && ids.includes(ruleId))
      for (const id of ids) {
        const counted = result.byRule.get(id)!
        if (one.expect !== 'notApplicable')
          assert.equal(counted[verdicts[one.expect]], 1, `${id}: ${JSON.stringify(counted)}`)
        else assert.equal(counted.fail + counted.pass + counted.unknown, 0)
      }
      assert.equal(own.length > 0, one.expect === 'deny' || one.expect === 'unknown')
      if (one.message !== undefined) assert.equal(own[0]?.message, one.message)
      if (one.at !== undefined) {
        const places = own.flatMap(({ locations }) => locations.map(({ line }) => result.asked[line - 1]))
        assert.deepEqual(
          places,
          one.at.map(pointer => pointer.replaceAll('~1', '/')),
        )
      }
      for (const finding of own) {
        if (finding.verdict === 'unknown') assert.ok(finding.reason, 'an unknown verdict says why')
      }
    })
  }
}
