import { writeFileAtomic } from '../../../adapters/fs/atomic-write.ts'
import { collectEarlyFor } from '../../../adapters/process/frugal-heap.ts'
import { writeAll } from '../../../adapters/process/write-stream.ts'
import { escapeTerminal } from '../../../lib/text/escape-terminal.ts'
import { formatDiagnostic } from '../../../model/diagnostic.ts'
import type { Report } from '../../../model/report.ts'
import { isAtLeast, type Severity } from '../../../model/severity.ts'
import { summaryLines } from '../../../report/compact.ts'
import { encodeUtf8 } from '../../../report/encode.ts'
import { summaryLine } from '../../../report/finding-line.ts'
import type { ReportOptions } from '../../../report/report-options.ts'
import type { ResolvedSettings } from '../../configuration/load.ts'
import { loadSettings } from '../../configuration/load.ts'
import { runScan, type ScanOptions, type ScanOutcome } from '../../scan/run-scan.ts'
import { scanRequest } from '../../scan/scan-request.ts'
import { toolRecord } from '../../tool-record.ts'
import { UserError } from '../../user-error.ts'
import { exitCode, scanExitCode } from '../exit-code.ts'
import { settingsFromFlags } from '../flags.ts'
import { type Output, parseOutputs } from '../outputs.ts'
import { createProgress } from '../progress.ts'
import { say } from '../say.ts'
import { sourceLines } from '../source-lines.ts'
import { type ColorLevel, colorLevel } from '../terminal.ts'
import type { ScanFlags } from '../verb-flags.ts'

/** `breakwater scan`. `known` is what a question beside it says of the cluster. */
export async function runScanVerb(
  paths: readonly string[],
  flags: ScanFlags,
  known: Pick<ScanOptions, 'network'> = {},
): Promise<number> {
  const resolved = await loadSettings({ cwd: process.cwd(), env: process.env, flags: settingsFromFlags(flags) })
  const { settings } = resolved
  const outputs = parseOutputs(settings.scan.output, process.stdout.isTTY ? 'table' : 'compact')
  if (paths.length === 0) {
    throw new UserError('NO_PATH', 'no path was given', {
      next: 'name files or folders, for example `breakwater scan .`, or - for standard input',
    })
  }
  collectEarlyFor(paths)
  // Lines of ndjson that only pass through need not become objects on the main thread.
  const asLines = outputs.every(output => output.format === 'ndjson')
  const progress = createProgress(process.stderr, process.env, () => performance.now())
  const stop = new AbortController()
  const onSignal = () => {
    if (stop.signal.aborted) process.exit(exitCode.incomplete)
    stop.abort()
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  try {
    const outcome = await runScan({
      request: scanRequest(settings, asLines ? 'lines' : 'findings', resolved.origins),
      paths,
      exclude: settings.scan.exclude,
      maxFiles: settings.input.maxFiles,
      maxFolderDepth: settings.input.maxFolderDepth,
      workers: settings.scan.workers === 0 ? undefined : settings.scan.workers,
      withoutRendering: settings.scan.render === 'off',
      signal: stop.signal,
      onProgress: (read, of) => progress.update(`reading ${Math.min(read, of)} of ${of} files`),
      clock: () => performance.now(),
      ...known,
    })
    progress.clear()
    await writeOutcome(outcome, outputs, resolved, paths)
    return exitCodeOf(outcome, settings.scan.failOn, settings.scan.maxUnknown)
  } finally {
    progress.clear()
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}

/** The severity that decides, now that `auto` is known. */
function threshold(failOn: Severity | 'none' | 'auto'): Severity | 'none' {
  if (failOn !== 'auto') return failOn
  return process.env['CI'] === 'true' ? 'high' : 'none'
}

function exitCodeOf(outcome: ScanOutcome, failOn: Severity | 'none' | 'auto', maxUnknown: number): number {
  const { summary, gravest } = outcome
  const limit = threshold(failOn)
  return scanExitCode({
    hasFindingsAtThreshold: limit !== 'none' && gravest !== undefined && isAtLeast(gravest, limit),
    isIncomplete: summary.partial || (maxUnknown >= 0 && summary.verdicts.unknown > maxUnknown),
    hasInput: summary.objects > 0,
  })
}

async function writeOutcome(
  outcome: ScanOutcome,
  outputs: readonly Output[],
  resolved: ResolvedSettings,
  paths: readonly string[],
): Promise<void> {
  const { settings } = resolved
  const report: Report = {
    tool: toolRecord(),
    createdAt: undefined,
    findings: outcome.findings,
    rules: outcome.rules,
    diagnostics: outcome.diagnostics,
    summary: outcome.summary,
    failOn: threshold(settings.scan.failOn),
  }
  for (const diagnostic of outcome.diagnostics) say(formatDiagnostic(diagnostic))
  const stdout = outputs.find(output => output.file === undefined)
  for (const output of outputs) {
    const { file } = output
    if (file === undefined) continue
    const bytes = Buffer.concat([
      ...(await chunksOf(output.format, report, outcome, { sourceLine: sourceLines(), paths })),
    ])
    await writeFileAtomic(file, bytes)
  }
  if (stdout !== undefined) {
    const isTerminal = process.stdout.isTTY === true
    const options: ReportOptions = {
      color: colorLevel(settings.color, process.env, isTerminal) as ColorLevel,
      width: process.stdout.columns ?? 100,
      sourceLine: sourceLines(),
      paths,
    }
    await writeAll(process.stdout, await chunksOf(stdout.format, report, outcome, options))
  }
  // A person reads the summary; a program that took a machine format finds it there.
  const isForProgram = stdout !== undefined && process.stderr.isTTY !== true
  const isSaid = stdout?.format === 'table' || stdout?.format === 'compact'
  if (!isSaid && !isForProgram) for (const line of summaryLines(report)) process.stderr.write(`${line}\n`)
  if (
    resolved.repositoryFile !== undefined &&
    settings.scan.exclude.length > 0 &&
    resolved.origins.get('scan.exclude')?.startsWith('flag') !== true
  ) {
    process.stderr.write(
      `excluded by ${resolved.origins.get('scan.exclude')}: ${settings.scan.exclude.map(escapeTerminal).join(', ')}\n`,
    )
  }
}

/** The bytes of one output. Renderers are loaded where one is asked for: lines of ndjson need none. */
async function chunksOf(
  format: string,
  report: Report,
  outcome: ScanOutcome,
  options: ReportOptions,
): Promise<Iterable<Uint8Array>> {
  if (outcome.lines !== undefined) return [...outcome.lines, Buffer.from(`${summaryLine(report.summary)}\n`)]
  const { reportFormats } = await import('../../../report/index.ts')
  return encodeUtf8(reportFormats.get(format)!.render(report, options))
}
