import type { Finding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import { type Severity, severityRank } from '../model/severity.ts'
import { describeObject } from '../model/subject.ts'
import { baseRuleId, ruleOf, shortRemedy } from './rule-of.ts'
import { severityWord } from './scan-words.ts'

/** What one rule found. */
export interface RuleGroup {
  readonly ruleId: string
  readonly title: string
  readonly remedy: string
  readonly severity: Severity | 'unknown'
  readonly findings: readonly Finding[]
  readonly objects: number
  readonly files: number
}

/** The findings by rule: the gravest first, within a severity the most frequent. Undecided verdicts come last. */
export function ruleGroups(report: Report, findings: readonly Finding[]): readonly RuleGroup[] {
  const byRule = new Map<string, Finding[]>()
  for (const finding of findings) {
    const key = `${severityWord(finding)}\n${baseRuleId(finding.ruleId)}`
    const group = byRule.get(key)
    if (group === undefined) byRule.set(key, [finding])
    else group.push(finding)
  }
  return [...byRule.values()].map(group => ruleGroup(report, group)).sort(compareGroups)
}

function ruleGroup(report: Report, findings: readonly Finding[]): RuleGroup {
  const [first] = findings
  const rule = first === undefined ? undefined : ruleOf(report, first)
  return {
    ruleId: first === undefined ? '' : baseRuleId(first.ruleId),
    title: rule?.title ?? first?.message ?? '',
    remedy: shortRemedy(rule),
    severity: first === undefined ? 'info' : severityWord(first),
    findings,
    objects: new Set(findings.map(({ subject }) => `${subject.group}\n${describeObject(subject)}`)).size,
    files: new Set(findings.map(finding => finding.locations[0]?.file)).size,
  }
}

function compareGroups(a: RuleGroup, b: RuleGroup): number {
  return rank(a) - rank(b) || b.findings.length - a.findings.length || (a.ruleId < b.ruleId ? -1 : 1)
}

function rank(group: RuleGroup): number {
  return group.severity === 'unknown' ? 9 : severityRank(group.severity)
}
