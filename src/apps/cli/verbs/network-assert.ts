import { writeAll } from '../../../adapters/process/write-stream.ts'
import {
  type AssertionFailure,
  type AssertionResult,
  checkAssertions,
  evaluateAnnotation,
} from '../../../analyses/network/questions/assertions.ts'
import { endLabel } from '../../../analyses/network/questions/ends.ts'
import { valueAt } from '../../../lib/json/json-value.ts'
import { formatDiagnostic } from '../../../model/diagnostic.ts'
import { readPolicies } from '../../../read/policies/read-policies.ts'
import { openText } from '../../../report/network/connection-formats.ts'
import { endRecord, portRecord } from '../../../report/network/connection-record.ts'
import { xmlText } from '../../../report/xml-text.ts'
import { readPolicyFiles } from '../../policy/policy-files.ts'
import { UserError } from '../../user-error.ts'
import { exitCode } from '../exit-code.ts'
import type { NetworkFlags } from '../network-flags.ts'
import { loadNetwork } from '../network-input.ts'
import { say } from '../say.ts'
import { escapeLines } from './network-can.ts'

/** `breakwater network assert FILES`: what must, and must not, be connected. */
export async function runNetworkAssertVerb(files: readonly string[], flags: NetworkFlags): Promise<number> {
  const { documents, diagnostics } = await readPolicyFiles(files)
  const own = documents.filter(
    ({ object }) =>
      object['kind'] === 'AuditPolicy' &&
      valueAt(object, ['metadata', 'annotations', evaluateAnnotation]) === 'connections',
  )
  if (own.length === 0) {
    throw new UserError('NO_ASSERTION', 'the files hold no assertion about connections', {
      next: `write an AuditPolicy (policy.breakwater.io/v1) with the annotation ${evaluateAnnotation}: connections`,
    })
  }
  const read = readPolicies(own)
  const network = await loadNetwork(flags)
  const families = flags.ipFamily === 'v4' ? ([4] as const) : ([4, 6] as const)
  const result = checkAssertions(network.view, read.policies, families)
  const problems = [...diagnostics, ...read.diagnostics, ...result.diagnostics]
  for (const diagnostic of problems) say(formatDiagnostic(diagnostic))
  await writeAll(process.stdout, [render(result, flags.output ?? 'text')])
  if (problems.some(({ level }) => level === 'error')) return exitCode.usage
  if (result.failures.some(({ verdict }) => verdict === 'fail')) return exitCode.findings
  return result.failures.length > 0 ? exitCode.incomplete : network.code
}

function render(result: AssertionResult, format: string): string {
  const { failures } = result
  switch (format) {
    case 'json':
      return `${JSON.stringify({ assertions: result.assertions, pairs: result.pairs, failures: failures.map(recordOf) }, null, 2)}\n`
    case 'ndjson':
      return failures.map(failure => `${JSON.stringify(recordOf(failure))}\n`).join('')
    case 'junit':
      return junit(result)
    default: {
      const lines = failures.map(
        ({ verdict, policy, file, at, message, src, dst, connection }) =>
          `${verdict === 'fail' ? 'violated' : 'unknown '}  ${policy} (${file}:${at.line})  ${endLabel(src)} -> ${endLabel(dst)} ${openOrNothing(connection)}: ${message}`,
      )
      const violated = failures.filter(({ verdict }) => verdict === 'fail').length
      const unknown = failures.length - violated
      const sum = `${result.assertions} assertion${result.assertions === 1 ? '' : 's'} over ${result.pairs} pairs: ${violated} violated, ${unknown} unknown`
      return `${escapeLines([...lines, ...(lines.length > 0 ? [''] : []), sum])}\n`
    }
  }
}

function openOrNothing(connection: AssertionFailure['connection']): string {
  return connection.may.isEmpty ? 'nothing' : openText(connection)
}

function recordOf({ policy, validation, message, verdict, src, dst, connection, file, at }: AssertionFailure) {
  return {
    policy,
    validation,
    verdict,
    message,
    src: endRecord(src),
    dst: endRecord(dst),
    conn: portRecord(connection.must),
    possibly: portRecord(connection.may),
    file,
    line: at.line,
  }
}

function junit({ failures, assertions }: AssertionResult): string {
  const cases = failures.map(({ policy, file, at, message, src, dst, verdict }) => {
    const name = xmlText(`${policy}: ${endLabel(src)} -> ${endLabel(dst)}`)
    const kind = verdict === 'fail' ? 'failure' : 'error'
    return `    <testcase classname="${xmlText(policy)}" name="${name}" file="${xmlText(file)}" line="${at.line}"><${kind} message="${xmlText(message)}"/></testcase>`
  })
  const failed = failures.filter(({ verdict }) => verdict === 'fail').length
  const passed =
    failures.length === 0 ? [`    <testcase classname="connections" name="${assertions} assertions hold"/>`] : []
  const counts = `tests="${Math.max(1, failures.length)}" failures="${failed}" errors="${failures.length - failed}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n  <testsuite name="connections" ${counts}>\n${[...cases, ...passed].join('\n')}\n  </testsuite>\n</testsuites>\n`
}
