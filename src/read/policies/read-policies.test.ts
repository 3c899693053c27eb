import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, JsonPath } from '../../lib/json/json-value.ts'
import { type PolicySet, readPolicies } from './read-policies.ts'

const at = (path: JsonPath): { line: number; column: number } => ({ line: path.length, column: 1 })
const read = (...objects: JsonObject[]): PolicySet =>
  readPolicies(objects.map(object => ({ file: 'p.yaml', object, locate: at })))
const policy = (spec: JsonObject, annotations: JsonObject = {}, version = 'v1'): JsonObject => ({
  apiVersion: `admissionregistration.k8s.io/${version}`,
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'p', annotations },
  spec,
})
const validations = [{ expression: 'true' }]

test('every served version of a policy is read, with the defaults of the server', () => {
  for (const version of ['v1', 'v1beta1', 'v1alpha1']) {
    const { policies, diagnostics } = read(policy({ validations }, {}, version))

    assert.deepEqual(diagnostics, [])
    assert.equal(policies[0]!.failurePolicy, 'Fail')
    assert.equal(policies[0]!.match.matchPolicy, 'Equivalent')
    assert.equal(policies[0]!.validations[0]!.reason, 'Invalid')
    assert.equal(policies[0]!.meta, undefined)
  }
})

const mistakes: readonly (readonly [name: string, object: JsonObject, code: string, line: number])[] = [
  ['a policy without anything to evaluate', policy({}), 'POLICY_EMPTY', 1],
  ['a validation without expression', policy({ validations: [{}] }), 'POLICY_FIELD_MISSING', 4],
  ['a wrong type', policy({ validations: 'true' }), 'POLICY_FIELD_TYPE', 2],
  ['a wrong word', policy({ validations, failurePolicy: 'Maybe' }), 'POLICY_FIELD_VALUE', 2],
  ['a rule id in small letters', policy({ validations }, { 'breakwater.io/id': 'bw-1' }), 'RULE_ID', 3],
  [
    'a list that is no JSON',
    policy({ validations }, { 'breakwater.io/id': 'BW-T-1', 'breakwater.io/aliases': 'a, b' }),
    'RULE_LIST',
    3,
  ],
]

for (const [name, object, code, line] of mistakes) {
  test(`${name} is reported at its place, and the policy is left out`, () => {
    const { policies, diagnostics } = read(object)

    assert.deepEqual(policies, [])
    assert.equal(diagnostics.length, 1)
    assert.equal(diagnostics[0]!.code, code)
    assert.equal(diagnostics[0]!.line, line)
  })
}

test('a broken policy does not hide the good one beside it, and other objects are handed on', () => {
  const settings = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'limits' } }

  const set = read(policy({}), policy({ validations }), settings)

  assert.equal(set.policies.length, 1)
  assert.deepEqual(
    set.others.map(({ object }) => object),
    [settings],
  )
})

test('the two forms of a rule share one description', () => {
  const annotations = { 'breakwater.io/id': 'BW-T-1', 'breakwater.io/title': 'A title' }
  const audit = { ...policy({ validations }, { 'breakwater.io/id': 'BW-T-1' }), apiVersion: 'policy.breakwater.io/v1' }

  const { policies } = read(policy({ validations }, annotations), { ...audit, kind: 'AuditPolicy' })

  assert.deepEqual(
    policies.map(({ kind, meta }) => [kind, meta?.title]),
    [
      ['ValidatingAdmissionPolicy', 'A title'],
      ['AuditPolicy', 'A title'],
    ],
  )
})

test('a binding is read with its parameters and actions', () => {
  const { bindings, diagnostics } = read({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name: 'b' },
    spec: {
      policyName: 'p',
      validationActions: ['Warn', 'Audit'],
      paramRef: { name: 'limits', namespace: 'shop', parameterNotFoundAction: 'Allow' },
    },
  })

  assert.deepEqual(diagnostics, [])
  assert.deepEqual(bindings[0]!.validationActions, ['Warn', 'Audit'])
  assert.equal(bindings[0]!.paramRef!.parameterNotFoundAction, 'Allow')
})
