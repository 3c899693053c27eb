import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { kindTableOf } from '../../../src/adapters/fs/kind-tables.ts'
import { requestFor, requestOfReview } from '../../../src/analyses/policy/admission/admission-request.ts'
import { admissionSet } from '../../../src/analyses/policy/admission/admission-set.ts'
import { admit } from '../../../src/analyses/policy/admission/admit.ts'
import { WarningRecorder } from '../../../src/analyses/policy/admission/warning-recorder.ts'
import type { JsonObject } from '../../../src/lib/json/json-value.ts'

const table = kindTableOf('1.37')
const document = (object: JsonObject) => ({
  file: 'p.yaml',
  object,
  locate: () => ({ line: 1, column: 1 }),
  placeInExpression: () => ({ line: 1, column: 1 }),
})
const policy: JsonObject = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'p' },
  spec: {
    matchConstraints: {
      objectSelector: { matchExpressions: [{ key: 'no', operator: 'DoesNotExist' }] },
      resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] }],
    },
    variables: [{ name: 'name', expression: 'object.metadata.name' }],
    validations: [{ expression: 'size(variables.name) > 3', messageExpression: "'short: ' + variables.name" }],
    auditAnnotations: [{ key: 'k', valueExpression: 'string(object.kind)' }],
  },
}
const options = {
  operation: 'CREATE' as const,
  subResource: '',
  old: undefined,
  user: undefined,
  defaultNamespace: 'default',
  priorityOf: () => 0,
}

test('any object and any review is answered without an exception', () => {
  const { world } = admissionSet([document(policy)], { table, minor: 37 })
  const kind = fc.constantFrom('Pod', 'Deployment', 'Event', 'HorizontalPodAutoscaler', 'Odd')
  const apiVersion = fc.constantFrom('v1', 'apps/v1', 'autoscaling/v1', 'events.k8s.io/v1', 'x.example.com/v1')
  const anything = fc.jsonValue({ maxDepth: 4 })
  const objects = fc.record({ apiVersion, kind, metadata: anything, spec: anything, status: anything })
  fc.assert(
    fc.property(objects, anything, (object, odd) => {
      const made = object as unknown as JsonObject
      assert.ok([true, false, null].includes(admit(requestFor(made, options, world.kinds), world).allowed))
      const request = {
        operation: 'UPDATE',
        kind: { kind: 'Pod', version: 'v1' },
        resource: { resource: 'pods' },
        object,
        oldObject: odd,
        userInfo: odd,
      }
      const review = requestOfReview(
        { kind: 'AdmissionReview', request } as unknown as JsonObject,
        options,
        world.kinds,
      )
      if (typeof review !== 'string') admit(review, world)
    }),
    { numRuns: 300 },
  )
})

test('any policy document is read or refused without an exception', () => {
  const anything = fc.jsonValue({ maxDepth: 4 })
  fc.assert(
    fc.property(anything, anything, anything, (validations, constraints, rest) => {
      const spec = {
        validations,
        matchConstraints: constraints,
        variables: rest,
        auditAnnotations: rest,
        paramKind: rest,
      }
      const odd = { ...policy, spec } as unknown as JsonObject
      const binding = { ...policy, kind: 'ValidatingAdmissionPolicyBinding', spec: rest } as unknown as JsonObject
      admissionSet([document(odd), document(binding)], { table, minor: 37 })
    }),
    { numRuns: 300 },
  )
})

test('policies are asked in the order of their names, whatever the order of the files', () => {
  const named = (name: string): JsonObject => ({ ...policy, metadata: { name } })
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }
  const order = (names: readonly string[]): readonly string[] => {
    const { world } = admissionSet(
      names.map(name => document(named(name))),
      { table, minor: 37 },
    )
    return admit(requestFor(object, options, world.kinds), world).denials.map(denial => denial.policy)
  }

  assert.deepEqual(order(['c', 'a', 'b']), ['a', 'b', 'c'])
  assert.deepEqual(order(['b', 'c', 'a']), ['a', 'b', 'c'])
})

test('warnings are sent once, without control characters, and cut once they are too long together', () => {
  const recorder = new WarningRecorder()
  for (const text of ['same', 'same', 'two\nlines', 'x'.repeat(3_000), `y${'x'.repeat(3_000)}`]) recorder.add(text)

  assert.deepEqual(
    recorder.warnings.map(text => text.length),
    [4, 256, 256],
  )
})

test('leaving out what nobody reads changes no decision', () => {
  const { world } = admissionSet([document(policy)], { table, minor: 37 })
  for (const name of ['a', 'long-enough']) {
    const attributes = requestFor({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } }, options, world.kinds)

    const exact = admit(attributes, world)
    const fast = admit(attributes, { ...world, exactCost: false })

    assert.deepEqual({ ...fast, cost: 0, costs: [] }, { ...exact, cost: 0, costs: [] })
    assert.ok(fast.cost <= exact.cost)
  }
})
