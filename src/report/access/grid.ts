import { escapeTerminal } from '../../lib/text/escape-terminal.ts'
import type { Style } from '../../lib/text/style.ts'
import { padEnd, textWidth } from '../../lib/text/text-width.ts'
import { csvCell } from '../csv.ts'
import { codeSpan, prose } from '../markdown-text.ts'

/** An answer as rows: each cell is untrusted text. */
export interface Grid {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** Columns side by side, headed in capitals. */
export function gridLines({ columns, rows }: Grid, style: Style): readonly string[] {
  const table = [columns.map(column => column.toUpperCase()), ...rows.map(row => row.map(escapeTerminal))]
  const widths = columns.map((_, i) => table.reduce((widest, row) => Math.max(widest, textWidth(row[i]!)), 0))
  return table.map((row, r) => {
    const cells = row.map((cell, i) => (i === row.length - 1 ? cell : padEnd(cell, widths[i]!)))
    const line = cells.join('  ').trimEnd()
    return r === 0 ? style('dim', line) : line
  })
}

/** RFC 4180: a header, then the rows, each line ended by CR LF. */
export function gridCsv({ columns, rows }: Grid): string {
  return [columns, ...rows].map(row => `${row.map(csvCell).join(',')}\r\n`).join('')
}

export function gridMarkdown({ columns, rows }: Grid): readonly string[] {
  return [
    `| ${columns.map(prose).join(' | ')} |`,
    `|${columns.map(() => '---').join('|')}|`,
    ...rows.map(row => `| ${row.map(cell => codeSpan(cell)).join(' | ')} |`),
  ]
}
