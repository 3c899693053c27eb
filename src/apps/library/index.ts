import type { Finding } from '../../model/finding.ts'
import type { Report } from '../../model/report.ts'
import type { Severity } from '../../model/severity.ts'
import { type ReportOptions, reportFormats } from '../../report/index.ts'
import { defaultSettings, type InputLimits } from '../configuration/settings.ts'
import { runScan } from '../scan/run-scan.ts'
import { scanRequest } from '../scan/scan-request.ts'
import { toolRecord } from '../tool-record.ts'
import { UserError } from '../user-error.ts'

export type { Diagnostic } from '../../model/diagnostic.ts'
export type { Evidence, Finding, Location } from '../../model/finding.ts'
export type { Report } from '../../model/report.ts'
export type { RuleMeta } from '../../model/rule.ts'
export type { RenderUnit, ScanSummary, SkippedInput } from '../../model/scan-summary.ts'
export type { Severity } from '../../model/severity.ts'
export type { ObjectRef } from '../../model/subject.ts'
export type { Verdict } from '../../model/verdict.ts'
export type { ReportOptions } from '../../report/index.ts'
export { UserError } from '../user-error.ts'

/** What to scan and how. Everything but `paths` has the default of the command line. */
export interface ScanInput {
  /** Files, folders, globs, or `-` for standard input. */
  readonly paths: readonly string[]
  readonly exclude?: readonly string[]
  /** Only these rules; ids such as `BW-POD-001`. */
  readonly rules?: readonly string[]
  readonly packs?: readonly string[]
  /** Files or folders with policies of your own. */
  readonly policies?: readonly string[]
  /** Findings below this severity are left out. */
  readonly severity?: Severity
  /** A CEL expression over findings. */
  readonly where?: string
  /** Namespace of objects that name none. */
  readonly namespace?: string
  /** Kubernetes minor the manifests are for, `1.37`. */
  readonly target?: string
  readonly severities?: Readonly<Record<string, Severity | 'off'>>
  /** Parameters of rules: `{ 'BW-IMG-003': { registries: ['registry.example.com'] } }`. */
  readonly params?: Readonly<Record<string, Readonly<Record<string, string | number | readonly string[]>>>>
  readonly limits?: Partial<InputLimits>
  /** Threads beside the calling one; 0 for none, absent to let the amount of input decide. */
  readonly workers?: number
  readonly signal?: AbortSignal
}

/**
 * Scans manifests and returns the report: findings in input order, every rule that ran, diagnostics about input that
 * could not be read, and a summary that says whether the answer is partial. Settings files and the environment are not
 * consulted. Throws `UserError` for a rule, pack or expression that does not exist or does not compile.
 */
export async function scan(input: ScanInput): Promise<Report> {
  const limits: InputLimits = { ...defaultSettings.input, ...input.limits }
  const scanSettings = {
    ...defaultSettings.scan,
    ...defined({
      rules: input.rules,
      packs: input.packs,
      policies: input.policies,
      severity: input.severity,
      where: input.where,
      namespace: input.namespace,
      target: input.target,
      severities: input.severities,
      params: input.params,
    }),
  }
  const outcome = await runScan({
    request: scanRequest({ ...defaultSettings, scan: scanSettings, input: limits }, 'findings'),
    paths: input.paths,
    exclude: input.exclude ?? [],
    maxFiles: limits.maxFiles,
    maxFolderDepth: limits.maxFolderDepth,
    workers: input.workers,
    withoutRendering: false,
    ...(input.signal === undefined ? {} : { signal: input.signal }),
    clock: () => performance.now(),
  })
  return {
    tool: toolRecord(),
    createdAt: undefined,
    findings: outcome.findings,
    rules: outcome.rules,
    diagnostics: outcome.diagnostics,
    summary: outcome.summary,
    failOn: 'none',
  }
}

/** Names of the formats that `render` writes. */
export function formats(): readonly string[] {
  return [...reportFormats.keys()]
}

/** A report in one of the `formats`, as chunks of text. */
export function render(report: Report, format: string, options: ReportOptions = {}): Iterable<string> {
  const known = reportFormats.get(format)
  if (known === undefined) throw new UserError('UNKNOWN_FORMAT', `there is no output format "${format}"`)
  return known.render(report, options)
}

/** Whether a finding says that something is wrong, and not that it could not be decided. */
export function isFailure(finding: Finding): boolean {
  return finding.verdict === 'fail'
}

function defined<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }
}
