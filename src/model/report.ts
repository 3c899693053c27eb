import type { Diagnostic } from './diagnostic.ts'
import type { Finding } from './finding.ts'
import type { RuleMeta } from './rule.ts'
import type { ScanSummary } from './scan-summary.ts'

/** All that a report is made of. Findings are in their final order. */
export interface Report {
  readonly tool: { readonly name: string; readonly version: string; readonly informationUri: string }
  /** RFC 3339, or `undefined` for byte-equal output. */
  readonly createdAt: string | undefined
  readonly findings: readonly Finding[]
  /** Every rule that was evaluated, by id. */
  readonly rules: ReadonlyMap<string, RuleMeta>
  readonly diagnostics: readonly Diagnostic[]
  readonly summary: ScanSummary
  /** The folder relative paths are relative to; never printed, only used to make URIs relative. */
  readonly failOn: string
}
