import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pointedAt, wholeObject } from './draft.ts'

test('the first cause of each element is pointed at, however many there are', () => {
  const causes = fc.array(
    fc.nat(30).map(n => ({ key: `container/${n}`, path: ['spec', n] })),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(causes, all => {
      const pointed = pointedAt(all)

      const first = all.filter((cause, i) => all.findIndex(({ key }) => key === cause.key) === i)
      assert.deepEqual(pointed, all.length === 0 ? [wholeObject] : first)
    }),
  )
})
