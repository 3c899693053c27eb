import assert from 'node:assert/strict'
import { test } from 'node:test'
import { remembered } from './remembered.ts'

test('a text is computed once, a long one each time', () => {
  const asked: string[] = []
  const length = remembered(text => {
    asked.push(text)
    return text.length
  })
  const long = 'x'.repeat(201)

  assert.deepEqual([length('a'), length('a'), length(long), length(long)], [1, 1, 201, 201])
  assert.deepEqual(asked, ['a', long, long])
})

test('undefined is an answer like any other', () => {
  let asked = 0
  const nothing = remembered(() => {
    asked++
    return undefined
  })

  assert.deepEqual([nothing('a'), nothing('a')], [undefined, undefined])
  assert.equal(asked, 1)
})

test('more texts than are remembered are computed right', () => {
  const doubled = remembered(text => text + text)

  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 10_000; i++) assert.equal(doubled(`${i}`), `${i}${i}`)
  }
})
