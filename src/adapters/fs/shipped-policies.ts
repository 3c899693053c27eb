import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { locateManifest } from '../../read/manifests/locate-manifest.ts'
import { readManifest } from '../../read/manifests/read-manifest.ts'
import type { SourceDocument } from '../../read/policies/fields.ts'
import { packageRoot } from './package-files.ts'

/** The documents of the policies that ship, without the cases they are tested by. */
export function shippedPolicyDocuments(): readonly SourceDocument[] {
  return policyDocuments(join(packageRoot(), 'policies'), file => !file.endsWith('.cases.yaml'))
}

/** The documents of a folder of policies, files in the order of their names. */
export function policyDocuments(
  folder: string,
  takes: (file: string) => boolean = () => true,
): readonly SourceDocument[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(file => file.replaceAll('\\', '/'))
    .filter(file => file.endsWith('.yaml') && takes(file))
    .sort()
    .flatMap(file => policyFileDocuments(`policies/${file}`, readFileSync(join(folder, file))))
}

/** The objects of one policy file. */
export function policyFileDocuments(file: string, content: Uint8Array): readonly SourceDocument[] {
  return readManifest(file, content).manifests.flatMap(manifest =>
    manifest.kind === 'object'
      ? [{ file, object: manifest.object, locate: path => locateManifest(manifest.source, [path])[0]! }]
      : [],
  )
}
