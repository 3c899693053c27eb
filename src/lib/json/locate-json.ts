import type { JsonPath } from './json-value.ts'
import { skipJsonBlanks } from './parse-json.ts'
import { type PathTrie, pathTrieOf, settlePaths, type TextSpan } from './path-trie.ts'

/**
 * Where the paths are in a JSON text whose value starts at `from`: the key of a map entry, the item of a list entry. A
 * path that does not exist gives its nearest ancestor that does. The text must be valid JSON, and is gone through once,
 * however many paths there are.
 */
export function locateInJson(text: string, from: number, paths: readonly JsonPath[]): TextSpan[] {
  const spans = new Array<TextSpan>(paths.length)
  const start = skipJsonBlanks(text, from)
  const root = pathTrieOf(paths)
  settlePaths(root, { start, end: start + 1 }, spans)
  if (root.next.size > 0) valueEnd(text, start, root, spans)
  return spans
}

/** Behind the value at `at`, of which some inner places are wanted. */
function valueEnd(text: string, at: number, wanted: PathTrie, spans: TextSpan[]): number {
  const c = text.charCodeAt(at)
  return c === 0x7b
    ? mapEnd(text, at, wanted, spans)
    : c === 0x5b
      ? listEnd(text, at, wanted, spans)
      : endOfJsonValue(text, at)
}

/** Of several entries with one key the last counts, so that it is settled anew. */
function mapEnd(text: string, open: number, wanted: PathTrie, spans: TextSpan[]): number {
  let at = skipJsonBlanks(text, open + 1)
  while (text.charCodeAt(at) === 0x22) {
    const end = endOfString(text, at)
    const valueAt = skipJsonBlanks(text, skipJsonBlanks(text, end) + 1)
    const next = wantedKey(text, at, end, wanted)
    if (next !== undefined) settlePaths(next, { start: at, end }, spans)
    const isEntered = next !== undefined && next.next.size > 0
    at = skipJsonBlanks(text, isEntered ? valueEnd(text, valueAt, next, spans) : endOfJsonValue(text, valueAt))
    if (text.charCodeAt(at) !== 0x2c) break
    at = skipJsonBlanks(text, at + 1)
  }
  return at + 1
}

function listEnd(text: string, open: number, wanted: PathTrie, spans: TextSpan[]): number {
  let at = skipJsonBlanks(text, open + 1)
  for (let i = 0; at < text.length && text.charCodeAt(at) !== 0x5d; i++) {
    const next = wanted.next.get(i)
    const span = { start: at, end: at }
    if (next !== undefined) settlePaths(next, span, spans)
    span.end = next !== undefined && next.next.size > 0 ? valueEnd(text, at, next, spans) : endOfJsonValue(text, at)
    at = skipJsonBlanks(text, span.end)
    if (text.charCodeAt(at) !== 0x2c) break
    at = skipJsonBlanks(text, at + 1)
  }
  return at + 1
}

function wantedKey(text: string, start: number, end: number, wanted: PathTrie): PathTrie | undefined {
  const length = end - start - 2
  for (const [key, next] of wanted.next)
    if (typeof key === 'string' && key.length === length && text.startsWith(key, start + 1)) return next
  for (let i = start; i < end; i++) {
    if (text.charCodeAt(i) !== 0x5c) continue
    return wanted.next.get(String(JSON.parse(text.slice(start, end))).toWellFormed())
  }
  return undefined
}

function endOfString(text: string, open: number): number {
  let at = open + 1
  for (; at < text.length; at++) {
    const c = text.charCodeAt(at)
    if (c === 0x5c) at++
    else if (c === 0x22) return at + 1
  }
  return text.length
}

/** Behind the valid JSON value at `at`. */
export function endOfJsonValue(text: string, at: number): number {
  let depth = 0
  for (; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x22:
        at = endOfString(text, at) - 1
        if (depth === 0) return at + 1
        break
      case 0x7b:
      case 0x5b:
        depth++
        break
      case 0x7d:
      case 0x5d:
        if (depth === 0) return at
        if (--depth === 0) return at + 1
        break
      case 0x2c:
        if (depth === 0) return at
        break
    }
  }
  return text.length
}
