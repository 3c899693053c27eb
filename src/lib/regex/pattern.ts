import { RE2JS } from 're2js'
import { remembered } from '../collections/remembered.ts'
import { textTest } from './automaton.ts'

/** A compiled RE2 pattern. Matching takes linear time whatever the pattern. */
export interface Pattern {
  test(text: string): boolean
  /** The first match. */
  find(text: string): string | undefined
  /** Matches that do not overlap, at most `limit` of them (-1: all). */
  findAll(text: string, limit: number): string[]
}

export interface PatternError {
  readonly error: string
}

/** Compiled patterns are kept, because expressions compute the same few over and over. */
const CACHE_SIZE = 500
const cache = new Map<string, Pattern | PatternError>()

export function matches(pattern: string, text: string): boolean | PatternError {
  const compiled = compilePattern(pattern)
  return 'error' in compiled ? compiled : compiled.test(text)
}

/** The pattern, or the message that Go's parser of regular expressions gives. */
export function compilePattern(pattern: string): Pattern | PatternError {
  const known = cache.get(pattern)
  if (known !== undefined) return known
  const test = textTest(pattern)
  const compiled = test === undefined ? referencePattern(pattern) : ownPattern(pattern, test)
  if (cache.size >= CACHE_SIZE) for (const oldest of cache.keys()) if (cache.delete(oldest)) break
  cache.set(pattern, compiled)
  return compiled
}

/** A pattern that the automaton takes; the slower engine, which knows where matches are, is made when it is asked. */
function ownPattern(pattern: string, test: (text: string) => boolean): Pattern {
  let reference: Pattern | undefined
  const located = (): Pattern => {
    if (reference !== undefined) return reference
    const made = referencePattern(pattern)
    if ('error' in made) throw new Error(`the automaton takes a pattern that is wrong: ${pattern}`)
    reference = made
    return made
  }
  return {
    test,
    find: text => located().find(text),
    findAll: (text, limit) => located().findAll(text, limit),
  }
}

/** The engine that knows all of RE2's syntax. It is slow, so that answers are remembered. */
function referencePattern(pattern: string): Pattern | PatternError {
  let compiled: RE2JS
  try {
    compiled = RE2JS.compile(pattern)
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
  return {
    test: remembered(text => compiled.test(text)),
    find: text => {
      const matcher = compiled.matcher(text)
      return matcher.find() ? (matcher.group() ?? undefined) : undefined
    },
    findAll: (text, limit) => {
      const found: string[] = []
      const matcher = compiled.matcher(text)
      while ((limit < 0 || found.length < limit) && matcher.find()) found.push(matcher.group() ?? '')
      return found
    },
  }
}
