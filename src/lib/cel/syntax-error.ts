import type { Token, TokenType } from './lexer.ts'
import { T } from './lexer.ts'

/** How the grammar calls each token in messages. */
const NAMES: ReadonlyMap<TokenType, string> = new Map<TokenType, string>([
  [T.EOF, '<EOF>'],
  [T.EQUALS, "'=='"],
  [T.NOT_EQUALS, "'!='"],
  [T.IN, "'in'"],
  [T.LESS, "'<'"],
  [T.LESS_EQUALS, "'<='"],
  [T.GREATER_EQUALS, "'>='"],
  [T.GREATER, "'>'"],
  [T.AND, "'&&'"],
  [T.OR, "'||'"],
  [T.LBRACKET, "'['"],
  [T.RBRACKET, "']'"],
  [T.LBRACE, "'{'"],
  [T.RBRACE, "'}'"],
  [T.LPAREN, "'('"],
  [T.RPAREN, "')'"],
  [T.DOT, "'.'"],
  [T.COMMA, "','"],
  [T.MINUS, "'-'"],
  [T.EXCLAM, "'!'"],
  [T.QUESTION, "'?'"],
  [T.COLON, "':'"],
  [T.PLUS, "'+'"],
  [T.STAR, "'*'"],
  [T.SLASH, "'/'"],
  [T.PERCENT, "'%'"],
  [T.TRUE, "'true'"],
  [T.FALSE, "'false'"],
  [T.NULL, "'null'"],
  [T.FLOAT, 'NUM_FLOAT'],
  [T.INT, 'NUM_INT'],
  [T.UINT, 'NUM_UINT'],
  [T.STRING, 'STRING'],
  [T.BYTES, 'BYTES'],
  [T.IDENTIFIER, 'IDENTIFIER'],
  [T.ESC_IDENTIFIER, 'ESC_IDENTIFIER'],
])

/** Tokens that can begin an operand. */
export const OPERAND_START: readonly TokenType[] = [
  T.LBRACKET,
  T.LBRACE,
  T.LPAREN,
  T.DOT,
  T.MINUS,
  T.EXCLAM,
  T.TRUE,
  T.FALSE,
  T.NULL,
  T.FLOAT,
  T.INT,
  T.UINT,
  T.STRING,
  T.BYTES,
  T.IDENTIFIER,
]

/** `'('`, or `{'(', ')'}` when several tokens would have been accepted. */
export function expectation(types: readonly TokenType[]): string {
  const names = [...new Set(types)].sort((a, b) => a - b).map(type => NAMES.get(type)!)
  return names.length === 1 ? names[0]! : `{${names.join(', ')}}`
}

/** A token as messages quote it. */
export function quoted(source: string, token: Token): string {
  return token.type === T.EOF ? "'<EOF>'" : `'${escaped(source.slice(token.start, token.end))}'`
}

export function noViableAlternative(source: string, from: Token, to: Token): string {
  const text = from.type === T.EOF ? '<EOF>' : escaped(source.slice(from.start, to.end))
  const reserved = /^.(true|false|null)$/su.exec(text)
  // The server words this one case as if the grammar had decided later.
  if (reserved !== null) return `mismatched input '${reserved[1]}' expecting IDENTIFIER`
  return `no viable alternative at input '${text}'`
}

function escaped(text: string): string {
  return text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')
}
