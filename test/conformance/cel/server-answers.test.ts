import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { skipWithoutControlPlane, startControlPlane } from '../../control-plane.ts'
import { INCOMPARABLE, OBJECT_TEXT, ownAnswer, ownAnswerOf, serverAnswer } from './compare-answers.ts'
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
  const minor = Number(/v1\.(\d+)/.exec(process.env['KUBEBUILDER_ASSETS'] ?? '')?.[1] ?? 37)
  const answerOf = ownAnswerOf(minor)
  const expressions = generatedExpressions().filter(expr => !INCOMPARABLE.test(expr))
  const plane = await startControlPlane()
  try {
    const answers = await askServer(plane, expressions, JSON.parse(OBJECT_TEXT) as Record<string, unknown>)

    const different = expressions.flatMap((expr, i) => {
      const theirs = serverAnswer(answers[i]!)
      const ours = answerOf(expr)
      return ours === theirs ? [] : [{ expr, ours, theirs }]
    })

    assert.deepEqual(different, [])
  } finally {
    await plane.stop()
  }
})

// What servers of 1.35.4 and 1.36.3 answer otherwise than one of 1.37.2, of all that the test above asks.
for (const [expr, before, since] of [
  ['(dyn(2)).or(optional.of(1))', 'value int:2', 'error no such overload'],
  ['(dyn(2)).orValue(1)', 'value int:2', 'error no such overload'],
  [
    'duration(2)',
    'refused [1,10] invalid duration argument',
    "refused [1,9] found no matching overload for 'duration' applied to '(int)'",
  ],
  [
    'duration(dyn(2))',
    "refused type conversion error from 'int' to 'google.protobuf.Duration'",
    'refused no such overload: duration(int)',
  ],
] as const) {
  test(`${expr} has one answer before 1.37 and another since`, () => {
    assert.equal(ownAnswerOf(35)(expr), before)
    assert.equal(ownAnswerOf(36)(expr), before)
    assert.equal(ownAnswerOf(37)(expr), since)
  })
}
