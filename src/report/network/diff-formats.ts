import type { ConnectionChange } from '../../analyses/network/questions/diff.ts'
import { endLabel } from '../../analyses/network/questions/ends.ts'
import type { OpenPorts } from '../../analyses/network/questions/open-ports.ts'
import { escapeTerminal } from '../../lib/text/escape-terminal.ts'
import { csvCell } from '../csv.ts'
import { openText } from './connection-formats.ts'
import { endRecord, portRecord } from './connection-record.ts'

const signs = { added: '+', removed: '-', changed: '~' } as const

/** For a person, and for a pull request. */
export function diffText(changes: readonly ConnectionChange[]): string {
  if (changes.length === 0) return 'no connection changes\n'
  const lines = changes.map(change => {
    const { kind, src, dst } = change
    return escapeTerminal(
      `${signs[kind]} ${endLabel(src)} -> ${endLabel(dst)}  ${changeText(change)}${endsText(change)}`,
    )
  })
  const count = (kind: ConnectionChange['kind']) => changes.filter(change => change.kind === kind).length
  const opening = changes.filter(({ opens }) => opens).length
  return `${lines.join('\n')}\n\n${count('added')} added, ${count('changed')} changed, ${count('removed')} removed; ${opening} open something that was closed\n`
}

function changeText({ before, after }: ConnectionChange): string {
  if (before === undefined) return openText(after!)
  if (after === undefined) return openText(before)
  return `${openText(before)} => ${openText(after)}`
}

function endsText({ ends }: ConnectionChange): string {
  return ends === 'same' ? '' : ends === 'new' ? '  (new workload)' : '  (workload gone)'
}

export function diffMarkdown(changes: readonly ConnectionChange[]): string {
  if (changes.length === 0) return 'No connection changes.\n'
  const cell = (text: string) =>
    text
      .replaceAll('|', '\\|')
      .replaceAll('<', '&lt;')
      .replaceAll(/[\r\n]+/g, ' ')
  const rows = changes.map(
    change =>
      `| ${change.opens ? '**opens**' : change.closes ? 'closes' : 'certainty'} | ${cell(endLabel(change.src))} | ${cell(endLabel(change.dst))} | ${cell(change.before === undefined ? '' : openText(change.before))} | ${cell(change.after === undefined ? '' : openText(change.after))} |`,
  )
  return `${['| effect | source | destination | before | after |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')}\n`
}

export function diffCsv(changes: readonly ConnectionChange[]): string {
  const rows = changes.map(({ kind, src, dst, before, after, opens, ends }) =>
    [
      kind,
      endLabel(src),
      endLabel(dst),
      before === undefined ? '' : openText(before),
      after === undefined ? '' : openText(after),
      String(opens),
      ends,
    ]
      .map(csvCell)
      .join(','),
  )
  return `${['kind,source,destination,before,after,opens,ends', ...rows].join('\r\n')}\r\n`
}

export function diffRecord({ kind, src, dst, before, after, opens, closes, ends }: ConnectionChange) {
  const open = (ports: OpenPorts | undefined) =>
    ports === undefined ? null : { conn: portRecord(ports.must), possibly: portRecord(ports.may) }
  return {
    kind,
    src: endRecord(src),
    dst: endRecord(dst),
    before: open(before),
    after: open(after),
    opens,
    closes,
    ends,
  }
}
