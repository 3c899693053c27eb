import { escapeLineStart } from '../lib/text/escape-terminal.ts'
import { styleFor } from '../lib/text/style.ts'
import type { Report } from '../model/report.ts'
import type { ReportOptions } from './report-options.ts'
import { ruleGroups } from './rule-groups.ts'
import { isOpen } from './scan-words.ts'
import { tableFooter, tableHeader } from './table-footer.ts'
import { findingFrames } from './table-frames.ts'
import { ruleSections } from './table-rules.ts'

/**
 * For a person at a terminal. Few findings: a code frame for each, the gravest file first. Many: one section a rule, the
 * gravest first, each with its clearest example and a command for the rest, so that a newcomer reads what matters before
 * what is common. Either way the last lines say what was found, what was not read, and what to do next.
 */
export function* renderTable(report: Report, options: ReportOptions = {}): Iterable<string> {
  const layout = {
    style: styleFor(options.color ?? 0),
    // Beyond 120 columns lines get hard to follow.
    width: Math.min(Math.max(options.width ?? 80, 40), 120),
    sourceLine: options.sourceLine,
    paths: options.paths ?? [],
  }
  const open = report.findings.filter(isOpen)
  const detail = options.detail ?? 'auto'
  const byRule = detail === 'rules' || (detail === 'auto' && open.length > mostFrames)

  const groups = ruleGroups(report, open)

  if (byRule) yield* linesOf(tableHeader(report, layout))
  yield* linesOf(byRule ? ruleSections(groups, layout) : findingFrames(report, open, layout))
  yield* linesOf(tableFooter(report, groups, byRule, layout))
}

/** More findings than this are shown by rule: about four screens of frames. */
const mostFrames = 24

function* linesOf(lines: Iterable<string>): Iterable<string> {
  for (const line of lines) yield `${escapeLineStart(line.trimEnd())}\n`
}
