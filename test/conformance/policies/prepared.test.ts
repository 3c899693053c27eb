import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type PlanOptions,
  PreparedExpressions,
  planPolicies,
  prepareExpressions,
} from '../../../src/analyses/policy/index.ts'
import { allCases, scan, shipped } from './policy-cases.ts'

// What the build prepares is what runs in a package; the sources compile the policies themselves.
const policies = [...shipped.policies, ...shipped.earlier]
const text = prepareExpressions(policies, 37)
const objects = allCases.flatMap(({ cases }) => cases.map(({ object }) => object))

function findings(options: Partial<PlanOptions>): ReturnType<typeof scan>['findings'] {
  return scan(planPolicies({ policies: shipped.policies, minor: 37, ...options }), objects).findings
}

test('prepared expressions of the rules that ship give the same findings as compiled ones', () => {
  assert.deepEqual(findings({ prepared: new PreparedExpressions(text) }), findings({}))
})

test('expressions that were prepared for another minor are compiled anew', () => {
  const foreign = new PreparedExpressions(text.replace('"minor":37', '"minor":30').replaceAll('["call"', '["damaged"'))

  assert.deepEqual(findings({ prepared: foreign }), findings({}))
})

test('nearly every expression that ships can be prepared', () => {
  const prepared = new PreparedExpressions(text)

  const validations = policies.flatMap(policy => prepared.of(policy)!.validations)

  assert.ok(validations.filter(validation => validation === null).length < validations.length / 50)
})
