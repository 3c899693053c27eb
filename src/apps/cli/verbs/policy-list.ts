import { shippedPolicyDocuments } from '../../../adapters/fs/shipped-policies.ts'
import { escapeTerminal } from '../../../lib/text/escape-terminal.ts'
import { formatDiagnostic } from '../../../model/diagnostic.ts'
import type { Policy, PolicyBinding } from '../../../model/policy.ts'
import { readPolicies } from '../../../read/policies/read-policies.ts'
import { readPolicyFiles } from '../../policy/policy-files.ts'
import { exitCode } from '../exit-code.ts'
import { say } from '../say.ts'

/** `breakwater policy list`: policies with their rule, what binds them and what they are about. */
export async function runPolicyListVerb(files: readonly string[], output: 'text' | 'ndjson'): Promise<number> {
  const documents = files.length === 0 ? shippedPolicyDocuments() : (await readPolicyFiles(files)).documents
  const { policies, bindings, diagnostics } = readPolicies(documents)
  for (const diagnostic of diagnostics) say(formatDiagnostic(diagnostic))
  const rows = policies.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(policy => rowOf(policy, bindings))
  for (const row of rows) {
    if (output === 'ndjson') process.stdout.write(`${JSON.stringify(row)}\n`)
    else {
      const bound =
        row.bindings.length === 0
          ? 'not bound'
          : row.bindings.map(binding => `${binding.name} (${binding.actions.join(', ')})`).join('; ')
      const text = [
        row.name,
        row.rule ?? '-',
        row.severity ?? '-',
        row.resources.join(',') || '*',
        `${row.validations} validations`,
        bound,
      ]
      process.stdout.write(`${escapeTerminal(text.join('  '))}\n`)
    }
  }
  if (diagnostics.length > 0) return exitCode.usage
  return rows.length > 0 ? exitCode.clean : exitCode.nothingToScan
}

interface Row {
  readonly name: string
  readonly kind: string
  readonly rule: string | undefined
  readonly title: string | undefined
  readonly severity: string | undefined
  readonly resources: readonly string[]
  readonly validations: number
  readonly bindings: readonly { readonly name: string; readonly actions: readonly string[] }[]
  readonly file: string
}

function rowOf(policy: Policy, bindings: readonly PolicyBinding[]): Row {
  return {
    name: policy.name,
    kind: policy.kind,
    rule: policy.meta?.id,
    title: policy.meta?.title,
    severity: policy.meta?.severity,
    resources: [...new Set(policy.match.resourceRules.flatMap(rule => rule.resources))],
    validations: policy.validations.length,
    bindings: bindings
      .filter(binding => binding.policyName === policy.name)
      .map(({ name, validationActions }) => ({ name, actions: validationActions })),
    file: policy.file,
  }
}
