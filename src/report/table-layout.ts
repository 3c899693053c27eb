import { escapeTerminal } from '../lib/text/escape-terminal.ts'
import type { Style } from '../lib/text/style.ts'
import { padEnd } from '../lib/text/text-width.ts'
import { wrapTo } from '../lib/text/truncate.ts'
import type { Finding } from '../model/finding.ts'
import type { Severity } from '../model/severity.ts'
import type { SourceLine } from './report-options.ts'
import { severityWord } from './scan-words.ts'

/** How the parts of a table are drawn. */
export interface TableLayout {
  readonly style: Style
  readonly width: number
  readonly sourceLine: SourceLine | undefined
  readonly paths: readonly string[]
}

/** `critical  BW-POD-001  container "web" is privileged`, wrapped under its own beginning. */
export function* headline(
  severity: Severity | 'unknown',
  ruleId: string,
  message: string,
  { style, width }: TableLayout,
): Iterable<string> {
  const word = padEnd(severity, 8)
  const id = escapeTerminal(ruleId)
  const indent = word.length + id.length + 4
  const [first = '', ...rest] = wrapTo(escapeTerminal(message), width - indent, mostMessageLines)
  yield `${style(toneOf(severity), word)}  ${style('dim', id)}  ${style('bold', first)}`
  for (const line of rest) yield `${' '.repeat(indent)}${style('bold', line)}`
}

/** A name can be as long as its author likes. */
const mostMessageLines = 4

/** Colour of a severity; an undecided verdict is a warning, never a calm colour. */
export function toneOf(severity: Severity | 'unknown'): Severity | 'warning' {
  return severity === 'unknown' ? 'warning' : severity
}

export function* findingHeadline(finding: Finding, layout: TableLayout): Iterable<string> {
  const reason = finding.reason === undefined ? '' : ` (unknown: ${finding.reason})`
  yield* headline(severityWord(finding), finding.ruleId, `${finding.message}${reason}`, layout)
}

/** Lines of a secret are shown without their values. */
export function isMasked(finding: Finding): boolean {
  return (
    finding.subject.kind === 'Secret' || finding.subject.kind === 'ConfigMap' || finding.ruleId.startsWith('BW-SEC-')
  )
}
