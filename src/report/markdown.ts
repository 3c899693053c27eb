import { escapeTerminal } from '../lib/text/escape-terminal.ts'
import type { Finding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import { isAtLeast, type Severity, severities } from '../model/severity.ts'
import { describeObject } from '../model/subject.ts'
import { placeOf } from './compact.ts'
import { codeSpan, prose, ruleProse } from './markdown-text.ts'
import type { ReportOptions } from './report-options.ts'
import { type RuleGroup, ruleGroups } from './rule-groups.ts'
import { ruleUri } from './rule-of.ts'
import { count, isOpen, scanWords, thousands } from './scan-words.ts'

/**
 * For a comment on a pull request: counts, then one collapsible section a rule, the gravest first and open where it is
 * grave. Never longer than a code host accepts; what is left out is counted.
 */
export function* renderMarkdown(report: Report, options: ReportOptions = {}): Iterable<string> {
  const groups = ruleGroups(report, report.findings.filter(isOpen))
  const head = [...heading(report), ...severityTable(report)].join('\n')
  const foot = `\n${notes(report)}`
  yield head

  let room = (options.maxLength ?? defaultLength) - head.length - foot.length - reserve
  let omitted = 0
  for (const group of groups) {
    const text = section(report, group, Math.min(room, sectionLength))
    if (text.length > room || omitted > 0) {
      omitted += group.findings.length
      continue
    }
    room -= text.length
    yield text
  }
  if (omitted > 0) yield `\n… and ${count(omitted, 'finding')} that this comment has no room for.\n`
  yield foot
}

/** GitHub refuses a comment of more than 65,536 characters; some room is left for what a pipeline adds. */
const defaultLength = 60_000
/** No single rule fills the comment. */
const sectionLength = 12_000
const reserve = 100

function heading(report: Report): readonly string[] {
  const { findings, read, partial } = scanWords(report)
  return [
    `### ${report.summary.partial ? '⚠️' : isClean(report) ? '✅' : '🛡️'} Breakwater: ${prose(findings)}`,
    '',
    `${prose(read)}${partial === '' ? '' : ` — **${prose(partial)}**`}`,
    '',
  ]
}

function severityTable(report: Report): readonly string[] {
  if (isClean(report)) return []
  const { findings } = report.summary
  return [
    `| ${severities.join(' | ')} |`,
    `|${severities.map(() => '--:').join('|')}|`,
    `| ${severities.map(s => thousands(findings[s])).join(' | ')} |`,
    '',
  ]
}

function isClean(report: Report): boolean {
  return severities.every(s => report.summary.findings[s] === 0)
}

function section(report: Report, group: RuleGroup, room: number): string {
  const rule = report.rules.get(group.ruleId)
  const isGrave = group.severity !== 'unknown' && isAtLeast(group.severity, 'high')
  const extent = count(group.objects, 'object')
  const head =
    `\n<details${isGrave ? ' open' : ''}>\n<summary>${mark(group.severity)} <b>${group.severity}</b> · ` +
    `${html(group.ruleId)} · ${html(group.title)} · ${extent}</summary>\n\n` +
    (rule === undefined
      ? ''
      : `${group.remedy === '' ? '' : `**What to do:** ${ruleProse(group.remedy)}. `}[Why and how](${ruleUri(report, rule)})\n\n`) +
    '| Where | Object | What |\n|---|---|---|\n'
  let rows = ''
  let shown = 0
  for (const finding of group.findings) {
    const row = tableRow(finding)
    if (head.length + rows.length + row.length > room && shown > 0) break
    rows += row
    shown++
  }
  const more = group.findings.length - shown
  return `${head}${rows}${more > 0 ? `\n… and ${count(more, 'more')} of this rule.\n`.replace('mores', 'more') : ''}\n</details>\n`
}

function tableRow(finding: Finding): string {
  const reason = finding.reason === undefined ? '' : ` (unknown: ${finding.reason})`
  const object = describeObject(finding.subject)
  return `| ${codeSpan(short(placeOf(finding)))} | ${codeSpan(short(object))} | ${prose(short(`${finding.message}${reason}`))} |\n`
}

function notes(report: Report): string {
  const lines = [...scanWords(report).notes]
  const listed = lines.map(line => `- ${prose(line)}`).join('\n')
  return listed === '' ? '' : `<details>\n<summary>What was not looked at</summary>\n\n${listed}\n\n</details>\n`
}

/** One hostile name must not take the room of everything else. */
function short(text: string): string {
  return text.length > 300 ? `${text.slice(0, 299).toWellFormed()}…` : text
}

function html(text: string): string {
  return escapeTerminal(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
}

function mark(severity: Severity | 'unknown'): string {
  return marks[severity]
}

const marks: Readonly<Record<Severity | 'unknown', string>> = {
  critical: '🟣',
  high: '🔴',
  medium: '🟠',
  low: '🔵',
  info: '⚪',
  unknown: '❔',
}
