import { kindTableOf } from '../../../adapters/fs/kind-tables.ts'
import { fieldName } from '../../../analyses/policy/admission/admission-set.ts'
import { bindingRefusals } from '../../../analyses/policy/admission/policy-refusals.ts'
import { ServedKinds } from '../../../analyses/policy/admission/served-kinds.ts'
import type { Advice } from '../../../analyses/policy/author/advice.ts'
import { type CheckOptions, checkBinding, checkPolicy } from '../../../analyses/policy/author/check-policy.ts'
import { escapeTerminal } from '../../../lib/text/escape-terminal.ts'
import type { Diagnostic } from '../../../model/diagnostic.ts'
import type { Policy } from '../../../model/policy.ts'
import { kindOf, readPolicies } from '../../../read/policies/read-policies.ts'
import { type PolicyDocument, readPolicyFiles } from '../../policy/policy-files.ts'
import { UserError } from '../../user-error.ts'
import { exitCode } from '../exit-code.ts'
import type { PolicyCheckFlags } from '../verb-flags.ts'

interface Line {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly level: 'error' | 'warn' | 'info'
  readonly code: string
  readonly field: string | undefined
  readonly message: string
  readonly next: string | undefined
}

/** `breakwater policy check`: what is wrong with policies, where, and what to write instead. */
export async function runPolicyCheckVerb(files: readonly string[], flags: PolicyCheckFlags): Promise<number> {
  if (files.length === 0)
    throw new UserError('NO_POLICY', 'no policy was given', { next: 'name files or folders of policies' })
  const { documents, diagnostics } = await readPolicyFiles(files)
  const lines = [...diagnostics.map(lineOf), ...checkDocuments(documents, optionsOf(flags, documents))]
  lines.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column))
  const output = flags.output ?? 'text'
  const shown = flags.quiet === true ? lines.filter(({ level }) => level !== 'info') : lines
  for (const line of shown) process.stdout.write(`${output === 'ndjson' ? JSON.stringify(line) : textOf(line)}\n`)
  const count = (level: Line['level']): number => lines.filter(line => line.level === level).length
  const policies = documents.filter(({ object }) => kindOf(object) === 'ValidatingAdmissionPolicy').length
  process.stderr.write(`${policies} policies: ${count('error')} errors, ${count('warn')} warnings\n`)
  if (count('error') > 0) return exitCode.usage
  return documents.some(({ object }) => kindOf(object) !== undefined) ? exitCode.clean : exitCode.nothingToScan
}

function checkDocuments(documents: readonly PolicyDocument[], options: CheckOptions): readonly Line[] {
  const lines: Line[] = []
  const policies = new Map<string, Policy>()
  const read = documents.map(document => ({ document, set: readPolicies([document]) }))
  for (const { document, set } of read) {
    lines.push(...set.diagnostics.map(lineOf))
    for (const policy of set.policies) {
      policies.set(policy.name, policy)
      if (policy.kind !== 'ValidatingAdmissionPolicy') continue
      lines.push(...checkPolicy(document.object, policy, options).map(advice => located(document, advice)))
    }
  }
  for (const { document, set } of read) {
    for (const binding of set.bindings) {
      const refusals = bindingRefusals(document.object)
      const refused = refusals.map(
        (refusal): Advice => ({
          level: 'error',
          code: refusal.code,
          message: refusal.message,
          next: refusal.message.includes('both Deny and Warn')
            ? 'keep Deny, which shows the message as well'
            : undefined,
          path: refusal.path,
        }),
      )
      const advice = [...refused, ...checkBinding(binding, policies.get(binding.policyName))]
      lines.push(...advice.map(entry => located(document, entry)))
    }
  }
  return lines
}

function located(document: PolicyDocument, { level, code, message, next, path, within }: Advice): Line {
  const { line, column } =
    within === undefined ? document.locate(path) : document.placeInExpression(path, within.text, within.at)
  return { file: document.file, line, column, level, code, field: fieldName(path), message, next }
}

function lineOf({ file, line, column, level, code, message }: Diagnostic): Line {
  return {
    file,
    line,
    column,
    level: level === 'error' ? 'error' : 'warn',
    code,
    field: undefined,
    message,
    next: undefined,
  }
}

function textOf({ file, line, column, level, code, field, message, next }: Line): string {
  const place = line > 0 ? `${file}:${line}:${column}` : file
  const first = `${place}  ${level.padEnd(5)}  ${code.padEnd(24)} ${field === undefined ? '' : `${field}: `}${message}`
  return [first, ...(next === undefined ? [] : [`    ${next}`])].map(escapeTerminal).join('\n')
}

function optionsOf(flags: PolicyCheckFlags, documents: readonly PolicyDocument[]): CheckOptions {
  const definitions = documents
    .map(({ object }) => object)
    .filter(object => object['kind'] === 'CustomResourceDefinition')
  const kinds = new Map<number, ServedKinds>()
  const tables = new Map<string, ServedKinds>()
  return {
    minors: minorsOf(flags.target ?? '1.37'),
    maxCost: flags.maxCost,
    kindsOf: minor => {
      const known = kinds.get(minor)
      if (known !== undefined) return known
      const table = kindTableOf(`1.${minor}`)
      const served = tables.get(table.version) ?? new ServedKinds(table, definitions)
      tables.set(table.version, served)
      kinds.set(minor, served)
      return served
    },
  }
}

/** `1.31..1.37` or one minor. */
function minorsOf(target: string): readonly number[] {
  const match = /^1\.(\d{1,2})(?:\.\.1\.(\d{1,2}))?$/.exec(target)
  const from = Number(match?.[1])
  const to = match?.[2] === undefined ? from : Number(match[2])
  if (match === null || from > to || from < 26 || to > 60)
    throw new UserError('INVALID_TARGET', `"${target}" is no Kubernetes minor or range`, {
      next: 'use a minor such as 1.37, or a range such as 1.31..1.37',
    })
  return Array.from({ length: to - from + 1 }, (_, i) => from + i)
}
