import { findInputs } from '../../adapters/fs/inputs.ts'
import { readInput } from '../../adapters/fs/read-input.ts'
import type { JsonObject } from '../../lib/json/json-value.ts'
import type { Binding, Role } from '../../model/access.ts'
import type { Diagnostic } from '../../model/diagnostic.ts'
import { groupOf } from '../../model/subject.ts'
import { rbacGroup } from '../../read/rbac/read-rbac.ts'
import { documentOf } from './cluster-access.ts'
import { readGrant } from './grant-change.ts'

/** A role or binding as somebody wishes it to be. */
export interface WantedGrant {
  readonly object: Role | Binding
  readonly written: JsonObject
}

/** The roles and bindings of files, each by itself: what one of them would give counts for none of the others. */
export async function readWantedGrants(
  paths: readonly string[],
  defaultNamespace: string,
): Promise<{ readonly wanted: readonly WantedGrant[]; readonly diagnostics: readonly Diagnostic[] }> {
  const inputs = findInputs(paths)
  const diagnostics = [...inputs.diagnostics]
  const wanted: WantedGrant[] = []
  for (const file of inputs.files) {
    for await (const reading of readInput(file)) {
      diagnostics.push(...reading.diagnostics)
      for (const manifest of reading.manifests) {
        if (manifest.kind !== 'object' || groupOf(String(manifest.object['apiVersion'])) !== rbacGroup) continue
        const read = readGrant(documentOf(manifest), defaultNamespace)
        diagnostics.push(...read.diagnostics)
        if (read.object !== undefined) wanted.push({ object: read.object, written: manifest.object })
      }
    }
  }
  return { wanted, diagnostics }
}
