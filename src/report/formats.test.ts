import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cleanReport, fixtureReport, largeReport } from '../../test/golden/report-fixture.ts'
import type { Report } from '../model/report.ts'
import { reportFormats } from './index.ts'

function render(name: string, report: Report, options = {}): string {
  const format = reportFormats.get(name)
  assert.ok(format)
  return [...format.render(report, options)].join('')
}

for (const name of reportFormats.keys()) {
  test(`${name} is the same for the same report`, () => {
    assert.equal(render(name, fixtureReport), render(name, fixtureReport))
  })

  test(`${name} of 20,000 findings comes in pieces`, () => {
    const longest = Math.max(
      ...[...(reportFormats.get(name)?.render(largeReport(20_000), {}) ?? [])].map(part => part.length),
    )

    assert.ok(longest < 2_000_000, `a piece of ${longest} characters`)
  })
}

test('json is one document that holds findings, rules and what could not be read', () => {
  const document = JSON.parse(render('json', fixtureReport))

  assert.deepEqual(Object.keys(document), ['schema', 'tool', 'summary', 'rules', 'findings', 'diagnostics'])
  assert.equal(document.findings.length, fixtureReport.findings.length)
  assert.equal(document.diagnostics[0].code, 'YAML_TAB')
  assert.deepEqual(JSON.parse(render('json', cleanReport)).findings, [])
})

test('a Markdown comment stays within its bound and counts what it leaves out', () => {
  const text = render('markdown', largeReport(5000))
  assert.ok(text.length <= 60_000, `${text.length}`)
  assert.match(text, /… and [\d,]+ more of this rule/)

  const short = render('markdown', largeReport(5000), { maxLength: 3000 })
  assert.ok(short.length <= 3000, `${short.length}`)
  assert.match(short, /findings that this comment has no room for/)
})

test('GitHub and Azure get at most ten annotations of a level, the gravest first, and a summary', () => {
  for (const [name, pattern] of [
    ['github', /^::(error|warning|notice) /],
    ['azure', /^##vso\[task\.logissue type=(error|warning);/],
  ] as const) {
    const lines = render(name, largeReport(5000)).trimEnd().split('\n')
    const levels = lines.map(line => pattern.exec(line)?.[1])

    for (const level of ['error', 'warning', 'notice']) assert.ok(levels.filter(found => found === level).length <= 10)
    assert.match(lines[0] ?? '', /BW-POD-001/)
    assert.match(lines.at(-1) ?? '', /^breakwater: 5,000 findings.* more findings not annotated/)
  }
})

test('GitLab fingerprints are unique, a finding in two places is two issues', () => {
  const issues = JSON.parse(render('gitlab', fixtureReport))
  const fingerprints = new Set(issues.map((issue: { fingerprint: string }) => issue.fingerprint))

  assert.equal(fingerprints.size, issues.length)
  assert.equal(issues.filter((issue: { check_name: string }) => issue.check_name === 'BW-POD-003').length, 2)
  assert.deepEqual(JSON.parse(render('gitlab', cleanReport)), [])
  for (const issue of issues) {
    assert.match(issue.severity, /^(?:info|minor|major|critical|blocker)$/)
    assert.ok(issue.location.lines.begin >= 1)
  }
})

test('JUnit of a clean scan is one passing case', () => {
  const xml = render('junit', cleanReport)

  assert.match(xml, /<testsuites name="breakwater" tests="1" failures="0" errors="0"/)
  assert.match(xml, /<testcase [^>]*no findings[^>]*\/>/)
})

test('JUnit has a case for each finding and counts that agree', () => {
  const xml = render('junit', fixtureReport)
  const number = (pattern: RegExp) => [...xml.matchAll(pattern)].length

  assert.match(xml, /<testsuites name="breakwater" tests="9" failures="7" errors="1"/)
  assert.equal(number(/<testcase /g), 9)
  assert.equal(number(/<failure /g), 7)
  assert.equal(number(/<skipped /g), 1)
  assert.equal(number(/<error /g), 1)
})

test('csv has as many cells in each record as its header', () => {
  const records = render('csv', fixtureReport).split('\r\n').slice(0, -1)
  const cells = records.map(record => [...record.matchAll(/(?:^|,)("(?:[^"]|"")*"|[^",]*)/g)].length)

  assert.equal(records.length, fixtureReport.findings.length + 1)
  assert.deepEqual(new Set(cells), new Set([18]))
})
