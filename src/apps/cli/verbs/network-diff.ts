import { writeAll } from '../../../adapters/process/write-stream.ts'
import { boundariesOf, diffConnections } from '../../../analyses/network/questions/diff.ts'
import { diffCsv, diffMarkdown, diffRecord, diffText } from '../../../report/network/diff-formats.ts'
import { exitCode } from '../exit-code.ts'
import type { NetworkFlags } from '../network-flags.ts'
import { loadedNetwork, loadSide } from '../network-input.ts'

/** `breakwater network diff BASE HEAD`: what opens and closes between two folders or commits. */
export async function runNetworkDiffVerb(base: string, head: string, flags: NetworkFlags): Promise<number> {
  const [old, fresh] = [await loadSide(base, flags), await loadSide(head, flags)]
  // Each engine cuts the outside where the policies of either do.
  const cuts = [old, fresh].flatMap(snapshot => boundariesOf(loadedNetwork(snapshot, flags).view.facts.policies))
  const before = loadedNetwork(old, flags, { setApart: cuts })
  const after = loadedNetwork(fresh, flags, { setApart: cuts }, 'say')
  const changes = diffConnections(before, after, flags.ipFamily === 'v4' ? [4] : [4, 6])
  const text = (): string => {
    switch (flags.output) {
      case 'json':
        return `${JSON.stringify({ changes: changes.map(diffRecord) }, null, 2)}\n`
      case 'ndjson':
        return changes.map(change => `${JSON.stringify(diffRecord(change))}\n`).join('')
      case 'csv':
        return diffCsv(changes)
      case 'markdown':
        return diffMarkdown(changes)
      default:
        return diffText(changes)
    }
  }
  await writeAll(process.stdout, [text()])
  const isRefused =
    flags.failOn === 'any' ? changes.length > 0 : flags.failOn === 'added' && changes.some(({ opens }) => opens)
  if (isRefused) return exitCode.findings
  return before.code === exitCode.incomplete || after.code === exitCode.incomplete
    ? exitCode.incomplete
    : exitCode.clean
}
