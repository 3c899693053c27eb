import { escapeTerminal } from '../lib/text/escape-terminal.ts'

/** Untrusted text as a code span: nothing in it is markup, a mention, a link or a reference to an issue. */
export function codeSpan(text: string): string {
  const plain = escapeTerminal(text).trim()
  if (plain === '') return ''
  // CommonMark 6.1: the fence must be longer than any run of backticks inside. `|` would end a table cell even there.
  const longest = Math.max(0, ...(plain.match(/`+/g) ?? []).map(run => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = plain.startsWith('`') || plain.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${plain.replaceAll('|', '\\|')}${pad}${fence}`
}

/**
 * Untrusted text as plain prose on one line. Markup is escaped; a word joiner keeps code hosts, which look for mentions,
 * issue numbers and addresses only after they have rendered the Markdown, from finding any.
 */
export function prose(text: string): string {
  return escapeTerminal(text)
    .replaceAll(/[\\`*_[\]!|~>$]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/@(?=\w)|#(?=\d)|:(?=\/\/)|www(?=\.)/gi, `$&${wordJoiner}`)
}

/** Text of a rule, where `code` between backticks is meant as such and nothing else is markup. */
export function ruleProse(text: string): string {
  return text
    .split(/`([^`]+)`/)
    .map((part, i) => (i % 2 === 1 ? codeSpan(part) : prose(part)))
    .join('')
}

const wordJoiner = '&#8288;'

/** Untrusted lines as a fenced block. */
export function fenced(lines: readonly string[], language: string): string {
  const plain = lines.map(escapeTerminal)
  const longest = Math.max(2, ...plain.flatMap(line => (line.match(/`+/g) ?? []).map(run => run.length)))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${plain.join('\n')}\n${fence}`
}
