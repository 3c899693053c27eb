import type { Finding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import type { RuleMeta } from '../model/rule.ts'
import { proseBlocks } from './rule-prose.ts'

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
export function rulesInOrder(report: Pick<Report, 'rules'>): readonly RuleMeta[] {
  return [...report.rules.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

/**
 * The first sentence of a rule's remedy, on one line: what a terminal has room for. Where it ends in a colon, the YAML
 * that follows is added if it is a single path: `spec.securityContext.runAsNonRoot: true`.
 */
export function shortRemedy(rule: RuleMeta | undefined): string {
  if (rule === undefined) return ''
  const [first, second] = proseBlocks(rule.remediation)
  if (first?.kind !== 'paragraph') return ''
  // A full stop inside a word (`securityContext.privileged`, `v1.31`) ends no sentence.
  const end = /[.;](?= [A-Z]|$)/.exec(first.text)
  if (end !== null) return first.text.slice(0, end.index)
  const path = second?.kind === 'code' ? yamlPath(second.lines) : ''
  const sentence = first.text.replace(/[:,]$/, '')
  return path === '' || !first.text.endsWith(':') ? sentence : `${sentence}: \`${path}\``
}

/** `a.b: c` for YAML that is one key below the other; empty for anything else. */
function yamlPath(lines: readonly string[]): string {
  const keys: string[] = []
  let indent = -1
  for (const [i, line] of lines.entries()) {
    const found = /^( *)([\w-]+):(?: +([^\s#].*?))?(?: +#.*)?$/.exec(line)
    const depth = found?.[1]?.length ?? -1
    if (found === null || depth <= indent || (found[3] === undefined) !== i < lines.length - 1) return ''
    indent = depth
    keys.push(found[3] === undefined ? (found[2] ?? '') : `${found[2]}: ${found[3]}`)
  }
  return keys.join('.')
}

/** The rule's page on the project's site, or in its repository. */
export function ruleUri(report: Pick<Report, 'tool'>, rule: RuleMeta): string {
  return `${report.tool.informationUri.replace(/\/$/, '')}/blob/main/${rule.docs}`
}
