import { endLabel } from '../../analyses/network/questions/ends.ts'
import type { ConnectionRow } from '../../analyses/network/questions/list.ts'
import { portText } from '../../analyses/network/questions/open-ports.ts'
import { compareText } from '../../lib/text/compare-text.ts'

/**
 * The connection list that other programs stand on: one line for each pair that has a connection, in the order of its
 * bytes, and nothing else. Pairs that may only be open are not listed.
 */
export function connlist(rows: Iterable<ConnectionRow>): readonly string[] {
  const lines: string[] = []
  for (const { src, dst, connection } of rows) {
    if (!connection.must.isEmpty) lines.push(`${endLabel(src)} => ${endLabel(dst)} : ${portText(connection.must)}`)
  }
  return lines.sort(compareText)
}
