import {
  APOSTROPHE,
  BACKSLASH,
  COLON,
  type Cursor,
  HASH,
  isBlank,
  isBreakOrEnd,
  isDigit,
  isSeparator,
  isTrailSurrogate,
  QUOTE,
  SPACE,
  TAB,
} from './cursor.ts'

/** The line breaks between two lines of text, as line folding (6.5) turns them into content. */
class Fold {
  private readonly first: string
  private rest = ''

  constructor(first: string) {
    this.first = first
  }

  add(lineBreak: string): void {
    this.rest += lineBreak
  }

  /** A single break is a space, of several the first is dropped; a separator of lines or paragraphs is never. */
  get text(): string {
    if (this.first !== '\n') return this.first + this.rest
    return this.rest === '' ? ' ' : this.rest
  }
}

export interface PlainText {
  readonly text: string
  /** Offset behind the last character; the cursor itself has passed what blanks and breaks follow. */
  readonly end: number
  /** The cursor stands on a later line than the text ends on. */
  readonly isLineLeft: boolean
}

/** A plain scalar (9.1.3) inside a block of column `indent` (-1: none). */
export function readPlain(cursor: Cursor, indent: number, isInFlow: boolean): PlainText {
  const { text } = cursor
  let result = ''
  let fold: Fold | undefined
  let end = cursor.at
  while (!cursor.isAtMarker()) {
    const from = cursor.at
    const to = passPlainLine(cursor, isInFlow)
    if (to > from) {
      result += (fold?.text ?? '') + text.slice(from, to)
      end = to
      fold = undefined
    }
    // Something that ends the scalar within the line, or the end of the text.
    const lineBreak = cursor.passBreak()
    if (lineBreak === '') break
    fold = passEmptyLines(cursor, new Fold(lineBreak), indent + 1)
    if (!isInFlow && cursor.column <= indent) break
  }
  return { text: result, end, isLineLeft: fold !== undefined }
}

/** Passes the line's text up to what ends it, blanks before that included; gives the offset behind the text. */
function passPlainLine(cursor: Cursor, isInFlow: boolean): number {
  const { text, at: from } = cursor
  let at = from
  let to = from
  let pairs = 0
  for (; ; at++) {
    const c = text.charCodeAt(at)
    if (isBlank(c)) continue
    if (isBreakOrEnd(c)) break
    if (c === COLON && isSeparator(text.charCodeAt(at + 1))) break
    if (isInFlow && endsFlowPlain(c)) break
    // A comment needs a blank before it.
    if (c === HASH && (to < at || at === from)) break
    if (isTrailSurrogate(c)) pairs++
    to = at + 1
  }
  cursor.moveTo(at, pairs)
  return to
}

/** `, ? [ ] { }` inside brackets. */
function endsFlowPlain(c: number): boolean {
  return c === 0x2c || c === 0x3f || c === 0x5b || c === 0x5d || c === 0x7b || c === 0x7d
}

/** Passes blanks and breaks up to the next text. A tab does not count as indentation (6.1). */
function passEmptyLines(cursor: Cursor, fold: Fold, minColumn: number): Fold {
  for (;;) {
    const c = cursor.code()
    if (c === TAB && cursor.column < minColumn) cursor.fail('a tab cannot indent the next line of a plain scalar')
    if (isBlank(c)) {
      cursor.at++
      continue
    }
    const lineBreak = cursor.passBreak()
    if (lineBreak === '') return fold
    fold.add(lineBreak)
  }
}

/** A quoted scalar (9.1.1, 9.1.2) from its opening quote; the cursor ends behind the closing one. */
export function readQuoted(cursor: Cursor): string {
  const { text } = cursor
  const quote = cursor.code()
  cursor.at++
  // Of a scalar that nothing closes only the place of the mistake is wanted: its text is not put together.
  const isClosed = text.includes(String.fromCharCode(quote), cursor.at)
  let result = ''
  // What stands literally since `from`; `to` is behind its last character that is no blank.
  let from = cursor.at
  let to = from
  for (;;) {
    if (cursor.isAtMarker()) cursor.fail('a document marker stands inside a quoted scalar')
    const c = cursor.code()
    if (Number.isNaN(c)) cursor.fail('a quoted scalar is not closed')
    let fold: Fold | undefined
    if (c === quote) {
      result += text.slice(from, cursor.at)
      cursor.at++
      if (quote !== APOSTROPHE || cursor.code() !== APOSTROPHE) return result
      // A doubled quote is one: the second begins the next stretch.
      from = cursor.at
      cursor.at++
      to = cursor.at
      continue
    }
    if (c === BACKSLASH && quote === QUOTE) {
      result += text.slice(from, cursor.at)
      cursor.at++
      // An escaped break counts for nothing, blanks before it are kept.
      if (cursor.passBreak() === '') {
        cursor.at--
        result += readEscape(cursor)
        from = cursor.at
        to = from
        continue
      }
      fold = new Fold('')
    } else if (isBreakOrEnd(c)) {
      result += text.slice(from, to)
      fold = new Fold(cursor.passBreak())
    }
    if (fold === undefined) {
      cursor.moveTo(cursor.at + 1, isTrailSurrogate(c) ? 1 : 0)
      if (!isBlank(c)) to = cursor.at
      continue
    }
    const { text: folded } = passEmptyLines(cursor, fold, 0)
    result = isClosed ? result + folded : ''
    from = cursor.at
    to = from
  }
}

/** Escapes of one character (5.6); those of 8, 16 and 32 bits are `x`, `u` and `U`. */
export const escapes: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['a', '\x07'],
  ['b', '\b'],
  ['t', '\t'],
  ['\t', '\t'],
  ['n', '\n'],
  ['v', '\v'],
  ['f', '\f'],
  ['r', '\r'],
  ['e', '\x1b'],
  [' ', ' '],
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['N', '\x85'],
  ['_', '\xa0'],
  ['L', '\u2028'],
  ['P', '\u2029'],
])

const hexLengths: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
])

const hexForm = /^[0-9a-fA-F]+$/

function readEscape(cursor: Cursor): string {
  const letter = cursor.text.charAt(cursor.at + 1)
  const single = escapes.get(letter)
  if (single !== undefined) {
    cursor.at += 2
    return single
  }
  const length = hexLengths.get(letter)
  if (length === undefined) return cursor.fail('there is no such escape')
  cursor.at += 2
  const digits = cursor.text.slice(cursor.at, cursor.at + length)
  if (digits.length < length || !hexForm.test(digits)) cursor.fail(`\\${letter} takes ${length} hexadecimal digits`)
  const code = Number.parseInt(digits, 16)
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) cursor.fail(`U+${digits} is no character`)
  cursor.at += length
  return String.fromCodePoint(code)
}

/** What the header of a block scalar says (9.2). */
interface BlockHeader {
  readonly isFolded: boolean
  readonly chomping: '' | '+' | '-'
  /** Columns more than the parent, 0 where the text itself shows it. */
  readonly added: number
}

export interface BlockText {
  readonly text: string
  /** Offset behind the last line that belongs to it. */
  readonly end: number
}

/** A block scalar (9.3) from its indicator, inside a block of column `parent` (-1: none). */
export function readBlock(cursor: Cursor, parent: number): BlockText {
  const header = readHeader(cursor)
  let end = cursor.at
  let indent = header.added === 0 ? 0 : Math.max(parent, 0) + header.added
  const skip = () => {
    const gap = passIndentation(cursor, indent, end)
    end = gap.end
    return gap
  }
  let gap = skip()
  // Blank lines may be wider than the first one with text; the widest counts.
  if (indent === 0) indent = Math.max(gap.width, parent + 1, 1)

  const parts: string[] = []
  let lineBreak = ''
  let isWider = false
  while (cursor.column === indent && !cursor.isAtEnd) {
    // Lines that begin with a blank, and those beside them, are not folded (9.3.2).
    const wasWider = isWider
    isWider = isBlank(cursor.code())
    const folds = header.isFolded && lineBreak === '\n' && !wasWider && !isWider
    parts.push(folds ? (gap.breaks === '' ? ' ' : '') : lineBreak, gap.breaks, cursor.passLine())
    lineBreak = cursor.passBreak()
    end = cursor.at
    gap = skip()
  }
  if (header.chomping !== '-') parts.push(lineBreak)
  if (header.chomping === '+') parts.push(gap.breaks)
  return { text: parts.join(''), end }
}

function readHeader(cursor: Cursor): BlockHeader {
  const isFolded = cursor.text[cursor.at] === '>'
  cursor.at++
  let chomping = readChomping(cursor)
  let added = 0
  const digit = cursor.code()
  if (isDigit(digit)) {
    added = digit - 0x30
    if (added === 0) cursor.fail('the indentation of a block scalar cannot be 0')
    cursor.at++
    if (chomping === '') chomping = readChomping(cursor)
  }
  cursor.passBlanks()
  cursor.passComment()
  if (!isBreakOrEnd(cursor.code())) cursor.fail('text stands behind the header of a block scalar')
  cursor.passBreak()
  return { isFolded, chomping, added }
}

function readChomping(cursor: Cursor): '' | '+' | '-' {
  const c = cursor.text[cursor.at]
  if (c !== '+' && c !== '-') return ''
  cursor.at++
  return c
}

interface Gap {
  /** The breaks of the blank lines. */
  readonly breaks: string
  /** Column of the widest of them, or of the text behind. */
  readonly width: number
  readonly end: number
}

/** Passes blank lines and the indentation of the next one, of any width where `indent` is 0. */
function passIndentation(cursor: Cursor, indent: number, end: number): Gap {
  let breaks = ''
  let width = 0
  for (;;) {
    while ((indent === 0 || cursor.column < indent) && cursor.code() === SPACE) cursor.at++
    const { column } = cursor
    width = Math.max(width, column)
    if ((indent === 0 || column < indent) && cursor.code() === TAB) {
      cursor.fail('a tab cannot indent a block scalar')
    }
    const lineBreak = cursor.passBreak()
    if (lineBreak === '') return { breaks, width, end }
    breaks += lineBreak
    end = cursor.at
  }
}
