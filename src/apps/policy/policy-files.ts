import { findInputs } from '../../adapters/fs/inputs.ts'
import { readInput } from '../../adapters/fs/read-input.ts'
import type { PolicySource } from '../../analyses/policy/admission/admission-set.ts'
import type { JsonPath } from '../../lib/json/json-value.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import type { Position } from '../../model/policy.ts'
import { locateManifest } from '../../read/manifests/locate-manifest.ts'
import type { ManifestObject } from '../../read/manifests/manifest.ts'
import { placeInExpression } from '../../read/policies/expression-place.ts'
import { UserError } from '../user-error.ts'

/** A document of a policy file, with the text it was read from. */
export interface PolicyDocument extends PolicySource {
  readonly manifest: ManifestObject
}

export interface PolicyFiles {
  readonly documents: readonly PolicyDocument[]
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads all objects of policy files and folders. A path that does not exist is an error of usage. */
export async function readPolicyFiles(paths: readonly string[]): Promise<PolicyFiles> {
  const inputs = findInputs(paths)
  const [missing] = inputs.diagnostics
  if (missing !== undefined)
    throw new UserError('POLICIES_UNREADABLE', `${missing.file}: ${missing.message}`, { next: 'check the path' })
  const documents: PolicyDocument[] = []
  const diagnostics: Diagnostic[] = []
  for (const input of inputs.files) {
    for await (const reading of readInput(input)) {
      diagnostics.push(...reading.diagnostics)
      for (const manifest of reading.manifests) {
        if (manifest.kind === 'object') documents.push(policyDocument(manifest))
      }
    }
  }
  return { documents, diagnostics }
}

function policyDocument(manifest: ManifestObject): PolicyDocument {
  const { file, object, source } = manifest
  const locate = (path: JsonPath): Position => locateManifest(source, [path])[0]!
  return {
    file,
    object,
    manifest,
    locate,
    placeInExpression: (path, expression, at) => placeInExpression(source, locate(path), expression, at),
  }
}
