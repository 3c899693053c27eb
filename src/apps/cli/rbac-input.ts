import type { Style } from '../../lib/text/style.ts'
import { styleFor } from '../../lib/text/style.ts'
import { formatDiagnostic } from '../../model/diagnostic.ts'
import { few } from '../../report/access/access-words.ts'
import { type ClusterAccess, readClusterAccess } from '../access/cluster-access.ts'
import { readIdentityFiles } from '../access/identity-files.ts'
import { UserError } from '../user-error.ts'
import { exitCode } from './exit-code.ts'
import type { RbacFlags } from './rbac-flags.ts'
import { say } from './say.ts'
import { colorLevel } from './terminal.ts'

const newestTarget = '1.37'

/** Reads the files that a question is asked of, and says what is wrong with them. */
export async function readAccess(flags: Pick<RbacFlags, 'file' | 'target' | 'identity'>): Promise<ClusterAccess> {
  if (flags.file === undefined || flags.file.length === 0) {
    throw new UserError('NO_PATH', 'no file was given to answer from', {
      next: 'add -f PATH: manifests, or what `kubectl get clusterroles,clusterrolebindings,roles,rolebindings -A -o json` prints',
    })
  }
  const access = await readClusterAccess(
    flags.file,
    checkedTarget(flags.target),
    readIdentityFiles(flags.identity ?? []),
  )
  sayDiagnostics(access)
  const files = flags.file.join(', ')
  if (access.isEmpty && !access.isPartial)
    say(`${files}: no manifest was found; the answer is about a cluster that has only what Kubernetes ships`)
  else if (!access.isEmpty && !access.hasRbac)
    say(`${files}: no role and no binding was found; the answer is about what Kubernetes itself gives`)
  return access
}

/** An answer from a part of the input, or from none, is no answer that a gate may rest on. */
export function exitOfReading({ isPartial, isEmpty }: Pick<ClusterAccess, 'isPartial' | 'isEmpty'>): number {
  return isPartial ? exitCode.incomplete : isEmpty ? exitCode.nothingToScan : exitCode.clean
}

/** Refuses what a stream of questions would ignore: a question in words, and forms that are no lines of JSON. */
export function checkStream(words: readonly string[], { output }: Pick<RbacFlags, 'output'>): void {
  if (words.length > 0)
    throw new UserError('NO_QUESTION', `"${words.join(' ')}" and --stdin are two questions`, {
      next: 'leave out one of them',
    })
  if (output !== undefined && output !== 'json' && output !== 'ndjson')
    throw new UserError('UNKNOWN_FORMAT', `--stdin answers with one JSON object a line, not as ${output}`, {
      next: 'use -o ndjson, or ask one question in words',
    })
}

export function checkedTarget(target: string | undefined): string {
  if (target !== undefined && !/^1\.\d{1,2}$/.test(target))
    throw new UserError('INVALID_TARGET', `"${target}" is no Kubernetes minor`, { next: 'use a minor such as 1.37' })
  return target ?? newestTarget
}

/** 37 for 1.37. */
export function minorOf(target: string): number {
  return Number(target.slice(2))
}

export function sayDiagnostics({ diagnostics }: Pick<ClusterAccess, 'diagnostics'>): void {
  const told = new Map<string, number>()
  for (const diagnostic of diagnostics) {
    const count = (told.get(diagnostic.code) ?? 0) + 1
    told.set(diagnostic.code, count)
    if (count <= mostOfOneCode) say(formatDiagnostic(diagnostic))
  }
  for (const [code, count] of told) if (count > mostOfOneCode) say(`and ${count - mostOfOneCode} more of ${code}`)
}

/** A folder of variants of one thing repeats one complaint; the rest of it is counted. */
const mostOfOneCode = 10

/** Whoever leaves out -n often means a namespace; the answer about all of them at once is then shorter than expected. */
export function sayNarrower(namespaces: readonly string[]): void {
  if (namespaces.length === 0) return
  say(`asked about all namespaces at once; bindings in single ones give more, ask with -n: ${few(namespaces)}`)
}

export function terminalStyle(): Style {
  return styleFor(colorLevel('auto', process.env, process.stdout.isTTY === true))
}

/** `table` for a person; `other` for the program behind a pipe. */
export function formatOf(flags: Pick<RbacFlags, 'output'>, other: string): string {
  return flags.output ?? (process.stdout.isTTY === true ? 'table' : other)
}
