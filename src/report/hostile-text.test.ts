import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixtureLine, fixtureReport, hostileName } from '../../test/golden/report-fixture.ts'
import { reportFormats } from './index.ts'

// Names, paths and messages of a report are written by strangers. What each format must never let through is held here
// for all of them at once; what a format is, its golden shows.

const outputs = new Map(
  [...reportFormats.values()].map(format => {
    const chunks = [...format.render(fixtureReport, { sourceLine: fixtureLine, color: 0, width: 100 })]
    return [format.name, chunks.join('')]
  }),
)

for (const [name, output] of outputs) {
  test(`${name}: no control or direction character of a name gets through`, () => {
    const found = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029]/.exec(
      output.replaceAll('\r\n', '\n'),
    )
    assert.equal(found?.index, undefined)
  })

  test(`${name}: no line is a command that the report did not mean`, () => {
    for (const line of output.split('\n')) {
      // A workflow command counts at the start of a line, the others anywhere.
      if (name !== 'github') assert.doesNotMatch(line, /^\s*::/)
      if (name === 'github' && line.startsWith('::')) assert.match(line, /^::(?:error|warning|notice) (?:file|title)=/)
      assert.doesNotMatch(line, /##\[/)
      if (name === 'azure') assert.doesNotMatch(line.slice(2), /##vso\[/)
      else assert.doesNotMatch(line, /##vso\[/i)
    }
  })
}

test('every format says something of the hostile object, so that none of these tests is empty', () => {
  for (const [name, output] of outputs) assert.match(output, /evil\.example/, name)
  assert.match(hostileName, /\n::error/)
})

test('html and junit hold no tag of a name', () => {
  for (const name of ['html', 'junit']) {
    const output = outputs.get(name) ?? ''
    assert.doesNotMatch(output, /<img src=x|<script>alert|<b>markup/)
  }
})

test('markdown holds no link, image, mention or tag of a name outside of code', () => {
  const output = (outputs.get('markdown') ?? '').replaceAll(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '')

  assert.doesNotMatch(output, /<script|<img|[^\\]\[x\]\(https|@admin|[^&]#1\b/)
})

test('csv holds no cell that a spreadsheet would run', () => {
  const report = {
    ...fixtureReport,
    findings: fixtureReport.findings.map(finding => ({
      ...finding,
      message: '=cmd|" /C calc"!A0',
      element: '  @SUM(1)',
    })),
  }
  const csv = [...(reportFormats.get('csv')?.render(report, {}) ?? [])].join('')

  assert.match(csv, /,"'=cmd\|"" \/C calc""!A0",/)
  assert.match(csv, /,' {2}@SUM\(1\),/)
})

test('the value of a secret is in no report that shows source lines', () => {
  for (const [name, output] of outputs) assert.doesNotMatch(output, /hunter2/, name)
})
