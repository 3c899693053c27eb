import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { JsonBytes } from '../lib/json/json-bytes.ts'
import { jsonText, quoted } from '../lib/json/json-text.ts'
import type { JsonValue } from '../lib/json/json-value.ts'
import { decodedWords, encodeWords, survivesJson } from './encoded-finding.ts'

const text = fc.string({ unit: 'binary', maxLength: 30 })
const scalar = fc.oneof(
  text,
  fc.bigInt(),
  fc.integer(),
  fc.double(),
  fc.constantFrom(2 ** 53, -(2 ** 60), -0, null, true),
)
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  scalar,
  fc.array(scalar),
  fc.dictionary(fc.oneof(text, fc.constant('__proto__')), fc.array(scalar), { noNullPrototype: true }),
)
const evidence = fc.array(fc.record({ pointer: text, value }, { noNullPrototype: true }))

test('words are written as the line of a finding has them', () => {
  fc.assert(
    fc.property(text, evidence, (message, shown) => {
      const bytes = new JsonBytes(16)

      encodeWords(bytes, message, shown)

      const entries = shown.map(one => `{"pointer":${quoted(one.pointer)},"value":${jsonText(one.value)}}`)
      const expected = `"message":${quoted(message)},"evidence":[${entries.join(',')}]`
      assert.equal(Buffer.from(bytes.take()).toString(), Buffer.from(expected).toString())
    }),
  )
})

test('words come back as they were, where JSON gives their values back', () => {
  fc.assert(
    fc.property(text, evidence, (message, all) => {
      const shown = all.filter(one => survivesJson(one.value))
      const bytes = new JsonBytes(16)
      encodeWords(bytes, message, shown)

      const words = decodedWords({ bytes: bytes.take(), exact: undefined })

      assert.deepEqual(words, { message, evidence: shown })
    }),
  )
})
