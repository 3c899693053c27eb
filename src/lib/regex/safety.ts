/**
 * Is this literal pattern proven to mean the same to RE2 and to JavaScript (flag `u`), and to take linear time there?
 * Everything in doubt is not safe, and runs on the linear-time engine instead.
 *
 * Accepted is a sequence of single characters, classes and `.`, each with a quantifier, and of groups and alternations
 * without unbounded quantifiers inside a quantified group. Time is linear because of two rules. A pattern that is not
 * anchored may have an unbounded quantifier only at its very end, where it ends the match. An anchored one may
 * backtrack into one unbounded quantifier only, and only if no unbounded one follows it.
 */
export function isSafeLiteral(pattern: string): boolean {
  if (pattern.length > 1000) return false
  const parser = new SafetyParser(pattern)
  const top = parser.alternatives(0)
  if (top === undefined || parser.at !== pattern.length) return false
  return top.every(sequence => isLinear(sequence))
}

type Item =
  | { readonly kind: 'set'; readonly set: CharSet; readonly min: number; readonly max: number }
  | { readonly kind: 'group'; readonly alternatives: readonly Sequence[]; readonly min: number; readonly max: number }
  | { readonly kind: 'start' | 'end' }

type Sequence = readonly Item[]

/** ASCII characters as a bit each; `others` stands for everything beyond. */
interface CharSet {
  readonly bits: readonly boolean[]
  readonly others: boolean
}

/** Repetitions above this could make even a bounded pattern slow. */
const MAX_REPETITION = 64
const MAX_PATHS = 64

function isLinear(sequence: Sequence): boolean {
  const items = flatten(sequence)
  if (items === undefined) return false
  if (paths(sequence) > MAX_PATHS) return false
  const anchored = items[0]?.kind === 'start'
  for (let i = 0; i < items.length; i++) {
    const item = items[i]!
    if (item.kind === 'start' && i > 0) return false
    if (item.kind === 'end' && i < items.length - 1) return false
    if (item.kind !== 'set' || item.max !== Number.POSITIVE_INFINITY) continue
    if (!anchored) {
      if (i < items.length - 1) return false
      continue
    }
    const later = items.slice(i + 1)
    const ambiguous = overlapsFollowing(item.set, later)
    if (ambiguous && later.some(other => other.kind === 'set' && other.max === Number.POSITIVE_INFINITY)) return false
  }
  return true
}

/** Could a character that the set takes also be taken by what follows? */
function overlapsFollowing(set: CharSet, later: readonly Item[]): boolean {
  for (const item of later) {
    if (item.kind !== 'set') return false
    if (overlap(set, item.set)) return true
    if (item.min > 0) return false
  }
  return false
}

function overlap(a: CharSet, b: CharSet): boolean {
  return (a.others && b.others) || a.bits.some((bit, i) => bit && b.bits[i] === true)
}

/** The items in the order of matching, optional groups opened up; `undefined` for what this proof cannot judge. */
function flatten(sequence: Sequence): Item[] | undefined {
  const items: Item[] = []
  for (const item of sequence) {
    if (item.kind !== 'group') {
      items.push(item)
      continue
    }
    const bounded = item.alternatives.every(isBounded)
    if (item.alternatives.length === 1 && item.max === 1) {
      const inner = flatten(item.alternatives[0]!)
      if (inner === undefined || inner.some(part => part.kind !== 'set')) return undefined
      for (const part of inner) items.push(item.min === 0 && part.kind === 'set' ? { ...part, min: 0 } : part)
    } else {
      if (!bounded || item.max > 1) return undefined
      // Alternatives of bounded length: as if any character could stand there, once.
      items.push({ kind: 'set', set: ANYTHING, min: 0, max: 1 })
    }
  }
  return items
}

function isBounded(sequence: Sequence): boolean {
  return sequence.every(item => {
    if (item.kind === 'set') return item.max <= MAX_REPETITION
    return item.kind === 'group' && item.max === 1 && item.alternatives.every(isBounded)
  })
}

/** How many ways the optional and alternative parts can be combined. */
function paths(sequence: Sequence): number {
  let count = 1
  for (const item of sequence) {
    if (item.kind === 'group') {
      let inner = item.min === 0 ? 1 : 0
      for (const alternative of item.alternatives) inner += paths(alternative)
      count *= inner
    } else if (item.kind === 'set' && item.max !== Number.POSITIVE_INFINITY) count *= item.max - item.min + 1
  }
  return count
}

const ANYTHING: CharSet = { bits: new Array<boolean>(128).fill(true), others: true }

class SafetyParser {
  readonly pattern: string
  at = 0

  constructor(pattern: string) {
    this.pattern = pattern
  }

  alternatives(depth: number): readonly Sequence[] | undefined {
    if (depth > 8) return undefined
    const all: Sequence[] = []
    do {
      const sequence = this.sequence(depth)
      if (sequence === undefined) return undefined
      all.push(sequence)
    } while (this.accept('|'))
    return all
  }

  sequence(depth: number): Sequence | undefined {
    const items: Item[] = []
    while (this.at < this.pattern.length && this.pattern[this.at] !== '|' && this.pattern[this.at] !== ')') {
      const item = this.item(depth)
      if (item === undefined) return undefined
      items.push(item)
    }
    return items
  }

  item(depth: number): Item | undefined {
    const c = this.pattern[this.at]!
    if (c === '^' || c === '$') {
      this.at++
      return '*+?{'.includes(this.pattern[this.at] ?? ' ') ? undefined : { kind: c === '^' ? 'start' : 'end' }
    }
    if (c === '(') {
      this.at++
      if (this.pattern[this.at] === '?') {
        if (!this.pattern.startsWith('?:', this.at)) return undefined
        this.at += 2
      }
      const alternatives = this.alternatives(depth + 1)
      if (alternatives === undefined || !this.accept(')')) return undefined
      const range = this.quantifier()
      return range === undefined ? undefined : { kind: 'group', alternatives, ...range }
    }
    const set = this.set()
    const range = set === undefined ? undefined : this.quantifier()
    return set === undefined || range === undefined ? undefined : { kind: 'set', set, ...range }
  }

  quantifier(): { readonly min: number; readonly max: number } | undefined {
    const c = this.pattern[this.at]
    let range: { readonly min: number; readonly max: number } = { min: 1, max: 1 }
    if (c === '*' || c === '+' || c === '?') {
      this.at++
      range = { min: c === '+' ? 1 : 0, max: c === '?' ? 1 : Number.POSITIVE_INFINITY }
    } else if (c === '{') {
      const counted = /^\{(\d{1,2})(,(\d{1,2})?)?\}/u.exec(this.pattern.slice(this.at))
      if (counted === null) return undefined
      this.at += counted[0].length
      const min = Number(counted[1])
      const max =
        counted[2] === undefined ? min : counted[3] === undefined ? Number.POSITIVE_INFINITY : Number(counted[3])
      if (min > max || (max !== Number.POSITIVE_INFINITY && max > MAX_REPETITION)) return undefined
      range = { min, max }
    } else return range
    return '*+?{'.includes(this.pattern[this.at] ?? ' ') ? undefined : range
  }

  set(): CharSet | undefined {
    const c = this.pattern[this.at]!
    if (c === '[') return this.charClass()
    if (c === '\\') return this.escape()
    const code = c.charCodeAt(0)
    if ('*+?{}]'.includes(c) || code < 0x20 || code > 0x7e) return undefined
    this.at++
    // A dot takes no line feed in RE2 but four line terminators are excluded in JavaScript.
    return c === '.' ? undefined : single(code)
  }

  escape(): CharSet | undefined {
    const c = this.pattern[this.at + 1]
    if (c === undefined) return undefined
    this.at += 2
    if (c === 'd') return range(0x30, 0x39)
    if (c === 'w') return union([range(0x30, 0x39), range(0x41, 0x5a), range(0x61, 0x7a), single(0x5f)])
    return '.*+?()[]{}|^$/\\'.includes(c) ? single(c.charCodeAt(0)) : undefined
  }

  charClass(): CharSet | undefined {
    this.at++
    const negated = this.accept('^')
    const sets: CharSet[] = []
    while (this.pattern[this.at] !== ']' || sets.length === 0) {
      const low = this.classAtom()
      if (low === undefined) return undefined
      if (this.pattern[this.at] === '-' && this.pattern[this.at + 1] !== ']' && this.at + 1 < this.pattern.length) {
        this.at++
        const high = this.classAtom()
        if (high === undefined || typeof low !== 'number' || typeof high !== 'number' || low > high) return undefined
        sets.push(range(low, high))
      } else sets.push(typeof low === 'number' ? single(low) : low)
    }
    this.at++
    const all = union(sets)
    // V8 misses characters beyond the basic plane in `[^a]$`, so what takes other than ASCII stays on the linear engine.
    return negated ? undefined : all
  }

  classAtom(): number | CharSet | undefined {
    const c = this.pattern[this.at]
    if (c === undefined || c === '[' || c === ']' || c === '^' || c === '&') return undefined
    if (c === '\\') {
      const next = this.pattern[this.at + 1] ?? ''
      const set = next === '-' ? single(0x2d) : this.peekEscape()
      if (set === undefined) return undefined
      this.at += 2
      return next === 'd' || next === 'w' ? set : next.charCodeAt(0)
    }
    const code = c.charCodeAt(0)
    if (code < 0x20 || code > 0x7e) return undefined
    this.at++
    return code
  }

  peekEscape(): CharSet | undefined {
    const before = this.at
    const set = this.escape()
    this.at = before
    return set
  }

  accept(c: string): boolean {
    if (this.pattern[this.at] !== c) return false
    this.at++
    return true
  }
}

function single(code: number): CharSet {
  return range(code, code)
}

function range(low: number, high: number): CharSet {
  return { bits: Array.from({ length: 128 }, (_, code) => code >= low && code <= high), others: false }
}

function union(sets: readonly CharSet[]): CharSet {
  const bits = Array.from({ length: 128 }, (_, code) => sets.some(set => set.bits[code] === true))
  return { bits, others: sets.some(set => set.others) }
}
