import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { rightsDiff } from '../../../src/inventory/permissions/rights-diff.ts'
import { diffSarif } from '../../../src/report/access/diff-sarif.ts'
import { reportFormats } from '../../../src/report/index.ts'
import { cleanReport, fixtureReport, largeReport } from '../../golden/report-fixture.ts'
import { worldOf } from '../../permission-world.ts'

const bytes = readFileSync(new URL('fixtures/sarif-schema-2.1.0.json', import.meta.url))
const ajv = new Ajv2020({ strict: false, allErrors: true })
ajv.addFormat('uri', { type: 'string', validate: (text: string) => URL.canParse(text) })
ajv.addFormat('uri-reference', {
  type: 'string',
  validate: (text: string) => URL.canParse(text, 'https://base.example/') && !/[\s<>"\\^`{|}]/.test(text),
})
ajv.addFormat('date-time', {
  type: 'string',
  validate: (text: string) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/.test(text),
})
const isValid = ajv.compile(JSON.parse(bytes.toString()))

function sarif(report: typeof fixtureReport) {
  return JSON.parse([...(reportFormats.get('sarif')?.render(report, {}) ?? [])].join(''))
}

test('the schema is the one whose source and digest the README names', () => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')

  assert.ok(readme.includes(createHash('sha256').update(bytes).digest('hex')))
})

const reports = {
  'the fixture': fixtureReport,
  'a clean scan': cleanReport,
  'two thousand findings': largeReport(2000),
  'a report with its time': { ...fixtureReport, createdAt: '2026-01-31T12:00:00Z' },
}

for (const [name, report] of Object.entries(reports)) {
  test(`SARIF of ${name} is valid by the official schema`, () => {
    const document = sarif(report)

    assert.ok(isValid(document), JSON.stringify(isValid.errors?.slice(0, 3)))
  })
}

const bound = `kind: ClusterRole
metadata: {name: "{0} [all](x)"}
rules:
  - {apiGroups: ["*"], resources: ["*"], verbs: ["*"]}
  - {nonResourceURLs: [/metrics], verbs: [get]}
---
kind: ClusterRoleBinding
metadata: {name: all}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: "{0} [all](x)"}
subjects: [{kind: User, name: "jane\\u001b[31m", apiGroup: rbac.authorization.k8s.io}]
`

for (const [name, base, head] of [
  ['rights gained', 'kind: Nothing\n', bound],
  ['no right gained', bound, bound],
] as const) {
  for (const isPartial of [false, true]) {
    test(`SARIF of ${name}${isPartial ? ', in part' : ''} is valid by the official schema`, () => {
      const text = diffSarif(rightsDiff(worldOf(base), worldOf(head), 37), {
        tool: fixtureReport.tool,
        diagnostics: fixtureReport.diagnostics,
        isPartial,
        target: 37,
        sha256: content => createHash('sha256').update(content).digest('hex'),
        pathOf: file => file,
      })
      const document = JSON.parse([...text].join(''))

      assert.equal(document.runs[0].results.length, base === head ? 0 : 2)
      assert.equal(document.runs[0].invocations[0].executionSuccessful, !isPartial)
      assert.ok(isValid(document), JSON.stringify(isValid.errors?.slice(0, 3)))
    })
  }
}

test('the check has teeth: a result without a message is refused', () => {
  const document = sarif(fixtureReport)
  delete document.runs[0].results[0].message

  assert.equal(isValid(document), false)
})

test('rules are those of the report, and every result points at its own', () => {
  const [run] = sarif(fixtureReport).runs

  assert.deepEqual(
    run.tool.driver.rules.map((rule: { id: string }) => rule.id),
    [...fixtureReport.rules.keys()].sort(),
  )
  for (const result of run.results) assert.equal(run.tool.driver.rules[result.ruleIndex].id, result.ruleId)
})

test('both identities are there, an excepted finding is suppressed, an undecided one is open', () => {
  const [run] = sarif(fixtureReport).runs
  const by = (id: string) => run.results.find((result: { ruleId: string }) => result.ruleId === id)

  assert.deepEqual(Object.keys(run.results[0].partialFingerprints), ['breakwater/fingerprint/v1', 'locationHash'])
  assert.deepEqual(by('BW-NS-005').suppressions, [{ kind: 'external', status: 'accepted' }])
  assert.equal(by('BW-POD-028').kind, 'open')
  assert.equal(by('BW-POD-028').level, 'none')
})

test('a partial scan is no successful execution, and says what is missing', () => {
  const [invocation] = sarif(fixtureReport).runs[0].invocations

  assert.equal(invocation.executionSuccessful, false)
  const codes = invocation.toolExecutionNotifications.map(
    (entry: { descriptor: { id: string } }) => entry.descriptor.id,
  )
  assert.ok(codes.includes('YAML_TAB') && codes.includes('SCAN_PARTIAL'))
  assert.equal(sarif(cleanReport).runs[0].invocations[0].executionSuccessful, true)
})

test('text with a link or a placeholder in it is neither', () => {
  const report = {
    ...fixtureReport,
    findings: fixtureReport.findings
      .slice(0, 1)
      .map(finding => ({ ...finding, message: 'see [x](https://evil.example) {0}' })),
  }

  const [result] = sarif(report).runs[0].results

  assert.equal(result.message.text, 'Deployment shop/web: see \\[x\\](https://evil.example) {{0}}')
})
