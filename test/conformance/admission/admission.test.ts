import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { skipWithoutControlPlane } from '../../control-plane.ts'
import { scenarios } from './admission-cases.ts'
import { askAdmission, type ScenarioAnswer } from './ask-server.ts'
import { comparable, differences } from './compare.ts'
import { ourAnswer } from './our-answer.ts'
import { RECORDED_ROUNDS, RECORDED_SEED } from './recording.ts'

const made = scenarios(RECORDED_SEED, RECORDED_ROUNDS)

for (const minor of [34, 37]) {
  test(`decisions are those that an API server of 1.${minor} was recorded to make`, () => {
    const file = join(import.meta.dirname, `answers-1.${minor}.json`)
    const answers = JSON.parse(readFileSync(file, 'utf8')) as readonly ScenarioAnswer[]

    const found = answers.flatMap((answer, i) =>
      differences(answer, ourAnswer(made[i]!, minor)).map(text => `${i} ${answer.name}: ${text}`),
    )

    assert.deepEqual(found, [])
    assert.equal(answers.length, made.length)
    const count = answers.reduce((sum, answer) => sum + comparable(answer), 0)
    assert.ok(count > 900, `only ${count} answers speak of policies`)
  })
}

test('a real API server decides new scenarios as we do', {
  skip: skipWithoutControlPlane,
  timeout: 300_000,
}, async t => {
  const seed = Number(process.env['ADMISSION_SEED'] ?? Date.now() % 1_000_000)
  t.diagnostic(`seed ${seed}`)
  const fresh = scenarios(seed, 2)
  const minor = Number(/v1\.(\d+)/.exec(process.env['KUBEBUILDER_ASSETS'] ?? '')?.[1] ?? 37)

  const answers = await askAdmission(fresh)

  const found = answers.flatMap((answer, i) =>
    differences(answer, ourAnswer(fresh[i]!, minor)).map(text => `${i} ${answer.name}: ${text}`),
  )
  assert.deepEqual(found, [])
})
