/**
 * `text` as it may be printed to a terminal or a CI log, on one line: control characters, line separators, direction
 * marks and other invisible characters are shown as `\u{..}`, so that a name can neither move the cursor nor pass for
 * another one. Sequences that a CI runner executes wherever they stand in a line lose their first character the same way.
 */
export function escapeTerminal(text: string): string {
  return needsEscape.test(text) ? text.replace(dangerous, escapeMatch) : text
}

/**
 * A whole line that begins with untrusted text. GitHub's runner takes a line as a command when its first visible
 * characters are `::`.
 */
export function escapeLineStart(line: string): string {
  return /^\s*::/.test(line) ? line.replace('::', '\\u{3a}:') : line
}

// C0, DEL and C1; soft hyphen; Arabic letter mark; zero-width space; direction marks, embeddings, overrides and isolates;
// line and paragraph separators; word joiner and invisible operators; byte-order mark; lone surrogates; tag characters.
// The zero-width joiners stay: emoji and several scripts are written with them.
const invisible =
  '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{d800}-\\u{dfff}\\u{e0000}-\\u{e007f}'
// The runners of GitHub (`##[`) and Azure (`##vso[`) look for their commands anywhere in a line, not only at its start.
const source = `[${invisible}]|#(?=#(?:vso)?\\[)`
const dangerous = new RegExp(source, 'giu')
const needsEscape = new RegExp(source, 'iu')

function escapeMatch(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
