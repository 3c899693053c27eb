import { Cursor, isSeparator, isWordCharacter, SPACE, TAB } from './cursor.ts'
import { readBlock, readPlain, readQuoted } from './scalar-text.ts'
import { readDirective, readTag } from './tag-text.ts'

export type LexemeKind =
  | 'end'
  | 'version'
  | 'tag-prefix'
  /** `---` and `...` */
  | 'document-start'
  | 'document-end'
  | '['
  | ']'
  | '{'
  | '}'
  | ','
  | '-'
  | '?'
  | ':'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar'

/** One thing that is written in a document. Nothing here is made up: what layout means is for the grammar. */
export interface Lexeme {
  readonly kind: LexemeKind
  readonly start: number
  readonly end: number
  /** Where a node would begin with it: at `start`, but for a `:` whose key was read before at that key. */
  readonly nodeStart: number
  /** Where a block would begin with it: -1 for what ends every block, infinite inside brackets, which have no layout. */
  readonly column: number
  /** Text of a scalar, name of an anchor or alias, handle of a tag, number of a version. */
  readonly text: string
  /** Of a tag, or of the tags that a directive speaks of. */
  readonly suffix: string
  readonly isPlain: boolean
  /** Brackets that are open around it. */
  readonly depth: number
  /** Whether a `:` on the same line makes an implicit key of what begins here; for a `:`, whether it did. */
  key: 'no' | 'open' | 'yes'
}

/** An implicit key is looked for no further than this (10.2.2: a simple key). */
const maxKeyLength = 1024

/** A lexeme without what follows from where it stands. */
interface Written extends Partial<Pick<Lexeme, 'end' | 'nodeStart' | 'text' | 'suffix' | 'isPlain' | 'key'>> {
  readonly kind: LexemeKind
  readonly start: number
  readonly column: number
}

interface KeyPlace {
  readonly lexeme: Lexeme
  readonly lineStart: number
  readonly column: number
  /** At the column of the block nothing but a key can stand. */
  readonly isRequired: boolean
}

/**
 * The lexemes of a document, one to look at and any number ahead of it. It looks ahead only where that decides whether
 * a key begins: to the `:`, the end of the line or the 1,024th character. What is broken up to there is an error before
 * anything that the grammar finds.
 */
export class Lexemes {
  /** Columns of the block collections that are open; the grammar opens and closes them. */
  readonly blocks: number[] = []
  private readonly cursor: Cursor
  private readonly ahead: Lexeme[] = []
  private flowDepth = 0
  /** For each depth of brackets, what begins a key if a `:` follows. */
  private readonly places: (KeyPlace | undefined)[] = [undefined]
  /** For each depth, the bracket that opened it while nothing stood inside that could begin a key. */
  private readonly bareBrackets: (Lexeme | undefined)[] = []
  /** Whether a key, `-` or `?` may stand here: at the start of a line, behind another indicator. */
  private mayBegin = true

  constructor(text: string) {
    this.cursor = new Cursor(text)
  }

  /** How far the text was looked at. */
  get position(): number {
    return this.cursor.at
  }

  /** Column of the innermost open block. */
  get indent(): number {
    return this.blocks.at(-1) ?? -1
  }

  peek(): Lexeme {
    for (;;) {
      const first = this.ahead[0]
      if (first !== undefined) {
        // What ends a block is looked at again when the block is closed.
        const isUndecided = first.key === 'open' && first.column >= this.indent && this.keyAt(first.depth) !== undefined
        if (!isUndecided) return first
      }
      this.ahead.push(this.read())
    }
  }

  take(): Lexeme {
    const lexeme = this.peek()
    this.ahead.shift()
    return lexeme
  }

  /** What begins a key at a depth of brackets, if the place here can still belong to it. */
  private keyAt(depth: number): KeyPlace | undefined {
    const place = this.places[depth]
    if (place === undefined) return undefined
    const { lineStart, column } = this.cursor
    if (place.lineStart === lineStart && column - place.column <= maxKeyLength) return place
    this.giveUpKey(depth)
    return undefined
  }

  private giveUpKey(depth = this.flowDepth): void {
    const place = this.places[depth]
    if (place === undefined) return
    if (place.isRequired) this.cursor.fail("a ':' is missing behind a key")
    place.lexeme.key = 'no'
    this.places[depth] = undefined
  }

  private read(): Lexeme {
    this.passToLexeme()
    const { cursor } = this
    if (cursor.isAtEnd) {
      // No line goes on behind the end, so no key does.
      cursor.lineStart = cursor.at
      return this.endBlocks('end', 0)
    }
    const c = cursor.text.charAt(cursor.at)
    if (cursor.at === cursor.lineStart) {
      if (c === '%') return this.directive()
      if (cursor.isAtMarker()) return this.endBlocks(c === '-' ? 'document-start' : 'document-end', 3)
    }
    // Inside brackets `?` and `:` need no blank behind them.
    const isInFlow = this.flowDepth > 0
    const isAlone = isSeparator(cursor.code(1))
    switch (c) {
      case '[':
      case '{':
        return this.openBracket(c)
      case ']':
      case '}':
        return this.closeBracket(c)
      case ',':
        return this.comma()
      case '-':
        return isAlone ? this.dash() : this.plain()
      case '?':
        return isAlone || isInFlow ? this.questionMark() : this.plain()
      case ':':
        return isAlone || isInFlow ? this.colon() : this.plain()
      case '*':
        return this.name('alias')
      case '&':
        return this.name('anchor')
      case '!':
        return this.tag()
      case '|':
      case '>':
        if (!isInFlow) return this.block()
        break
      case "'":
      case '"':
        return this.quoted()
      // A tab that indents, and what YAML keeps for itself (5.3).
      case '\t':
      case '%':
      case '@':
      case '`':
        break
      default:
        return this.plain()
    }
    return cursor.fail('nothing can begin with this character')
  }

  /** Over blanks, comments and line breaks. A tab is a blank only where no block could begin (6.1). */
  private passToLexeme(): void {
    const { cursor } = this
    for (;;) {
      let c = cursor.code()
      while (c === SPACE || (c === TAB && (this.flowDepth > 0 || !this.mayBegin))) {
        cursor.at++
        c = cursor.code()
      }
      cursor.passComment()
      if (cursor.passBreak() === '') return
      if (this.flowDepth === 0) this.mayBegin = true
    }
  }

  private endBlocks(kind: LexemeKind, length: number): Lexeme {
    this.giveUpKey()
    this.mayBegin = false
    const start = this.cursor.at
    this.cursor.at += length
    return this.make({ kind, start, column: -1 })
  }

  private directive(): Lexeme {
    this.giveUpKey()
    this.mayBegin = false
    const start = this.cursor.at
    const directive = readDirective(this.cursor)
    if (directive.kind === 'version')
      return this.make({ kind: 'version', start, column: -1, text: String(directive.major) })
    return this.make({ kind: 'tag-prefix', start, column: -1, text: directive.handle, suffix: directive.prefix })
  }

  private indicator(kind: LexemeKind): Lexeme {
    const { column, at: start } = this.cursor
    this.cursor.at++
    return this.make({ kind, start, column })
  }

  private openBracket(kind: '[' | '{'): Lexeme {
    const place = this.begin()
    const { column, at: start } = this.cursor
    this.cursor.at++
    const bracket = this.make({ kind, start, column }, place)
    this.flowDepth++
    this.places[this.flowDepth] = undefined
    this.bareBrackets[this.flowDepth] = bracket
    this.mayBegin = true
    return bracket
  }

  private closeBracket(kind: ']' | '}'): Lexeme {
    this.giveUpKey()
    if (this.flowDepth > 0) {
      // kubectl does not look for the `:` of a key behind brackets that hold nothing, as in `[]: a`.
      const bracket = this.bareBrackets[this.flowDepth]
      if (bracket?.key === 'open') bracket.key = 'no'
      this.flowDepth--
    }
    this.mayBegin = false
    return this.indicator(kind)
  }

  private comma(): Lexeme {
    this.giveUpKey()
    this.mayBegin = true
    return this.indicator(',')
  }

  private dash(): Lexeme {
    if (this.flowDepth === 0 && !this.mayBegin) this.cursor.fail('a list entry cannot begin here')
    this.giveUpKey()
    this.mayBegin = true
    return this.indicator('-')
  }

  private questionMark(): Lexeme {
    if (this.flowDepth === 0 && !this.mayBegin) this.cursor.fail('a map key cannot begin here')
    this.giveUpKey()
    this.mayBegin = this.flowDepth === 0
    return this.indicator('?')
  }

  private colon(): Lexeme {
    const { column, at: start } = this.cursor
    const place = this.keyAt(this.flowDepth)
    if (place === undefined) {
      if (this.flowDepth === 0 && !this.mayBegin) this.cursor.fail('a map value cannot stand here')
      this.mayBegin = this.flowDepth === 0
      return this.indicator(':')
    }
    this.places[this.flowDepth] = undefined
    this.mayBegin = false
    this.cursor.at++
    if (this.ahead.includes(place.lexeme)) {
      place.lexeme.key = 'yes'
      return this.make({ kind: ':', start, column, key: 'yes' })
    }
    // A key that was read as a value before its `:` was found: to kubectl an empty key follows it.
    const keyStart = place.lexeme.start
    this.ahead.push(this.make({ kind: '?', start: keyStart, end: keyStart, column: this.indent }))
    return this.make({ kind: ':', start, nodeStart: keyStart, column: place.column })
  }

  private name(kind: 'alias' | 'anchor'): Lexeme {
    const { cursor } = this
    const place = this.begin()
    this.mayBegin = false
    const { column, at: start } = cursor
    cursor.at++
    while (isWordCharacter(cursor.code())) cursor.at++
    const text = cursor.text.slice(start + 1, cursor.at)
    const isEnded = isSeparator(cursor.code()) || '?:,]}%@`'.includes(cursor.text.charAt(cursor.at))
    if (text === '' || !isEnded) cursor.fail('a name is made of letters, digits, - and _')
    return this.make({ kind, start, column, text }, place)
  }

  private tag(): Lexeme {
    const place = this.begin()
    this.mayBegin = false
    const { column, at: start } = this.cursor
    const { handle, suffix } = readTag(this.cursor)
    return this.make({ kind: 'tag', start, column, text: handle, suffix }, place)
  }

  private block(): Lexeme {
    this.giveUpKey()
    this.mayBegin = true
    const { column, at: start } = this.cursor
    const { text, end } = readBlock(this.cursor, this.indentAt(column))
    return this.make({ kind: 'scalar', start, end, column, text })
  }

  private quoted(): Lexeme {
    const place = this.begin()
    this.mayBegin = false
    const { column, at: start } = this.cursor
    const text = readQuoted(this.cursor)
    return this.make({ kind: 'scalar', start, column, text }, place)
  }

  private plain(): Lexeme {
    const place = this.begin()
    const { column, at: start } = this.cursor
    const { text, end, isLineLeft } = readPlain(this.cursor, this.indentAt(column), this.flowDepth > 0)
    this.mayBegin = isLineLeft
    return this.make({ kind: 'scalar', start, end, column, text, isPlain: true }, place)
  }

  /** The column of the block that something at `column` belongs to, behind all that it ends. */
  private indentAt(column: number): number {
    if (this.flowDepth > 0) return this.indent
    return this.blocks.findLast(block => block <= column) ?? -1
  }

  /** Notes that a key can begin here; what could be one before no longer can. */
  private begin(): Omit<KeyPlace, 'lexeme'> | undefined {
    if (!this.mayBegin) return undefined
    this.giveUpKey()
    const { column, lineStart } = this.cursor
    return { column, lineStart, isRequired: this.flowDepth === 0 && this.indentAt(column) === column }
  }

  private make(written: Written, place?: Omit<KeyPlace, 'lexeme'>): Lexeme {
    const { kind, start, end = this.cursor.at, nodeStart = start, text = '', suffix = '', isPlain = false } = written
    const depth = this.flowDepth
    const column = depth > 0 ? Number.POSITIVE_INFINITY : written.column
    const key = written.key ?? (place === undefined ? 'no' : 'open')
    const lexeme: Lexeme = { kind, start, end, nodeStart, column, text, suffix, isPlain, depth, key }
    if (place !== undefined) {
      this.places[depth] = { ...place, lexeme }
      this.bareBrackets[depth] = undefined
    }
    return lexeme
  }
}
