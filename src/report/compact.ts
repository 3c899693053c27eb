import { escapeLineStart, escapeTerminal } from '../lib/text/escape-terminal.ts'
import { type Style, styleFor } from '../lib/text/style.ts'
import type { Finding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import { describeObject } from '../model/subject.ts'
import type { ReportOptions } from './report-options.ts'
import { isOpen, scanWords, severityWord } from './scan-words.ts'

/** `file:line:column  severity  RULE  Kind namespace/name: message`, one finding a line: for logs, grep and editors. */
export function* renderCompact(report: Report, options: ReportOptions = {}): Iterable<string> {
  const style = styleFor(options.color ?? 0)
  for (const finding of report.findings) {
    if (isOpen(finding)) yield `${compactLine(finding, style)}\n`
  }
  if (options.summary === false) return
  if (report.findings.some(isOpen)) yield '\n'
  yield* summaryLines(report).map(line => `${line}\n`)
}

/** The footer of the compact report, also for stderr: what was found, what was read, what was not. */
export function summaryLines(report: Report): readonly string[] {
  const { findings, read, notes, partial } = scanWords(report)
  const lines = [`${findings} · ${read}`, ...notes]
  if (partial !== '') lines.push(partial)
  return lines.map(line => escapeLineStart(escapeTerminal(line)))
}

/** The place of a finding as an editor or terminal turns it into a link. */
export function placeOf(finding: Finding): string {
  const [location] = finding.locations
  return location === undefined ? '-' : `${location.file}:${location.line}:${location.column}`
}

function compactLine(finding: Finding, style: Style): string {
  const severity = severityWord(finding)
  const more = finding.locations.length - 1
  const text =
    `${describeObject(finding.subject)}: ${finding.message}` +
    (finding.verdict === 'unknown' && finding.reason !== undefined ? ` (unknown: ${finding.reason})` : '') +
    (more > 0 ? ` (and ${more} more ${more === 1 ? 'place' : 'places'})` : '')
  const place = escapeLineStart(escapeTerminal(placeOf(finding)))
  const tone = severity === 'unknown' ? 'warning' : severity
  return `${place}  ${style(tone, severity)}  ${escapeTerminal(finding.ruleId)}  ${escapeTerminal(text)}`
}
