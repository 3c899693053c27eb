import type { Finding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import type { RuleMeta } from '../model/rule.ts'

/** `BW-POD-028` of `BW-POD-028.1`: the id that documentation and reports list. */
export function baseRuleId(ruleId: string): string {
  const found = /^(.+)\.\d+$/.exec(ruleId)
  return found?.[1] ?? ruleId
}

/** What is known of the finding's rule; `undefined` for a rule that the report does not list. */
export function ruleOf(report: Report, finding: Finding): RuleMeta | undefined {
  return report.rules.get(finding.ruleId) ?? report.rules.get(baseRuleId(finding.ruleId))
}

/** The rules in order of their ids. */
export function rulesInOrder(report: Report): readonly RuleMeta[] {
  return [...report.rules.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

/** The first sentence of a rule's remedy, on one line: what a terminal has room for. */
export function shortRemedy(rule: RuleMeta | undefined): string {
  if (rule === undefined) return ''
  const paragraph = rule.remediation.split(/\n\s*\n|\n```/, 1)[0] ?? ''
  const line = paragraph.replaceAll(/\s+/g, ' ').trim()
  // A full stop inside a word (`securityContext.privileged`, `v1.31`) ends no sentence.
  const end = /[.;](?= [A-Z]|$)/.exec(line)
  return (end === null ? line : line.slice(0, end.index)).replace(/[:.;]$/, '')
}

/** The rule's page on the project's site, or in its repository. */
export function ruleUri(report: Report, rule: RuleMeta): string {
  return `${report.tool.informationUri.replace(/\/$/, '')}/blob/main/${rule.docs}`
}
