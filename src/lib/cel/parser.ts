import type { Expr, MapEntry, StructField } from './ast.ts'
import type { Token, TokenType } from './lexer.ts'
import { lex, T } from './lexer.ts'
import { unquoteBytes, unquoteString } from './literal.ts'
import { type ExprFactory, expandMacro, type MacroSet } from './macros.ts'
import { expectation, noViableAlternative, OPERAND_START, quoted } from './syntax-error.ts'
import { type CelConstant, CelDouble, CelUint, int64, isInt64, MAX_UINT64 } from './values.ts'

export interface ParseError {
  readonly message: string
  /** Undefined for limits, which concern the whole expression. */
  readonly offset: number | undefined
}

export type ParseResult =
  | { readonly ok: true; readonly expr: Expr; readonly nodes: number }
  | { readonly ok: false; readonly errors: readonly ParseError[] }

export interface ParseOptions {
  readonly macros: MacroSet
  /** `.?`, `[?`, `?element`: since 1.28. */
  readonly optionalSyntax: boolean
  /** Field names in backticks: since 1.37. */
  readonly escapedFields: boolean
}

/** Nested levels that the server's parser takes. */
const MAX_DEPTH = 250
/** Nodes after the expansion of macros. The server has no such limit and spends minutes and gigabytes instead. */
const MAX_NODES = 200_000
/** Code points that the server's parser takes. */
const MAX_CODE_POINTS = 100_000

/** Parses an expression and expands its macros. Errors come sorted by place, as the server prints them. */
export function parse(source: string, options: ParseOptions): ParseResult {
  if (source.length > MAX_CODE_POINTS) {
    let size = 0
    for (const _ of source) size++
    if (size > MAX_CODE_POINTS) {
      const message = `expression code point size exceeds limit: size: ${size}, limit ${MAX_CODE_POINTS}`
      return { ok: false, errors: [{ message, offset: undefined }] }
    }
  }
  return new Parser(source, options).run()
}

/** Stops parsing after the first syntax error or a limit; what was reported before it still counts. */
class Abandoned {}

const RESERVED = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(
    ' ',
  ),
)

const RELATIONS: ReadonlyMap<TokenType, string> = new Map<TokenType, string>([
  [T.LESS, '_<_'],
  [T.LESS_EQUALS, '_<=_'],
  [T.GREATER_EQUALS, '_>=_'],
  [T.GREATER, '_>_'],
  [T.EQUALS, '_==_'],
  [T.NOT_EQUALS, '_!=_'],
  [T.IN, '@in'],
])

const FACTORS: ReadonlyMap<TokenType, string> = new Map<TokenType, string>([
  [T.STAR, '_*_'],
  [T.SLASH, '_/_'],
  [T.PERCENT, '_%_'],
])

const TERMS: ReadonlyMap<TokenType, string> = new Map<TokenType, string>([
  [T.PLUS, '_+_'],
  [T.MINUS, '_-_'],
])

/** What may follow a complete operand inside any expression. */
const CONTINUATIONS: readonly TokenType[] = [
  ...RELATIONS.keys(),
  ...FACTORS.keys(),
  ...TERMS.keys(),
  T.AND,
  T.OR,
  T.LBRACKET,
  T.DOT,
  T.QUESTION,
]

class Parser implements ExprFactory {
  readonly source: string
  readonly options: ParseOptions
  readonly tokens: readonly Token[]
  readonly errors: ParseError[] = []
  at = 0
  ids = 0
  /** Height of the tree that was parsed last, counting what the server's visitor counts. */
  height = 0
  exprDepth = 0
  relationDepth = 0
  calcDepth = 0
  /** What may follow the expressions that are open, innermost last. */
  readonly followers: (readonly TokenType[])[] = [[T.EOF]]
  macroOffset = 0

  constructor(source: string, options: ParseOptions) {
    this.source = source
    this.options = options
    const lexed = lex(source)
    this.tokens = lexed.tokens
    for (const error of lexed.errors) this.errors.push(error)
  }

  run(): ParseResult {
    let expr: Expr | undefined
    try {
      expr = this.expr()
      this.match(T.EOF)
    } catch (error) {
      if (!(error instanceof Abandoned)) throw error
    }
    if (this.errors.length === 0 && expr !== undefined) return { ok: true, expr, nodes: this.ids }
    this.errors.sort((a, b) => (a.offset ?? -1) - (b.offset ?? -1))
    return { ok: false, errors: this.errors }
  }

  // ---- tokens and errors

  get token(): Token {
    return this.tokens[this.at]!
  }

  peek(ahead: number): TokenType {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!.type
  }

  text(token: Token): string {
    return this.source.slice(token.start, token.end)
  }

  accept(type: TokenType): Token | undefined {
    const token = this.token
    if (token.type !== type) return undefined
    this.at++
    return token
  }

  /** The token of this type; otherwise the error that the reference parser's recovery would report. */
  match(type: TokenType): Token {
    const token = this.token
    if (token.type === type) {
      if (type !== T.EOF) this.at++
      return token
    }
    if (this.peek(1) === type && token.type !== T.EOF) this.unexpected([type])
    if (this.fitsAfter(type, token.type)) {
      this.syntaxError(token, `missing ${expectation([type])} at ${quoted(this.source, token)}`)
    }
    return this.syntaxError(token, `mismatched input ${quoted(this.source, token)} expecting ${expectation([type])}`)
  }

  /** Would the current token make sense if `type` stood before it? */
  fitsAfter(type: TokenType, current: TokenType): boolean {
    if (type === T.COLON) return OPERAND_START.includes(current)
    if (type === T.RPAREN || type === T.RBRACKET || type === T.RBRACE)
      return CONTINUATIONS.includes(current) || this.followers.at(-1)!.includes(current)
    return false
  }

  /** Reports the current token where only `expected` could stand. */
  unexpected(expected: readonly TokenType[]): never {
    const token = this.token
    const verb = token.type !== T.EOF && expected.includes(this.peek(1)) ? 'extraneous' : 'mismatched'
    return this.syntaxError(token, `${verb} input ${quoted(this.source, token)} expecting ${expectation(expected)}`)
  }

  syntaxError(token: Token, message: string): never {
    this.errors.push({ message: `Syntax error: ${message}`, offset: token.start })
    throw new Abandoned()
  }

  limit(message: string): never {
    this.errors.push({ message, offset: undefined })
    throw new Abandoned()
  }

  report(offset: number, message: string): Expr {
    this.errors.push({ message, offset })
    return this.literal(offset, null)
  }

  // ---- grammar

  expr(): Expr {
    if (++this.exprDepth > MAX_DEPTH) this.tooDeep()
    const condition = this.or()
    const question = this.accept(T.QUESTION)
    if (question === undefined) {
      this.exprDepth--
      return condition
    }
    let height = this.height
    this.followers.push([T.COLON])
    const truthy = this.or()
    this.followers.pop()
    height = Math.max(height, this.height)
    this.match(T.COLON)
    const falsy = this.expr()
    this.exprDepth--
    this.grow(Math.max(height, this.height))
    return this.call(question.start, '_?_:_', [condition, truthy, falsy])
  }

  or(): Expr {
    return this.chain(T.OR, '_||_', () => this.chain(T.AND, '_&&_', () => this.relation()))
  }

  /** Logical chains become balanced trees, so that a long one is not deep. */
  chain(operator: TokenType, name: string, operand: () => Expr): Expr {
    const first = operand()
    if (this.token.type !== operator) return first
    const terms = [first]
    const offsets: number[] = []
    let height = this.height
    for (let op = this.accept(operator); op !== undefined; op = this.accept(operator)) {
      offsets.push(op.start)
      terms.push(operand())
      height = Math.max(height, this.height)
    }
    this.height = height
    const balanced = (lo: number, hi: number): Expr => {
      const mid = Math.floor((lo + hi + 1) / 2)
      const left = mid === lo ? terms[mid]! : balanced(lo, mid - 1)
      const right = mid === hi ? terms[mid + 1]! : balanced(mid + 1, hi)
      return this.call(offsets[mid]!, name, [left, right])
    }
    return balanced(0, offsets.length - 1)
  }

  relation(): Expr {
    if (++this.relationDepth > MAX_DEPTH) this.tooDeep()
    let left = this.calc()
    for (let name = RELATIONS.get(this.token.type); name !== undefined; name = RELATIONS.get(this.token.type)) {
      const offset = this.tokens[this.at++]!.start
      const height = this.height
      if (++this.relationDepth > MAX_DEPTH) this.tooDeep()
      const right = this.calc()
      this.relationDepth--
      this.grow(Math.max(height, this.height))
      left = this.call(offset, name, [left, right])
    }
    this.relationDepth--
    return left
  }

  calc(): Expr {
    if (++this.calcDepth > MAX_DEPTH) this.tooDeep()
    let left = this.factor()
    for (let name = TERMS.get(this.token.type); name !== undefined; name = TERMS.get(this.token.type)) {
      const offset = this.tokens[this.at++]!.start
      const height = this.height
      if (++this.calcDepth > MAX_DEPTH) this.tooDeep()
      const right = this.factor()
      this.calcDepth--
      this.grow(Math.max(height, this.height))
      left = this.call(offset, name, [left, right])
    }
    this.calcDepth--
    return left
  }

  factor(): Expr {
    let left = this.unary()
    for (let name = FACTORS.get(this.token.type); name !== undefined; name = FACTORS.get(this.token.type)) {
      const offset = this.tokens[this.at++]!.start
      const height = this.height
      if (++this.calcDepth > MAX_DEPTH) this.tooDeep()
      const right = this.unary()
      this.calcDepth--
      this.grow(Math.max(height, this.height))
      left = this.call(offset, name, [left, right])
    }
    return left
  }

  unary(): Expr {
    const token = this.token
    if (!OPERAND_START.includes(token.type)) this.unexpected(OPERAND_START)
    if (token.type === T.EXCLAM) return this.prefixed(token, T.EXCLAM, '!_')
    if (token.type === T.MINUS && this.peek(1) !== T.INT && this.peek(1) !== T.FLOAT)
      return this.prefixed(token, T.MINUS, '-_')
    return this.member()
  }

  /** `!!a` is `a`; a minus before a number literal belongs to the literal. */
  prefixed(first: Token, type: TokenType, name: string): Expr {
    let count = 0
    while (this.accept(type) !== undefined) count++
    if (!OPERAND_START.includes(this.token.type) || this.token.type === T.EXCLAM || this.token.type === T.MINUS) {
      if (!(this.token.type === T.MINUS && (this.peek(1) === T.INT || this.peek(1) === T.FLOAT))) this.badOperand(type)
    }
    const operand = this.member()
    return count % 2 === 0 ? operand : this.call(first.start, name, [operand])
  }

  /** After signs stands neither a further one nor an operand. A minus could still have begun a literal. */
  badOperand(type: TokenType): never {
    const { token } = this
    if (type === T.MINUS) this.syntaxError(token, noViableAlternative(this.source, this.tokens[this.at - 1]!, token))
    if (token.type === T.MINUS) {
      const next = this.tokens[this.at + 1]!
      this.syntaxError(next, noViableAlternative(this.source, token, next))
    }
    return this.syntaxError(
      token,
      `extraneous input ${quoted(this.source, token)} expecting ${expectation(OPERAND_START)}`,
    )
  }

  member(): Expr {
    let operand = this.primary()
    for (;;) {
      if (this.token.type === T.DOT) operand = this.selection(operand)
      else if (this.token.type === T.LBRACKET) operand = this.index(operand)
      else return operand
    }
  }

  selection(operand: Expr): Expr {
    const dot = this.tokens[this.at++]!
    const question = this.accept(T.QUESTION)
    const name = this.token
    if (name.type !== T.IDENTIFIER && name.type !== T.ESC_IDENTIFIER)
      this.syntaxError(
        name,
        question === undefined
          ? noViableAlternative(this.source, dot, name)
          : `mismatched input ${quoted(this.source, name)} expecting ${expectation([T.IDENTIFIER, T.ESC_IDENTIFIER])}`,
      )
    this.at++
    if (name.type === T.IDENTIFIER && question === undefined && this.token.type === T.LPAREN) {
      const open = this.tokens[this.at++]!
      const height = this.height
      const args = this.args()
      this.grow(Math.max(height, this.height))
      return this.expandOrCall(open.start, this.text(name), operand, args)
    }
    this.grow(this.height)
    const field = this.fieldName(name)
    if (question !== undefined) {
      if (!this.options.optionalSyntax) return this.report(dot.start, "unsupported syntax '.?'")
      return this.call(dot.start, '_?._', [operand, this.literal(name.start, field)])
    }
    return { kind: 'select', id: ++this.ids, offset: dot.start, operand, field, testOnly: false }
  }

  fieldName(token: Token): string {
    if (token.type === T.IDENTIFIER) return this.text(token)
    if (!this.options.escapedFields) this.report(token.start, "unsupported syntax: '`'")
    return this.source.slice(token.start + 1, token.end - 1)
  }

  index(operand: Expr): Expr {
    const open = this.tokens[this.at++]!
    const height = this.height
    const optional = this.optionalMark([])
    this.followers.push([T.RBRACKET])
    const key = this.expr()
    this.followers.pop()
    this.match(T.RBRACKET)
    this.grow(Math.max(height, this.height))
    if (optional && !this.options.optionalSyntax) return this.report(open.start, "unsupported syntax '[?'")
    return this.call(open.start, optional ? '_[?_]' : '_[_]', [operand, key])
  }

  /** Accepts `?` where an operand, `?` or one of `more` may stand. */
  optionalMark(more: readonly TokenType[]): boolean {
    if (this.accept(T.QUESTION) !== undefined) return true
    if (!OPERAND_START.includes(this.token.type)) this.unexpected([...OPERAND_START, T.QUESTION, ...more])
    return false
  }

  /** The arguments of a call, up to and with the closing parenthesis. */
  args(): Expr[] {
    const args: Expr[] = []
    let height = 0
    if (this.token.type !== T.RPAREN) {
      if (!OPERAND_START.includes(this.token.type)) this.unexpected([...OPERAND_START, T.RPAREN])
      this.followers.push([T.COMMA, T.RPAREN])
      do {
        args.push(this.expr())
        height = Math.max(height, this.height)
      } while (this.accept(T.COMMA) !== undefined)
      this.followers.pop()
    }
    this.match(T.RPAREN)
    this.height = height
    return args
  }

  primary(): Expr {
    const token = this.token
    switch (token.type) {
      case T.LPAREN: {
        this.at++
        this.followers.push([T.RPAREN])
        const inner = this.expr()
        this.followers.pop()
        this.match(T.RPAREN)
        return inner
      }
      case T.LBRACKET:
        return this.list()
      case T.LBRACE:
        return this.map()
      case T.DOT:
      case T.IDENTIFIER:
        return this.name()
      default:
        return this.constant()
    }
  }

  name(): Expr {
    const start = this.token
    const leading = this.accept(T.DOT)
    const token = this.token
    if (token.type !== T.IDENTIFIER) this.syntaxError(token, noViableAlternative(this.source, start, token))
    this.at++
    this.height = 0
    const name = this.text(token)
    const message = this.messageName()
    if (message !== undefined) return this.struct((leading === undefined ? '' : '.') + name + message)
    if (this.token.type === T.LPAREN) {
      const open = this.tokens[this.at++]!
      const args = this.args()
      if (RESERVED.has(name)) return this.report(start.start, `reserved identifier: ${name}`)
      return this.expandOrCall(open.start, (leading === undefined ? '' : '.') + name, undefined, args)
    }
    if (RESERVED.has(name)) return this.report(start.start, `reserved identifier: ${name}`)
    return this.ident(token.start, (leading === undefined ? '' : '.') + name)
  }

  /** The rest of `a.b.C` if it ends at the `{` of a message literal; the cursor then stands on the brace. */
  messageName(): string | undefined {
    let at = this.at
    let rest = ''
    while (this.tokens[at]!.type === T.DOT && this.tokens[at + 1]!.type === T.IDENTIFIER) {
      rest += `.${this.text(this.tokens[at + 1]!)}`
      at += 2
    }
    if (this.tokens[at]!.type !== T.LBRACE) return undefined
    this.at = at
    return rest
  }

  struct(typeName: string): Expr {
    const open = this.tokens[this.at++]!
    const fields: StructField[] = []
    let height = 0
    this.followers.push([T.COMMA, T.RBRACE])
    const expected: readonly TokenType[] = [T.QUESTION, T.IDENTIFIER, T.ESC_IDENTIFIER]
    if (this.token.type !== T.RBRACE && this.token.type !== T.COMMA) {
      if (!expected.includes(this.token.type)) this.unexpected([...expected, T.RBRACE, T.COMMA])
      do {
        if (fields.length > 0 && !expected.includes(this.peek(0))) break
        const optional = this.accept(T.QUESTION) !== undefined
        const name = this.token
        if (name.type !== T.IDENTIFIER && name.type !== T.ESC_IDENTIFIER)
          this.unexpected(optional ? [T.IDENTIFIER, T.ESC_IDENTIFIER] : expected)
        this.at++
        const colon = this.match(T.COLON)
        if (optional && !this.options.optionalSyntax) this.report(name.start, "unsupported syntax '?'")
        const value = this.expr()
        height = Math.max(height, this.height)
        fields.push({ id: ++this.ids, offset: colon.start, name: this.fieldName(name), value, optional })
      } while (this.accept(T.COMMA) !== undefined)
    } else this.accept(T.COMMA)
    this.followers.pop()
    this.close(T.RBRACE)
    this.height = height
    return { kind: 'struct', id: ++this.ids, offset: open.start, typeName, fields }
  }

  list(): Expr {
    const open = this.tokens[this.at++]!
    const elements: Expr[] = []
    const optionalIndices: number[] = []
    let height = 0
    this.followers.push([T.COMMA, T.RBRACKET])
    if (this.token.type !== T.RBRACKET && !this.lonelyComma(T.RBRACKET)) {
      do {
        if (elements.length > 0 && this.endsList()) break
        const question = this.token
        if (this.optionalMark(elements.length === 0 ? [T.RBRACKET, T.COMMA] : [])) {
          if (!this.options.optionalSyntax) this.report(question.start, "unsupported syntax '?'")
          optionalIndices.push(elements.length)
        }
        elements.push(this.expr())
        height = Math.max(height, this.height)
      } while (this.accept(T.COMMA) !== undefined)
    }
    this.followers.pop()
    this.close(T.RBRACKET)
    this.height = height
    return { kind: 'list', id: ++this.ids, offset: open.start, elements, optionalIndices }
  }

  /** After a comma: does no further element follow, so that it was a trailing one? */
  endsList(): boolean {
    return this.token.type !== T.QUESTION && !OPERAND_START.includes(this.token.type)
  }

  /** `[,]` and `{,}` are empty literals in this grammar. */
  lonelyComma(closer: TokenType): boolean {
    if (this.token.type !== T.COMMA) return false
    this.at++
    if (this.token.type !== closer) this.match(closer)
    return true
  }

  close(type: TokenType): void {
    if (this.token.type === type) this.at++
    else if (this.tokens[this.at - 1]!.type === T.COMMA) this.match(type)
    else this.unexpected([type, T.COMMA])
  }

  map(): Expr {
    const open = this.tokens[this.at++]!
    const entries: MapEntry[] = []
    let height = 0
    this.followers.push([T.COMMA, T.RBRACE])
    if (this.token.type !== T.RBRACE && !this.lonelyComma(T.RBRACE)) {
      do {
        if (entries.length > 0 && this.endsList()) break
        const question = this.token
        const optional = this.optionalMark(entries.length === 0 ? [T.RBRACE, T.COMMA] : [])
        if (optional && !this.options.optionalSyntax) this.report(question.start, "unsupported syntax '?'")
        this.followers.push([T.COLON])
        const key = this.expr()
        this.followers.pop()
        height = Math.max(height, this.height)
        const colon = this.match(T.COLON)
        const value = this.expr()
        height = Math.max(height, this.height)
        entries.push({ id: ++this.ids, offset: colon.start, key, value, optional })
      } while (this.accept(T.COMMA) !== undefined)
    }
    this.followers.pop()
    this.close(T.RBRACE)
    this.height = height
    return { kind: 'map', id: ++this.ids, offset: open.start, entries }
  }

  constant(): Expr {
    const start = this.token
    const negative = this.accept(T.MINUS) !== undefined
    const token = this.tokens[this.at++]!
    const text = this.text(token)
    this.height = 0
    switch (token.type) {
      case T.INT: {
        const value = negative ? -BigInt(text) : BigInt(text)
        return isInt64(value)
          ? this.literal(start.start, int64(value))
          : this.report(start.start, 'invalid int literal')
      }
      case T.UINT: {
        const value = BigInt(text.slice(0, -1))
        if (value > MAX_UINT64) return this.report(start.start, 'invalid uint literal')
        return this.literal(start.start, new CelUint(value))
      }
      case T.FLOAT: {
        const value = Number(text)
        if (!Number.isFinite(value)) return this.report(start.start, 'invalid double literal')
        return this.literal(start.start, CelDouble.of(negative ? -value : value))
      }
      case T.STRING: {
        const string = unquoteString(text)
        return 'text' in string ? this.literal(start.start, string.text) : this.report(start.start, string.error)
      }
      case T.BYTES: {
        const bytes = unquoteBytes(text)
        return 'bytes' in bytes ? this.literal(start.start, bytes.bytes) : this.report(start.start, bytes.error)
      }
      case T.TRUE:
      case T.FALSE:
        return this.literal(start.start, token.type === T.TRUE)
      case T.NULL:
        return this.literal(start.start, null)
      default:
        this.at--
        return this.unexpected(OPERAND_START)
    }
  }

  // ---- nodes

  /** One more level of the kind that the server's visitor counts. */
  grow(height: number): void {
    this.height = height + 1
    if (this.height > MAX_DEPTH) this.limit('max recursion depth exceeded')
  }

  tooDeep(): never {
    return this.limit(`expression recursion limit exceeded: ${MAX_DEPTH}`)
  }

  literal(offset: number, value: CelConstant): Expr {
    return { kind: 'literal', id: ++this.ids, offset, value }
  }

  ident(offset: number, name: string): Expr {
    return { kind: 'ident', id: ++this.ids, offset, name }
  }

  call(offset: number, name: string, args: readonly Expr[]): Expr {
    return { kind: 'call', id: ++this.ids, offset, function: name, target: undefined, args }
  }

  nextId(): number {
    // `optMap` evaluates its target twice: a chain of them doubles with every link.
    if (++this.ids > MAX_NODES) this.limit(`expression expands to more than ${MAX_NODES} nodes`)
    return this.ids
  }

  expandOrCall(offset: number, name: string, target: Expr | undefined, args: readonly Expr[]): Expr {
    const expansion = expandMacro(this.options.macros, this, offset, name, target, args)
    if (expansion === undefined) return { kind: 'call', id: ++this.ids, offset, function: name, target, args }
    return 'error' in expansion ? this.report(expansion.offset, expansion.error) : expansion.expr
  }
}
