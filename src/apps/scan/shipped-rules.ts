import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../adapters/fs/package-files.ts'
import { shippedPolicyDocuments } from '../../adapters/fs/shipped-policies.ts'
import { loadRules, type RuleSet } from '../../analyses/policy/index.ts'
import type { JsonObject } from '../../lib/json/json-value.ts'
import type { SourceDocument } from '../../read/policies/fields.ts'

let loaded: RuleSet | undefined

/**
 * The rules and packs that ship. The build writes them into one file of JSON, which loads in a millisecond; a checkout
 * that runs from its source reads the policy files themselves.
 */
export function shippedRules(): RuleSet {
  loaded ??= loadRules(builtDocuments() ?? shippedPolicyDocuments())
  return loaded
}

export function shippedRuleCount(): number {
  return shippedRules().metas.size
}

/** What `tools/build.mjs` wrote, beside the bundled program only. */
function builtDocuments(): readonly SourceDocument[] | undefined {
  const built = join(packageRoot(), 'dist', 'policies.json')
  if (import.meta.url.endsWith('.ts') || !existsSync(built)) return undefined
  const records = JSON.parse(readFileSync(built, 'utf8')) as readonly { file: string; object: JsonObject }[]
  return records.map(({ file, object }) => ({ file, object, locate: () => ({ line: 0, column: 0 }) }))
}
