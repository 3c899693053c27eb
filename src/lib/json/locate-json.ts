import type { JsonPath } from './json-value.ts'
import { skipJsonBlanks } from './parse-json.ts'

/** Offsets of a place in a text: a map entry by its key, a list entry by its item. */
export interface TextSpan {
  readonly start: number
  readonly end: number
}

/**
 * Where the paths are in a JSON text whose value starts at `from`: the key of a map entry, the item of a list entry. A
 * path that does not exist gives its nearest ancestor that does. The text must be valid JSON.
 */
export function locateInJson(text: string, from: number, paths: readonly JsonPath[]): TextSpan[] {
  const start = skipJsonBlanks(text, from)
  return paths.map(path => {
    let valueAt = start
    let span: TextSpan = { start, end: start + 1 }
    for (const step of path) {
      const found = typeof step === 'number' ? item(text, valueAt, step) : member(text, valueAt, step)
      if (found === undefined) break
      valueAt = found.valueAt
      span = found.span
    }
    return span
  })
}

interface Found {
  readonly span: TextSpan
  readonly valueAt: number
}

/** The last entry of that key, which is the one that counts. */
function member(text: string, open: number, key: string): Found | undefined {
  if (text.charCodeAt(open) !== 0x7b) return undefined
  let found: Found | undefined
  let at = skipJsonBlanks(text, open + 1)
  while (text.charCodeAt(at) === 0x22) {
    const end = endOfString(text, at)
    const valueAt = skipJsonBlanks(text, skipJsonBlanks(text, end) + 1)
    if (isKey(text, at, end, key)) found = { span: { start: at, end }, valueAt }
    at = skipJsonBlanks(text, endOfJsonValue(text, valueAt))
    if (text.charCodeAt(at) !== 0x2c) break
    at = skipJsonBlanks(text, at + 1)
  }
  return found
}

function isKey(text: string, start: number, end: number, key: string): boolean {
  if (end - start - 2 === key.length && text.startsWith(key, start + 1)) return true
  const raw = text.slice(start, end)
  return raw.includes('\\') && String(JSON.parse(raw)).toWellFormed() === key
}

function item(text: string, open: number, index: number): Found | undefined {
  if (text.charCodeAt(open) !== 0x5b) return undefined
  let at = skipJsonBlanks(text, open + 1)
  for (let i = 0; at < text.length && text.charCodeAt(at) !== 0x5d; i++) {
    const end = endOfJsonValue(text, at)
    if (i === index) return { span: { start: at, end }, valueAt: at }
    at = skipJsonBlanks(text, end)
    if (text.charCodeAt(at) !== 0x2c) return undefined
    at = skipJsonBlanks(text, at + 1)
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
