import { type CodePoints, includes, MAX_CODE_POINT, NEWLINE, WORD } from './code-points.ts'
import { type Leaps, leapsOf } from './leaps.ts'
import { FORK, MATCH, type Program, programOf, READ } from './program.ts'
import { parseSyntax } from './syntax.ts'

/**
 * Does the pattern match somewhere in a text? `undefined` for a pattern that this matcher does not take; one that it
 * takes is valid RE2.
 */
export function textTest(pattern: string): ((text: string) => boolean) | undefined {
  const syntax = parseSyntax(pattern)
  const program = syntax === undefined ? undefined : programOf(syntax)
  if (program === undefined) return undefined
  let automaton: Automaton | undefined
  return text => {
    automaton ??= new Automaton(program)
    return automaton.test(text)
  }
}

/** What a cell of the table holds that is not the row of a state. A row begins above 0: the first one is not used. */
const UNKNOWN = 0
const MATCHED = -1
const FAILED = -2

/** Bounds of one automaton's memory; beyond them the states are forgotten, and those still needed are made again. */
const MAX_CELLS = 1 << 16
const MAX_KEPT_NODES = 1 << 16

/** What is known of the place before a symbol, a bit each. */
const TEXT_START = 1
const LINE_START = 2
const AFTER_WORD = 4
/** Assertions of the state wait for the symbol. */
const WAITING = 8

const NO_LEAPS: Leaps = { reach: 0, shifts: new Uint8Array(0) }

/** The symbol after the last one. */
const END = -1

/**
 * A deterministic automaton, built as texts ask for it: a state is the set of the program's nodes that are possible at
 * a place of the text. Each symbol of a text costs one look into the table, or at most one walk over the program, so
 * that time is linear in the text whatever the pattern.
 *
 * A state is kept as a string: what is before the place, or 0 if no assertion of it waits for the next symbol; then
 * its nodes, ascending.
 */
class Automaton {
  private readonly program: Program
  /** First code points of the classes beyond the first one; no node tells two code points of a class apart. */
  private readonly bounds: readonly number[]
  private readonly classOfAscii: Uint8Array
  private readonly width: number
  /** Can a match begin after the start of the text? */
  private readonly isFloating: boolean
  /** What assertions ask of the place before them. */
  private readonly asked: number
  private readonly leaps: Leaps

  private table: Int32Array
  private states: string[] = ['']
  private rows = new Map<string, number>()
  private keptNodes = 0
  private initial = UNKNOWN
  /** The state in which no match has begun, if leaps are allowed and it is known. */
  private idle = UNKNOWN

  /** In which walk a node was seen last. Not in 32 bits: a process that runs for months walks more often. */
  private readonly seen: Float64Array
  private walk = 0
  /** From 1 on; 0 is for what is before them. */
  private readonly found: Uint16Array
  private foundCount = 0
  private foundMatch = false
  /** Does an assertion among what was found wait for the next symbol? */
  private foundOpen = false
  private readonly pending: number[] = []

  constructor(program: Program) {
    this.program = program
    this.seen = new Float64Array(program.kinds.length)
    this.found = new Uint16Array(program.kinds.length + 1)
    this.bounds = boundsOf(program)
    this.asked = askedBefore(program)
    this.classOfAscii = new Uint8Array(128)
    for (let code = 0, index = 0; code < 128; code++) {
      if (code === this.bounds[index]) index++
      this.classOfAscii[code] = index
    }
    // The last column is for the end of the text.
    this.width = this.bounds.length + 2
    this.table = new Int32Array(this.width * 8)
    this.begin()
    this.add(program.start, LINE_START, undefined)
    this.isFloating = this.foundMatch || this.foundCount > 0
    // Where lines or words matter, there is more than one state in which no match has begun.
    this.leaps = this.isFloating && (this.asked & ~TEXT_START) === 0 ? leapsOf(program) : NO_LEAPS
  }

  /** Measured by bench/patterns.ts. */
  test(text: string): boolean {
    if (this.initial === UNKNOWN) this.initial = this.initialState()
    let state = this.initial
    if (state < 0) return state === MATCHED
    const classOfAscii = this.classOfAscii
    const { reach, shifts } = this.leaps
    let table = this.table
    let idle = this.idle
    const length = text.length
    for (let i = 0; i < length; i++) {
      if (state === idle) {
        let last = i + reach - 1
        while (last < length) {
          const ending = text.charCodeAt(last)
          const shift = ending < 128 ? shifts[ending]! : reach
          if (shift === 0) break
          last += shift
        }
        if (last >= length) break
        i = last - reach + 1
      }
      let code = text.charCodeAt(i)
      let symbolClass: number
      if (code < 128) symbolClass = classOfAscii[code]!
      else {
        if (code >= 0xd800 && code < 0xdc00) {
          code = text.codePointAt(i)!
          if (code > 0xffff) i++
        }
        symbolClass = this.classOf(code)
      }
      let next = table[state + symbolClass]!
      if (next <= UNKNOWN) {
        if (next === UNKNOWN) next = this.step(state, symbolClass, code)
        if (next < 0) return next === MATCHED
        table = this.table
        idle = this.idle
      }
      state = next
    }
    const end = this.width - 1
    return (table[state + end]! || this.step(state, end, END)) === MATCHED
  }

  private classOf(code: number): number {
    let low = 0
    let high = this.bounds.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.bounds[middle]! <= code) low = middle + 1
      else high = middle
    }
    return low
  }

  private initialState(): number {
    this.begin()
    this.add(this.program.start, TEXT_START | LINE_START, undefined)
    return this.foundState(TEXT_START | LINE_START)
  }

  /** The state after the symbol, noted in the table. */
  private step(row: number, symbolClass: number, code: number): number {
    const { kinds, next, sets, start } = this.program
    const state = this.decided(this.states[row / this.width]!, code)
    if (this.foundMatch || code === END) return this.note(row, symbolClass, this.foundMatch ? MATCHED : FAILED)

    const after = (code === 0x0a ? LINE_START : 0) | (isWord(code) ? AFTER_WORD : 0)
    let isIdle = true
    this.begin()
    for (let i = 1; i < state.length; i++) {
      const node = state.charCodeAt(i)
      if (kinds[node] !== READ || !includes(sets[node]!, code)) continue
      this.add(next[node]!, after, undefined)
      isIdle = false
    }
    if (this.isFloating) this.add(start, after, undefined)
    const states = this.states
    const reached = this.foundState(after)
    if (isIdle && this.leaps.reach > 0) this.idle = reached
    // If the states were forgotten meanwhile, the row is gone.
    return states === this.states ? this.note(row, symbolClass, reached) : reached
  }

  /** The state with its waiting assertions decided by the symbol that comes. */
  private decided(state: string, code: number): string {
    this.begin()
    const before = state.charCodeAt(0)
    if (before === 0) return state
    for (let i = 1; i < state.length; i++) this.add(state.charCodeAt(i), before, code)
    return this.foundText(0)
  }

  private note(row: number, symbolClass: number, reached: number): number {
    this.table[row + symbolClass] = reached
    return reached
  }

  private begin(): void {
    this.walk++
    this.foundCount = 0
    this.foundMatch = false
    this.foundOpen = false
  }

  /**
   * Finds the nodes that the given one leads to without reading. While the symbol `after` the place is not known,
   * assertions that ask for it are found too, as nodes to go on from when it is.
   */
  private add(node: number, before: number, after: number | undefined): void {
    const { kinds, next, other } = this.program
    const pending = this.pending
    pending.push(node)
    while (pending.length > 0) {
      const at = pending.pop()!
      if (this.seen[at] === this.walk) continue
      this.seen[at] = this.walk
      const kind = kinds[at]!
      switch (kind) {
        case MATCH:
          this.foundMatch = true
          break
        case READ:
          this.found[++this.foundCount] = at
          break
        case FORK:
          pending.push(other[at]!, next[at]!)
          break
        case 'text start':
          if ((before & TEXT_START) !== 0) pending.push(next[at]!)
          break
        case 'line start':
          if ((before & LINE_START) !== 0) pending.push(next[at]!)
          break
        case 'text end':
          if (after === END) pending.push(next[at]!)
          else if (after === undefined) this.keepOpen(at)
          break
        case 'line end':
          if (after === END || after === 0x0a) pending.push(next[at]!)
          else if (after === undefined) this.keepOpen(at)
          break
        case 'word boundary':
        case 'no word boundary':
          if (after === undefined) this.keepOpen(at)
          else if ((isWord(after) !== ((before & AFTER_WORD) !== 0)) === (kind === 'word boundary'))
            pending.push(next[at]!)
      }
    }
  }

  private keepOpen(assertion: number): void {
    this.found[++this.foundCount] = assertion
    this.foundOpen = true
  }

  /** The state of what was found. */
  private foundState(before: number): number {
    if (this.foundMatch) return MATCHED
    if (this.foundCount === 0 && !this.isFloating) return FAILED
    const state = this.foundText(this.foundOpen ? WAITING | (before & this.asked) : 0)
    return this.rows.get(state) ?? this.keep(state)
  }

  private foundText(before: number): string {
    this.found[0] = before
    this.found.subarray(1, this.foundCount + 1).sort()
    // Three times as fast as spreading. `apply` takes whatever is like an array; its type names arrays only.
    return String.fromCharCode.apply(null, this.found.subarray(0, this.foundCount + 1) as unknown as number[])
  }

  private keep(state: string): number {
    const cells = (this.states.length + 1) * this.width
    if ((cells > MAX_CELLS || this.keptNodes + state.length > MAX_KEPT_NODES) && this.states.length > 1) this.forget()
    else if (cells > this.table.length) {
      const larger = new Int32Array(Math.max(cells, Math.min(MAX_CELLS, this.table.length * 4)))
      larger.set(this.table)
      this.table = larger
    }
    const row = this.states.length * this.width
    this.states.push(state)
    this.rows.set(state, row)
    this.keptNodes += state.length
    return row
  }

  private forget(): void {
    this.table.fill(UNKNOWN)
    this.states = ['']
    this.rows = new Map()
    this.keptNodes = 0
    this.initial = UNKNOWN
    this.idle = UNKNOWN
  }
}

/** Where the classes of code points begin that the program tells apart, ascending, without the first class. */
function boundsOf(program: Program): readonly number[] {
  const bounds = new Set<number>()
  const separate = (set: CodePoints): void => {
    for (let i = 0; i < set.length; i += 2) bounds.add(set[i]!).add(set[i + 1]! + 1)
  }
  for (let node = 0; node < program.kinds.length; node++)
    switch (program.kinds[node]!) {
      case READ:
        separate(program.sets[node]!)
        break
      case 'line start':
      case 'line end':
        separate(NEWLINE)
        break
      case 'word boundary':
      case 'no word boundary':
        separate(WORD)
    }
  return [...bounds].filter(bound => bound > 0 && bound <= MAX_CODE_POINT).sort((a, b) => a - b)
}

/** What assertions of the program ask of the place before a symbol. */
function askedBefore(program: Program): number {
  let asked = 0
  for (const kind of program.kinds)
    if (kind === 'text start') asked |= TEXT_START
    else if (kind === 'line start') asked |= LINE_START
    else if (kind === 'word boundary' || kind === 'no word boundary') asked |= AFTER_WORD
  return asked
}

function isWord(code: number): boolean {
  return includes(WORD, code)
}
