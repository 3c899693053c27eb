import type { JsonPath } from '../json/json-value.ts'
import { type PathTrie, pathTrieOf, settlePaths, type TextSpan } from '../json/path-trie.ts'
import { composeDocument } from './compose.ts'
import { isMergeKey } from './fallback.ts'
import { defaultYamlLimits } from './limits.ts'
import { plainKey, taggedKey } from './scalar.ts'
import type { YamlNode } from './tree.ts'
import { YamlError } from './yaml-error.ts'

/**
 * Where the paths are in the document of `text` between two offsets: the key of a map entry, the content of a list
 * entry (its dash where it has none). A path that does not exist gives its nearest ancestor that does; the root is the
 * first token. Offsets are into `text`. `column` characters stand before `start` on its line, as behind a dash.
 *
 * `isSkippable` is what `lastScanIsSkippable` said when the document was read by the fast reader, false otherwise:
 * then values are passed over by indentation and a handful of paths costs less than a glance at every character.
 */
export function locateInYaml(
  text: string,
  start: number,
  end: number,
  paths: readonly JsonPath[],
  isSkippable: boolean,
  maxDepth: number,
  column = 0,
): TextSpan[] {
  const spans: TextSpan[] = new Array<TextSpan>(paths.length)
  const root = pathTrieOf(paths)
  if (isSkippable) new LineWalker(text, end, spans).document(root, start, start - column)
  else treeWalk(text.slice(start, end), start, root, spans, maxDepth)
  return spans
}

const TAB = 0x09
const NEWLINE = 0x0a
const SPACE = 0x20
const QUOTE = 0x22
const HASH = 0x23
const APOSTROPHE = 0x27
const COMMA = 0x2c
const DASH = 0x2d
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const BACKSLASH = 0x5c
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d

/** Walks a document that the fast reader took, line by line, into nothing but the values that a path leads through. */
class LineWalker {
  private readonly text: string
  private readonly end: number
  private readonly spans: TextSpan[]
  private at = 0
  private lineStart = 0

  constructor(text: string, end: number, spans: TextSpan[]) {
    this.text = text
    this.end = end
    this.spans = spans
  }

  document(root: PathTrie, start: number, lineStart: number): void {
    this.at = start
    this.lineStart = lineStart
    this.toToken()
    settlePaths(root, { start: this.at, end: this.lineTextEnd(this.at) }, this.spans)
    if (root.next.size > 0 && this.at < this.end) this.value(root)
  }

  /** The value at the position, of which some inner places are wanted. */
  private value(place: PathTrie): void {
    const c = this.text.charCodeAt(this.at)
    if (c === OPEN_BRACE) this.flowMap(place)
    else if (c === OPEN_BRACKET) this.flowSequence(place)
    else if (this.isDash()) this.sequence(place, this.at - this.lineStart)
    else this.map(place, this.at - this.lineStart)
  }

  private isDash(): boolean {
    if (this.text.charCodeAt(this.at) !== DASH) return false
    const next = this.text.charCodeAt(this.at + 1)
    return next === SPACE || next === NEWLINE
  }

  private map(place: PathTrie, column: number): void {
    let wanted = place.next.size
    for (;;) {
      const keyStart = this.at
      const keyEnd = this.keyEnd()
      if (keyEnd < 0) return
      const next = this.wantedKey(place, keyStart, keyEnd)
      const isValueRead = next !== undefined && this.entry(next, keyStart, keyEnd, column)
      if (next !== undefined && --wanted === 0) return
      if (isValueRead) {
        // Either inside the value, and deeper, or at the first text of a line behind it.
        const at = this.at - this.lineStart
        if (this.at >= this.end || at < column) return
        if (at === column && !this.isDash()) continue
      }
      if (!this.toLineOf(column, false)) return
    }
  }

  /** Settles a key that is wanted and walks into its value if more is; true if the position moved on from the key. */
  private entry(next: PathTrie, keyStart: number, keyEnd: number, column: number): boolean {
    settlePaths(next, { start: keyStart, end: keyEnd }, this.spans)
    if (next.next.size === 0) return false
    // Behind the colon.
    this.at = this.text.indexOf(':', keyEnd) + 1
    this.skipSpaces()
    const c = this.text.charCodeAt(this.at)
    const keyLine = this.lineStart
    if (c === NEWLINE || c === HASH) {
      this.toToken()
      if (this.at >= this.end) return true
      const at = this.at - this.lineStart
      if (at < column || (at === column && !this.isDash())) return true
    } else if (c !== OPEN_BRACE && c !== OPEN_BRACKET) {
      // A scalar on the key's own line has no inside.
      this.lineStart = keyLine
      return false
    }
    this.value(next)
    return true
  }

  private sequence(place: PathTrie, column: number): void {
    let wanted = place.next.size
    for (let index = 0; ; index++) {
      const next = place.next.get(index)
      if (next !== undefined) {
        const dash = this.at
        this.at++
        this.skipSpaces()
        const c = this.text.charCodeAt(this.at)
        let isEmpty = false
        if (c === NEWLINE || c === HASH) {
          this.toToken()
          isEmpty = this.at >= this.end || this.at - this.lineStart <= column
        }
        const start = isEmpty ? dash : this.at
        settlePaths(next, { start, end: this.lineTextEnd(start) }, this.spans)
        if (!isEmpty && next.next.size > 0) this.value(next)
        if (--wanted === 0 || this.at >= this.end) return
        const at = this.at - this.lineStart
        if (at < column) return
        if (at === column && this.at > dash) {
          if (this.isDash()) continue
          return
        }
      }
      if (!this.toLineOf(column, true) || !this.isDash()) return
    }
  }

  /**
   * To the next line whose text begins at `column`, over deeper and empty ones; false where a line is less deep. In a
   * map, dashes at its own column belong to the value before.
   */
  private toLineOf(column: number, isSequence: boolean): boolean {
    for (;;) {
      // The position may already be at the start of a line that a value stopped before.
      const lineEnd = this.text.indexOf('\n', this.at)
      if (lineEnd < 0 || lineEnd + 1 >= this.end) {
        this.at = this.end
        return false
      }
      this.at = lineEnd + 1
      this.lineStart = this.at
      this.skipSpaces()
      const c = this.text.charCodeAt(this.at)
      if (c === NEWLINE || this.at >= this.end) continue
      const at = this.at - this.lineStart
      if (at > column || c === HASH) continue
      if (at < column) return false
      if (isSequence || !this.isDash()) return true
    }
  }

  /** Offset behind the key at the position, before its colon; -1 if there is no key. */
  private keyEnd(): number {
    const text = this.text
    let at = this.at
    const c = text.charCodeAt(at)
    if (c === QUOTE || c === APOSTROPHE) return this.quotedEnd(at)
    let last = at
    for (; at < this.end; at++) {
      const inner = text.charCodeAt(at)
      if (inner === COLON) {
        const next = text.charCodeAt(at + 1)
        if (next === SPACE || next === NEWLINE) return last
      }
      if (inner === NEWLINE) return -1
      if (inner !== SPACE) last = at + 1
    }
    return -1
  }

  private wantedKey(place: PathTrie, start: number, end: number): PathTrie | undefined {
    const text = this.text
    const c = text.charCodeAt(start)
    const isQuoted = c === QUOTE || c === APOSTROPHE
    const length = isQuoted ? end - start - 2 : end - start
    const from = isQuoted ? start + 1 : start
    for (const [key, next] of place.next) {
      if (typeof key === 'string' && key.length === length && text.startsWith(key, from)) return next
    }
    const raw = text.slice(start, end)
    const key = isQuoted ? unquoted(raw) : plainKey(raw)
    return key === undefined || (!isQuoted && key === raw) ? undefined : place.next.get(key)
  }

  private flowMap(place: PathTrie): void {
    this.at++
    for (;;) {
      this.toToken()
      const c = this.text.charCodeAt(this.at)
      if (c === CLOSE_BRACE || this.at >= this.end) break
      const keyStart = this.at
      const keyEnd = c === QUOTE || c === APOSTROPHE ? this.quotedEnd(this.at) : this.flowPlainEnd()
      const next = this.wantedKey(place, keyStart, keyEnd)
      if (next !== undefined) settlePaths(next, { start: keyStart, end: keyEnd }, this.spans)
      this.at = keyEnd
      this.toToken()
      if (this.text.charCodeAt(this.at) === COLON) {
        this.at++
        this.toToken()
        this.flowValue(next)
        this.toToken()
      }
      if (this.text.charCodeAt(this.at) === COMMA) this.at++
      else if (this.text.charCodeAt(this.at) !== CLOSE_BRACE) return
    }
    this.at++
  }

  private flowSequence(place: PathTrie): void {
    this.at++
    for (let index = 0; ; index++) {
      this.toToken()
      if (this.text.charCodeAt(this.at) === CLOSE_BRACKET || this.at >= this.end) break
      const next = place.next.get(index)
      const start = this.at
      if (next !== undefined) settlePaths(next, { start, end: start + 1 }, this.spans)
      this.flowValue(next)
      if (next !== undefined) for (const number of next.at) this.spans[number] = { start, end: this.at }
      this.toToken()
      if (this.text.charCodeAt(this.at) === COMMA) this.at++
      else if (this.text.charCodeAt(this.at) !== CLOSE_BRACKET) return
    }
    this.at++
  }

  private flowValue(place: PathTrie | undefined): void {
    const c = this.text.charCodeAt(this.at)
    const inner = place ?? nothing
    if (c === OPEN_BRACE) this.flowMap(inner)
    else if (c === OPEN_BRACKET) this.flowSequence(inner)
    else if (c === QUOTE || c === APOSTROPHE) this.at = this.quotedEnd(this.at)
    else if (c !== COMMA && c !== CLOSE_BRACE && c !== CLOSE_BRACKET) this.at = this.flowPlainEnd()
  }

  private flowPlainEnd(): number {
    let at = this.at
    let last = at
    for (; at < this.end; at++) {
      const c = this.text.charCodeAt(at)
      if (c === COMMA || c === CLOSE_BRACE || c === CLOSE_BRACKET || c === NEWLINE) break
      if (c === OPEN_BRACE || c === OPEN_BRACKET) break
      if (c === COLON) {
        const next = this.text.charCodeAt(at + 1)
        if (next === SPACE || next === NEWLINE) break
      }
      if (c === HASH && at > last) break
      if (c !== SPACE) last = at + 1
    }
    return last
  }

  private quotedEnd(open: number): number {
    const quote = this.text.charCodeAt(open)
    for (let at = open + 1; at < this.end; at++) {
      const c = this.text.charCodeAt(at)
      if (c === BACKSLASH && quote === QUOTE) at++
      else if (c === quote) {
        if (quote === QUOTE || this.text.charCodeAt(at + 1) !== APOSTROPHE) return at + 1
        at++
      }
    }
    return this.end
  }

  private skipSpaces(): void {
    while (this.text.charCodeAt(this.at) === SPACE) this.at++
  }

  private toToken(): void {
    for (;;) {
      this.skipSpaces()
      const c = this.text.charCodeAt(this.at)
      if (this.at >= this.end) {
        this.at = this.end
        return
      }
      if (c === HASH) this.at = this.text.indexOf('\n', this.at)
      else if (c === NEWLINE) {
        this.at++
        this.lineStart = this.at
      } else if (c === TAB) this.at++
      else return
    }
  }

  private lineTextEnd(start: number): number {
    const lineEnd = this.text.indexOf('\n', start)
    let end = lineEnd < 0 ? this.end : Math.min(lineEnd, this.end)
    while (end > start + 1 && this.text.charCodeAt(end - 1) === SPACE) end--
    return Math.max(end, start)
  }
}

const nothing: PathTrie = { at: [], next: new Map() }

function unquoted(raw: string): string | undefined {
  if (raw.startsWith("'")) return raw.slice(1, -1).replaceAll("''", "'")
  const node = rootOf(raw, 1)
  return node?.kind === 'scalar' ? node.value : undefined
}

function rootOf(text: string, maxDepth: number): YamlNode | undefined {
  try {
    return composeDocument(text, { ...defaultYamlLimits, maxDepth })
  } catch (error) {
    if (error instanceof YamlError) return undefined
    throw error
  }
}

/** The same by the complete reader's tree, for documents with aliases, merge keys or an unusual layout. */
function treeWalk(text: string, offset: number, root: PathTrie, spans: TextSpan[], maxDepth: number): void {
  const node = rootOf(text, maxDepth)
  const spanOf = (at: YamlNode): TextSpan => ({
    start: offset + at.start,
    end: offset + Math.max(at.kind === 'scalar' || at.kind === 'alias' ? at.end : 0, at.start + 1),
  })
  settlePaths(root, node === undefined ? { start: offset, end: offset } : spanOf(node), spans)
  if (node === undefined) return
  const walk = (place: PathTrie, at: YamlNode, depth: number) => {
    const target = at.kind === 'alias' ? at.target : at
    if (depth > maxDepth) return
    if (target.kind === 'alias') {
      walk(place, target, depth + 1)
      return
    }
    for (const [step, next] of place.next) {
      if (typeof step === 'number') {
        const item = target.kind === 'sequence' ? target.items[step] : undefined
        if (item === undefined) continue
        const isEmpty = item.kind === 'scalar' && item.start === item.end
        // An empty item is found behind its dash, and is shown by it.
        const dash = offset + item.start - 1
        settlePaths(next, isEmpty ? { start: dash, end: dash + 1 } : spanOf(item), spans)
        if (next.next.size > 0) walk(next, item, depth + 1)
      } else {
        const entry = target.kind === 'mapping' ? entryOf(target, step, 0) : undefined
        if (entry === undefined) continue
        settlePaths(next, spanOf(entry[0]), spans)
        if (next.next.size > 0) walk(next, entry[1], depth + 1)
      }
    }
  }
  walk(root, node, 0)
}

/** The entry that gives a key its value: the last of its name, or the one that a merge key brings in. */
function entryOf(node: YamlNode, key: string, depth: number): readonly [YamlNode, YamlNode] | undefined {
  if (node.kind === 'alias') return depth > 64 ? undefined : entryOf(node.target, key, depth + 1)
  if (node.kind !== 'mapping' || depth > 64) return undefined
  for (const entry of node.entries.toReversed()) {
    const [keyNode, value] = entry
    if (isMergeKey(keyNode)) {
      for (const source of value.kind === 'sequence' ? value.items : [value]) {
        const merged = entryOf(source, key, depth + 1)
        if (merged !== undefined) return merged
      }
    } else if (keyTextOf(keyNode) === key) return entry
  }
  return undefined
}

function keyTextOf(node: YamlNode): string | undefined {
  if (node.kind === 'alias') return keyTextOf(node.target)
  if (node.kind !== 'scalar') return undefined
  if (node.tag === '') return node.isPlain ? plainKey(node.value) : node.value
  const key = taggedKey(node.tag, node.value)
  return typeof key === 'string' ? key : undefined
}
