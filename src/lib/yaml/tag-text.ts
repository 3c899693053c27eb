import { BANG, type Cursor, DOT, isBreakOrEnd, isDigit, isSeparator, isWordCharacter, PERCENT } from './cursor.ts'

/** A tag as written: verbatim or `!` alone has no handle and is what `suffix` says. */
export interface TagText {
  readonly handle: string
  readonly suffix: string
}

/** A tag (8.2: verbatim, shorthand or non-specific) from its `!`. */
export function readTag(cursor: Cursor): TagText {
  const tag = cursor.code(1) === 0x3c ? verbatimTag(cursor) : shorthandTag(cursor)
  if (!isSeparator(cursor.code())) cursor.fail('a blank must stand behind a tag')
  return tag
}

function verbatimTag(cursor: Cursor): TagText {
  cursor.at += 2
  const suffix = readUri(cursor, true)
  if (cursor.code() !== 0x3e) cursor.fail("a verbatim tag ends with '>'")
  cursor.at++
  return { handle: '', suffix }
}

function shorthandTag(cursor: Cursor): TagText {
  const start = cursor.at
  const handle = readHandle(cursor)
  if (handle.length > 1 && handle.endsWith('!')) return { handle, suffix: readUri(cursor, true) }
  // What looked like the name of a handle is the beginning of the suffix.
  cursor.at = start + 1
  const suffix = readUri(cursor, false)
  return suffix === '' ? { handle: '', suffix: '!' } : { handle: '!', suffix }
}

/** `!`, `!!` or `!name!`; without the second `!` what the name would be. */
function readHandle(cursor: Cursor): string {
  const start = cursor.at
  cursor.at++
  while (isWordCharacter(cursor.code())) cursor.at++
  if (cursor.code() === BANG) cursor.at++
  return cursor.text.slice(start, cursor.at)
}

/** `ns-uri-char` of 5.5, where an escape stands for a byte of UTF-8. */
const uriRun = /[\w\-;/?:@&=+$,.!~*'()[\]]*/y
const escapeRun = /(?:%[0-9a-fA-F]{2})+/y

function readUri(cursor: Cursor, isRequired: boolean): string {
  const start = cursor.at
  let uri = ''
  for (;;) {
    uri += passMatch(cursor, uriRun)
    if (cursor.code() !== PERCENT) break
    const escaped = passMatch(cursor, escapeRun)
    if (escaped === '') cursor.fail("two hexadecimal digits must stand behind '%'")
    const bytes = escaped.slice(1).split('%')
    uri += new TextDecoder().decode(Uint8Array.from(bytes, digits => Number.parseInt(digits, 16)))
  }
  if (isRequired && cursor.at === start) cursor.fail('a tag is not complete')
  return uri
}

function passMatch(cursor: Cursor, form: RegExp): string {
  form.lastIndex = cursor.at
  const match = form.exec(cursor.text)?.[0] ?? ''
  cursor.at += match.length
  return match
}

export type Directive =
  | { readonly kind: 'version'; readonly major: number }
  | { readonly kind: 'tag-prefix'; readonly handle: string; readonly prefix: string }

/** A line that begins with `%` (7.1). */
export function readDirective(cursor: Cursor): Directive {
  const start = ++cursor.at
  while (isWordCharacter(cursor.code())) cursor.at++
  const name = cursor.text.slice(start, cursor.at)
  if (name === '') cursor.fail("the name of a directive must stand behind '%'")
  if (!isSeparator(cursor.code())) cursor.fail('a blank must stand behind the name of a directive')
  if (name !== 'YAML' && name !== 'TAG') cursor.fail('there are no directives but %YAML and %TAG')
  cursor.passBlanks()
  const directive = name === 'YAML' ? versionDirective(cursor) : tagDirective(cursor)
  cursor.passBlanks()
  cursor.passComment()
  if (!isBreakOrEnd(cursor.code())) cursor.fail('text stands behind a directive')
  // The break belongs to the directive, so that no block can begin before `---`.
  cursor.passBreak()
  return directive
}

function versionDirective(cursor: Cursor): Directive {
  const major = readNumber(cursor)
  if (cursor.code() !== DOT) cursor.fail('a version is two numbers with a dot')
  cursor.at++
  readNumber(cursor)
  return { kind: 'version', major }
}

/** No version has a number of more than two digits. */
function readNumber(cursor: Cursor): number {
  const start = cursor.at
  while (isDigit(cursor.code())) {
    if (cursor.at === start + 2) cursor.fail('a version number is too long')
    cursor.at++
  }
  if (cursor.at === start) cursor.fail('a version is two numbers with a dot')
  return Number(cursor.text.slice(start, cursor.at))
}

function tagDirective(cursor: Cursor): Directive {
  if (cursor.code() !== BANG) cursor.fail("a tag handle begins with '!'")
  const handle = readHandle(cursor)
  if (!handle.endsWith('!')) cursor.fail("a tag handle ends with '!'")
  if (!isSeparator(cursor.code()) || isBreakOrEnd(cursor.code())) cursor.fail('a blank must stand behind a tag handle')
  cursor.passBlanks()
  const prefix = readUri(cursor, true)
  if (!isSeparator(cursor.code())) cursor.fail('a blank must stand behind a tag prefix')
  return { kind: 'tag-prefix', handle, prefix }
}
