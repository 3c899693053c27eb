import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Report } from '../../src/model/report.ts'
import { explainRule, type ReportOptions, reportFormats, ruleIndex, rulePage } from '../../src/report/index.ts'
import { cleanReport, fixtureLine, fixtureReport, largeReport } from './report-fixture.ts'

// Whole outputs of every format. To accept what changed, and then review the difference like code:
//
//   UPDATE_GOLDENS=1 npm test -- golden

const extensions: Readonly<Record<string, string>> = {
  table: 'txt',
  compact: 'txt',
  json: 'json',
  ndjson: 'ndjson',
  sarif: 'sarif',
  junit: 'xml',
  html: 'html',
  markdown: 'md',
  gitlab: 'json',
  github: 'txt',
  azure: 'txt',
  csv: 'csv',
}

for (const [name, format] of reportFormats) {
  golden(`${name}.${extensions[name] ?? 'txt'}`, () => rendered(format.name, fixtureReport, {}))
}
golden('table-120.txt', () => rendered('table', fixtureReport, { width: 120 }))
golden('table-color.txt', () => rendered('table', fixtureReport, { color: 3 }))
golden('table-large.txt', () => rendered('table', largeReport(5000), {}))
golden('table-clean.txt', () => rendered('table', cleanReport, {}))
golden('markdown-clean.md', () => rendered('markdown', cleanReport, {}))
golden('junit-clean.xml', () => rendered('junit', cleanReport, {}))

const source = {
  rule: fixtureReport.rules.get('BW-POD-001') ?? [...fixtureReport.rules.values()][0],
  policyPath: 'policies/pod/bw-pod-001-privileged.yaml',
  policy: 'apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\n',
  cases: [
    { name: 'privileged is true', outcome: 'fires', object: 'kind: Pod\n', message: 'container "a" is privileged' },
    { name: 'privileged is false', outcome: 'passes', object: 'kind: Pod\n' },
  ],
} as Parameters<typeof rulePage>[0]

golden('rule-page.md', () => rulePage(source))
golden('rule-explained.txt', () => [...explainRule(source, { width: 80 })].join(''))
golden('rule-index.md', () => ruleIndex(fixtureReport.rules.values()))

function rendered(name: string, report: Report, options: ReportOptions): string {
  const format = reportFormats.get(name)
  assert.ok(format)
  return [...format.render(report, { width: 80, sourceLine: fixtureLine, paths: ['deploy'], ...options })].join('')
}

function golden(file: string, output: () => string): void {
  test(`${file} is as it was reviewed`, () => {
    const path = new URL(`fixtures/report/${file}`, import.meta.url)
    const text = output()
    if (process.env['UPDATE_GOLDENS'] === '1') {
      mkdirSync(new URL('.', path), { recursive: true })
      writeFileSync(path, text)
    }
    assert.ok(existsSync(path), 'no golden yet: UPDATE_GOLDENS=1 npm test -- golden')
    assert.equal(text, readFileSync(path, 'utf8'))
  })
}
