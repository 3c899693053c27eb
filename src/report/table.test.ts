import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cleanReport, fixtureLine, fixtureReport, largeReport } from '../../test/golden/report-fixture.ts'
import { textWidth } from '../lib/text/text-width.ts'
import { renderTable } from './table.ts'

function lines(report = fixtureReport, options = {}): readonly string[] {
  return [...renderTable(report, { sourceLine: fixtureLine, ...options })].join('').split('\n')
}

for (const width of [80, 120]) {
  test(`no line is wider than a terminal of ${width} columns, except a name that cannot be broken`, () => {
    for (const report of [fixtureReport, cleanReport, largeReport(5000)]) {
      for (const line of lines(report, { width })) {
        if (!line.startsWith('  --> ')) assert.ok(textWidth(line) <= width, `${textWidth(line)}: ${line}`)
      }
    }
  })
}

test('colour changes no text', () => {
  const plain = lines().join('\n')

  for (const color of [1, 2, 3] as const) {
    assert.equal(
      lines(fixtureReport, { color })
        .join('\n')
        .replaceAll(/\u001b\[[\d;]*m/g, ''),
      plain,
    )
  }
})

test('few findings have a frame each, many are grouped by rule and begin with what matters most', () => {
  assert.ok(!lines().includes('What matters most'))
  const many = lines(largeReport(5000))
  assert.ok(many.length < 90, `${many.length} lines`)
  const [first = ''] = many.slice(many.indexOf('What matters most') + 2)
  assert.match(first, /^critical {2}BW-POD-001 {2}Container runs privileged/)
})

test('a reader can ask for every frame, or for rules', () => {
  assert.ok(lines(fixtureReport, { detail: 'rules' }).includes('What matters most'))
  assert.ok(lines(largeReport(100), { detail: 'every' }).length > 400)
})

test('an excepted finding is counted and not shown', () => {
  const text = lines().join('\n')

  assert.doesNotMatch(text, /BW-NS-005/)
  assert.match(text, /1 finding hidden by an exception/)
})

test('a partial scan without findings is not called clean', () => {
  const report = { ...cleanReport, summary: { ...cleanReport.summary, partial: true } }

  assert.match(lines(report).join('\n'), /no findings in what was read[\s\S]*the answer is partial/)
})
