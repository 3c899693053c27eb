import { escapeTerminal } from '../lib/text/escape-terminal.ts'
import type { Finding } from '../model/finding.ts'
import type { Report } from '../model/report.ts'
import type { Severity } from '../model/severity.ts'
import { describeObject } from '../model/subject.ts'
import { annotated, mostAnnotations } from './annotation-choice.ts'
import { count, scanWords } from './scan-words.ts'

type Level = 'error' | 'warning'

/** Logging commands of Azure Pipelines, the gravest first, then one summary line. */
export function* renderAzure(report: Report): Iterable<string> {
  const { chosen, omitted } = annotated(report, levels, mostAnnotations)
  for (const { level, finding } of chosen) yield command(level, finding)
  const { findings, read, partial } = scanWords(report)
  const more = omitted > 0 ? ` · ${count(omitted, 'more finding')} not annotated` : ''
  yield `${escapeTerminal(`breakwater: ${findings} · ${read}${more}${partial === '' ? '' : ` · ${partial}`}`)}\n`
}

const levels: Readonly<Record<Severity, Level>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'warning',
  info: 'warning',
}

function command(level: Level, finding: Finding): string {
  const [location] = finding.locations
  const properties = [
    `type=${level}`,
    ...(location === undefined
      ? []
      : [`sourcepath=${property(location.file)}`, `linenumber=${location.line}`, `columnnumber=${location.column}`]),
    `code=${property(finding.ruleId)}`,
  ]
  const unknown = finding.verdict === 'unknown' ? ` (unknown: ${finding.reason ?? ''})` : ''
  const message = `${finding.severity} ${finding.ruleId} ${describeObject(finding.subject)}: ${finding.message}${unknown}`
  return `##vso[task.logissue ${properties.join(';')}]${data(message)}\n`
}

/** The agent unescapes `%AZP25` to `%` last, so that `%` is escaped first. */
function data(text: string): string {
  return escapeTerminal(text).replaceAll('%', '%AZP25')
}

function property(text: string): string {
  return data(text).replaceAll(';', '%3B').replaceAll(']', '%5D')
}
