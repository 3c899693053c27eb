import { hash } from 'node:crypto'
import type { InputFile } from '../../adapters/fs/inputs.ts'
import { readFile, readStream } from '../../adapters/fs/read-input.ts'
import { createPolicyRun, type PolicyFacts, type PolicyPlan, type PolicyRun } from '../../analyses/policy/index.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Finding } from '../../model/finding.ts'
import type { Severity } from '../../model/severity.ts'
import type { Verdict } from '../../model/verdict.ts'
import { locateManifest } from '../../read/manifests/locate-manifest.ts'
import type { ManifestReading } from '../../read/manifests/manifest.ts'
import { FindingBytes } from '../../report/ndjson-bytes.ts'
import { findingFilter } from './finding-filter.ts'
import { scanPlan } from './scan-plan.ts'
import type { ScanRequest } from './scan-request.ts'

/** What one thread found in its share of the files. Plain data. */
export interface ShareResult {
  /** Findings by the index of their file; in the order of the file. */
  readonly findings: readonly (readonly [file: number, findings: readonly Finding[]])[]
  /** The same as lines of ndjson: `[file, start, end]` into `bytes`, where lines were asked for. */
  readonly lines:
    | { readonly bytes: Uint8Array<ArrayBuffer>; readonly spans: readonly (readonly [number, number, number])[] }
    | undefined
  readonly severities: Readonly<Record<Severity, number>>
  readonly verdicts: Readonly<Record<Verdict, number>>
  readonly diagnostics: readonly (readonly [file: number, diagnostics: readonly Diagnostic[]])[]
  readonly objects: number
  readonly documents: { readonly read: number; readonly damaged: number; readonly skipped: number }
}

/** One thread's part of a scan: reads and evaluates files as they come, and finishes when all threads have read theirs. */
export class ScanShare {
  readonly plan: PolicyPlan
  readonly planDiagnostics: readonly Diagnostic[]
  private readonly request: ScanRequest
  private readonly run: PolicyRun
  private readonly fileIndex = new Map<string, number>()
  private readonly diagnostics: (readonly [number, readonly Diagnostic[]])[] = []
  private objects = 0
  private readonly documents = { read: 0, damaged: 0, skipped: 0 }

  constructor(request: ScanRequest) {
    this.request = request
    const { plan, diagnostics } = scanPlan(request)
    this.plan = plan
    this.planDiagnostics = diagnostics
    this.run = createPolicyRun(plan, {
      sha256: text => hash('sha256', text, 'hex'),
      defaultNamespace: request.namespace,
    })
  }

  /** Reads a regular file. */
  addFile(index: number, path: string): void {
    for (const reading of readFile(path, this.request.limits)) this.take(index, path, reading)
  }

  /** Reads anything else: standard input, a pipe. */
  async addStream(index: number, input: InputFile, signal?: AbortSignal): Promise<void> {
    for await (const reading of readStream(input.path, this.request.limits, signal))
      this.take(index, input.path, reading)
  }

  private take(index: number, path: string, reading: ManifestReading): void {
    if (reading.diagnostics.length > 0) this.diagnostics.push([index, reading.diagnostics])
    this.documents.read += reading.documents.read
    this.documents.damaged += reading.documents.damaged
    this.documents.skipped += reading.documents.skipped
    if (reading.manifests.length === 0) return
    this.fileIndex.set(path, index)
    const source = { file: path, unit: '', origin: 'exact' } as const
    for (const manifest of reading.manifests) {
      if (manifest.kind !== 'object') continue
      this.objects++
      this.run.add(manifest.object, source, paths => locateManifest(manifest.source, paths))
    }
  }

  facts(): PolicyFacts {
    return this.run.facts()
  }

  finish(all: readonly PolicyFacts[], part: number): ShareResult {
    const result = this.run.finish(all, part)
    const isShown = findingFilter(this.request.severity, this.request.where)
    const byFile = new Map<number, Finding[]>()
    const severities: Record<Severity, number> = { critical: 0, high: 0, medium: 0, low: 0, info: 0 }
    for (const finding of result.findings) {
      if (!isShown(finding)) continue
      if (finding.verdict === 'fail') severities[finding.severity]++
      const index = this.fileIndex.get(finding.locations[0]?.file ?? '') ?? 0
      const list = byFile.get(index)
      if (list === undefined) byFile.set(index, [finding])
      else list.push(finding)
    }
    for (const list of byFile.values()) list.sort(inFileOrder)
    const findings = [...byFile].sort(([a], [b]) => a - b)
    const asLines = this.request.as === 'lines'
    return {
      findings: asLines ? [] : findings,
      lines: asLines ? linesOf(findings) : undefined,
      severities,
      verdicts: result.verdicts,
      diagnostics: this.diagnostics,
      objects: this.objects,
      documents: this.documents,
    }
  }
}

function inFileOrder(a: Finding, b: Finding): number {
  const [x, y] = [a.locations[0], b.locations[0]]
  return (
    (x?.line ?? 0) - (y?.line ?? 0) ||
    (x?.column ?? 0) - (y?.column ?? 0) ||
    (a.ruleId < b.ruleId ? -1 : a.ruleId > b.ruleId ? 1 : 0)
  )
}

function linesOf(files: readonly (readonly [number, readonly Finding[]])[]): NonNullable<ShareResult['lines']> {
  const writer = new FindingBytes()
  const parts: Uint8Array[] = []
  const spans: (readonly [number, number, number])[] = []
  let taken = 0
  for (const [file, findings] of files) {
    const start = taken + writer.length
    for (const finding of findings) {
      writer.add(finding)
      if (writer.length > 1 << 20) {
        const part = writer.take()
        taken += part.length
        parts.push(part)
      }
    }
    spans.push([file, start, taken + writer.length])
  }
  const rest = writer.take()
  taken += rest.length
  parts.push(rest)
  const bytes = new Uint8Array(taken)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return { bytes, spans }
}
