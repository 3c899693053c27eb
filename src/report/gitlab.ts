import { jsonText } from '../lib/json/json-text.ts'
import { escapeTerminal } from '../lib/text/escape-terminal.ts'
import type { Finding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import type { Severity } from '../model/severity.ts'
import { describeObject } from '../model/subject.ts'
import { baseRuleId } from './rule-of.ts'
import { isOpen } from './scan-words.ts'

/** GitLab Code Quality: an array of issues, which a merge request shows beside the changed lines. */
export function* renderGitlab(report: Report): Iterable<string> {
  let separator = '[\n'
  for (const finding of report.findings) {
    if (!isOpen(finding)) continue
    // GitLab takes one line an issue; a finding in three containers is three issues with their own fingerprints.
    for (const location of finding.locations) {
      yield separator + jsonText(issue(finding, location))
      separator = ',\n'
    }
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n'
}

function issue(finding: Finding, { file, line, fingerprint }: Finding['locations'][number]) {
  const unknown = finding.verdict === 'unknown' ? ` (unknown: ${finding.reason ?? ''})` : ''
  return {
    description: escapeTerminal(`${describeObject(finding.subject)}: ${finding.message}${unknown}`),
    check_name: baseRuleId(finding.ruleId),
    fingerprint: fingerprint === '' ? finding.fingerprint : fingerprint,
    severity: finding.verdict === 'unknown' ? 'info' : levels[finding.severity],
    // GitLab compares the path with those of the repository, which never begin with `./`.
    location: { path: file.replace(/^(?:\.\/)+/, ''), lines: { begin: Math.max(1, line) } },
  }
}

const levels: Readonly<Record<Severity, string>> = {
  critical: 'blocker',
  high: 'critical',
  medium: 'major',
  low: 'minor',
  info: 'info',
}
