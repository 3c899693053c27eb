import { jsonText, quoted } from '../lib/json/json-text.ts'
import type { JsonValue } from '../lib/json/json-value.ts'
import type { Report } from '../model/report.ts'
import type { RuleMeta } from '../model/rule.ts'
import { findingLine, summaryText } from './finding-line.ts'
import { baseRuleId } from './rule-of.ts'

/** One document: the tool, the summary, the rules that have findings, the findings, and what could not be read. */
export function* renderJson(report: Report): Iterable<string> {
  yield `{\n"schema":${quoted(report.summary.schema)},\n"tool":${jsonText({
    name: report.tool.name,
    version: report.tool.version,
    informationUri: report.tool.informationUri,
  })},\n`
  if (report.createdAt !== undefined) yield `"createdAt":${quoted(report.createdAt)},\n`
  yield `"summary":${summaryText(report.summary)},\n`
  yield* list(
    'rules',
    firedRules(report).map(rule => jsonText(ruleObject(rule))),
  )
  yield ',\n'
  yield* list('findings', lines(report))
  yield ',\n'
  yield* list(
    'diagnostics',
    report.diagnostics.map(d =>
      jsonText({ level: d.level, code: d.code, message: d.message, file: d.file, line: d.line, column: d.column }),
    ),
  )
  yield '\n}\n'
}

function firedRules(report: Report): readonly RuleMeta[] {
  const ids = new Set<string>()
  for (const finding of report.findings) ids.add(finding.ruleId).add(baseRuleId(finding.ruleId))
  return [...report.rules.values()].filter(rule => ids.has(rule.id)).sort((a, b) => (a.id < b.id ? -1 : 1))
}

function ruleObject(rule: RuleMeta): JsonValue {
  return {
    id: rule.id,
    title: rule.title,
    severity: rule.severity,
    category: rule.category,
    frameworks: rule.frameworks,
    aliases: rule.aliases,
    rationale: rule.rationale,
    remediation: rule.remediation,
    effort: rule.effort,
    breaks: rule.breaks,
    docs: rule.docs,
  }
}

function* lines(report: Report): Iterable<string> {
  for (const finding of report.findings) yield findingLine(finding)
}

/** `"name":[` and one item a line. */
function* list(name: string, items: Iterable<string>): Iterable<string> {
  let separator = '\n'
  yield `"${name}":[`
  for (const item of items) {
    yield separator + item
    separator = ',\n'
  }
  yield separator === '\n' ? ']' : '\n]'
}
