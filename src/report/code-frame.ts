import { escapeTerminal } from '../lib/text/escape-terminal.ts'
import type { Style } from '../lib/text/style.ts'
import { textWidth } from '../lib/text/text-width.ts'
import { truncate, wrapTo } from '../lib/text/truncate.ts'
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
  const mark = style('bold', '^')
  const beside = room - caret.length - 2
  if (target !== undefined && (remarks.length === 0 || beside < narrowest)) lines.push(`${empty} ${caret}${mark}`)
  // Far to the right there is no room for words: they start at the margin, below the caret.
  const isBeside = target !== undefined && beside >= narrowest
  const indent = isBeside ? `${caret}  ` : ''
  for (const [i, remark] of remarks.entries()) {
    for (const [j, text] of wrapTo(remark, isBeside ? beside : room, mostRemarkLines).entries()) {
      const start = isBeside && i === 0 && j === 0 ? `${caret}${mark} ` : indent
      lines.push(`${empty} ${start}${text}`)
    }
  }
  return lines
}

/** Cells that a remark needs beside its caret. */
const narrowest = 36
const mostRemarkLines = 3

/** A source line that is fit for a report: tabs as spaces, values of a secret hidden. */
export function excerpt(line: string | undefined, masked: boolean): string | undefined {
  if (line === undefined) return undefined
  const plain = line.slice(0, longestLine).replaceAll('\t', '    ').trimEnd()
  return masked ? maskValue(plain) : plain
}

/** `password: hunter2` is `password: ***`. Lines that only name things stay. */
export function maskValue(line: string): string {
  const found = /^(\s*(?:- )?"?[^\s:"']+"?\s*[:=]\s*)(\S.*)$/.exec(line)
  if (found === null) return bareKey.test(line) ? line : line.replace(/\S.*/, '***')
  const [, key = '', value = ''] = found
  return harmlessKey.test(key) || /^[|>][-+\d]*$/.test(value) ? line : `${key}***`
}

const harmlessKey = /^\s*(?:- )?"?(?:apiVersion|kind|name|namespace|key|type|immutable|metadata|valueFrom)"?\s*:/
/** A key whose value begins on the next line, an empty line, a document mark. */
const bareKey = /^\s*(?:- )?(?:"?[^\s:"']+"?:|---)?\s*$/
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
