import { escapeTerminal } from '../lib/text/escape-terminal.ts'
import type { Finding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import type { Severity } from '../model/severity.ts'
import { describeObject } from '../model/subject.ts'
import { annotated, mostAnnotations } from './annotation-choice.ts'
import { ruleOf } from './rule-of.ts'
import { count, scanWords } from './scan-words.ts'

type Level = 'error' | 'warning' | 'notice'

/** Workflow commands of GitHub Actions: annotations on the changed lines, the gravest first, then one summary line. */
export function* renderGithub(report: Report): Iterable<string> {
  const { chosen, omitted } = annotated(report, levels, mostAnnotations)
  for (const { level, finding } of chosen) yield command(report, level, finding)
  const { findings, read, partial } = scanWords(report)
  const more = omitted > 0 ? ` · ${count(omitted, 'more finding')} not annotated` : ''
  yield `${escapeTerminal(`breakwater: ${findings} · ${read}${more}${partial === '' ? '' : ` · ${partial}`}`)}\n`
}

const levels: Readonly<Record<Severity, Level>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'notice',
  info: 'notice',
}

function command(report: Report, level: Level, finding: Finding): string {
  const [location] = finding.locations
  const title = `${finding.ruleId} ${ruleOf(report, finding)?.title ?? ''}`.trim()
  const properties = [
    ...(location === undefined
      ? []
      : [`file=${property(location.file)}`, `line=${location.line}`, `col=${location.column}`]),
    `title=${property(title)}`,
  ]
  const unknown = finding.verdict === 'unknown' ? ` (unknown: ${finding.reason ?? ''})` : ''
  return `::${level} ${properties.join(',')}::${data(`${describeObject(finding.subject)}: ${finding.message}${unknown}`)}\n`
}

/** The message of a command: `%`, CR and LF are escaped as the runner unescapes them. */
function data(text: string): string {
  return visible(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** A property value, where `:` and `,` separate. */
function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** Line breaks are legal in an annotation; every other control character is shown. */
function visible(text: string): string {
  return text
    .split(/(\r?\n)/)
    .map((part, i) => (i % 2 === 0 ? escapeTerminal(part) : part))
    .join('')
}
