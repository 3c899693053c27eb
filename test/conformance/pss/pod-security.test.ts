import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { skipWithoutControlPlane } from '../../control-plane.ts'
import { askStandards, LATEST, type Level, type StandardAnswer } from './ask-server.ts'
import { standardOf } from './our-answer.ts'
import { podCases } from './pod-cases.ts'

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'answers-1.37.json'), 'utf8')) as Readonly<
  Record<string, StandardAnswer>
>
const cases = podCases()
const levels = ['baseline', 'restricted'] as const

const controls = [
  'allowPrivilegeEscalation',
  'appArmorProfile',
  'capabilities_baseline',
  'capabilities_restricted',
  'hostNamespaces',
  'hostPathVolumes',
  'hostPorts',
  'hostProbesAndHostLifecycle',
  'privileged',
  'procMount',
  'restrictedVolumes',
  'runAsNonRoot',
  'runAsUser',
  'seLinuxOptions',
  'seccompProfile_baseline',
  'seccompProfile_restricted',
  'sysctls',
  'windowsHostProcess',
]

for (const level of levels) {
  test(`${level} finds in every version the controls that Pod Security Admission finds`, () => {
    const answers = cases.map(({ name }) => {
      const answer = recorded[name]
      if (answer === undefined) throw new Error(`${name} was not recorded; run tools/generate/record-pod-security.ts`)
      return answer
    })

    const { compared, differences } = compare(answers, cases, level, 37)

    assert.ok(compared > 70_000, `only ${compared} compared`)
    assert.deepEqual(differences.slice(0, 20), [])
  })
}

test('the recording has every control violated and kept', () => {
  const seen = new Set(
    Object.values(recorded).flatMap(answer =>
      answer === 'refused' ? [] : levels.flatMap(level => answer[level].flatMap(([, names]) => names.split(' '))),
    ),
  )

  assert.deepEqual([...seen].filter(name => name !== '').sort(), [...controls].sort())
})

test('a real API server answers as it was recorded, and as we do', { skip: skipWithoutControlPlane }, async () => {
  const some = cases.filter((_, i) => i % 12 === 0)

  const { newest, answers } = await askStandards(some)

  for (const level of levels) {
    // A server knows nothing of versions after its own.
    const { compared, differences } = compare(answers, some, level, Math.min(newest, 37), newest >= 37)
    assert.ok(compared > 3_000, `only ${compared} compared`)
    assert.deepEqual(differences.slice(0, 20), [])
  }
})

function compare(
  answers: readonly StandardAnswer[],
  asked: typeof cases,
  level: Level,
  newest: number,
  latest = true,
): { readonly compared: number; readonly differences: readonly string[] } {
  const minors = [...Array.from({ length: newest + 1 }, (_, minor) => minor), ...(latest ? [LATEST] : [])]
  const differences: string[] = []
  let compared = 0
  asked.forEach(({ name, object }, i) => {
    const answer = answers[i]!
    if (answer === 'refused') return
    for (const minor of minors) {
      const theirs = controlsAt(answer, level, minor)
      const ours = standardOf(level, minor).violatedControls(object)
      compared++
      if (ours !== theirs) differences.push(`${name}, 1.${minor}: server "${theirs}", ours "${ours}"`)
    }
  })
  return { compared, differences }
}

function controlsAt(answer: Exclude<StandardAnswer, 'refused'>, level: Level, minor: number): string {
  const controls = answer[level].findLast(([since]) => since <= minor)?.[1] ?? ''
  return controls.split(' ').sort().join(' ')
}
