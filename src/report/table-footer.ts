import { escapeTerminal } from '../lib/text/escape-terminal.ts'
import type { Style } from '../lib/text/style.ts'
import { wrap } from '../lib/text/truncate.ts'
import type { Report } from '../model/report.ts'
import { severities } from '../model/severity.ts'
import type { RuleGroup } from './rule-groups.ts'
import { scanWords, thousands } from './scan-words.ts'
import type { TableLayout } from './table-layout.ts'
import { scanCommand } from './table-rules.ts'

/** The first lines of a long table: how much there is, before any of it. */
export function* tableHeader(report: Report, layout: TableLayout): Iterable<string> {
  yield* counts(report, layout)
  if (report.summary.partial) yield* wrapped(scanWords(report).partial, layout, 'warning')
  yield ''
  yield layout.style('bold', 'What matters most')
  yield ''
}

/** The last lines of every table. They are what a terminal still shows when the run is over. */
export function* tableFooter(
  report: Report,
  groups: readonly RuleGroup[],
  byRule: boolean,
  layout: TableLayout,
): Iterable<string> {
  const { style, width } = layout
  const { notes, partial } = scanWords(report)
  if (groups.length > 0) yield style('dim', '─'.repeat(width))
  yield* counts(report, layout)
  for (const note of notes) yield* wrapped(note, layout, 'dim')
  if (partial !== '') yield* wrapped(partial, layout, 'warning')
  yield* nextSteps(groups, byRule, layout)
}

function* nextSteps(groups: readonly RuleGroup[], byRule: boolean, layout: TableLayout): Iterable<string> {
  const [gravest] = groups
  if (gravest === undefined) return
  yield ''
  const id = escapeTerminal(gravest.ruleId)
  yield `${layout.style('dim', 'why and how to fix')}  breakwater explain ${id}`
  if (byRule) {
    yield `${layout.style('dim', 'only this rule    ')}  ${scanCommand(layout, gravest.ruleId)}`
    yield `${layout.style('dim', 'everything        ')}  ${scanCommand(layout, '').replace(' --rule  -o compact', ' -o html=report.html')}`
  }
}

/** Findings and what was read, on one line where they fit. */
function* counts(report: Report, { style, width }: TableLayout): Iterable<string> {
  const { findings, read } = scanWords(report)
  const colored = coloredCounts(report, style)
  if (findings.length + read.length + 3 <= width) {
    yield `${colored} · ${read}`
  } else {
    yield colored
    yield read
  }
}

function coloredCounts(report: Report, style: Style): string {
  const { findings } = report.summary
  const total = severities.reduce((sum, s) => sum + findings[s], 0)
  if (total === 0) {
    // A partial scan without findings is no good news, and is not painted as such.
    return report.summary.partial ? style('warning', 'no findings in what was read') : style('good', 'no findings')
  }
  const parts = severities.filter(s => findings[s] > 0).map(s => style(s, `${thousands(findings[s])} ${s}`))
  return `${style('bold', `${thousands(total)} ${total === 1 ? 'finding' : 'findings'}`)}: ${parts.join(', ')}`
}

function* wrapped(text: string, { style, width }: TableLayout, tone: 'dim' | 'warning'): Iterable<string> {
  const [first = '', ...rest] = wrap(escapeTerminal(text), width - 2)
  yield style(tone, first)
  for (const line of rest) yield style(tone, `  ${line}`)
}
