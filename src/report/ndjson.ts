import type { Report } from '../model/report.ts'
import { findingLine, summaryLine } from './finding-line.ts'

/** One finding a line, in order, and the summary as the last line. */
export function* renderNdjson(report: Report): Iterable<string> {
  for (const finding of report.findings) yield `${findingLine(finding)}\n`
  yield `${summaryLine(report.summary)}\n`
}
