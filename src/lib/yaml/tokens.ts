// The scanner of YAML 1.1 as libyaml defined it, because Kubernetes reads with a descendant of exactly that program:
// where the specification leaves room (tabs, simple keys, `:` in flow context, breaks), its behaviour is the answer.
// Follows go.yaml.in/yaml/v2 (scannerc.go), under the MIT licence:
//   Copyright (c) 2006-2010 Kirill Simonov. Permission is hereby granted, free of charge, to any person obtaining a copy
//   of this software, to deal in it without restriction, provided that this notice is included. It comes as it is,
//   without warranty of any kind.

import { YamlError } from './yaml-error.ts'

/** A place in the text. `index` and `column` count characters (a surrogate pair is one), as the reference does. */
export interface Mark {
  readonly offset: number
  readonly index: number
  readonly line: number
  readonly column: number
}

export type TokenKind =
  | 'stream-start'
  | 'stream-end'
  | 'version-directive'
  | 'tag-directive'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-sequence-end'
  | 'flow-mapping-start'
  | 'flow-mapping-end'
  | 'block-entry'
  | 'flow-entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar'

export interface Token {
  readonly kind: TokenKind
  readonly start: Mark
  readonly end: Mark
  /** Text of a scalar, name of an anchor or alias, handle of a tag or tag directive. */
  readonly value: string
  /** Suffix of a tag, prefix of a tag directive. */
  readonly suffix: string
  readonly isPlain: boolean
}

interface SimpleKey {
  possible: boolean
  required: boolean
  tokenNumber: number
  mark: Mark
}

const maxFlowLevel = 10_000
const maxIndents = 10_000
const maxSimpleKey = 1024

/** Tokens of one document text, in order. Throws `YamlError` and nothing else. */
export class TokenScanner {
  private readonly text: string
  /** Behind a byte-order mark. */
  private readonly first: number = 0
  private offset = 0
  private index = 0
  private line = 0
  private column = 0
  private indent = -1
  private readonly indents: number[] = []
  private flowLevel = 0
  private simpleKeyAllowed = true
  private readonly simpleKeys: SimpleKey[] = []
  private readonly simpleKeyByToken = new Map<number, number>()
  private tokens: Token[] = []
  private head = 0
  private tokensTaken = 0
  private streamEnded = false

  constructor(text: string) {
    this.text = text
    if (text.charCodeAt(0) === BYTE_ORDER_MARK) this.first = this.offset = 1
    const mark = this.mark()
    this.simpleKeys.push({ possible: false, required: false, tokenNumber: 0, mark })
    this.push('stream-start', mark, mark)
  }

  /** The next token without taking it. After the last one: `stream-end` for ever. */
  peek(): Token {
    for (;;) {
      if (this.head !== this.tokens.length) {
        const at = this.simpleKeyByToken.get(this.tokensTaken)
        if (at === undefined || !this.isValidSimpleKey(this.simpleKeys[at]!)) break
      }
      this.fetchNextToken()
    }
    return this.tokens[this.head]!
  }

  take(): Token {
    const token = this.peek()
    if (token.kind === 'stream-end') return token
    this.head++
    if (this.simpleKeyByToken.size > 0) this.simpleKeyByToken.delete(this.tokensTaken)
    this.tokensTaken++
    if (this.head > 1024) {
      this.tokens = this.tokens.slice(this.head)
      this.head = 0
    }
    return token
  }

  /** How far the text has been looked at. */
  get position(): number {
    return this.offset
  }

  private fetchNextToken() {
    if (this.streamEnded) {
      this.push('stream-end', this.mark(), this.mark())
      return
    }
    this.skipToNextToken()
    this.unrollIndent(this.column)
    const c = this.at(0)
    if (this.isEnd()) return this.fetchStreamEnd()
    if (this.column === 0) {
      if (c === PERCENT) return this.fetchDirective()
      if (this.isDocumentIndicator(DASH)) return this.fetchDocumentIndicator('document-start')
      if (this.isDocumentIndicator(DOT)) return this.fetchDocumentIndicator('document-end')
    }
    switch (c) {
      case LEFT_BRACKET:
        return this.fetchFlowStart('flow-sequence-start')
      case LEFT_BRACE:
        return this.fetchFlowStart('flow-mapping-start')
      case RIGHT_BRACKET:
        return this.fetchFlowEnd('flow-sequence-end')
      case RIGHT_BRACE:
        return this.fetchFlowEnd('flow-mapping-end')
      case COMMA:
        return this.fetchFlowEntry()
      case DASH:
        if (this.isBlankOrEnd(1)) return this.fetchBlockEntry()
        break
      case QUESTION:
        if (this.flowLevel > 0 || this.isBlankOrEnd(1)) return this.fetchKey()
        break
      case COLON:
        if (this.flowLevel > 0 || this.isBlankOrEnd(1)) return this.fetchValue()
        break
      case STAR:
        return this.fetchAnchor('alias')
      case AMPERSAND:
        return this.fetchAnchor('anchor')
      case EXCLAMATION:
        return this.fetchTag()
      case PIPE:
        if (this.flowLevel === 0) return this.fetchBlockScalar(true)
        break
      case GREATER:
        if (this.flowLevel === 0) return this.fetchBlockScalar(false)
        break
      case SINGLE_QUOTE:
        return this.fetchQuoted(true)
      case DOUBLE_QUOTE:
        return this.fetchQuoted(false)
    }
    if (this.canStartPlain(c)) return this.fetchPlain()
    throw this.error('found character that cannot start any token')
  }

  private canStartPlain(c: number): boolean {
    switch (c) {
      case DASH:
        return !isBlank(this.at(1))
      case QUESTION:
      case COLON:
        return this.flowLevel === 0 && !this.isBlankOrEnd(1)
      case COMMA:
      case LEFT_BRACKET:
      case RIGHT_BRACKET:
      case LEFT_BRACE:
      case RIGHT_BRACE:
      case HASH:
      case AMPERSAND:
      case STAR:
      case EXCLAMATION:
      case PIPE:
      case GREATER:
      case SINGLE_QUOTE:
      case DOUBLE_QUOTE:
      case PERCENT:
      case AT:
      case BACKTICK:
        return false
      default:
        return !this.isBlankOrEnd(0)
    }
  }

  // A simple key ends on its own line and within 1,024 characters; a key that the block structure needs must be one.
  private isValidSimpleKey(key: SimpleKey): boolean {
    if (!key.possible) return false
    if (key.mark.line < this.line || key.mark.index + maxSimpleKey < this.index) {
      if (key.required) throw this.error("could not find expected ':'")
      key.possible = false
      return false
    }
    return true
  }

  private saveSimpleKey(): void {
    const required = this.flowLevel === 0 && this.indent === this.column
    if (!this.simpleKeyAllowed) return
    const tokenNumber = this.tokensTaken + (this.tokens.length - this.head)
    this.removeSimpleKey()
    const last = this.simpleKeys.length - 1
    this.simpleKeys[last] = { possible: true, required, tokenNumber, mark: this.mark() }
    this.simpleKeyByToken.set(tokenNumber, last)
  }

  private removeSimpleKey(): void {
    const key = this.simpleKeys[this.simpleKeys.length - 1]!
    if (!key.possible) return
    if (key.required) throw this.error("could not find expected ':'")
    key.possible = false
    this.simpleKeyByToken.delete(key.tokenNumber)
  }

  private rollIndent(column: number, tokenNumber: number, kind: TokenKind, mark: Mark): void {
    if (this.flowLevel > 0 || this.indent >= column) return
    this.indents.push(this.indent)
    this.indent = column
    if (this.indents.length > maxIndents) throw this.depthError(`exceeded max depth of ${maxIndents}`)
    this.insert(tokenNumber < 0 ? -1 : tokenNumber - this.tokensTaken, tokenOf(kind, mark, mark))
  }

  private unrollIndent(column: number): void {
    if (this.flowLevel > 0) return
    while (this.indent > column) {
      const mark = this.mark()
      this.push('block-end', mark, mark)
      this.indent = this.indents.pop() ?? -1
    }
  }

  private fetchStreamEnd(): void {
    if (this.column !== 0) {
      this.column = 0
      this.line++
    }
    this.unrollIndent(-1)
    this.removeSimpleKey()
    this.simpleKeyAllowed = false
    this.streamEnded = true
    this.push('stream-end', this.mark(), this.mark())
  }

  private fetchDirective(): void {
    this.unrollIndent(-1)
    this.removeSimpleKey()
    this.simpleKeyAllowed = false
    this.tokens.push(this.scanDirective())
  }

  private fetchDocumentIndicator(kind: TokenKind): void {
    this.unrollIndent(-1)
    this.removeSimpleKey()
    this.simpleKeyAllowed = false
    const start = this.mark()
    this.skip()
    this.skip()
    this.skip()
    this.push(kind, start, this.mark())
  }

  private fetchFlowStart(kind: TokenKind): void {
    this.saveSimpleKey()
    this.simpleKeys.push({
      possible: false,
      required: false,
      tokenNumber: this.tokensTaken + (this.tokens.length - this.head),
      mark: this.mark(),
    })
    this.flowLevel++
    if (this.flowLevel > maxFlowLevel) throw this.depthError(`exceeded max depth of ${maxFlowLevel}`)
    this.simpleKeyAllowed = true
    this.indicator(kind)
  }

  private fetchFlowEnd(kind: TokenKind): void {
    this.removeSimpleKey()
    if (this.flowLevel > 0) {
      this.flowLevel--
      const last = this.simpleKeys.pop()
      if (last !== undefined) this.simpleKeyByToken.delete(last.tokenNumber)
    }
    this.simpleKeyAllowed = false
    this.indicator(kind)
  }

  private fetchFlowEntry(): void {
    this.removeSimpleKey()
    this.simpleKeyAllowed = true
    this.indicator('flow-entry')
  }

  private fetchBlockEntry(): void {
    if (this.flowLevel === 0) {
      if (!this.simpleKeyAllowed) throw this.error('block sequence entries are not allowed in this context')
      this.rollIndent(this.column, -1, 'block-sequence-start', this.mark())
    }
    this.removeSimpleKey()
    this.simpleKeyAllowed = true
    this.indicator('block-entry')
  }

  private fetchKey(): void {
    if (this.flowLevel === 0) {
      if (!this.simpleKeyAllowed) throw this.error('mapping keys are not allowed in this context')
      this.rollIndent(this.column, -1, 'block-mapping-start', this.mark())
    }
    this.removeSimpleKey()
    this.simpleKeyAllowed = this.flowLevel === 0
    this.indicator('key')
  }

  private fetchValue(): void {
    const key = this.simpleKeys[this.simpleKeys.length - 1]!
    if (this.isValidSimpleKey(key)) {
      this.insert(key.tokenNumber - this.tokensTaken, tokenOf('key', key.mark, key.mark))
      this.rollIndent(key.mark.column, key.tokenNumber, 'block-mapping-start', key.mark)
      key.possible = false
      this.simpleKeyByToken.delete(key.tokenNumber)
      this.simpleKeyAllowed = false
    } else {
      if (this.flowLevel === 0) {
        if (!this.simpleKeyAllowed) throw this.error('mapping values are not allowed in this context')
        this.rollIndent(this.column, -1, 'block-mapping-start', this.mark())
      }
      this.simpleKeyAllowed = this.flowLevel === 0
    }
    this.indicator('value')
  }

  private fetchAnchor(kind: 'alias' | 'anchor'): void {
    this.saveSimpleKey()
    this.simpleKeyAllowed = false
    const start = this.mark()
    this.skip()
    const value = this.word()
    const c = this.at(0)
    const isFollowed =
      this.isBlankOrEnd(0) ||
      c === QUESTION ||
      c === COLON ||
      c === COMMA ||
      c === RIGHT_BRACKET ||
      c === RIGHT_BRACE ||
      c === PERCENT ||
      c === AT ||
      c === BACKTICK
    if (value.length === 0 || !isFollowed) throw this.error('did not find expected alphabetic or numeric character')
    this.push(kind, start, this.mark(), value)
  }

  private fetchTag(): void {
    this.saveSimpleKey()
    this.simpleKeyAllowed = false
    const start = this.mark()
    let handle = ''
    let suffix: string
    if (this.at(1) === LESS) {
      this.skip()
      this.skip()
      suffix = this.scanTagUri('')
      if (this.at(0) !== GREATER) throw this.error("did not find the expected '>'")
      this.skip()
    } else {
      handle = this.scanTagHandle(false)
      if (handle.length > 1 && handle.endsWith('!')) suffix = this.scanTagUri('')
      else {
        suffix = this.scanTagUri(handle)
        handle = '!'
        // The lone `!` is the tag "not plain".
        if (suffix.length === 0) [handle, suffix] = [suffix, handle]
      }
    }
    if (!this.isBlankOrEnd(0)) throw this.error('did not find expected whitespace or line break')
    this.push('tag', start, this.mark(), handle, suffix)
  }

  private fetchBlockScalar(isLiteral: boolean): void {
    this.removeSimpleKey()
    this.simpleKeyAllowed = true
    this.scanBlockScalar(isLiteral)
  }

  private fetchQuoted(isSingle: boolean): void {
    this.saveSimpleKey()
    this.simpleKeyAllowed = false
    this.scanQuoted(isSingle)
  }

  private fetchPlain(): void {
    this.saveSimpleKey()
    this.simpleKeyAllowed = false
    this.scanPlain()
  }

  private skipToNextToken(): void {
    for (;;) {
      if (this.column === 0 && this.offset === this.first && this.at(0) === BYTE_ORDER_MARK) this.skip()
      // Tabs separate tokens in flow context, and in block context where no simple key may start.
      for (;;) {
        const c = this.at(0)
        if (c === SPACE || (c === TAB && (this.flowLevel > 0 || !this.simpleKeyAllowed))) this.skip()
        else break
      }
      if (this.at(0) === HASH) while (!this.isBreakOrEnd(0)) this.skip()
      if (!isBreak(this.at(0))) return
      this.skipLine()
      if (this.flowLevel === 0) this.simpleKeyAllowed = true
    }
  }

  private scanDirective(): Token {
    const start = this.mark()
    this.skip()
    const name = this.word()
    if (name.length === 0) throw this.error('could not find expected directive name')
    if (!this.isBlankOrEnd(0)) throw this.error('found unexpected non-alphabetical character')
    let token: Token
    if (name === 'YAML') {
      this.skipBlanks()
      const major = this.scanVersionNumber()
      if (this.at(0) !== DOT) throw this.error("did not find expected digit or '.' character")
      this.skip()
      const minor = this.scanVersionNumber()
      token = tokenOf('version-directive', start, this.mark(), major, minor)
    } else if (name === 'TAG') {
      this.skipBlanks()
      const handle = this.scanTagHandle(true)
      if (!isBlank(this.at(0))) throw this.error('did not find expected whitespace')
      this.skipBlanks()
      const prefix = this.scanTagUri('')
      if (!this.isBlankOrEnd(0)) throw this.error('did not find expected whitespace or line break')
      token = tokenOf('tag-directive', start, this.mark(), handle, prefix)
    } else throw this.error('found unknown directive name')
    this.skipBlanks()
    if (this.at(0) === HASH) while (!this.isBreakOrEnd(0)) this.skip()
    if (!this.isBreakOrEnd(0)) throw this.error('did not find expected comment or line break')
    if (isBreak(this.at(0))) this.skipLine()
    return token
  }

  private scanVersionNumber(): string {
    let digits = ''
    while (isDigit(this.at(0))) {
      if (digits.length === 2) throw this.error('found extremely long version number')
      digits += String.fromCharCode(this.at(0))
      this.skip()
    }
    if (digits.length === 0) throw this.error('did not find expected version number')
    return String(Number(digits))
  }

  private scanTagHandle(isDirective: boolean): string {
    if (this.at(0) !== EXCLAMATION) throw this.error("did not find expected '!'")
    this.skip()
    let handle = `!${this.word()}`
    if (this.at(0) === EXCLAMATION) {
      this.skip()
      handle += '!'
    } else if (isDirective && handle !== '!') throw this.error("did not find expected '!'")
    return handle
  }

  private scanTagUri(head: string): string {
    let uri = head.slice(1)
    let isTag = head.length > 0
    const bytes: number[] = []
    const flush = (): void => {
      if (bytes.length > 0) uri += new TextDecoder().decode(Uint8Array.from(bytes.splice(0)))
    }
    for (;;) {
      const c = this.at(0)
      if (c === PERCENT) {
        const octet = Number.parseInt(this.text.slice(this.offset + 1, this.offset + 3), 16)
        if (!isHex(this.at(1)) || !isHex(this.at(2))) throw this.error('did not find URI escaped octet')
        bytes.push(octet)
        this.skip()
        this.skip()
        this.skip()
      } else if (isUriCharacter(c)) {
        flush()
        uri += String.fromCharCode(c)
        this.skip()
      } else break
      isTag = true
    }
    flush()
    if (!isTag) throw this.error('did not find expected tag URI')
    return uri
  }

  private scanBlockScalar(isLiteral: boolean): void {
    const start = this.mark()
    this.skip()
    let chomping = 0
    let increment = 0
    const readChomping = (): void => {
      const c = this.at(0)
      if (c !== PLUS && c !== DASH) return
      chomping = c === PLUS ? 1 : -1
      this.skip()
    }
    const readIncrement = (): void => {
      const c = this.at(0)
      if (!isDigit(c)) return
      if (c === ZERO) throw this.error('found an indentation indicator equal to 0')
      increment = c - ZERO
      this.skip()
    }
    if (isDigit(this.at(0))) {
      readIncrement()
      readChomping()
    } else {
      readChomping()
      if (chomping !== 0) readIncrement()
    }
    this.skipBlanks()
    if (this.at(0) === HASH) while (!this.isBreakOrEnd(0)) this.skip()
    if (!this.isBreakOrEnd(0)) throw this.error('did not find expected comment or line break')
    if (isBreak(this.at(0))) this.skipLine()
    let end = this.mark()
    let indent = increment > 0 ? (this.indent >= 0 ? this.indent + increment : increment) : 0

    const scanBreaks = (): string => {
      let breaks = ''
      let maxIndent = 0
      end = this.mark()
      for (;;) {
        while ((indent === 0 || this.column < indent) && this.at(0) === SPACE) this.skip()
        if (this.column > maxIndent) maxIndent = this.column
        if ((indent === 0 || this.column < indent) && this.at(0) === TAB) {
          throw this.error('found a tab character where an indentation space is expected')
        }
        if (!isBreak(this.at(0))) break
        breaks += this.readLine()
        end = this.mark()
      }
      if (indent === 0) indent = Math.max(maxIndent, this.indent + 1, 1)
      return breaks
    }

    let value = ''
    let leadingBreak = ''
    let trailingBreaks = scanBreaks()
    let leadingBlank = false
    while (this.column === indent && !this.isEnd()) {
      const trailingBlank = isBlank(this.at(0))
      if (!isLiteral && !leadingBlank && !trailingBlank && leadingBreak.startsWith('\n')) {
        if (trailingBreaks.length === 0) value += ' '
      } else value += leadingBreak
      value += trailingBreaks
      leadingBlank = isBlank(this.at(0))
      const from = this.offset
      while (!this.isBreakOrEnd(0)) this.skip()
      value += this.text.slice(from, this.offset)
      leadingBreak = this.readLine()
      trailingBreaks = scanBreaks()
    }
    if (chomping !== -1) value += leadingBreak
    if (chomping === 1) value += trailingBreaks
    this.push('scalar', start, end, value)
  }

  private scanQuoted(isSingle: boolean): void {
    const start = this.mark()
    const quote = isSingle ? SINGLE_QUOTE : DOUBLE_QUOTE
    this.skip()
    let value = ''
    for (;;) {
      if (this.column === 0 && (this.isDocumentIndicator(DASH) || this.isDocumentIndicator(DOT))) {
        throw this.error('found unexpected document indicator')
      }
      if (this.isEnd()) throw this.error('found unexpected end of stream')
      let leadingBlanks = false
      let leadingBreak = ''
      let trailingBreaks = ''
      while (!this.isBlankOrEnd(0)) {
        const c = this.at(0)
        if (c === quote) {
          if (!isSingle || this.at(1) !== SINGLE_QUOTE) break
          value += "'"
          this.skip()
          this.skip()
        } else if (!isSingle && c === BACKSLASH) {
          if (isBreak(this.at(1))) {
            this.skip()
            this.skipLine()
            leadingBlanks = true
            break
          }
          value += this.scanEscape()
        } else {
          const from = this.offset
          do this.skip()
          while (!this.isBlankOrEnd(0) && this.at(0) !== quote && this.at(0) !== BACKSLASH)
          value += this.text.slice(from, this.offset)
        }
      }
      if (this.at(0) === quote && !this.isEnd()) break
      let whitespace = ''
      for (;;) {
        const c = this.at(0)
        if (isBlank(c)) {
          if (!leadingBlanks) whitespace += c === TAB ? '\t' : ' '
          this.skip()
        } else if (isBreak(c)) {
          if (leadingBlanks) trailingBreaks += this.readLine()
          else {
            whitespace = ''
            leadingBreak = this.readLine()
            leadingBlanks = true
          }
        } else break
      }
      value += leadingBlanks ? foldedBreaks(leadingBreak, trailingBreaks) : whitespace
    }
    this.skip()
    this.push('scalar', start, this.mark(), value)
  }

  private scanEscape(): string {
    const c = this.at(1)
    const plain = escapes[String.fromCharCode(c)]
    if (plain !== undefined) {
      this.skip()
      this.skip()
      return plain
    }
    const length = c === LOWER_X ? 2 : c === LOWER_U ? 4 : c === UPPER_U ? 8 : 0
    if (length === 0) throw this.error('found unknown escape character')
    this.skip()
    this.skip()
    for (let i = 0; i < length; i++) {
      if (!isHex(this.at(i))) throw this.error('did not find expected hexdecimal number')
    }
    const code = Number.parseInt(this.text.slice(this.offset, this.offset + length), 16)
    if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) {
      throw this.error('found invalid Unicode character escape code')
    }
    for (let i = 0; i < length; i++) this.skip()
    return String.fromCodePoint(code)
  }

  private scanPlain(): void {
    const start = this.mark()
    let end = start
    const indent = this.indent + 1
    let value = ''
    let leadingBlanks = false
    let leadingBreak = ''
    let trailingBreaks = ''
    let whitespace = ''
    for (;;) {
      if (this.column === 0 && (this.isDocumentIndicator(DASH) || this.isDocumentIndicator(DOT))) break
      if (this.at(0) === HASH) break
      const from = this.offset
      while (!this.isBlankOrEnd(0)) {
        const c = this.at(0)
        if (c === COLON && this.isBlankOrEnd(1)) break
        if (this.flowLevel > 0 && isFlowIndicator(c)) break
        if (this.offset === from && (leadingBlanks || whitespace.length > 0)) {
          if (leadingBlanks) {
            value += foldedBreaks(leadingBreak, trailingBreaks)
            leadingBreak = ''
            trailingBreaks = ''
            leadingBlanks = false
          } else value += whitespace
          whitespace = ''
        }
        this.skip()
      }
      if (this.offset > from) {
        value += this.text.slice(from, this.offset)
        end = this.mark()
      }
      if (this.isEnd() || !(isBlank(this.at(0)) || isBreak(this.at(0)))) break
      for (;;) {
        const c = this.at(0)
        if (isBlank(c)) {
          if (leadingBlanks && this.column < indent && c === TAB) {
            throw this.error('found a tab character that violates indentation')
          }
          if (!leadingBlanks) whitespace += c === TAB ? '\t' : ' '
          this.skip()
        } else if (isBreak(c)) {
          if (leadingBlanks) trailingBreaks += this.readLine()
          else {
            whitespace = ''
            leadingBreak = this.readLine()
            leadingBlanks = true
          }
        } else break
      }
      if (this.flowLevel === 0 && this.column < indent) break
    }
    this.tokens.push({ kind: 'scalar', start, end, value, suffix: '', isPlain: true })
    if (leadingBlanks) this.simpleKeyAllowed = true
  }

  private indicator(kind: TokenKind): void {
    const start = this.mark()
    this.skip()
    this.push(kind, start, this.mark())
  }

  private push(kind: TokenKind, start: Mark, end: Mark, value = '', suffix = ''): void {
    this.tokens.push(tokenOf(kind, start, end, value, suffix))
  }

  private insert(position: number, token: Token): void {
    if (position < 0) this.tokens.push(token)
    else this.tokens.splice(this.head + position, 0, token)
  }

  private word(): string {
    const from = this.offset
    while (isAlpha(this.at(0))) this.skip()
    return this.text.slice(from, this.offset)
  }

  private skipBlanks(): void {
    while (isBlank(this.at(0))) this.skip()
  }

  /** The character unit `ahead` of the position; 0 beyond the end. */
  private at(ahead: number): number {
    const at = this.offset + ahead
    return at < this.text.length ? this.text.charCodeAt(at) : 0
  }

  private isEnd(): boolean {
    return this.at(0) === 0
  }

  private skip(): void {
    const c = this.text.charCodeAt(this.offset)
    this.offset += c >= 0xd800 && c <= 0xdbff ? 2 : 1
    this.index++
    this.column++
  }

  private skipLine(): void {
    const isPair = this.at(0) === CARRIAGE_RETURN && this.at(1) === LINE_FEED
    this.offset += isPair ? 2 : 1
    this.index += isPair ? 2 : 1
    this.column = 0
    this.line++
  }

  /** Takes a line break and gives its normal form; nothing at the end of the text. */
  private readLine(): string {
    const c = this.at(0)
    if (!isBreak(c)) return ''
    this.skipLine()
    return c === LINE_SEPARATOR || c === PARAGRAPH_SEPARATOR ? String.fromCharCode(c) : '\n'
  }

  private isBlankOrEnd(ahead: number): boolean {
    const c = this.at(ahead)
    return c === 0 || isBlank(c) || isBreak(c)
  }

  private isBreakOrEnd(ahead: number): boolean {
    const c = this.at(ahead)
    return c === 0 || isBreak(c)
  }

  private isDocumentIndicator(c: number): boolean {
    return this.at(0) === c && this.at(1) === c && this.at(2) === c && this.isBlankOrEnd(3)
  }

  private mark(): Mark {
    return { offset: this.offset, index: this.index, line: this.line, column: this.column }
  }

  private error(message: string): YamlError {
    return new YamlError('YAML_SYNTAX', message, this.offset)
  }

  private depthError(message: string): YamlError {
    return new YamlError('YAML_DEPTH_LIMIT', message, this.offset)
  }
}

function tokenOf(kind: TokenKind, start: Mark, end: Mark, value = '', suffix = ''): Token {
  return { kind, start, end, value, suffix, isPlain: false }
}

/** One break folds to a space; more keep all but the first. Line and paragraph separators do not fold. */
function foldedBreaks(leading: string, trailing: string): string {
  if (!leading.startsWith('\n')) return leading + trailing
  return trailing.length === 0 ? ' ' : trailing
}

const TAB = 0x09
const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const SPACE = 0x20
const EXCLAMATION = 0x21
const DOUBLE_QUOTE = 0x22
const HASH = 0x23
const PERCENT = 0x25
const AMPERSAND = 0x26
const SINGLE_QUOTE = 0x27
const STAR = 0x2a
const PLUS = 0x2b
const COMMA = 0x2c
const DASH = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const COLON = 0x3a
const LESS = 0x3c
const GREATER = 0x3e
const QUESTION = 0x3f
const AT = 0x40
const LEFT_BRACKET = 0x5b
const BACKSLASH = 0x5c
const RIGHT_BRACKET = 0x5d
const BACKTICK = 0x60
const LOWER_U = 0x75
const UPPER_U = 0x55
const LOWER_X = 0x78
const LEFT_BRACE = 0x7b
const PIPE = 0x7c
const RIGHT_BRACE = 0x7d
const NEXT_LINE = 0x85
const LINE_SEPARATOR = 0x2028
const PARAGRAPH_SEPARATOR = 0x2029
const BYTE_ORDER_MARK = 0xfeff

const escapes: Readonly<Record<string, string | undefined>> = Object.assign(Object.create(null), {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
})

function isBlank(c: number): boolean {
  return c === SPACE || c === TAB
}

function isBreak(c: number): boolean {
  return (
    c === LINE_FEED || c === CARRIAGE_RETURN || c === NEXT_LINE || c === LINE_SEPARATOR || c === PARAGRAPH_SEPARATOR
  )
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39
}

function isHex(c: number): boolean {
  return isDigit(c) || (c >= 0x41 && c <= 0x46) || (c >= 0x61 && c <= 0x66)
}

function isAlpha(c: number): boolean {
  return isDigit(c) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a) || c === 0x5f || c === DASH
}

function isFlowIndicator(c: number): boolean {
  return (
    c === COMMA || c === QUESTION || c === LEFT_BRACKET || c === RIGHT_BRACKET || c === LEFT_BRACE || c === RIGHT_BRACE
  )
}

const uriPunctuation = ";/?:@&=+$,.!~*'()[]"

function isUriCharacter(c: number): boolean {
  return isAlpha(c) || (c !== 0 && c < 0x80 && uriPunctuation.includes(String.fromCharCode(c)))
}
