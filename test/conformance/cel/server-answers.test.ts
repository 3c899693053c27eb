import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { skipWithoutControlPlane, startControlPlane } from '../../control-plane.ts'
import { INCOMPARABLE, OBJECT_TEXT, ownAnswer, serverAnswer } from './compare-answers.ts'
import { generatedExpressions } from './generated-expressions.ts'
import { askServer } from './server-oracle.ts'

test('values, errors, refusals and their places are those that an API server 1.37.2 gave', () => {
  const recorded = JSON.parse(readFileSync(new URL('server-answers.generated.json', import.meta.url), 'utf8')) as [
    string,
    string,
  ][]

  const different = recorded.filter(([expr, answer]) => ownAnswer(expr) !== answer)

  assert.deepEqual(different, [])
  assert.ok(recorded.length > 1000)
})

test('every function answers every type of operand as a real API server does', {
  skip: skipWithoutControlPlane,
  timeout: 600_000,
}, async () => {
  const expressions = generatedExpressions().filter(expr => !INCOMPARABLE.test(expr))
  const plane = await startControlPlane()
  try {
    const answers = await askServer(plane, expressions, JSON.parse(OBJECT_TEXT) as Record<string, unknown>)

    const different = expressions.flatMap((expr, i) => {
      const theirs = serverAnswer(answers[i]!)
      const ours = ownAnswer(expr)
      return ours === theirs ? [] : [{ expr, ours, theirs }]
    })

    assert.deepEqual(different, [])
  } finally {
    await plane.stop()
  }
})
