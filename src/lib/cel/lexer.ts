/** Token types in the numbering of the CEL grammar, because lists of expected tokens are printed in this order. */
export const T = {
  EOF: -1,
  EQUALS: 1,
  NOT_EQUALS: 2,
  IN: 3,
  LESS: 4,
  LESS_EQUALS: 5,
  GREATER_EQUALS: 6,
  GREATER: 7,
  AND: 8,
  OR: 9,
  LBRACKET: 10,
  RBRACKET: 11,
  LBRACE: 12,
  RBRACE: 13,
  LPAREN: 14,
  RPAREN: 15,
  DOT: 16,
  COMMA: 17,
  MINUS: 18,
  EXCLAM: 19,
  QUESTION: 20,
  COLON: 21,
  PLUS: 22,
  STAR: 23,
  SLASH: 24,
  PERCENT: 25,
  TRUE: 26,
  FALSE: 27,
  NULL: 28,
  FLOAT: 31,
  INT: 32,
  UINT: 33,
  STRING: 34,
  BYTES: 35,
  IDENTIFIER: 36,
  ESC_IDENTIFIER: 37,
} as const

export type TokenType = (typeof T)[keyof typeof T]

export interface Token {
  readonly type: TokenType
  readonly start: number
  readonly end: number
}

export interface LexicalError {
  readonly offset: number
  readonly message: string
}

export interface Lexed {
  /** Ends with one `EOF` token. */
  readonly tokens: readonly Token[]
  readonly errors: readonly LexicalError[]
}

/** The tokens of an expression. What is no token is reported and skipped, as the reference lexer does. */
export function lex(source: string): Lexed {
  const tokens: Token[] = []
  const errors: LexicalError[] = []
  let at = 0
  while (at < source.length) {
    const start = at
    const code = source.charCodeAt(at)
    if (isSpace(code)) {
      at++
      continue
    }
    if (code === 0x2f && source.charCodeAt(at + 1) === 0x2f) {
      const newline = source.indexOf('\n', at)
      at = newline === -1 ? source.length : newline
      continue
    }
    const token = scan(source, at)
    if (typeof token === 'number') {
      // The character that fits no token belongs to the reported text and is skipped with it.
      const end = Math.min(source.length, token + widthAt(source, token))
      errors.push({
        offset: start,
        message: `Syntax error: token recognition error at: '${shown(source.slice(start, end))}'`,
      })
      at = Math.max(end, start + 1)
      continue
    }
    tokens.push(token)
    at = token.end
  }
  tokens.push({ type: T.EOF, start: source.length, end: source.length })
  return { tokens, errors }
}

const WORDS: ReadonlyMap<string, TokenType> = new Map<string, TokenType>([
  ['in', T.IN],
  ['true', T.TRUE],
  ['false', T.FALSE],
  ['null', T.NULL],
])

const SINGLE: ReadonlyMap<string, TokenType> = new Map<string, TokenType>([
  ['[', T.LBRACKET],
  [']', T.RBRACKET],
  ['{', T.LBRACE],
  ['}', T.RBRACE],
  ['(', T.LPAREN],
  [')', T.RPAREN],
  ['.', T.DOT],
  [',', T.COMMA],
  ['-', T.MINUS],
  ['!', T.EXCLAM],
  ['?', T.QUESTION],
  [':', T.COLON],
  ['+', T.PLUS],
  ['*', T.STAR],
  ['/', T.SLASH],
  ['%', T.PERCENT],
  ['<', T.LESS],
  ['>', T.GREATER],
])

const DOUBLE: ReadonlyMap<string, TokenType> = new Map<string, TokenType>([
  ['==', T.EQUALS],
  ['!=', T.NOT_EQUALS],
  ['<=', T.LESS_EQUALS],
  ['>=', T.GREATER_EQUALS],
  ['&&', T.AND],
  ['||', T.OR],
])

/** The token at `at`, or the offset of the character that fits none. */
function scan(source: string, at: number): Token | number {
  const c = source[at]!
  const code = source.charCodeAt(at)
  if (isDigit(code) || (c === '.' && isDigit(source.charCodeAt(at + 1)))) return scanNumber(source, at)
  if (c === '"' || c === "'") return scanString(source, at, at, T.STRING)
  if (isLetter(code)) {
    const text = scanPrefixedString(source, at)
    if (text !== undefined) return text
    let end = at + 1
    while (isWord(source.charCodeAt(end))) end++
    return { type: WORDS.get(source.slice(at, end)) ?? T.IDENTIFIER, start: at, end }
  }
  if (c === '`') return scanEscaped(source, at)
  const two = DOUBLE.get(source.slice(at, at + 2))
  if (two !== undefined) return { type: two, start: at, end: at + 2 }
  const one = SINGLE.get(c)
  if (one !== undefined) return { type: one, start: at, end: at + 1 }
  return c === '=' || c === '&' || c === '|' ? at + 1 : at
}

function scanNumber(source: string, at: number): Token {
  if (source[at] === '0' && source[at + 1] === 'x' && isHex(source.charCodeAt(at + 2))) {
    let end = at + 3
    while (isHex(source.charCodeAt(end))) end++
    if (source[end] === 'u' || source[end] === 'U') return { type: T.UINT, start: at, end: end + 1 }
    return { type: T.INT, start: at, end }
  }
  let end = digits(source, at)
  let type: TokenType = T.INT
  if (source[end] === '.' && isDigit(source.charCodeAt(end + 1))) {
    end = digits(source, end + 1)
    type = T.FLOAT
  }
  if (source[end] === 'e' || source[end] === 'E') {
    const sign = source[end + 1] === '+' || source[end + 1] === '-' ? 1 : 0
    if (isDigit(source.charCodeAt(end + 1 + sign))) {
      end = digits(source, end + 1 + sign)
      type = T.FLOAT
    }
  }
  if (type === T.INT && (source[end] === 'u' || source[end] === 'U')) return { type: T.UINT, start: at, end: end + 1 }
  return { type, start: at, end }
}

/** `r"..."`, `b"..."`, `br"..."` in any case; anything else that starts with a letter is a name. */
function scanPrefixedString(source: string, at: number): Token | undefined {
  let quote = at
  let type: TokenType = T.STRING
  if (source[quote] === 'b' || source[quote] === 'B') {
    type = T.BYTES
    quote++
  }
  if (source[quote] === 'r' || source[quote] === 'R') quote++
  if (quote === at || (source[quote] !== '"' && source[quote] !== "'")) return undefined
  const token = scanString(source, at, quote, type)
  return typeof token === 'number' ? undefined : token
}

function scanString(source: string, start: number, quote: number, type: TokenType): Token | number {
  const mark = source[quote]!
  const raw = quote > start && (source[quote - 1] === 'r' || source[quote - 1] === 'R')
  const triple = mark + mark + mark
  if (source.startsWith(triple, quote)) {
    const end = endOfString(source, quote + 3, triple, raw)
    if (end >= 0) return { type, start, end }
  }
  const end = endOfString(source, quote + 1, mark, raw)
  return end >= 0 ? { type, start, end } : -end - 1
}

/** The offset behind the closing quote, or `-(offset of the offending character) - 1`. */
function endOfString(source: string, from: number, mark: string, raw: boolean): number {
  let at = from
  while (at < source.length) {
    if (source.startsWith(mark, at)) return at + mark.length
    const c = source[at]!
    if (mark.length === 1 && (c === '\n' || c === '\r')) return -at - 1
    if (c === '\\' && !raw) {
      const next = endOfEscape(source, at)
      if (next < 0) return next
      at = next
    } else at++
  }
  return -source.length - 1
}

function endOfEscape(source: string, at: number): number {
  const c = source[at + 1]
  if (c === undefined) return -source.length - 1
  if ('abfnrtv"\'\\?`'.includes(c)) return at + 2
  let need = 0
  let fits = isHex
  if (c === 'x' || c === 'X') need = 2
  else if (c === 'u') need = 4
  else if (c === 'U') need = 8
  else if (c >= '0' && c <= '3') {
    need = 2
    fits = isOctal
  } else return -(at + 1) - 1
  for (let i = 0; i < need; i++)
    if (!fits(source.charCodeAt(at + 2 + i))) return -Math.min(at + 2 + i, source.length) - 1
  return at + 2 + need
}

function scanEscaped(source: string, at: number): Token | number {
  let end = at + 1
  while (end < source.length && (isWord(source.charCodeAt(end)) || '.-/ '.includes(source[end]!))) end++
  return source[end] === '`' && end > at + 1 ? { type: T.ESC_IDENTIFIER, start: at, end: end + 1 } : end
}

function digits(source: string, at: number): number {
  while (isDigit(source.charCodeAt(at))) at++
  return at
}

function widthAt(source: string, at: number): number {
  return (source.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
}

function shown(text: string): string {
  return text.replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d || code === 0x0c
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39
}

function isOctal(code: number): boolean {
  return code >= 0x30 && code <= 0x37
}

function isHex(code: number): boolean {
  return isDigit(code) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66)
}

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a) || code === 0x5f
}

function isWord(code: number): boolean {
  return isLetter(code) || isDigit(code)
}
