import assert from 'node:assert/strict'
import { test } from 'node:test'
import { styleFor } from './style.ts'

test('without colour, text stays as it is', () => {
  assert.equal(styleFor(0)('critical', 'text'), 'text')
})

test('every level of colour ends what it began', () => {
  for (const level of [1, 2, 3] as const) {
    assert.match(styleFor(level)('high', 'text'), /^\u001b\[[\d;]+mtext\u001b\[0m$/)
  }
})

test('nothing is styled as nothing', () => {
  assert.equal(styleFor(3)('bold', ''), '')
})
