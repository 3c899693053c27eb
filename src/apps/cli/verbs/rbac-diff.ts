import { hash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { writeAll } from '../../../adapters/process/write-stream.ts'
import { type ChangedRights, rightsDiff } from '../../../inventory/permissions/rights-diff.ts'
import { describeBinding } from '../../../model/access.ts'
import { isAtLeast, type Severity } from '../../../model/severity.ts'
import { diffEdges, diffGrid, diffLines, diffMarkdown } from '../../../report/access/diff-report.ts'
import { diffSarif } from '../../../report/access/diff-sarif.ts'
import { gridCsv } from '../../../report/access/grid.ts'
import { mermaidLines } from '../../../report/access/mermaid.ts'
import { type ClusterAccess, clusterAccessOf, readClusterAccess } from '../../access/cluster-access.ts'
import { readIdentityFiles } from '../../access/identity-files.ts'
import { gitManifests } from '../../snapshot/git-manifests.ts'
import { toolRecord } from '../../tool-record.ts'
import { exitCode } from '../exit-code.ts'
import type { RbacDiffFlags } from '../rbac-flags.ts'
import { checkedTarget, exitOfReading, formatOf, minorOf, sayDiagnostics, terminalStyle } from '../rbac-input.ts'
import { say } from '../say.ts'

/** `breakwater rbac diff BASE HEAD`: paths, or references of the git repository in the working folder. */
export async function runDiffVerb(baseName: string, headName: string, flags: RbacDiffFlags): Promise<number> {
  const target = checkedTarget(flags.target)
  const base = await stateOf(baseName, flags, target)
  const head = await stateOf(headName, flags, target)
  const diff = rightsDiff(base.index, head.index, minorOf(target))
  const text = (): string => {
    switch (formatOf(flags, 'table')) {
      case 'csv':
        return gridCsv(diffGrid(diff))
      case 'markdown':
        return lines([...diffMarkdown(diff)])
      case 'mermaid':
        return lines([...mermaidLines(diffEdges(diff))])
      case 'sarif':
        return [
          ...diffSarif(diff, {
            tool: toolRecord(),
            diagnostics: head.diagnostics,
            isPartial: base.isPartial || head.isPartial,
            target: minorOf(target),
            sha256: text => hash('sha256', text, 'hex'),
            pathOf: file => pathInRepository(headName, file),
          }),
        ].join('')
      case 'json':
        return `${JSON.stringify({ gained: diff.gained.map(changeRecord), lost: diff.lost.map(changeRecord) }, null, 2)}\n`
      case 'ndjson':
        return lines([
          ...diff.gained.map(change => JSON.stringify({ change: 'gained', ...changeRecord(change) })),
          ...diff.lost.map(change => JSON.stringify({ change: 'lost', ...changeRecord(change) })),
        ])
      default:
        return lines([...diffLines(diff, terminalStyle())])
    }
  }
  await writeAll(process.stdout, [text()])
  if (fails(diff.gained, flags.failOn ?? 'none')) return exitCode.findings
  // A gate over nothing, by a path that is misspelt for example, must not pass for one over something.
  const isEmpty = base.isEmpty && head.isEmpty
  if (isEmpty) say(`neither ${baseName} nor ${headName} holds a manifest: check the paths, and those of -f`)
  else if (!base.hasRbac && !head.hasRbac) say(`neither ${baseName} nor ${headName} holds a role or a binding`)
  return exitOfReading({ isPartial: base.isPartial || head.isPartial, isEmpty })
}

/** A path that exists is a path; anything else is a reference of git. */
async function stateOf(name: string, flags: RbacDiffFlags, target: string): Promise<ClusterAccess> {
  const identities = readIdentityFiles(flags.identity ?? [])
  const access = existsSync(name)
    ? await readClusterAccess([name], target, identities)
    : clusterAccessOf(gitManifests(name, flags.file ?? []), target, identities)
  sayDiagnostics(access)
  return access
}

/** Files of a commit are read as `HEAD:deploy/web.yaml`; a code host knows them by their path alone. */
function pathInRepository(name: string, file: string): string {
  const reference = `${name}:`
  return !existsSync(name) && file.startsWith(reference) ? file.slice(reference.length) : file
}

function fails(gained: readonly ChangedRights[], failOn: string): boolean {
  if (failOn === 'none') return false
  if (failOn === 'any') return gained.length > 0
  return gained.some(({ gravity }) => gravity !== undefined && isAtLeast(gravity, failOn as Severity))
}

function changeRecord({ subject, namespace, rules, gravity, by }: ChangedRights): object {
  return {
    severity: gravity ?? null,
    subject,
    namespace: namespace === '' ? null : namespace,
    rules,
    by: by.map(({ binding }) => ({
      binding: describeBinding(binding),
      ...(binding.source === undefined ? {} : { location: { file: binding.source.file, line: binding.source.line } }),
    })),
  }
}

function lines(of: readonly string[]): string {
  return of.map(line => `${line}\n`).join('')
}
