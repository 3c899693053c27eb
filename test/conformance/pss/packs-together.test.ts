import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LATEST } from './ask-server.ts'
import { standardOf, standardOfPacks } from './our-answer.ts'
import { podCases } from './pod-cases.ts'

// One mistake is one finding: where packs overlap, the stronger rule stands for the weaker ones, and must bear their
// controls' names.

const cases = podCases().slice(0, 1500)
const names = (controls: string): readonly string[] => controls.split(' ').filter(name => name !== '')

for (const packs of [
  ['pss-baseline', 'pss-restricted'],
  ['pss-restricted', 'recommended'],
  ['pss-baseline', 'pss-restricted', 'recommended'],
]) {
  test(`${packs.join(' with ')} names every control that each names alone`, () => {
    const together = standardOfPacks(packs, LATEST)
    const alone = packs.map(pack => standardOfPacks([pack], LATEST))
    let violated = 0

    for (const { name, object } of cases) {
      const all = names(together.violatedControls(object))
      const each = new Set(alone.flatMap(standard => names(standard.violatedControls(object))))
      violated += each.size
      assert.deepEqual(
        [...each].filter(control => !all.includes(control)),
        [],
        name,
      )
    }

    assert.ok(violated > 2000)
  })
}

test('a level is its pack', () => {
  const [first] = cases
  const object = first!.object

  assert.equal(
    standardOfPacks(['pss-baseline'], LATEST).violatedControls(object),
    standardOf('baseline', LATEST).violatedControls(object),
  )
})
