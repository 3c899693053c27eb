import { existsSync } from 'node:fs'
import { kindTableOf } from '../../../adapters/fs/kind-tables.ts'
import { fieldName } from '../../../analyses/policy/admission/admission-set.ts'
import {
  type CaseResult,
  casesOf,
  PolicyTests,
  type Survivor,
  type Uncovered,
} from '../../../analyses/policy/author/policy-tests.ts'
import { escapeTerminal } from '../../../lib/text/escape-terminal.ts'
import { type Diagnostic, formatDiagnostic } from '../../../model/diagnostic.ts'
import type { Policy } from '../../../model/policy.ts'
import { readPolicies } from '../../../read/policies/read-policies.ts'
import { xmlText } from '../../../report/xml-text.ts'
import { loadSettings } from '../../configuration/load.ts'
import { type PolicyDocument, readPolicyFiles } from '../../policy/policy-files.ts'
import { UserError } from '../../user-error.ts'
import { exitCode } from '../exit-code.ts'
import { settingsFromFlags } from '../flags.ts'
import { say } from '../say.ts'
import type { PolicyTestFlags } from '../verb-flags.ts'

interface Suite {
  readonly policy: string
  readonly file: string
  readonly results: readonly (CaseResult & { readonly line: number })[]
  readonly uncovered: readonly (Uncovered & Place)[]
  readonly survivors: readonly (Survivor & Place)[]
}

interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

interface Loaded {
  readonly policy: Policy
  readonly document: PolicyDocument
}

/** `breakwater policy test`: the cases of PolicyTest documents, what they leave open, and what they do not notice. */
export async function runPolicyTestVerb(files: readonly string[], flags: PolicyTestFlags): Promise<number> {
  if (files.length === 0)
    throw new UserError('NO_POLICY', 'no tests were given', { next: 'name files or folders of policies and tests' })
  const { target, debug } = flags
  const given = { ...(target && { target }), ...(debug && { debug }) }
  const { settings } = await loadSettings({ cwd: process.cwd(), env: process.env, flags: settingsFromFlags(given) })
  const { documents, diagnostics } = await readPolicyFiles(withSiblings(files))
  const tests = documents.filter(({ object }) => object['kind'] === 'PolicyTest')
  const { policies, checks, problems } = policiesIn(documents)
  for (const diagnostic of [...diagnostics, ...problems]) say(formatDiagnostic(diagnostic))
  let isBroken = [...diagnostics, ...problems].some(({ level }) => level === 'error')
  const definitions = documents
    .map(({ object }) => object)
    .filter(object => object['kind'] === 'CustomResourceDefinition')
  const options = {
    table: kindTableOf(settings.scan.target),
    minor: Number(settings.scan.target.slice(2)),
    definitions,
  }
  const suites: Suite[] = []
  for (const document of tests) {
    const { policy: name, cases } = casesOf(document.object)
    const loaded = policies.get(name)
    // A rule that code answers has no policy to test.
    if (loaded === undefined && checks.has(name)) continue
    if (loaded === undefined) {
      const { line, column } = document.locate(['spec', 'policy'])
      const message = `there is no policy "${name}" in the files`
      say(
        formatDiagnostic({
          level: 'error',
          code: 'POLICY_TEST_WITHOUT_POLICY',
          message,
          file: document.file,
          line,
          column,
        }),
      )
      isBroken = true
      continue
    }
    // What needs other objects is tested by a scan, not by admission.
    if (loaded.policy.kind !== 'ValidatingAdmissionPolicy') continue
    suites.push(suiteOf(document, loaded, new PolicyTests(loaded.policy, cases, options), flags))
  }
  const output = flags.output ?? 'text'
  if (output === 'junit') process.stdout.write(junit(suites))
  else for (const suite of suites) process.stdout.write(output === 'ndjson' ? ndjson(suite) : textOf(suite))
  const results = suites.flatMap(suite => suite.results)
  const count = (status: CaseResult['status']): number => results.filter(result => result.status === status).length
  const survivors = suites.reduce((sum, suite) => sum + suite.survivors.length, 0)
  say(
    `${suites.length} policies, ${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped${flags.mutate === true ? `, ${survivors} changes not noticed` : ''}`,
  )
  if (isBroken) return exitCode.usage
  if (count('failed') > 0 || survivors > 0) return exitCode.findings
  return results.length > 0 ? exitCode.clean : exitCode.nothingToScan
}

function suiteOf(document: PolicyDocument, loaded: Loaded, tests: PolicyTests, flags: PolicyTestFlags): Suite {
  const place = <T extends Uncovered | Survivor>(entry: T): T & Place => ({
    ...entry,
    file: loaded.document.file,
    ...loaded.document.placeInExpression(entry.path, entry.text, entry.at),
  })
  return {
    policy: loaded.policy.name,
    file: document.file,
    results: tests.run().map(result => ({ ...result, line: document.locate(result.path).line })),
    uncovered: flags.coverage === true ? tests.coverage().map(place) : [],
    survivors: flags.mutate === true ? tests.survivors().map(place) : [],
  }
}

/** Policies by the name and by the id that tests may call them. */
function policiesIn(documents: readonly PolicyDocument[]): {
  readonly policies: ReadonlyMap<string, Loaded>
  readonly checks: ReadonlySet<string>
  readonly problems: readonly Diagnostic[]
} {
  const policies = new Map<string, Loaded>()
  const checks = new Set<string>()
  const problems: Diagnostic[] = []
  for (const document of documents) {
    const read = readPolicies([document])
    problems.push(...read.diagnostics)
    for (const { meta } of read.checks) checks.add(meta.id)
    for (const policy of read.policies) {
      // Of a rule that a scan answers in another way, the form for the API server is the one that is tested here.
      if (
        policy.meta !== undefined &&
        policy.until === undefined &&
        policies.get(policy.meta.id)?.policy.kind !== 'ValidatingAdmissionPolicy'
      )
        policies.set(policy.meta.id, { policy, document })
      policies.set(policy.name, { policy, document })
    }
  }
  return { policies, checks, problems }
}

/** `x.yaml` belongs to `x.cases.yaml`. */
function withSiblings(files: readonly string[]): readonly string[] {
  const siblings = files
    .filter(file => file.endsWith('.cases.yaml'))
    .map(file => `${file.slice(0, -'.cases.yaml'.length)}.yaml`)
    .filter(file => !files.includes(file) && existsSync(file))
  return [...files, ...siblings]
}

function textOf({ policy, file, results, uncovered, survivors }: Suite): string {
  const lines = results.flatMap(({ name, line, status, failures }) => {
    if (status !== 'failed') return []
    return [`${file}:${line}  ${status}  ${policy}: ${name}`, ...failures.map(failure => `    ${failure}`)]
  })
  for (const { file: own, line, column, never } of uncovered)
    lines.push(
      `${own}:${line}:${column}  uncovered  ${policy}: no case makes this ${never === 'evaluated' ? 'condition count' : `condition ${never}`}`,
    )
  for (const { file: own, line, column, what, path } of survivors)
    lines.push(
      `${own}:${line}:${column}  survives  ${policy}: ${fieldName(path)}: ${what}, and every case still passes`,
    )
  return lines.map(line => `${escapeTerminal(line)}\n`).join('')
}

function ndjson({ policy, file, results, uncovered, survivors }: Suite): string {
  const lines = [
    ...results.map(({ name, line, status, failures, cost }) => ({
      policy,
      file,
      line,
      case: name,
      status,
      failures,
      cost,
    })),
    ...uncovered.map(({ file: own, line, column, never }) => ({ policy, file: own, line, column, uncovered: never })),
    ...survivors.map(({ file: own, line, column, what }) => ({ policy, file: own, line, column, survivor: what })),
  ]
  return lines.map(line => `${JSON.stringify(line)}\n`).join('')
}

function junit(suites: readonly Suite[]): string {
  const lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<testsuites>']
  for (const { policy, file, results } of suites) {
    const count = (status: CaseResult['status']): number => results.filter(result => result.status === status).length
    lines.push(
      `  <testsuite name="${xmlText(policy)}" file="${xmlText(file)}" tests="${results.length}" failures="${count('failed')}" skipped="${count('skipped')}">`,
    )
    for (const { name, line, status, failures } of results) {
      const open = `    <testcase classname="${xmlText(policy)}" name="${xmlText(name)}" file="${xmlText(file)}" line="${line}"`
      if (status === 'passed') lines.push(`${open}/>`)
      else if (status === 'skipped') lines.push(`${open}><skipped/></testcase>`)
      else lines.push(`${open}><failure message="${xmlText(failures.join('; '))}"/></testcase>`)
    }
    lines.push('  </testsuite>')
  }
  return `${lines.join('\n')}\n</testsuites>\n`
}
