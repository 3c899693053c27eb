import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RuleMeta } from '../../model/rule.ts'
import { parameterText, withGiven } from './parameters.ts'

const meta = {
  id: 'T-1',
  params: [
    { name: 'registries', type: 'strings', default: ['*'], description: '' },
    { name: 'minimum', type: 'integer', default: 3, description: '' },
  ],
} as unknown as RuleMeta
const text = (name: string, value: unknown): unknown => parameterText(meta, { rule: 'T-1', name, value, place: '' })
const fault = (name: string, value: unknown): unknown => (text(name, value) as { kind: string }).kind

for (const [name, value, expected] of [
  ['registries', 'a, b', 'a, b'],
  ['registries', ['a', 'b'], 'a,b'],
  ['registries', [], ''],
  ['minimum', 5, '5'],
  ['minimum', '-5', '-5'],
] as const) {
  test(`${name} takes ${JSON.stringify(value)}`, () => assert.equal(text(name, value), expected))
}

for (const [name, value] of [
  ['registries', 5],
  ['registries', ['a b']],
  ['registries', ['a,b']],
  ['registries', [5]],
  ['registries', null],
  ['minimum', 'many'],
  ['minimum', 1.5],
  ['minimum', ['1']],
  ['minimum', '99999999999999999999'],
] as const) {
  test(`${name} refuses ${JSON.stringify(value)}`, () => assert.equal(fault(name, value), 'wrong-value'))
}

test('a name that the rule does not have is an error with the nearest', () => {
  const answer = text('registrie', 'a') as { kind: string; next: string }

  assert.equal(answer.kind, 'unknown-parameter')
  assert.equal(answer.next, 'did you mean registries?')
})

test('a given value takes the place of the same key of a parameter object, and leaves the others', () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', data: { a: '1', b: '2' } }

  assert.deepEqual(withGiven(object, { b: '3' }), { ...object, data: { a: '1', b: '3' } })
  assert.deepEqual(withGiven(null, { b: '3' })['data'], { b: '3' })
})
