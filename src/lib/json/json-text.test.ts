import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { jsonText, quoted } from './json-text.ts'

test('parsing gives the value back, for any string', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), text => assert.equal(JSON.parse(quoted(text)), text)))
})

test('parsing gives the value back, for any value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), value =>
      assert.deepEqual(JSON.parse(jsonText(value as never)), JSON.parse(JSON.stringify(value))),
    ),
  )
})

test('an integer beyond 2^53 is written in full', () => {
  assert.equal(jsonText({ runAsUser: 9223372036854775807n }), '{"runAsUser":9223372036854775807}')
})

test('keys of the prototype chain are ordinary keys', () => {
  assert.equal(jsonText(JSON.parse('{"__proto__":1,"constructor":2}')), '{"__proto__":1,"constructor":2}')
})

test('a line reader sees one line, and a CI runner no command', () => {
  assert.equal(quoted('a\u2028b\u0085c'), '"a\\u2028b\\u0085c"')
  assert.equal(quoted('##vso[task.complete]'), '"\\u0023#vso[task.complete]"')
  assert.equal(quoted('###[x] \\##[y]'), '"#\\u0023#[x] \\\\\\u0023#[y]"')
})
