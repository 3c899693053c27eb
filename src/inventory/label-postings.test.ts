import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LabelPostings } from './label-postings.ts'
import { readLabelSelector, selects } from './label-selector.ts'

const key = fc.constantFrom('app', 'tier', 'constructor')
const value = fc.constantFrom('a', 'b', '')
const labels = fc.dictionary(key, fc.oneof(value, fc.constant(1)))
const expression = fc.oneof(
  fc.record({ key, operator: fc.constantFrom('In', 'NotIn'), values: fc.array(value, { minLength: 1 }) }),
  fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
)
const selector = fc.record({ matchLabels: fc.dictionary(key, value), matchExpressions: fc.array(expression) })

test('postings select what looking at every item selects, in its order', () => {
  fc.assert(
    fc.property(fc.array(labels), fc.array(selector), (items, selectors) => {
      const postings = new LabelPostings(items, item => item)

      for (const written of selectors) {
        const read = readLabelSelector(written)
        assert.ok(read.kind === 'selector')
        assert.deepEqual(
          postings.selected(read),
          items.filter(item => selects(read, item)),
        )
      }
    }),
  )
})
