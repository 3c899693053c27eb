import { escapeTerminal } from '../lib/text/escape-terminal.ts'
import type { Finding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import { ruleOf, shortRemedy } from './rule-of.ts'

/** RFC 4180: a header, then one finding a record, lines ended by CR LF. */
export function* renderCsv(report: Report): Iterable<string> {
  yield `${columns.join(',')}\r\n`
  for (const finding of report.findings) yield `${record(report, finding).map(csvCell).join(',')}\r\n`
}

const columns = [
  'severity',
  'rule',
  'title',
  'verdict',
  'status',
  'kind',
  'namespace',
  'name',
  'element',
  'message',
  'file',
  'line',
  'column',
  'places',
  'reason',
  'remedy',
  'frameworks',
  'fingerprint',
] as const

function record(report: Report, finding: Finding): readonly (string | number)[] {
  const { subject } = finding
  const [location] = finding.locations
  const rule = ruleOf(report, finding)
  return [
    finding.severity,
    finding.ruleId,
    rule?.title ?? '',
    finding.verdict,
    finding.status,
    subject.kind,
    subject.namespace,
    subject.name,
    finding.element,
    finding.message,
    location?.file ?? '',
    location?.line ?? '',
    location?.column ?? '',
    finding.locations.length,
    finding.reason ?? '',
    shortRemedy(rule),
    finding.frameworks.join(' '),
    finding.fingerprint,
  ]
}

/** One field of RFC 4180 that no spreadsheet takes for a formula. */
export function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  // A spreadsheet runs a cell that begins like a formula; an apostrophe in front makes it text. Leading blanks do not
  // protect, since some spreadsheets drop them.
  const guarded = /^\s*[=+\-@\t\r]/.test(value) ? `'${value}` : value
  const text = escapeTerminal(guarded)
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
