import type { JsonArray, JsonValue } from '../json/json-value.ts'
import { isAmbiguousScalar, plainKey, plainScalar } from './scalar.ts'
import { escapes } from './scalar-text.ts'

/** The fast reader does not take this document: the complete one decides whether it is an error. */
export const notTaken: unique symbol = Symbol('not taken')

/**
 * Reads `text` from `start` to `end` (the end of a line) in one pass. Takes what manifests are made of: block maps and
 * sequences, plain, quoted and block scalars, flow collections, comments. Everything else (anchors, aliases, tags, merge
 * and complex keys, tabs, directives, `__proto__`, duplicate keys, every error) gives `notTaken`; what it does take, it
 * reads exactly as the complete reader would. `lineAt` is where the line of `start` begins: a List item starts behind
 * its dash. Benchmark: bench/reading.ts.
 */
export function scanDocument(
  text: string,
  start: number,
  end: number,
  maxDepth: number,
  maxStringLength: number,
  lineAt: number = start,
): JsonValue | typeof notTaken {
  source = text
  position = start
  lineStart = lineAt
  limit = end
  depthLeft = maxDepth
  longest = maxStringLength
  isSkippable = true
  hasAmbiguous = false
  try {
    if (!toToken()) return null
    const value = blockNode(-1, true)
    if (toToken()) return notTaken
    return value
  } catch (error) {
    if (error === giveUp) return notTaken
    throw error
  } finally {
    source = ''
  }
}

/**
 * Whether in the document that was scanned last every line of a nested value stands deeper than the key or dash that
 * holds it, so that a reader may skip values by indentation alone (`locate.ts`).
 */
export function lastScanIsSkippable(): boolean {
  return isSkippable
}

/** Whether the document that was scanned last has a scalar that readers of YAML 1.2 take for something else. */
export function lastScanHasAmbiguous(): boolean {
  return hasAmbiguous
}

// One document is read at a time and nothing here waits, so the state of the pass lives in module variables: the
// engine reaches them faster than the fields of an object that every call would have to pass on.
let source = ''
let position = 0
let lineStart = 0
let limit = 0
let depthLeft = 0
let longest = 0
let isSkippable = true
let hasAmbiguous = false

const giveUp: unique symbol = Symbol('give up')

const TAB = 0x09
const NEWLINE = 0x0a
const SPACE = 0x20
const QUOTE = 0x22
const PERCENT = 0x25
const HASH = 0x23
const APOSTROPHE = 0x27
const COMMA = 0x2c
const DASH = 0x2d
const DOT = 0x2e
const COLON = 0x3a
const GREATER = 0x3e
const QUESTION = 0x3f
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const PIPE = 0x7c
const CLOSE_BRACE = 0x7d

const endsLine = 1
const mayEndPlain = 2
const refused = 3
const flowIndicator = 4

/** What a character means inside a plain scalar. Above ASCII: see `isRefusedWide`. */
const inPlain = new Uint8Array(128)
inPlain.fill(refused, 0, SPACE)
inPlain[0x7f] = refused
inPlain[NEWLINE] = endsLine
inPlain[COLON] = mayEndPlain
inPlain[HASH] = mayEndPlain
for (const c of [COMMA, QUESTION, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE]) inPlain[c] = flowIndicator

/** Whether a plain scalar may start with the character. `-`, `?` and `:` depend on what follows. */
const startsPlain = new Uint8Array(128)
startsPlain.fill(1, 0x21, 0x7f)
for (const c of ',[]{}#&*!|>\'"%@`?:-') startsPlain[c.charCodeAt(0)] = 0

/** C1 controls, the breaks that YAML 1.1 knows beside line feed, byte-order marks, what is no character at all. */
function isRefusedWide(c: number): boolean {
  return c < 0xa0 || c === 0x2028 || c === 0x2029 || c === 0xfeff || c >= 0xfffe
}

/** To the first character of the next token, over spaces, comments and line ends. False at the end. */
function toToken(): boolean {
  let at = position
  for (;;) {
    let c = source.charCodeAt(at)
    while (c === SPACE) c = source.charCodeAt(++at)
    if (at >= limit) {
      position = limit
      return false
    }
    if (c === NEWLINE) {
      lineStart = ++at
    } else if (c === HASH) {
      at = commentEnd(at)
    } else {
      position = at
      return true
    }
  }
}

/** The line feed that ends the comment at `at`. */
function commentEnd(at: number): number {
  for (;;) {
    const c = source.charCodeAt(++at)
    if (c < SPACE) {
      if (c === NEWLINE) return at
      if (c !== TAB) throw giveUp
    } else if (c > 0x7e && isRefusedWide(c)) throw giveUp
  }
}

/** After a value: nothing but spaces and a comment up to the end of the line. */
function endOfLine(): void {
  let at = position
  let c = source.charCodeAt(at)
  while (c === SPACE) c = source.charCodeAt(++at)
  if (c === HASH) {
    at = commentEnd(at)
    c = NEWLINE
  }
  if (c !== NEWLINE) throw giveUp
  position = at
}

/**
 * The node at `position`, which is deeper than `indent`. `mayBeMap`: the line allows a key or a dash here (it starts
 * here, or only dashes came before).
 */
function blockNode(indent: number, mayBeMap: boolean): JsonValue {
  const c = source.charCodeAt(position)
  const column = position - lineStart
  switch (c) {
    case DASH: {
      const next = source.charCodeAt(position + 1)
      if (next === SPACE || next === NEWLINE) {
        if (!mayBeMap) throw giveUp
        return blockSequence(column)
      }
      break
    }
    case QUOTE:
    case APOSTROPHE: {
      const startLine = lineStart
      const value = c === QUOTE ? doubleQuoted(indent) : singleQuoted(indent)
      if (isKeyEnd()) {
        if (value === '__proto__' || !mayBeMap || startLine !== lineStart || position - lineStart - column > 1000)
          throw giveUp
        return blockMap(column, value)
      }
      endOfLine()
      return value
    }
    case OPEN_BRACKET:
    case OPEN_BRACE: {
      const value = flowNode(indent)
      // The collection could be the key of a map.
      if (isKeyEnd()) throw giveUp
      endOfLine()
      return value
    }
    case PIPE:
    case GREATER:
      return blockScalar(indent, c === PIPE)
  }
  const first = position
  const last = plainEnd()
  if (source.charCodeAt(position) === COLON) {
    if (!mayBeMap) throw giveUp
    return blockMap(column, keyOf(first, last))
  }
  return plainValue(first, last, indent)
}

function blockMap(column: number, firstKey: string): JsonValue {
  if (--depthLeft < 0) throw giveUp
  const object: { [key: string]: JsonValue } = {}
  let key = firstKey
  for (;;) {
    // At the colon.
    position++
    const value = mapValue(column)
    if (object[key] !== undefined && Object.hasOwn(object, key)) throw giveUp
    object[key] = value
    if (!toToken()) break
    const at = position - lineStart
    if (at !== column) {
      if (at > column) throw giveUp
      break
    }
    const c = source.charCodeAt(position)
    if (c === QUOTE || c === APOSTROPHE) {
      const startLine = lineStart
      key = c === QUOTE ? doubleQuoted(column) : singleQuoted(column)
      if (key === '__proto__' || !isKeyEnd() || startLine !== lineStart) throw giveUp
      if (position - lineStart - column > 1000) throw giveUp
    } else {
      if (c === DASH) {
        const next = source.charCodeAt(position + 1)
        if (next === SPACE || next === NEWLINE) throw giveUp
      }
      const first = position
      const last = plainEnd()
      if (source.charCodeAt(position) !== COLON) throw giveUp
      key = keyOf(first, last)
    }
  }
  depthLeft++
  return object
}

function mapValue(column: number): JsonValue {
  let c = source.charCodeAt(position)
  while (c === SPACE) c = source.charCodeAt(++position)
  if (c !== NEWLINE && c !== HASH) return blockNode(column, false)
  if (!toToken()) return null
  const at = position - lineStart
  if (at > column) return blockNode(column, true)
  if (at === column && source.charCodeAt(position) === DASH) {
    const next = source.charCodeAt(position + 1)
    if (next === SPACE || next === NEWLINE) return blockSequence(column)
  }
  return null
}

function blockSequence(column: number): JsonValue {
  if (--depthLeft < 0) throw giveUp
  const items: JsonValue[] = []
  for (;;) {
    // At the dash.
    position++
    let c = source.charCodeAt(position)
    while (c === SPACE) c = source.charCodeAt(++position)
    let isMore: boolean
    if (c === NEWLINE || c === HASH) {
      isMore = toToken()
      if (isMore && position - lineStart > column) {
        items.push(blockNode(column, true))
        isMore = toToken()
      } else items.push(null)
    } else {
      items.push(blockNode(column, true))
      isMore = toToken()
    }
    if (!isMore) break
    const at = position - lineStart
    if (at > column) throw giveUp
    if (at < column || source.charCodeAt(position) !== DASH) break
    const next = source.charCodeAt(position + 1)
    if (next !== SPACE && next !== NEWLINE) break
  }
  depthLeft++
  return items
}

/** Whether a colon that ends a key follows; stands on it then. */
function isKeyEnd(): boolean {
  let at = position
  let c = source.charCodeAt(at)
  while (c === SPACE) c = source.charCodeAt(++at)
  if (c !== COLON) return false
  const next = source.charCodeAt(at + 1)
  if (next !== SPACE && next !== NEWLINE) throw giveUp
  position = at
  return true
}

/**
 * From the start of a plain scalar to the end of its part on this line: returns where its last character ends, and
 * stands on what ended it (the line feed, the colon of a key, the `#` of a comment).
 */
function plainEnd(): number {
  let at = position
  let c = source.charCodeAt(at)
  if (c < 128) {
    if (startsPlain[c] === 0) {
      // A dash with a blank behind it was seen before; `?x` and `:x` are plain too, and rare.
      if (c !== DASH) throw giveUp
    } else if (c === DOT && at === lineStart && source.startsWith('...', at)) throw giveUp
  }
  let last = at
  for (;;) {
    if (c < 128) {
      const kind = inPlain[c]
      if (kind === mayEndPlain) {
        if (c === COLON) {
          const next = source.charCodeAt(at + 1)
          if (next === SPACE || next === NEWLINE) break
          if (next === TAB) throw giveUp
        } else if (at !== last) break
      } else if (kind === endsLine) break
      else if (kind === refused) throw giveUp
    } else if (isRefusedWide(c)) throw giveUp
    at++
    if (c !== SPACE) last = at
    c = source.charCodeAt(at)
  }
  position = at
  return last
}

/** The value of a plain scalar whose first line is known, with the lines that continue it. */
function plainValue(first: number, last: number, indent: number): JsonValue {
  if (source.charCodeAt(position) === HASH) {
    endOfLine()
    return scalarOf(first, last)
  }
  // At the line feed. A deeper line that is no comment continues the scalar.
  let text = ''
  let breaks = 0
  let at = position
  for (;;) {
    const lineAt = at + 1
    at = lineAt
    let c = source.charCodeAt(at)
    while (c === SPACE) c = source.charCodeAt(++at)
    if (at >= limit) break
    if (c === NEWLINE) {
      breaks++
      continue
    }
    if (at - lineAt <= indent || c === HASH) break
    if (c === TAB) throw giveUp
    if (at === lineAt && c === DOT) throw giveUp
    text += source.slice(first, last)
    text += breaks === 0 ? ' ' : '\n'.repeat(breaks)
    breaks = 0
    first = at
    position = at
    lineStart = lineAt
    last = continuationEnd()
    at = position
    // A key or a comment inside: let the complete reader say what is wrong.
    if (source.charCodeAt(at) !== NEWLINE) throw giveUp
  }
  if (text === '') return scalarOf(first, last)
  text += source.slice(first, last)
  if (text.length > longest) throw giveUp
  return plainScalar(text)
}

/** As `plainEnd`, for a line that continues a scalar: any character may come first. */
function continuationEnd(): number {
  let at = position
  let last = at
  for (;;) {
    const c = source.charCodeAt(at)
    if (c < 128) {
      const kind = inPlain[c]
      if (kind === mayEndPlain) {
        if (c === COLON) {
          const next = source.charCodeAt(at + 1)
          if (next === SPACE || next === NEWLINE || next === TAB) break
        } else if (at !== last) break
      } else if (kind === endsLine) break
      else if (kind === refused) throw giveUp
    } else if (isRefusedWide(c)) throw giveUp
    at++
    if (c !== SPACE) last = at
  }
  position = at
  return last
}

// Manifests repeat the same few hundred keys and values. A small table by length and three characters gives back the
// string made before: no copy, no second reading as a scalar, and the engine finds it already interned as a key.
const tableSize = 4096
const longestKept = 40
const keyTexts: string[] = new Array(tableSize).fill('')
const keyValues: string[] = new Array(tableSize).fill('')
const scalarTexts: string[] = new Array(tableSize).fill('')
const scalarValues: JsonValue[] = new Array(tableSize).fill(null)

function slotOf(first: number, length: number): number {
  const a = source.charCodeAt(first)
  const b = source.charCodeAt(first + (length >> 1))
  const c = source.charCodeAt(first + length - 1)
  return ((a * 31 + b * 17 + c * 131 + length * 521) ^ (b << 5)) & (tableSize - 1)
}

function isAt(text: string, first: number, length: number): boolean {
  if (text.length !== length) return false
  for (let i = 0; i < length; i++) if (source.charCodeAt(first + i) !== text.charCodeAt(i)) return false
  return true
}

function keyOf(first: number, last: number): string {
  const length = last - first
  if (length > longestKept) {
    if (position - first > 1000) throw giveUp
    return resolvedKey(source.slice(first, last))
  }
  const slot = slotOf(first, length)
  if (isAt(keyTexts[slot]!, first, length)) return keyValues[slot]!
  const text = ownString(first, last)
  const key = resolvedKey(text)
  // What has to be noticed each time is not kept.
  if (key !== text && hasAmbiguous) return key
  keyTexts[slot] = text
  keyValues[slot] = key
  return key
}

function resolvedKey(text: string): string {
  if (text === '<<' || text === '__proto__') throw giveUp
  const key = plainKey(text)
  if (key === undefined) throw giveUp
  if (key !== text && isAmbiguousScalar(text)) hasAmbiguous = true
  return key
}

function scalarOf(first: number, last: number): JsonValue {
  const length = last - first
  if (length > longestKept) {
    if (length > longest) throw giveUp
    return finite(plainScalar(source.slice(first, last)))
  }
  const slot = slotOf(first, length)
  if (isAt(scalarTexts[slot]!, first, length)) return scalarValues[slot]!
  const text = ownString(first, last)
  const value = finite(plainScalar(text))
  if (typeof value !== 'string' && isAmbiguousScalar(text)) {
    hasAmbiguous = true
    return value
  }
  scalarTexts[slot] = text
  scalarValues[slot] = value
  return value
}

/** A copy: a slice would keep the whole file alive in the tables. */
function ownString(first: number, last: number): string {
  return last - first < 13 ? source.slice(first, last) : `${source.slice(first, last)}\n`.slice(0, -1)
}

function finite(value: JsonValue): JsonValue {
  if (typeof value === 'number' && !Number.isFinite(value)) throw giveUp
  return value
}

/** Past the closing quote. `indent` is that of the node that holds it. */
function doubleQuoted(indent: number): string {
  let at = ++position
  // Without a closing quote there is nothing to put together.
  if (!source.includes('"', at)) throw giveUp
  let from = at
  let text = ''
  for (;;) {
    const c = source.charCodeAt(at)
    if (c === QUOTE) break
    if (c === BACKSLASH) {
      text += source.slice(from, at)
      position = at
      text += escaped()
      at = position
      from = at
    } else if (c === NEWLINE) {
      text += folded(from, at, indent)
      at = position
      from = at
    } else if (c < SPACE || c > 0x7e) {
      if (c !== TAB && (c < SPACE || isRefusedWide(c))) throw giveUp
      at++
    } else at++
  }
  text = text === '' ? source.slice(from, at) : text + source.slice(from, at)
  if (text.length > longest) throw giveUp
  position = at + 1
  return text
}

const simpleEscapes = new Array<string | undefined>(128).fill(undefined)
for (const [letter, value] of escapes) simpleEscapes[letter.charCodeAt(0)] = value

function escaped(): string {
  const c = source.charCodeAt(position + 1)
  const simple = simpleEscapes[c]
  if (simple !== undefined) {
    position += 2
    return simple
  }
  // A break that is escaped, a rare escape, or an error.
  const length = c === 0x78 ? 2 : c === 0x75 ? 4 : 0
  if (length === 0) throw giveUp
  let code = 0
  for (let i = 0; i < length; i++) {
    const digit = hexDigit(source.charCodeAt(position + 2 + i))
    if (digit < 0) throw giveUp
    code = code * 16 + digit
  }
  if (code >= 0xd800 && code <= 0xdfff) throw giveUp
  position += 2 + length
  return String.fromCharCode(code)
}

function hexDigit(c: number): number {
  if (c >= 0x30 && c <= 0x39) return c - 0x30
  if (c >= 0x61 && c <= 0x66) return c - 0x61 + 10
  return c >= 0x41 && c <= 0x46 ? c - 0x41 + 10 : -1
}

/**
 * A line end inside quotes at `at`: the text since `from` (where the last escape ended) without the blanks before the
 * break, then the folded breaks. Stands on the next text.
 */
function folded(from: number, at: number, indent: number): string {
  let last = at
  while (last > from && (source.charCodeAt(last - 1) === SPACE || source.charCodeAt(last - 1) === TAB)) last--
  let breaks = 0
  let start = at
  let c = NEWLINE
  while (c === NEWLINE) {
    breaks++
    start = ++at
    c = source.charCodeAt(at)
    while (c === SPACE || c === TAB) c = source.charCodeAt(++at)
    if (at >= limit) throw giveUp
  }
  lineStart = start
  position = at
  noteLine(c, indent)
  return source.slice(from, last) + (breaks === 1 ? ' ' : '\n'.repeat(breaks - 1))
}

/** A line that begins inside quotes or a flow collection, with its first text `c` at `position`. */
function noteLine(c: number, indent: number): void {
  const column = position - lineStart
  if (column <= indent) isSkippable = false
  // `...` and directives count even there.
  if (column === 0 && (c === DOT || c === PERCENT)) throw giveUp
}

function singleQuoted(indent: number): string {
  let at = ++position
  let from = at
  let text = ''
  for (;;) {
    const c = source.charCodeAt(at)
    if (c === APOSTROPHE) {
      if (source.charCodeAt(at + 1) !== APOSTROPHE) break
      text += source.slice(from, at + 1)
      at += 2
      from = at
    } else if (c === NEWLINE) {
      text += folded(from, at, indent)
      at = position
      from = at
    } else if (c < SPACE || c > 0x7e) {
      if (c !== TAB && (c < SPACE || isRefusedWide(c))) throw giveUp
      at++
    } else at++
    if (at >= limit) throw giveUp
  }
  text = text === '' ? source.slice(from, at) : text + source.slice(from, at)
  if (text.length > longest) throw giveUp
  position = at + 1
  return text
}

function blockScalar(indent: number, isLiteral: boolean): string {
  let at = position + 1
  let chomping = 0
  let content = 0
  let c = source.charCodeAt(at)
  for (let i = 0; i < 2; i++) {
    if (chomping === 0 && (c === 0x2b || c === DASH)) chomping = c === DASH ? -1 : 1
    else if (content === 0 && c >= 0x31 && c <= 0x39) content = Math.max(indent, 0) + c - 0x30
    else break
    c = source.charCodeAt(++at)
  }
  position = at
  endOfLine()
  at = position + 1
  lineStart = at

  // The first line with content gives the indentation, unless the header did.
  let leadingBreaks = 0
  let widest = 0
  for (;;) {
    const lineAt = at
    c = source.charCodeAt(at)
    while (c === SPACE && (content === 0 || at - lineAt < content)) c = source.charCodeAt(++at)
    if (at >= limit) break
    if (c !== NEWLINE) {
      if (c === TAB) throw giveUp
      if (content === 0) {
        content = Math.max(at - lineAt, indent + 1, 1)
        // Blank lines that are wider than the text count as its indentation in the reference: rare, and odd.
        if (widest > content) throw giveUp
      }
      at = lineAt
      break
    }
    if (at - lineAt > widest) widest = at - lineAt
    leadingBreaks++
    at++
    lineStart = at
  }
  let text = leadingBreaks === 0 ? '' : '\n'.repeat(leadingBreaks)
  if (at >= limit) {
    position = limit
    lineStart = limit
    return chomping === 1 ? text : ''
  }

  let pending = 0
  let isFirst = true
  let wasBlank = false
  for (;;) {
    // At the start of a line: its indentation, then the text of the line or the end of the scalar.
    lineStart = at
    let column = 0
    c = source.charCodeAt(at)
    while (c === SPACE && column < content) {
      c = source.charCodeAt(++at)
      column++
    }
    if (at >= limit) break
    if (c === NEWLINE) {
      pending++
      at++
      continue
    }
    if (column < content) {
      if (c === TAB) throw giveUp
      break
    }
    const from = at
    const isBlank = c === SPACE || c === TAB
    while (c !== NEWLINE) {
      if (c < SPACE ? c !== TAB : c > 0x7e && isRefusedWide(c)) throw giveUp
      c = source.charCodeAt(++at)
    }
    if (isFirst) isFirst = false
    else if (isLiteral || wasBlank || isBlank) text += pending === 0 ? '\n' : '\n'.repeat(pending + 1)
    else text += pending === 0 ? ' ' : '\n'.repeat(pending)
    text += source.slice(from, at)
    wasBlank = isBlank
    pending = 0
    at++
  }
  // A scalar without a line of content has no break of its own: all its breaks are trailing ones.
  if (isFirst) text = chomping === 1 ? text : ''
  else {
    if (chomping >= 0) text += '\n'
    if (chomping === 1) text += '\n'.repeat(pending)
  }
  if (text.length > longest) throw giveUp
  position = lineStart
  return text
}

/** `[...]` or `{...}` at `position`; stands behind it. */
function flowNode(indent: number): JsonValue {
  if (--depthLeft < 0) throw giveUp
  const value = source.charCodeAt(position) === OPEN_BRACKET ? flowSequence(indent) : flowMap(indent)
  depthLeft++
  return value
}

function flowSequence(indent: number): JsonArray {
  const items: JsonValue[] = []
  position++
  for (;;) {
    let c = toFlowToken(indent)
    if (c === CLOSE_BRACKET) break
    items.push(flowValue(c, indent))
    c = toFlowToken(indent)
    if (c === COMMA) position++
    else if (c !== CLOSE_BRACKET) throw giveUp
  }
  position++
  return items
}

function flowMap(indent: number): JsonValue {
  const object: { [key: string]: JsonValue } = {}
  position++
  for (;;) {
    let c = toFlowToken(indent)
    if (c === CLOSE_BRACE) break
    const keyLine = lineStart
    const keyStart = position
    let key: string
    if (c === QUOTE) key = doubleQuoted(indent)
    else if (c === APOSTROPHE) key = singleQuoted(indent)
    else {
      const last = flowPlainEnd()
      key = keyOf(keyStart, last)
    }
    if (key === '__proto__') throw giveUp
    c = toFlowToken(indent)
    let value: JsonValue = null
    if (c === COLON) {
      if (keyLine !== lineStart || position - keyStart > 1000) throw giveUp
      position++
      c = toFlowToken(indent)
      if (c !== COMMA && c !== CLOSE_BRACE) {
        value = flowValue(c, indent)
        c = toFlowToken(indent)
      }
    }
    if (object[key] !== undefined && Object.hasOwn(object, key)) throw giveUp
    object[key] = value
    if (c === COMMA) position++
    else if (c !== CLOSE_BRACE) throw giveUp
  }
  position++
  return object
}

function flowValue(c: number, indent: number): JsonValue {
  switch (c) {
    case QUOTE:
      return doubleQuoted(indent)
    case APOSTROPHE:
      return singleQuoted(indent)
    case OPEN_BRACKET:
    case OPEN_BRACE:
      return flowNode(indent)
  }
  const first = position
  return scalarOf(first, flowPlainEnd())
}

/** A plain scalar in flow context on one line; whatever could continue it is left to the complete reader. */
function flowPlainEnd(): number {
  let at = position
  let c = source.charCodeAt(at)
  if (c < 128 && startsPlain[c] === 0) {
    const next = source.charCodeAt(at + 1)
    if (c !== DASH || next === SPACE || next === NEWLINE || next === TAB) throw giveUp
  }
  let last = at
  for (;;) {
    if (c < 128) {
      const kind = inPlain[c]
      if (kind === mayEndPlain) {
        if (c === COLON) {
          const next = source.charCodeAt(at + 1)
          if (next === SPACE || next === NEWLINE || next === TAB) break
        } else if (at !== last) break
      } else if (kind === flowIndicator) break
      else if (kind === endsLine) {
        if (!endsFlowItem(at)) throw giveUp
        break
      } else if (kind === refused) throw giveUp
    } else if (isRefusedWide(c)) throw giveUp
    at++
    if (c !== SPACE) last = at
    c = source.charCodeAt(at)
  }
  position = at
  return last
}

/** Whether after the line end at `at` the next text ends the item, so that no line continues its scalar. */
function endsFlowItem(at: number): boolean {
  let c = NEWLINE
  while (c === NEWLINE || c === SPACE) c = source.charCodeAt(++at)
  return at < limit && (c === COMMA || c === CLOSE_BRACKET || c === CLOSE_BRACE)
}

/** To the next token inside a flow collection, over line ends; returns its first character. */
function toFlowToken(indent: number): number {
  let at = position
  for (;;) {
    let c = source.charCodeAt(at)
    while (c === SPACE) c = source.charCodeAt(++at)
    if (at >= limit) throw giveUp
    if (c === NEWLINE) {
      lineStart = ++at
      while (source.charCodeAt(at) === SPACE) at++
      if (at >= limit) throw giveUp
      position = at
      c = source.charCodeAt(at)
      if (c !== NEWLINE) noteLine(c, indent)
    } else if (c === HASH) at = commentEnd(at)
    else if (c === TAB) throw giveUp
    else {
      position = at
      return c
    }
  }
}
