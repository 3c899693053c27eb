import { relative } from 'node:path'
import { readGitTree } from '../../adapters/git/read-tree.ts'
import { defaultManifestLimits } from '../../read/manifests/manifest.ts'
import { readManifest } from '../../read/manifests/read-manifest.ts'
import { UserError } from '../user-error.ts'
import { type ClusterAccess, clusterAccessOf } from './cluster-access.ts'
import type { KnownIdentities } from './identity-files.ts'

/** The rights that the manifests of a commit give; `paths` limit what is read of it. */
export async function readGitAccess(
  reference: string,
  paths: readonly string[],
  target: string,
  identities?: KnownIdentities,
): Promise<ClusterAccess> {
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
  return clusterAccessOf(
    tree.files.map(({ path, bytes }) => readManifest(`${reference}:${path}`, bytes, defaultManifestLimits)),
    target,
    identities,
  )
}
