import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { didYouMean, editDistance } from './did-you-mean.ts'

const severities = ['critical', 'high', 'medium', 'low', 'info', 'none']

const guesses: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['hihg', severities, ['high']],
  ['crit', severities, ['critical']],
  ['HIGH', severities, ['high']],
  ['BW-POD-01', ['BW-POD-001', 'BW-POD-010', 'BW-NET-001'], ['BW-POD-001', 'BW-POD-010']],
  ['--formt', ['--from', '--format', '--help'], ['--format', '--from']],
  ['elephant', severities, []],
  ['', severities, []],
]

for (const [word, candidates, expected] of guesses) {
  test(`"${word}" is taken for ${expected[0] ?? 'nothing'}`, () => {
    assert.deepEqual(didYouMean(word, candidates).slice(0, 2), expected)
  })
}

test('a word of a million characters is no work', () => {
  assert.deepEqual(didYouMean('x'.repeat(1_000_000), severities), [])
})

test('the distance is symmetric, zero only for equal words, and swaps count one', () => {
  assert.equal(editDistance('scna', 'scan'), 1)
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      assert.equal(editDistance(a, b), editDistance(b, a))
      assert.equal(editDistance(a, b) === 0, a === b)
      assert.ok(editDistance(a, b) <= Math.max(a.length, b.length))
    }),
  )
})
