import { compile, DYN, kubernetesEnvironment, type Program, withVariables } from '../../lib/cel/index.ts'
import type { JsonValue } from '../../lib/json/json-value.ts'
import type { Finding } from '../../model/finding.ts'
import { isAtLeast, type Severity } from '../../model/severity.ts'
import { UserError } from '../user-error.ts'

/** Which findings are shown. */
export interface FindingFilter {
  /** Asked first, because it needs no more than the severity. */
  reaches(severity: Severity): boolean
  /** What else a finding has to fulfil; `undefined` where that is nothing. */
  readonly holds: ((finding: Finding) => boolean) | undefined
}

const fields = [
  'ruleId',
  'verdict',
  'status',
  'severity',
  'subject',
  'element',
  'message',
  'evidence',
  'locations',
  'frameworks',
  'aliases',
  'fingerprint',
] as const

/** Findings from `severity` on for which the CEL expression `where` is true; an empty expression is true. */
export function findingFilter(severity: Severity, where: string): FindingFilter {
  const reaches = (of: Severity): boolean => isAtLeast(of, severity)
  if (where.trim() === '') return { reaches, holds: undefined }
  const program = compileWhere(where)
  return { reaches, holds: finding => holds(program, finding, where) }
}

function compileWhere(where: string): Program {
  const declared = Object.fromEntries([...fields, 'finding'].map(name => [name, DYN]))
  const result = compile(where, withVariables(kubernetesEnvironment(), declared))
  if (result.ok) return result.program
  const place = result.at === undefined ? '' : ` at ${result.at[0]}:${result.at[1]}`
  throw new UserError('INVALID_WHERE', `--where${place}: ${result.error}`, {
    next: `it is a CEL expression over ${fields.join(', ')}; for example severity == "high" && subject.namespace == "shop"`,
  })
}

function holds(program: Program, finding: Finding, where: string): boolean {
  const plain = finding as unknown as Readonly<Record<string, JsonValue>>
  const outcome = program.evaluate(name => (name === 'finding' ? (plain as JsonValue) : plain[name]))
  if (outcome.kind === 'value' && typeof outcome.value === 'boolean') return outcome.value
  const problem =
    outcome.kind === 'value'
      ? 'it gives no true or false'
      : outcome.kind === 'unknown'
        ? outcome.reasons.join(', ')
        : outcome.message
  throw new UserError('INVALID_WHERE', `--where "${where}" cannot be answered for ${finding.ruleId}: ${problem}`, {
    next: 'guard fields that may be absent with has() or .?',
  })
}
