import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kindTableOf } from '../../../src/adapters/fs/kind-tables.ts'
import { ServedKinds } from '../../../src/analyses/policy/admission/served-kinds.ts'
import type { Advice } from '../../../src/analyses/policy/author/advice.ts'
import { checkPolicy } from '../../../src/analyses/policy/author/check-policy.ts'
import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import { readPolicies } from '../../../src/read/policies/read-policies.ts'

const kinds = new ServedKinds(kindTableOf('1.37'), [])

function advise(expression: string, spec: JsonObject = {}, resource = 'deployments'): readonly Advice[] {
  const object = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec: {
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [resource === 'pods' ? '' : 'apps'],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: [resource],
          },
        ],
      },
      validations: [{ expression }],
      ...spec,
    },
  } as unknown as JsonObject
  const [policy] = readPolicies([{ file: 'p.yaml', object, locate: () => ({ line: 1, column: 1 }) }]).policies
  return checkPolicy(object, policy!, { minors: [37], kindsOf: () => kinds, maxCost: undefined })
}

/** Mistakes of authors who never read the specification, and what they are told. */
const ways: readonly (readonly [expression: string, next: RegExp])[] = [
  ['len(object.spec.x) == 1', /^write size\(x\)$/],
  ['self.spec.replicas > 1', /the object is called object/],
  ['oldSelf == null', /called oldObject/],
  ['input.spec.replicas > 1', /the object is called object/],
  ['objet.spec.replicas > 1', /^did you mean object\?$/],
  ['params.max > 1', /only where spec\.paramKind names the kind/],
  ['spec.replicas > 1', /write object\.spec/],
  ['object.spec.replicas', /compare it, as in object\.spec\.x == true/],
  ['size(object.spec.x)', /compare the value with something/],
  ['object.spec.replicas = 1', /compare with ==/],
  ['object.spec.replicas === 1', /compare with == or !=/],
  ['object.spec.replicas > 1 and true', /write && for and/],
  ['if object.spec.x then true', /condition \? then : otherwise/],
  ['object.spec.x.all(c => c == 1)', /there are no arrows/],
  ['size(object.spec.x == 1', /1 \( not closed/],
  ["'replicas ' + 1 == 'x'", /'text ' \+ string\(number\)/],
  ['size(object.spec.x) == "1"', /both sides must be of one type/],
  ["object.metadata.name.matches('(?=a)')", /no look-around/],
  ['true && 1', /need true or false on both sides/],
  ["object.metadata.name.startWith('a')", /^did you mean startsWith\(\)\?$/],
  ["object.metadata.name.toLower() == 'a'", /lowerAscii/],
]

for (const [expression, next] of ways) {
  test(`the way out of ${expression}`, () => {
    const [first] = advise(expression).filter(({ level }) => level === 'error')

    assert.match(first?.next ?? `nothing for ${first?.message}`, next)
  })
}

const codes = (expression: string, spec?: JsonObject, resource?: string): readonly string[] =>
  advise(expression, spec, resource)
    .filter(({ level }) => level !== 'info')
    .map(({ code }) => code)

const guarded: readonly (readonly [expression: string, codes: readonly string[], spec?: JsonObject])[] = [
  ['object.spec.replicas > 1', []],
  ['object.spec.paused == true', ['CEL_UNGUARDED']],
  ['has(object.spec.paused) && object.spec.paused == true', []],
  ['!has(object.spec.paused) || object.spec.paused == true', []],
  ['object.spec.?paused.orValue(false) == true', []],
  ["object.metadata.labels['app'] == 'x'", ['CEL_UNGUARDED']],
  ["'app' in object.metadata.?labels.orValue({})", []],
  ['object.spec.template.spec.containers.all(c, c.imagePullPolicy == "Always")', []],
  ['object.spec.template.spec.containers.all(c, c.workingDir == "/")', ['CEL_UNGUARDED']],
  ['object.spec.template.spec.containers.all(c, has(c.workingDir) && c.workingDir == "/")', []],
  ['object.spec.paused == true', [], { matchConditions: [{ name: 'paused', expression: 'has(object.spec.paused)' }] }],
  ['object.spec.replica > 1', ['CEL_UNKNOWN_FIELD']],
  ['dyn(object).spec.replica > 1', []],
  ["object.spec.replicas == '1'", ['CEL_SCHEMA_TYPE']],
  ['true || object.spec.replicas > 1', ['POLICY_DEAD_RULE']],
  ['false && object.spec.replicas > 1', ['POLICY_DEAD_RULE']],
]

for (const [expression, expected, spec] of guarded) {
  test(`${expression} gives ${expected.join(', ') || 'no warning'}${spec === undefined ? '' : ' under its condition'}`, () => {
    assert.deepEqual(codes(expression, spec), expected)
  })
}

test('a pod copies its limits into its requests, so that they may be read where limits are', () => {
  const said = advise("object.spec.hostNetwork == true && object.spec.dnsPolicy == 'Default'", {}, 'pods')

  assert.deepEqual(
    said.filter(({ code }) => code !== 'CEL_COST').map(({ code, message }) => `${code} ${message.split(' ')[0]}`),
    ['CEL_UNGUARDED spec.hostNetwork', 'POLICY_RESTS_ON_DEFAULT spec.dnsPolicy'],
  )
})
