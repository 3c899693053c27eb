import type { Report } from '../model/report.ts'
import { renderCompact } from './compact.ts'
import { renderJson } from './json.ts'
import { renderNdjson } from './ndjson.ts'
import type { ReportOptions } from './report-options.ts'
import { renderSarif } from './sarif.ts'
import { renderTable } from './table.ts'

export { encodeUtf8 } from './encode.ts'
export type { ReportOptions, SourceLine } from './report-options.ts'

/** A form that a report can be written in. */
export interface ReportFormat {
  readonly name: string
  readonly mediaType: string
  /** One line for `--help`. */
  readonly description: string
  readonly render: (report: Report, options: ReportOptions) => Iterable<string>
}

/** Every format by its name, in the order in which help lists them. */
export const reportFormats: ReadonlyMap<string, ReportFormat> = new Map(
  [
    format('table', 'text/plain', 'code frames for a terminal, the gravest first', renderTable),
    format('compact', 'text/plain', 'one finding a line: file:line:column severity rule message', renderCompact),
    format('json', 'application/json', 'one document: summary, rules, findings, diagnostics', renderJson),
    format('ndjson', 'application/x-ndjson', 'one finding a line, the summary last', renderNdjson),
    format('sarif', 'application/sarif+json', 'SARIF 2.1.0 for code scanning', renderSarif),
  ].map(entry => [entry.name, entry]),
)

function format(name: string, mediaType: string, description: string, render: ReportFormat['render']): ReportFormat {
  return { name, mediaType, description, render }
}
