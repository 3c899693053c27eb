import type { Style } from '../../lib/text/style.ts'
import { styleFor } from '../../lib/text/style.ts'
import { formatDiagnostic } from '../../model/diagnostic.ts'
import { type ClusterAccess, readClusterAccess } from '../access/cluster-access.ts'
import { readIdentityFiles } from '../access/identity-files.ts'
import { UserError } from '../user-error.ts'
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
  return access
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

export function terminalStyle(): Style {
  return styleFor(colorLevel('auto', process.env, process.stdout.isTTY === true))
}

/** `table` for a person; `other` for the program behind a pipe. */
export function formatOf(flags: Pick<RbacFlags, 'output'>, other: string): string {
  return flags.output ?? (process.stdout.isTTY === true ? 'table' : other)
}
