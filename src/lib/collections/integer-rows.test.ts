import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { IntegerRows } from './integer-rows.ts'

test('every row keeps what was written, however often the table grew', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.nat(300), (width, count) => {
      const rows = new IntegerRows(width, 2)

      for (let i = 0; i < count; i++) {
        const at = rows.open()
        for (let field = 0; field < width; field++) rows.values[at + field] = i * width + field
      }

      assert.equal(rows.length, count)
      assert.deepEqual(
        [...rows.values.subarray(0, count * width)],
        Array.from({ length: count * width }, (_, i) => i),
      )
    }),
  )
})
