import { relative } from 'node:path'
import { readGitTree } from '../../adapters/git/read-tree.ts'
import { defaultManifestLimits, type ManifestReading } from '../../read/manifests/manifest.ts'
import { readManifest } from '../../read/manifests/read-manifest.ts'
import { UserError } from '../user-error.ts'

/** The manifests of a commit, file by file; `paths` limit what is read of it. Nothing of the repository is run. */
export function* gitManifests(
  reference: string,
  paths: readonly string[],
): Generator<ManifestReading, void, undefined> {
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
  for (const { path, bytes } of tree.files) yield readManifest(`${reference}:${path}`, bytes, defaultManifestLimits)
}
