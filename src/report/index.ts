import type { Report } from '../model/report.ts'
import { renderAzure } from './azure.ts'
import { renderCompact } from './compact.ts'
import { renderCsv } from './csv.ts'
import { renderGithub } from './github.ts'
import { renderGitlab } from './gitlab.ts'
import { renderHtml } from './html.ts'
import { renderJson } from './json.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'
import { renderNdjson } from './ndjson.ts'
import type { ReportOptions } from './report-options.ts'
import { renderSarif } from './sarif.ts'
import { renderTable } from './table.ts'

export { summaryLines } from './compact.ts'
export { encodeUtf8 } from './encode.ts'
export { explainRule } from './explain.ts'
export { findingLine, summaryLine } from './finding-line.ts'
export { FindingBytes, renderNdjsonBytes } from './ndjson-bytes.ts'
export type { ReportOptions, SourceLine } from './report-options.ts'
export { ruleIndex } from './rule-index.ts'
export { type RuleCase, type RuleSource, rulePage } from './rule-page.ts'

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
    format('junit', 'application/xml', 'JUnit XML: a suite for each file, a case for each finding', renderJunit),
    format('html', 'text/html', 'one self-contained page: filter, sort, print', renderHtml),
    format('markdown', 'text/markdown', 'a comment for a pull request, bounded in size', renderMarkdown),
    format('gitlab', 'application/json', 'GitLab Code Quality report', renderGitlab),
    format('github', 'text/plain', 'annotations of GitHub Actions', renderGithub),
    format('azure', 'text/plain', 'annotations of Azure Pipelines', renderAzure),
    format('csv', 'text/csv', 'one finding a record, for spreadsheets', renderCsv),
  ].map(entry => [entry.name, entry]),
)

function format(name: string, mediaType: string, description: string, render: ReportFormat['render']): ReportFormat {
  return { name, mediaType, description, render }
}
