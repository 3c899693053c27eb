import { findInputs } from '../../adapters/fs/inputs.ts'
import { readInput } from '../../adapters/fs/read-input.ts'
import type { PodPaths } from '../../inventory/pod-paths.ts'
import type { SnapshotObject } from '../../inventory/snapshot/snapshot-object.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { ManifestReading } from '../../read/manifests/manifest.ts'
import { gitManifests } from './git-manifests.ts'
import { SnapshotCollector } from './snapshot-collector.ts'

/** What questions about several objects read of some files. */
export interface ReadSnapshot {
  readonly objects: readonly SnapshotObject[]
  readonly diagnostics: readonly Diagnostic[]
  /** Charts and kustomizations, which are not rendered. */
  readonly renderUnits: readonly string[]
  /** Part of the input was not read. */
  readonly isPartial: boolean
}

export interface SnapshotOptions {
  /** Of objects that name none. */
  readonly defaultNamespace: string
  readonly podPaths: PodPaths
}

/** Reads everything below the paths, item by item, keeping what a snapshot keeps. */
export async function readSnapshot(paths: readonly string[], options: SnapshotOptions): Promise<ReadSnapshot> {
  const inputs = findInputs(paths)
  const gathered = new Gathered(options)
  gathered.diagnostics.push(...inputs.diagnostics)
  for (const [index, file] of inputs.files.entries())
    for await (const reading of readInput(file)) gathered.take(reading, index)
  return gathered.snapshot(inputs.renderUnits.map(unit => unit.root))
}

/** The same of the files of a commit; `paths` limit what is read of it. */
export function readGitSnapshot(reference: string, paths: readonly string[], options: SnapshotOptions): ReadSnapshot {
  const gathered = new Gathered(options)
  let index = 0
  for (const reading of gitManifests(reference, paths)) gathered.take(reading, index++)
  return gathered.snapshot([])
}

class Gathered {
  readonly diagnostics: Diagnostic[] = []
  private readonly collector: SnapshotCollector

  constructor({ defaultNamespace, podPaths }: SnapshotOptions) {
    this.collector = new SnapshotCollector(defaultNamespace, podPaths)
  }

  take(reading: ManifestReading, fileIndex: number): void {
    this.diagnostics.push(...reading.diagnostics)
    for (const manifest of reading.manifests) if (manifest.kind === 'object') this.collector.add(manifest, fileIndex)
  }

  snapshot(renderUnits: readonly string[]): ReadSnapshot {
    return {
      objects: this.collector.objects,
      diagnostics: this.diagnostics,
      renderUnits,
      isPartial: this.diagnostics.some(({ level }) => level === 'error'),
    }
  }
}
