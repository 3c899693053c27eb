import { escapeTerminal } from '../../lib/text/escape-terminal.ts'

/** One line of a note on stderr. */
export function say(line: string): void {
  process.stderr.write(`${escapeTerminal(line)}\n`)
}
