import { ANYTHING, type CodePoints, caseFolded, complementOf, DIGITS, NEWLINE, unionOf, WORD } from './code-points.ts'

/** What a pattern says about the texts it matches. Which of several matches comes first is not kept. */
export type Syntax =
  | { readonly kind: 'one of'; readonly set: CodePoints }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly Syntax[] }
  | { readonly kind: 'choice'; readonly options: readonly Syntax[] }
  | { readonly kind: 'repetition'; readonly of: Syntax; readonly min: number; readonly max: number }

export type Assertion = 'text start' | 'text end' | 'line start' | 'line end' | 'word boundary' | 'no word boundary'

/**
 * The pattern in RE2 syntax (github.com/google/re2/wiki/Syntax), or `undefined` where this parser does not know: that
 * may be a pattern it does not take (Unicode classes, octal escapes, quoted text, case folding beyond ASCII) or one
 * that is wrong. What it takes is always a valid pattern.
 */
export function parseSyntax(pattern: string): Syntax | undefined {
  if (pattern.length > MAX_LENGTH) return undefined
  const parser = new Parser(pattern)
  const syntax = parser.choice(0)
  return parser.at === pattern.length ? syntax : undefined
}

const MAX_LENGTH = 2000
const MAX_DEPTH = 50
/** The bound of RE2 for a counted repetition, and for the product of those inside each other. */
const MAX_REPETITION = 1000

const SPACE: CodePoints = [0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x20]

const PERL_CLASSES: Readonly<Record<string, CodePoints>> = { d: DIGITS, s: SPACE, w: WORD }

const POSIX_CLASSES: ReadonlyMap<string, CodePoints> = new Map([
  ['alnum', [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a]],
  ['alpha', [0x41, 0x5a, 0x61, 0x7a]],
  ['ascii', [0x00, 0x7f]],
  ['blank', [0x09, 0x09, 0x20, 0x20]],
  ['cntrl', [0x00, 0x1f, 0x7f, 0x7f]],
  ['digit', DIGITS],
  ['graph', [0x21, 0x7e]],
  ['lower', [0x61, 0x7a]],
  ['print', [0x20, 0x7e]],
  ['punct', [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e]],
  ['space', [0x09, 0x0d, 0x20, 0x20]],
  ['upper', [0x41, 0x5a]],
  ['word', WORD],
  ['xdigit', [0x30, 0x39, 0x41, 0x46, 0x61, 0x66]],
])

const ESCAPED_ASSERTIONS: Readonly<Record<string, Assertion>> = {
  A: 'text start',
  z: 'text end',
  b: 'word boundary',
  B: 'no word boundary',
}

const ESCAPED_CONTROLS: Readonly<Record<string, number>> = { a: 7, t: 9, n: 10, v: 11, f: 12, r: 13 }

// Sticky: read where the parser stands.
const GROUP_NAME = /\?P?<(\w+)>/y
const FLAGS_OF_GROUP = /\?([imsU]*)(-[imsU]+)?:/y
const FLAGS_ALONE = /\?(?=[^)])([imsU]*)(-[imsU]+)?\)/y
const COUNT = /\{(0|[1-9][0-9]{0,3})(?:(,)(0|[1-9][0-9]{0,3})?)?\}/y
const POSIX_CLASS = /\[:(\^?)([a-z]+):\]/y
const HEXADECIMAL = /\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]{1,6})\})/y
const PUNCTUATION = /^[ -/:-@[-`{-~]$/

interface Flags {
  /** `i` */
  readonly foldsCase: boolean
  /** `m` */
  readonly multiline: boolean
  /** `s` */
  readonly dotTakesNewline: boolean
}

/** Each method reads one thing where the parser stands, or returns `undefined`: then the pattern is not taken. */
class Parser {
  readonly pattern: string
  at = 0
  private flags: Flags = { foldsCase: false, multiline: false, dotTakesNewline: false }
  private readonly names = new Set<string>()

  constructor(pattern: string) {
    this.pattern = pattern
  }

  choice(depth: number): Syntax | undefined {
    if (depth > MAX_DEPTH) return undefined
    const options: Syntax[] = []
    do {
      const option = this.sequence(depth)
      if (option === undefined) return undefined
      options.push(option)
    } while (this.accepts('|'))
    return options.length === 1 ? options[0] : { kind: 'choice', options }
  }

  private sequence(depth: number): Syntax | undefined {
    const parts: Syntax[] = []
    while (this.at < this.pattern.length) {
      const c = this.pattern[this.at]
      if (c === '|' || c === ')') break
      if (c === '(' && this.acceptsFlags()) {
        if (this.standsAtQuantifier()) return undefined
        continue
      }
      const part = this.atom(depth)
      const repeated = part === undefined ? undefined : this.quantified(part)
      if (repeated === undefined) return undefined
      parts.push(repeated)
    }
    return parts.length === 1 ? parts[0] : { kind: 'sequence', parts }
  }

  private atom(depth: number): Syntax | undefined {
    const c = this.pattern[this.at]!
    switch (c) {
      case '(':
        return this.group(depth)
      case '[':
        return this.bracketed()
      case '\\':
        return this.escaped()
      case '^':
        this.at++
        return { kind: 'assertion', assertion: this.flags.multiline ? 'line start' : 'text start' }
      case '$':
        this.at++
        return { kind: 'assertion', assertion: this.flags.multiline ? 'line end' : 'text end' }
      case '.':
        this.at++
        return { kind: 'one of', set: this.flags.dotTakesNewline ? ANYTHING : complementOf(NEWLINE) }
      case '*':
      case '+':
      case '?':
      case '{':
        return undefined
    }
    return this.oneOf(this.codePoint())
  }

  private group(depth: number): Syntax | undefined {
    this.at++
    const outer = this.flags
    if (this.pattern[this.at] === '?') {
      const isNamed = this.pattern[this.at + 1] === 'P' || this.pattern[this.at + 1] === '<'
      const inner = isNamed ? this.groupName() : this.readFlags(FLAGS_OF_GROUP)
      if (inner === undefined) return undefined
      this.flags = inner
    }
    const syntax = this.choice(depth + 1)
    this.flags = outer
    return this.accepts(')') ? syntax : undefined
  }

  /** The flags inside a group that has a name: those outside. */
  private groupName(): Flags | undefined {
    const read = this.matched(GROUP_NAME)
    if (read === undefined || this.names.has(read[1]!)) return undefined
    this.names.add(read[1]!)
    return this.flags
  }

  /** `(?i)`: flags that hold to the end of the group. */
  private acceptsFlags(): boolean {
    if (this.pattern[this.at + 1] !== '?') return false
    this.at++
    const flags = this.readFlags(FLAGS_ALONE)
    if (flags === undefined) this.at--
    else this.flags = flags
    return flags !== undefined
  }

  private readFlags(form: RegExp): Flags | undefined {
    const read = this.matched(form)
    if (read === undefined) return undefined
    const on = read[1]!
    const off = read[2] ?? ''
    const flag = (letter: string, before: boolean): boolean => !off.includes(letter) && (on.includes(letter) || before)
    return {
      foldsCase: flag('i', this.flags.foldsCase),
      multiline: flag('m', this.flags.multiline),
      dotTakesNewline: flag('s', this.flags.dotTakesNewline),
    }
  }

  /** The part with the quantifier after it, if there is one. */
  private quantified(part: Syntax): Syntax | undefined {
    if (!this.standsAtQuantifier()) return part
    if (part.kind === 'assertion') return undefined
    const repetition = this.pattern[this.at] === '{' ? this.counted(part) : this.starred(part)
    this.accepts('?')
    // A quantifier of a quantifier is an error in RE2.
    return this.standsAtQuantifier() ? undefined : repetition
  }

  private starred(part: Syntax): Syntax {
    const sign = this.pattern[this.at++]
    const max = sign === '?' ? 1 : Number.POSITIVE_INFINITY
    return { kind: 'repetition', of: part, min: sign === '+' ? 1 : 0, max }
  }

  private counted(part: Syntax): Syntax | undefined {
    const read = this.matched(COUNT)
    if (read === undefined) return undefined
    const min = Number(read[1])
    const max = read[3] !== undefined ? Number(read[3]) : read[2] !== undefined ? Number.POSITIVE_INFINITY : min
    const repetition: Syntax = { kind: 'repetition', of: part, min, max }
    return min > max || countedRepetitions(repetition) > MAX_REPETITION ? undefined : repetition
  }

  private standsAtQuantifier(): boolean {
    const c = this.pattern[this.at]
    return c === '*' || c === '+' || c === '?' || c === '{'
  }

  private escaped(): Syntax | undefined {
    const letter = this.pattern[this.at + 1] ?? ''
    const assertion = ESCAPED_ASSERTIONS[letter]
    if (assertion !== undefined) {
      this.at += 2
      return { kind: 'assertion', assertion }
    }
    const set = this.perlClass()
    return set === undefined ? this.oneOf(this.escapedCodePoint()) : { kind: 'one of', set }
  }

  private perlClass(): CodePoints | undefined {
    if (this.pattern[this.at] !== '\\') return undefined
    const letter = this.pattern[this.at + 1] ?? ''
    const set = PERL_CLASSES[letter.toLowerCase()]
    if (set === undefined) return undefined
    this.at += 2
    const folded = this.flags.foldsCase ? caseFolded(set) : set
    return letter === letter.toLowerCase() ? folded : complementOf(folded)
  }

  private bracketed(): Syntax | undefined {
    this.at++
    const isNegated = this.accepts('^')
    const ranges: number[] = []
    for (let first = true; first || this.pattern[this.at] !== ']'; first = false) {
      const isPosix = this.pattern.startsWith('[:', this.at)
      const item = isPosix ? this.posixClass() : (this.perlClass() ?? this.classRange())
      if (item === undefined) return undefined
      for (const bound of item) ranges.push(bound)
    }
    this.at++
    const set = unionOf(ranges)
    return { kind: 'one of', set: isNegated ? complementOf(set) : set }
  }

  private posixClass(): CodePoints | undefined {
    const read = this.matched(POSIX_CLASS)
    const set = read === undefined ? undefined : POSIX_CLASSES.get(read[2]!)
    if (set === undefined) return undefined
    const folded = this.flags.foldsCase ? caseFolded(set) : set
    return read![1] === '' ? folded : complementOf(folded)
  }

  private classRange(): CodePoints | undefined {
    const low = this.classCodePoint()
    let high = low
    if (this.pattern[this.at] === '-' && this.pattern[this.at + 1] !== ']') {
      this.at++
      high = this.classCodePoint()
    }
    if (low === undefined || high === undefined || low > high) return undefined
    return this.folded([low, high])
  }

  private classCodePoint(): number | undefined {
    return this.pattern[this.at] === '\\' ? this.escapedCodePoint() : this.codePoint()
  }

  private escapedCodePoint(): number | undefined {
    const c = this.pattern[this.at + 1] ?? ''
    if (c === 'x') {
      const read = this.matched(HEXADECIMAL)
      return read === undefined ? undefined : known(Number.parseInt((read[1] ?? read[2])!, 16))
    }
    const code = ESCAPED_CONTROLS[c] ?? (PUNCTUATION.test(c) ? c.charCodeAt(0) : undefined)
    if (code !== undefined) this.at += 2
    return code
  }

  private codePoint(): number | undefined {
    const code = this.pattern.codePointAt(this.at)
    if (code === undefined) return undefined
    this.at += code > 0xffff ? 2 : 1
    return known(code)
  }

  private oneOf(code: number | undefined): Syntax | undefined {
    const set = code === undefined ? undefined : this.folded([code, code])
    return set === undefined ? undefined : { kind: 'one of', set }
  }

  private folded(range: readonly [number, number]): CodePoints | undefined {
    if (!this.flags.foldsCase) return range
    return range[1] > 0x7f ? undefined : caseFolded(range)
  }

  private accepts(c: string): boolean {
    if (this.pattern[this.at] !== c) return false
    this.at++
    return true
  }

  /** What the sticky expression reads where the parser stands. */
  private matched(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.at
    const match = expression.exec(this.pattern)
    if (match === null) return undefined
    this.at += match[0].length
    return match
  }
}

/** Halves of surrogate pairs are not characters; engines disagree on what a pattern means by one. */
function known(code: number): number | undefined {
  return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? undefined : code
}

/** The largest product of counts of repetitions inside each other. */
function countedRepetitions(syntax: Syntax): number {
  switch (syntax.kind) {
    case 'one of':
    case 'assertion':
      return 1
    case 'sequence':
      return syntax.parts.reduce((most, part) => Math.max(most, countedRepetitions(part)), 1)
    case 'choice':
      return syntax.options.reduce((most, option) => Math.max(most, countedRepetitions(option)), 1)
    case 'repetition': {
      const count = syntax.max === Number.POSITIVE_INFINITY ? syntax.min : syntax.max
      return Math.max(1, count) * countedRepetitions(syntax.of)
    }
  }
}
