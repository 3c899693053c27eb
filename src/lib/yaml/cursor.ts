import { YamlError } from './yaml-error.ts'

export const TAB = 0x09
export const SPACE = 0x20
export const BANG = 0x21
export const QUOTE = 0x22
export const HASH = 0x23
export const PERCENT = 0x25
export const APOSTROPHE = 0x27
const DASH = 0x2d
export const DOT = 0x2e
export const COLON = 0x3a
export const BACKSLASH = 0x5c
const NEWLINE = 0x0a
const RETURN = 0x0d
const NEXT_LINE = 0x85
const LINE_SEPARATOR = 0x2028
const PARAGRAPH_SEPARATOR = 0x2029
const BYTE_ORDER_MARK = 0xfeff

/** A place in a text, with what indentation is measured by: the characters before it on its line. */
export class Cursor {
  readonly text: string
  at = 0
  /** Offset of the first character of the line; also what tells one line from another. */
  lineStart = 0
  /** Surrogate pairs passed on this line: a column counts characters, an offset counts halves. */
  private pairs = 0

  constructor(text: string) {
    this.text = text
    // A byte-order mark belongs to the stream and takes no column; the document may begin with one of its own (5.2).
    if (this.code() === BYTE_ORDER_MARK) this.lineStart = ++this.at
    if (this.at > 0 && this.code() === BYTE_ORDER_MARK) this.at++
  }

  get column(): number {
    return this.at - this.lineStart - this.pairs
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length
  }

  /** UTF-16 unit at the place or behind it; NaN behind the end of the text. */
  code(ahead = 0): number {
    return this.text.charCodeAt(this.at + ahead)
  }

  /** Moves within the line, over `pairs` surrogate pairs. */
  moveTo(at: number, pairs = 0): void {
    this.at = at
    this.pairs += pairs
  }

  passSpaces(): void {
    while (this.code() === SPACE) this.at++
  }

  passBlanks(): void {
    while (isBlank(this.code())) this.at++
  }

  passComment(): void {
    if (this.code() !== HASH) return
    const { text } = this
    let at = this.at
    while (!isBreakOrEnd(text.charCodeAt(at))) at++
    this.at = at
  }

  /** The rest of the line as it stands. */
  passLine(): string {
    const { text, at: from } = this
    let at = from
    while (!isBreakOrEnd(text.charCodeAt(at))) at++
    this.at = at
    return text.slice(from, at)
  }

  /**
   * Passes the line break here and gives what it counts as: generic breaks become a line feed, the separators of lines
   * and paragraphs stay what they are (5.4). Empty, and no move, where there is none.
   */
  passBreak(): string {
    const c = this.code()
    if (!isBreak(c)) return ''
    this.at += c === RETURN && this.code(1) === NEWLINE ? 2 : 1
    this.lineStart = this.at
    this.pairs = 0
    return c === LINE_SEPARATOR ? '\u2028' : c === PARAGRAPH_SEPARATOR ? '\u2029' : '\n'
  }

  /** Whether `---` or `...` stands alone at the start of the line here (7.2). */
  isAtMarker(): boolean {
    if (this.at !== this.lineStart) return false
    const c = this.code()
    return (c === DASH || c === DOT) && this.code(1) === c && this.code(2) === c && isSeparator(this.code(3))
  }

  fail(message: string): never {
    throw new YamlError('YAML_SYNTAX', message, this.at)
  }
}

export function isBlank(c: number): boolean {
  return c === SPACE || c === TAB
}

function isBreak(c: number): boolean {
  if (c < NEXT_LINE) return c === NEWLINE || c === RETURN
  return c === NEXT_LINE || c === LINE_SEPARATOR || c === PARAGRAPH_SEPARATOR
}

export function isBreakOrEnd(c: number): boolean {
  return isBreak(c) || Number.isNaN(c)
}

/** A blank, a line break or the end: what must stand behind an indicator that could be text too. */
export function isSeparator(c: number): boolean {
  return isBlank(c) || isBreakOrEnd(c)
}

export function isTrailSurrogate(c: number): boolean {
  return (c & 0xfc00) === 0xdc00
}

export function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39
}

/** `ns-word-char` of 5.5 and the underscore: what names of anchors, handles and directives are made of. */
export function isWordCharacter(c: number): boolean {
  return isDigit(c) || (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a) || c === DASH || c === 0x5f
}
