import { relative } from 'node:path'
import { findInputs } from '../../adapters/fs/inputs.ts'
import { readInput } from '../../adapters/fs/read-input.ts'
import { readGitTree } from '../../adapters/git/read-tree.ts'
import type { PodPaths } from '../../inventory/pod-paths.ts'
import type { SnapshotObject } from '../../inventory/snapshot/snapshot-object.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { defaultManifestLimits, type ManifestReading } from '../../read/manifests/manifest.ts'
import { readManifest } from '../../read/manifests/read-manifest.ts'
import { UserError } from '../user-error.ts'
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

/** The same of the files of a commit; `paths` limit what is read of it. Nothing of the repository is run. */
export function readGitSnapshot(reference: string, paths: readonly string[], options: SnapshotOptions): ReadSnapshot {
  const tree = readGitTree(
    process.cwd(),
    reference,
    paths.map(path => relative('', path) || '.'),
    path => /\.(ya?ml|json)$/i.test(path),
  )
  if (tree.kind === 'failed') {
    throw new UserError('GIT_REFERENCE', `"${reference}" is neither a path nor a git reference that can be read`, {
      cause: new Error(tree.reason),
      next: 'name a file, a folder, or a branch, tag or commit of the repository in the working folder',
    })
  }
  const gathered = new Gathered(options)
  for (const [index, { path, bytes }] of tree.files.entries())
    gathered.take(readManifest(`${reference}:${path}`, bytes, defaultManifestLimits), index)
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
