import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addQuantities, compareQuantities, formatQuantity, parseQuantity, type Quantity } from './quantity.ts'

const q = (text: string): Quantity => {
  const quantity = parseQuantity(text)
  assert.ok(typeof quantity !== 'string', text)
  return quantity
}

for (const [text, printed] of [
  ['0.5', '500m'],
  ['1024Mi', '1Gi'],
  ['1e-1', '100e-3'],
  ['1073741824', '1073741824'],
  ['1.1Mi', '1153433600m'],
  ['0.0000000001', '1n'],
  ['8Ei', '9223372036854775807'],
  ['1000E', '1'],
  ['+5', '+5'],
] as const) {
  test(`${text} is printed as ${printed}`, () => assert.equal(formatQuantity(q(text)), printed))
}

for (const text of ['', ' 1', '1K', '1e3Gi', 'a', '1mi', '--1']) {
  test(`${JSON.stringify(text)} is no quantity`, () => assert.equal(typeof parseQuantity(text), 'string'))
}

test('quantities of different notations are added and compared by their values', () => {
  assert.equal(compareQuantities(q('1Gi'), q('1073741824')), 0)
  assert.equal(compareQuantities(q('999m'), q('1')), -1)
  assert.equal(formatQuantity(addQuantities(q('500m'), q('1'))), '1500m')
  assert.equal(formatQuantity(addQuantities(q('0'), q('1Gi'))), '1Gi')
})
