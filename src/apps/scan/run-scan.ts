import { findInputs, type InputFile, type Inputs } from '../../adapters/fs/inputs.ts'
import type { SnapshotObject } from '../../inventory/snapshot/snapshot-object.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Finding } from '../../model/finding.ts'
import type { RuleMeta } from '../../model/rule.ts'
import type { ScanSummary } from '../../model/scan-summary.ts'
import { type Severity, severities } from '../../model/severity.ts'
import { type Verdict, verdicts } from '../../model/verdict.ts'
import { fileQueue, nextFiles } from './file-queue.ts'
import { joinedShares } from './joined-shares.ts'
import type { ScanRequest } from './scan-request.ts'
import { ScanShare } from './scan-share.ts'
import { ScanWorker } from './scan-workers.ts'
import { inPlaceOrder, type ShareResult, ShowFindings } from './share-result.ts'
import { type SnapshotContext, snapshotFindings } from './snapshot-findings.ts'

export interface ScanOptions {
  readonly request: ScanRequest
  readonly paths: readonly string[]
  readonly exclude: readonly string[]
  readonly maxFiles: number
  readonly maxFolderDepth: number
  /** Threads beside the main one; `undefined` decides by the amount of input. */
  readonly workers: number | undefined
  /** Charts and kustomizations that are not rendered are no gap in the answer: the user said so. */
  readonly withoutRendering: boolean
  /** What is known of the network engine, where a question names it. */
  readonly network?: SnapshotContext['network']
  readonly signal?: AbortSignal
  readonly onProgress?: (read: number, of: number) => void
  /** Milliseconds of a monotonic clock. */
  readonly clock: () => number
}

export interface ScanOutcome {
  /** In input order; empty where lines were asked for. */
  readonly findings: readonly Finding[]
  /** Lines of ndjson in input order, where they were asked for. */
  readonly lines: readonly Uint8Array[] | undefined
  readonly rules: ReadonlyMap<string, RuleMeta>
  readonly diagnostics: readonly Diagnostic[]
  readonly summary: ScanSummary
  readonly gravest: Severity | undefined
  readonly wasStopped: boolean
}

/** From about this many files on, a second thread is worth its start of some 30 ms (`bench/`, 15,000 objects). */
const filesWorthAThread = 150

/** Finds, reads and evaluates everything the paths name. */
export async function runScan(options: ScanOptions): Promise<ScanOutcome> {
  const started = options.clock()
  const { request } = options
  // The other thread loads its code while this one walks the folders.
  const queue = fileQueue()
  const early = options.workers === undefined ? [] : startWorkers(options.workers, request, queue)
  const inputs = findInputs(options.paths, options.exclude, {
    maxFiles: options.maxFiles,
    maxFolderDepth: options.maxFolderDepth,
  })
  const regular = inputs.files.filter(file => file.isRegular).length
  const workers =
    options.workers === undefined && regular >= filesWorthAThread ? startWorkers(1, request, queue) : early
  try {
    const share = new ScanShare(request)
    const { shares, around, wasStopped } = await scanShares(share, workers, inputs.files, queue, options)
    return outcomeOf(options, inputs, share, shares, around, wasStopped, options.clock() - started)
  } finally {
    for (const worker of workers) await worker.stop()
  }
}

function startWorkers(count: number, request: ScanRequest, queue: ReturnType<typeof fileQueue>): ScanWorker[] {
  return Array.from({ length: count }, (_, i) => new ScanWorker(request, queue, i + 1))
}

async function scanShares(
  share: ScanShare,
  workers: readonly ScanWorker[],
  files: readonly InputFile[],
  queue: ReturnType<typeof fileQueue>,
  options: ScanOptions,
): Promise<{ shares: readonly ShareResult[]; around: ShareResult; wasStopped: boolean }> {
  const paths = files.map(file => file.path)
  const areRegular = files.map(file => file.isRegular)
  share.setInputs(paths)
  for (const worker of workers) worker.send({ kind: 'files', paths, areRegular })
  const isStopped = () => options.signal?.aborted === true
  for (
    let batch = nextFiles(queue, files.length);
    batch !== undefined && !isStopped();
    batch = nextFiles(queue, files.length)
  ) {
    for (let index = batch.from; index < batch.to && !isStopped(); index++) {
      const file = files[index]!
      if (file.isRegular) share.addFile(index, file.path)
    }
    options.onProgress?.(batch.to, files.length)
    // A signal is only seen between two turns of the event loop.
    if (options.signal !== undefined && batch.to % 480 === 0) await new Promise(setImmediate)
  }
  for (const [index, file] of files.entries()) {
    if (!file.isRegular && !isStopped()) await share.addStream(index, file, options.signal)
  }
  const wasStopped = isStopped()
  const shared = [share.facts(), ...(await Promise.all(workers.map(worker => worker.facts)))]
  const facts = shared.map(part => part.facts)
  const snapshot = shared.flatMap(part => part.snapshot)
  const { result: around, absorbed } = await aroundObjects(share, snapshot, files, options)
  for (const worker of workers) worker.send({ kind: 'finish', facts, absorbed })
  const own = share.finish(facts, 0, absorbed)
  return { shares: [own, ...(await Promise.all(workers.map(worker => worker.result)))], around, wasStopped }
}

/** What the rules that need several objects say, in the form of one more share that read nothing. */
async function aroundObjects(
  share: ScanShare,
  snapshot: readonly SnapshotObject[],
  files: readonly InputFile[],
  { request, network }: Pick<ScanOptions, 'request' | 'network'>,
): Promise<{ readonly result: ShareResult; readonly absorbed: readonly string[] }> {
  const { findings, verdicts, absorbed } = await snapshotFindings(share.snapshotRules, snapshot, {
    podPaths: share.plan.podPaths,
    target: request.target,
    ...(network === undefined ? {} : { network }),
  })
  const index = new Map(findings.length === 0 ? [] : files.map(({ path }, i) => [path, i]))
  const fileIndex = (file: string): number => index.get(file) ?? 0
  const shown = new ShowFindings(request, fileIndex)
  for (const finding of inPlaceOrder(findings, fileIndex)) shown.add(finding)
  const result = {
    ...shown.result(),
    verdicts,
    diagnostics: [],
    objects: 0,
    documents: { read: 0, damaged: 0, skipped: 0 },
  }
  return { result, absorbed }
}

function outcomeOf(
  options: ScanOptions,
  inputs: Inputs,
  share: ScanShare,
  shares: readonly ShareResult[],
  around: ShareResult,
  wasStopped: boolean,
  durationMs: number,
): ScanOutcome {
  const results = [...shares, around]
  const together = joinedShares(shares)
  const inOrder = <T>(entries: readonly (readonly [number, T])[]): T[] =>
    entries.toSorted(([a], [b]) => a - b).map(([, entry]) => entry)
  const sum = (of: (result: ShareResult) => number) => results.reduce((total, result) => total + of(result), 0)
  const readDiagnostics = inOrder(results.flatMap(result => result.diagnostics)).flat()
  const diagnostics = [...share.planDiagnostics, ...inputs.diagnostics, ...readDiagnostics]
  const damaged = sum(result => result.documents.damaged)
  const isPartial =
    wasStopped ||
    damaged > 0 ||
    diagnostics.some(diagnostic => diagnostic.level === 'error') ||
    (inputs.renderUnits.length > 0 && !options.withoutRendering)
  const summary: ScanSummary = {
    schema: 'breakwater/findings/v1',
    objects: sum(result => result.objects),
    files: inputs.files.length,
    documents: {
      read: sum(result => result.documents.read),
      damaged,
      skipped: sum(result => result.documents.skipped),
    },
    findings: record(severities, severity => sum(result => result.severities[severity])),
    verdicts: record(verdicts, (verdict: Verdict) => sum(result => result.verdicts[verdict])),
    excepted: 0,
    partial: isPartial,
    durationMs: Math.round(durationMs),
    skipped: inputs.skipped,
    renderUnits: inputs.renderUnits,
  }
  return {
    findings: inOrder([...together.findings, ...around.findings]).flat(),
    lines: around.lines === undefined ? undefined : inOrder([...together.lines, ...around.lines]),
    rules: new Map([
      ...share.plan.metas,
      ...[...share.snapshotRules.values()].flat().map(meta => [meta.id, meta] as const),
    ]),
    diagnostics,
    summary,
    gravest: severities.find(severity => summary.findings[severity] > 0),
    wasStopped,
  }
}

function record<K extends string>(keys: readonly K[], of: (key: K) => number): Record<K, number> {
  return Object.fromEntries(keys.map(key => [key, of(key)])) as Record<K, number>
}
