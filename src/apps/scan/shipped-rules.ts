import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../adapters/fs/package-files.ts'
import { shippedPolicyDocuments } from '../../adapters/fs/shipped-policies.ts'
import {
  loadRules,
  PreparedExpressions,
  type ReadPolicies,
  type RuleSet,
  rulesOf,
} from '../../analyses/policy/index.ts'

let loaded: RuleSet | undefined

/**
 * The rules and packs that ship. The build writes what it read out of them into one file of JSON, which loads in some
 * milliseconds; a checkout that runs from its source reads the policy files themselves.
 */
export function shippedRules(): RuleSet {
  if (loaded === undefined) {
    const built = builtPolicies()
    loaded = built === undefined ? loadRules(shippedPolicyDocuments()) : rulesOf(built)
  }
  return loaded
}

let expressions: PreparedExpressions | undefined

/** Their expressions as the build prepared them; none in a checkout that runs from its source. */
export function shippedExpressions(): PreparedExpressions | undefined {
  const built = join(packageRoot(), 'dist', 'expressions.jsonl')
  if (expressions === undefined && !import.meta.url.endsWith('.ts') && existsSync(built))
    expressions = new PreparedExpressions(readFileSync(built, 'utf8'))
  return expressions
}

export function shippedRuleCount(): number {
  return shippedRules().metas.size
}

/** What `tools/build.mjs` wrote, beside the bundled program only. */
function builtPolicies(): ReadPolicies | undefined {
  const built = join(packageRoot(), 'dist', 'policies.json')
  if (import.meta.url.endsWith('.ts') || !existsSync(built)) return undefined
  return JSON.parse(readFileSync(built, 'utf8')) as ReadPolicies
}
