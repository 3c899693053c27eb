import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixtureReport } from '../../test/golden/report-fixture.ts'
import { textWidth } from '../lib/text/text-width.ts'
import type { RuleMeta } from '../model/rule.ts'
import { explainRule } from './explain.ts'
import { ruleIndex } from './rule-index.ts'
import { shortRemedy } from './rule-of.ts'
import { type RuleSource, rulePage } from './rule-page.ts'
import { inlineParts, proseBlocks } from './rule-prose.ts'

const rule = fixtureReport.rules.get('BW-POD-001') as RuleMeta
const source: RuleSource = {
  rule,
  policyPath: 'policies/pod/bw-pod-001-privileged.yaml',
  policy: 'apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\n',
  cases: [
    { name: 'privileged is false', outcome: 'passes', object: 'kind: Pod\n' },
    {
      name: 'privileged is true',
      outcome: 'fires',
      object: 'kind: Pod\n# ```\n',
      message: 'container "a" is privileged',
    },
  ],
}

test('a page shows what fires before what does not, and the policy last', () => {
  const page = rulePage(source)

  const order = ['# BW-POD-001', '## Why it matters', '## What to do', 'is reported', 'is not', '## The policy']
  const places = order.map(text => page.indexOf(text))
  assert.ok(places.every(place => place >= 0))
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  )
  assert.match(page, /\[`policies\/pod\/bw-pod-001-privileged\.yaml`\]\(\.\.\/\.\.\/policies\//)
})

test('a fence inside an example does not end it', () => {
  assert.match(rulePage(source), /````yaml\nkind: Pod\n# ```\n````/)
})

test('exceptions are documented only where they are obeyed', () => {
  assert.doesNotMatch(rulePage(source), /breakwater:ignore/)
  assert.match(rulePage({ ...source, exceptions: true }), /# breakwater:ignore BW-POD-001 reason=/)
})

test('the same page fits a terminal', () => {
  for (const width of [60, 80, 200]) {
    const lines = [...explainRule(source, { width })].join('').split('\n')
    for (const line of lines) assert.ok(textWidth(line) <= width, line)
    assert.match(lines.join('\n'), /Reported {2}privileged is true/)
  }
})

test('the index lists every rule under its area, in order', () => {
  const index = ruleIndex(fixtureReport.rules.values())

  const ids = [...index.matchAll(/^\| \[(BW-[A-Z]+-\d+)\]/gm)].map(found => found[1])
  assert.equal(ids.length, fixtureReport.rules.size)
  assert.match(index, /## Pods and containers\n/)
})

const remedies: readonly (readonly [string, string, string])[] = [
  ['a sentence', 'Remove `privileged: true`. Then look again.', 'Remove `privileged: true`'],
  ['a version inside', 'Use v1.31 or later. More.', 'Use v1.31 or later'],
  [
    'a path after a colon',
    'Set it once:\n\n    spec:\n      securityContext:\n        runAsNonRoot: true # pod\n',
    'Set it once: `spec.securityContext.runAsNonRoot: true`',
  ],
  ['more than a path after a colon', 'Set both:\n\n    a: 1\n    b: 2\n', 'Set both'],
  ['nothing', '', ''],
]

for (const [name, remediation, expected] of remedies) {
  test(`the short remedy of ${name}`, () => {
    assert.equal(shortRemedy({ ...rule, remediation }), expected)
  })
}

test('prose is paragraphs and code, fenced or indented', () => {
  assert.deepEqual(proseBlocks('one\ntwo\n\n    a:\n\n      b: 1\n\nthree\n```yaml\n    c\n```\nfour'), [
    { kind: 'paragraph', text: 'one two' },
    { kind: 'code', lines: ['a:', '', '  b: 1'] },
    { kind: 'paragraph', text: 'three' },
    { kind: 'code', lines: ['    c'] },
    { kind: 'paragraph', text: 'four' },
  ])
  assert.deepEqual(inlineParts('set `a: b` here'), ['set ', 'a: b', ' here'])
})
