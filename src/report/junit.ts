import type { Finding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import { describeObject } from '../model/subject.ts'
import { ruleOf } from './rule-of.ts'
import { isOpen, scanWords, severityWord } from './scan-words.ts'
import { xmlLines, xmlText } from './xml-text.ts'

/**
 * JUnit XML: a suite for each file, a case for each finding. A failed rule is a failure, an undecided one is skipped with
 * its reason, an input that could not be read is an error. A clean scan is one passing case, because readers refuse an
 * empty report.
 */
export function* renderJunit(report: Report): Iterable<string> {
  const suites = bySuite(report.findings.filter(isOpen))
  const errors = report.diagnostics.filter(d => d.level === 'error')
  const all = [...suites.values()].flat()
  const failures = all.filter(finding => finding.verdict === 'fail').length
  const isEmpty = all.length + errors.length === 0
  const tests = isEmpty ? 1 : all.length + errors.length

  yield `<?xml version="1.0" encoding="UTF-8"?>\n`
  yield `<testsuites name="breakwater" tests="${tests}" failures="${failures}" errors="${errors.length}" time="${seconds(report)}">\n`
  for (const [file, findings] of suites) yield* suite(report, file, findings)
  if (errors.length > 0) {
    yield `  <testsuite name="input" tests="${errors.length}" failures="0" errors="${errors.length}" skipped="0" time="0">\n`
    for (const { file, line, column, code, message } of errors) {
      yield `    <testcase classname="input" name="${xmlText(`${file} can be read`)}" time="0">\n`
      yield `      <error message="${xmlText(message)}" type="${xmlText(code)}">${xmlText(`${file}:${line}:${column}`)}</error>\n    </testcase>\n`
    }
    yield '  </testsuite>\n'
  }
  if (isEmpty) {
    yield `  <testsuite name="breakwater" tests="1" failures="0" errors="0" skipped="0" time="0">\n`
    yield `    <testcase classname="breakwater" name="${xmlText(`${scanWords(report).read}: no findings`)}" time="0"/>\n  </testsuite>\n`
  }
  yield '</testsuites>\n'
}

function* suite(report: Report, file: string, findings: readonly Finding[]): Iterable<string> {
  const failures = findings.filter(finding => finding.verdict === 'fail').length
  const skipped = findings.length - failures
  yield `  <testsuite name="${xmlText(file)}" tests="${findings.length}" failures="${failures}" errors="0" skipped="${skipped}" time="0">\n`
  for (const finding of findings) yield testcase(report, finding)
  yield '  </testsuite>\n'
}

function testcase(report: Report, finding: Finding): string {
  const { ruleId, subject, message } = finding
  const [location] = finding.locations
  const rule = ruleOf(report, finding)
  const file = location === undefined ? '' : ` file="${xmlText(location.file)}" line="${location.line}"`
  const open = `    <testcase classname="${xmlText(describeObject(subject))}" name="${xmlText(`${ruleId} ${message}`)}"${file} time="0">\n`
  if (finding.verdict !== 'fail') {
    return `${open}      <skipped message="${xmlText(finding.reason ?? finding.verdict)}"/>\n    </testcase>\n`
  }
  const places = finding.locations.map(({ file: path, line, column }) => xmlText(`${path}:${line}:${column}`))
  const remedy = rule === undefined ? [] : [xmlText(rule.title), '', xmlLines(rule.remediation), '']
  const body = [...places, ...remedy, `breakwater explain ${xmlText(rule?.id ?? ruleId)}`].join('\n')
  const type = severityWord(finding)
  return `${open}      <failure message="${xmlText(`${type}: ${message}`)}" type="${type}">${body}</failure>\n    </testcase>\n`
}

function bySuite(findings: readonly Finding[]): ReadonlyMap<string, readonly Finding[]> {
  const suites = new Map<string, Finding[]>()
  for (const finding of findings) {
    const file = finding.locations[0]?.file ?? describeObject(finding.subject)
    const group = suites.get(file)
    if (group === undefined) suites.set(file, [finding])
    else group.push(finding)
  }
  return suites
}

function seconds(report: Report): string {
  return (report.summary.durationMs / 1000).toFixed(3)
}
