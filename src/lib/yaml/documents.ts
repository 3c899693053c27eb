/** One document of a stream: where its text lies and what stands against reading it. */
export interface YamlDocument {
  /** Counted from 0, empty documents included; a leading `---` opens document 0. */
  readonly index: number
  /** UTF-16 offsets of its text, without the separator line. */
  readonly start: number
  readonly end: number
  /** Line of `start` in the stream, from 1. */
  readonly line: number
  /** Directives stand before the separator that opens it, inside the text. */
  readonly hasDirectives: boolean
  /** The reader inside Kubernetes sees a separator before the text: what comes behind may be nothing or `...`. */
  readonly isOpened: boolean
  /** The separator at the end is malformed, which loses the document for every reader that Kubernetes has. */
  readonly problem: { readonly message: string; readonly line: number; readonly column: number } | undefined
}

/**
 * The documents of a stream, parted at lines that start with `---`. The text must have line feeds only and end with
 * one. Text after `...` belongs to its document, which ends there.
 */
export function* documentsOf(text: string): Generator<YamlDocument, void, undefined> {
  let index = 0
  let start = 0
  let line = 1
  let directivesFrom: { readonly start: number; readonly line: number } | undefined
  let separator = text.startsWith('---') ? 0 : nextSeparator(text, 0)
  let isLeading = true
  // The line before was a separator that opened a document instead of ending one.
  let isOpened = false
  while (separator >= 0) {
    const lineEnd = text.indexOf('\n', separator)
    const after = text.slice(separator + 3, lineEnd).trim()
    const separatorLine = line + breaksBetween(text, start, separator)
    const isBad = after.length > 0 && !after.startsWith('#')
    // Nothing but blank text before the first separator: no document of its own.
    const isNothing = isLeading && isBlank(text, start, separator)
    const isAtStart: boolean = start === separator && !isOpened
    isLeading = false
    if (isBad) {
      const message = `invalid document separator: ---${after.slice(0, 40)}`
      const problem = { message, line: separatorLine, column: 1 }
      yield { index, start, end: separator, line, hasDirectives: false, isOpened, problem }
      if (!isNothing) index++
    } else if (isAtStart && text.charCodeAt(separator + 3) === 0x23) {
      // Behind nothing at all the line belongs to the document that it opens, and there `---#c` is text.
      separator = text.startsWith('---', lineEnd + 1) ? lineEnd + 1 : nextSeparator(text, lineEnd + 1)
      continue
    } else if (isNothing) {
      // Opens document 0.
    } else if (directivesFrom === undefined && !isOpened && holdsOnlyDirectives(text, start, separator)) {
      directivesFrom = { start, line }
    } else {
      const from = directivesFrom ?? { start, line }
      yield {
        index,
        ...from,
        end: separator,
        hasDirectives: directivesFrom !== undefined,
        isOpened,
        problem: undefined,
      }
      directivesFrom = undefined
      index++
    }
    isOpened = isAtStart
    start = lineEnd + 1
    line = separatorLine + 1
    separator = text.startsWith('---', start) ? start : nextSeparator(text, start)
  }
  if (start < text.length || directivesFrom !== undefined) {
    const from = directivesFrom ?? { start, line }
    yield {
      index,
      ...from,
      end: text.length,
      hasDirectives: directivesFrom !== undefined,
      isOpened,
      problem: undefined,
    }
  }
}

function nextSeparator(text: string, from: number): number {
  const at = text.indexOf('\n---', from)
  return at < 0 ? -1 : at + 1
}

/** How many line feeds lie between two offsets. */
export function breaksBetween(text: string, start: number, end: number): number {
  // A slice costs nothing and bounds the search, which would run to the end of a text that is one long line.
  const part = text.slice(start, end)
  let count = 0
  for (let at = part.indexOf('\n'); at >= 0; at = part.indexOf('\n', at + 1)) count++
  return count
}

function isBlank(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const c = text.charCodeAt(at)
    if (c !== 0x20 && c !== 0x0a && c !== 0x09) return false
  }
  return true
}

/** `%YAML` and `%TAG` lines, with comments between, and nothing else. */
function holdsOnlyDirectives(text: string, start: number, end: number): boolean {
  let isAny = false
  for (let at = start; at < end; ) {
    const lineEnd = text.indexOf('\n', at)
    const c = text.charCodeAt(at)
    if (c === 0x25) isAny = true
    else if (c !== 0x23 && !isBlank(text, at, lineEnd)) return false
    at = lineEnd + 1
  }
  return isAny
}
