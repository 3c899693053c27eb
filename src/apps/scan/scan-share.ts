import { hash } from 'node:crypto'
import type { InputFile } from '../../adapters/fs/inputs.ts'
import { readFile, readStream } from '../../adapters/fs/read-input.ts'
import {
  createPolicyRun,
  type Locate,
  type PolicyFacts,
  type PolicyPlan,
  type PolicyRun,
} from '../../analyses/policy/index.ts'
import { absorbedKey, ruleOfAbsorbedKey } from '../../inventory/snapshot/answers.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { RuleMeta } from '../../model/rule.ts'
import { locateManifest } from '../../read/manifests/locate-manifest.ts'
import type { ManifestReading } from '../../read/manifests/manifest.ts'
import { SnapshotCollector } from '../snapshot/snapshot-collector.ts'
import { scanPlan } from './scan-plan.ts'
import type { ScanRequest } from './scan-request.ts'
import { type ShareResult, ShowFindings } from './share-result.ts'
import type { SharedFacts } from './worker-messages.ts'

/** One thread's part of a scan: reads and evaluates files as they come, and finishes when all threads have read theirs. */
export class ScanShare {
  readonly plan: PolicyPlan
  readonly snapshotRules: ReadonlyMap<string, readonly RuleMeta[]>
  readonly planDiagnostics: readonly Diagnostic[]
  private readonly request: ScanRequest
  private readonly run: PolicyRun
  private readonly collector: SnapshotCollector | undefined
  /** Places among the inputs, of the files of all threads. */
  private fileIndex: ReadonlyMap<string, number> = new Map()
  private readonly diagnostics: (readonly [number, readonly Diagnostic[]])[] = []
  private objects = 0
  private readonly documents = { read: 0, damaged: 0, skipped: 0 }

  constructor(request: ScanRequest) {
    this.request = request
    const { plan, snapshotRules, diagnostics } = scanPlan(request)
    this.plan = plan
    this.snapshotRules = snapshotRules
    this.planDiagnostics = diagnostics
    this.collector = snapshotRules.size === 0 ? undefined : new SnapshotCollector(request.namespace, plan.podPaths)
    this.run = createPolicyRun(plan, {
      sha256: text => hash('sha256', text, 'hex'),
      defaultNamespace: request.namespace,
    })
  }

  /** The paths of all inputs in their order, before the first is read. */
  setInputs(paths: readonly string[]): void {
    this.fileIndex = new Map(paths.map((path, index) => [path, index]))
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
    const source = { file: path, unit: '', origin: 'exact' } as const
    for (const manifest of reading.manifests) {
      if (manifest.kind !== 'object') continue
      this.objects++
      this.collector?.add(manifest, index)
      const locate: Locate = paths => locateManifest(manifest.source, paths)
      this.run.add(manifest.object, source, locate, manifest.notes, manifest.source.end - manifest.source.start)
    }
  }

  facts(): SharedFacts {
    return { facts: this.run.facts(), snapshot: this.collector?.objects ?? [] }
  }

  /** `absorbed` names findings that rules about several objects make redundant. */
  finish(all: readonly PolicyFacts[], part: number, absorbed: readonly string[]): ShareResult {
    const redundant = new Set(absorbed)
    const weak = new Set(absorbed.map(ruleOfAbsorbedKey))
    const orderOf = (file: string): number => this.fileIndex.get(file) ?? 0
    const shown = new ShowFindings(this.request, orderOf)
    let left = 0
    const { verdicts: counted } = this.run.finish(all, part, orderOf, finding => {
      if (weak.has(finding.ruleId) && redundant.has(absorbedKey(finding.ruleId, finding.subject))) left++
      else shown.addEncoded(finding)
    })
    const verdicts = { ...counted, fail: counted.fail - left }
    return {
      ...shown.result(),
      verdicts,
      diagnostics: this.diagnostics,
      objects: this.objects,
      documents: this.documents,
    }
  }
}
