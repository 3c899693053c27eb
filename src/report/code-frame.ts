import { escapeTerminal } from '../lib/text/escape-terminal.ts'
import type { Style } from '../lib/text/style.ts'
import { textWidth } from '../lib/text/text-width.ts'
import { truncate } from '../lib/text/truncate.ts'
import type { SourceLine } from './report-options.ts'

export interface CodeFrame {
  readonly file: string
  readonly line: number
  readonly column: number
  /** Whether values are hidden, because the lines may hold a secret. */
  readonly masked: boolean
}

/**
 * The line of a finding with the line before it, and a caret with `remarks` under it. Lines that cannot be had are left
 * out; the remarks remain.
 */
export function codeFrame(
  frame: CodeFrame,
  remarks: readonly string[],
  sourceLine: SourceLine | undefined,
  width: number,
  style: Style,
): readonly string[] {
  const { file, line, column } = frame
  const numberWidth = Math.max(4, String(line).length + 1)
  const gutter = numberWidth + 3
  const room = Math.max(16, width - gutter)
  const lines: string[] = []
  const target = excerpt(sourceLine?.(file, line), frame.masked)
  let caret = ''

  if (target !== undefined) {
    const { text, cells } = windowAround(target, column, room)
    for (const [number, content] of [
      [line - 1, excerpt(line > 1 ? sourceLine?.(file, line - 1) : undefined, frame.masked)],
      [line, text],
    ] as const) {
      if (content === undefined || (number !== line && content.trim() === '')) continue
      const shown = escapeTerminal(truncate(content, room))
      lines.push(
        `${style('dim', `${String(number).padStart(numberWidth)} |`)} ${number === line ? shown : style('dim', shown)}`,
      )
    }
    caret = ' '.repeat(cells)
  }
  const empty = style('dim', `${' '.repeat(numberWidth)} |`)
  const room2 = room - caret.length - 2
  remarks.forEach((remark, i) => {
    // Far to the right there is no room for words: they start at the margin, below the caret.
    if (room2 >= 28 || target === undefined) {
      const mark = target === undefined ? '' : `${caret}${i === 0 ? style('bold', '^') : ' '} `
      lines.push(`${empty} ${mark}${truncate(remark, Math.max(room2, 28))}`)
    } else {
      if (i === 0) lines.push(`${empty} ${caret}${style('bold', '^')}`)
      lines.push(`${empty} ${truncate(remark, room)}`)
    }
  })
  if (remarks.length === 0 && target !== undefined) lines.push(`${empty} ${caret}${style('bold', '^')}`)
  return lines
}

/** A source line that is fit for a report: tabs as spaces, values of a secret hidden. */
export function excerpt(line: string | undefined, masked: boolean): string | undefined {
  if (line === undefined) return undefined
  const plain = line.slice(0, longestLine).replaceAll('\t', '    ').trimEnd()
  return masked ? maskValue(plain) : plain
}

/** `password: hunter2` is `password: ***`. Lines that only name things stay. */
export function maskValue(line: string): string {
  const found = /^(\s*(?:- )?"?[^\s:"']+"?\s*[:=]\s*)(\S.*)$/.exec(line)
  if (found === null) return /^\s*(?:- )?[|>]?\s*$/.test(line) ? line : line.replace(/\S.*/, '***')
  const [, key = '', value = ''] = found
  return harmlessKey.test(key) || /^[|>][-+\d]*$/.test(value) ? line : `${key}***`
}

const harmlessKey = /^\s*(?:- )?"?(?:apiVersion|kind|name|namespace|key|type|immutable|metadata|valueFrom)"?\s*:/
/** A minified document is one line of megabytes. */
const longestLine = 4096

/** The part of a line that holds its column, and how many cells lie before the column. */
function windowAround(line: string, column: number, room: number): { readonly text: string; readonly cells: number } {
  const characters = Array.from(line)
  let before = characters.slice(0, column - 1).join('')
  const after = characters.slice(column - 1).join('')
  let cells = textWidth(escapeTerminal(before))
  if (cells <= room - 24 || cells + textWidth(after) <= room) return { text: line, cells }
  const keep = Math.max(8, Math.floor(room / 3))
  const kept = Array.from(before)
  before = `…${kept.slice(Math.max(0, kept.length - keep)).join('')}`
  cells = textWidth(escapeTerminal(before))
  return { text: before + after, cells }
}
