import { writeAll } from '../../../adapters/process/write-stream.ts'
import { adminEquivalents } from '../../../inventory/permissions/admin-equivalents.ts'
import { escapeTerminal } from '../../../lib/text/escape-terminal.ts'
import { describeSubject } from '../../../model/access.ts'
import { gridCsv, gridMarkdown } from '../../../report/access/grid.ts'
import { type Edge, mermaidLines } from '../../../report/access/mermaid.ts'
import type { RbacFlags } from '../rbac-flags.ts'
import { checkedTarget, exitOfReading, formatOf, minorOf, readAccess, terminalStyle } from '../rbac-input.ts'

/** `breakwater rbac admins`: everyone who is as good as cluster-admin, and the way there step by step. */
export async function runAdminsVerb(flags: RbacFlags): Promise<number> {
  const access = await readAccess(flags)
  const written = new Set(
    access.index.bindings
      .filter(binding => binding.source !== undefined)
      .flatMap(binding => binding.subjects.map(describeSubject)),
  )
  const admins = [...adminEquivalents(access.index, minorOf(checkedTarget(flags.target))).values()]
    .map(({ subject, chain }) => ({ name: describeSubject(subject), subject, chain }))
    .filter(({ name }) => flags.shipped === true || written.has(name) || name === 'group:system:masters')
    .sort((a, b) => a.chain.length - b.chain.length || (a.name < b.name ? -1 : 1))
  const grid = {
    columns: ['subject', 'note', 'way'],
    rows: admins.map(({ name, subject, chain }) => [name, access.nameOf(subject), chain.join('; then ')]),
  }
  const style = terminalStyle()
  const text = (): string => {
    switch (formatOf(flags, 'table')) {
      case 'csv':
        return gridCsv(grid)
      case 'markdown':
        return lines(gridMarkdown(grid))
      case 'mermaid':
        return lines([...mermaidLines(admins.flatMap(({ name, chain }) => wayEdges(name, chain)))])
      case 'json':
        return `${JSON.stringify(
          admins.map(({ subject, chain }) => ({ subject, chain })),
          null,
          2,
        )}\n`
      case 'ndjson':
        return lines(admins.map(({ subject, chain }) => JSON.stringify({ subject, chain })))
      default:
        return lines(
          admins.flatMap(({ name, subject, chain }) => [
            `${style('bold', escapeTerminal(name))}${access.nameOf(subject) === '' ? '' : escapeTerminal(`  ${access.nameOf(subject)}`)}`,
            ...chain.map((step, i) => escapeTerminal(`  ${'  '.repeat(i)}${step}`)),
          ]),
        )
    }
  }
  await writeAll(process.stdout, [text()])
  return exitOfReading(access)
}

/** From a subject over each step to the end of every way. */
function wayEdges(name: string, chain: readonly string[]): readonly Edge[] {
  const stations = [name, ...chain, 'as good as cluster-admin']
  return stations
    .slice(1)
    .map((to, i): Edge => [stations[i]!, i === 0 ? 'first' : i < chain.length ? 'then' : 'and so is', to])
}

function lines(of: readonly string[]): string {
  return of.map(line => `${line}\n`).join('')
}
