import { displayText } from '../display.ts'
import { define, type FunctionDecl, type Library, member, overload } from '../functions.ts'
import { isBasicPlane } from '../text.ts'
import { DYN, INT, listType, STRING } from '../types.ts'
import { CelError, type CelValue } from '../values.ts'
import { format } from './format.ts'

const STRINGS = listType(STRING)

/** The functions of every version; `join` of versions before 1.29 differs only in its error text. */
export const STRING_FUNCTIONS: Library = {
  name: 'strings',
  functions: [
    define(
      'charAt',
      member('string_char_at_int', [STRING, INT], STRING, (text, at) => {
        const characters = charactersOf(text as string)
        const index = Number(at)
        if (index < 0 || index > characters.length) return outOfRange(at!)
        return characters[index] ?? ''
      }),
    ),
    define(
      'indexOf',
      member('string_index_of_string', [STRING, STRING], INT, (text, part) =>
        indexFrom(text as string, part as string, 0),
      ),
      member('string_index_of_string_int', [STRING, STRING, INT], INT, (text, part, from) =>
        indexFrom(text as string, part as string, Number(from)),
      ),
    ),
    define(
      'lastIndexOf',
      member('string_last_index_of_string', [STRING, STRING], INT, (text, part) => {
        const length = charactersOf(text as string).length
        if (part === '') return length
        return length === 0 ? -1 : lastIndexFrom(text as string, part as string, length - 1)
      }),
      member('string_last_index_of_string_int', [STRING, STRING, INT], INT, (text, part, from) =>
        lastIndexFrom(text as string, part as string, Number(from)),
      ),
    ),
    define(
      'lowerAscii',
      member('string_lower_ascii', [STRING], STRING, text =>
        (text as string).replace(/[A-Z]+/gu, letters => letters.toLowerCase()),
      ),
    ),
    define(
      'upperAscii',
      member('string_upper_ascii', [STRING], STRING, text =>
        (text as string).replace(/[a-z]+/gu, letters => letters.toUpperCase()),
      ),
    ),
    define(
      'replace',
      member('string_replace_string_string', [STRING, STRING, STRING], STRING, (text, from, to) =>
        replaceSome(text as string, from as string, to as string, -1),
      ),
      member('string_replace_string_string_int', [STRING, STRING, STRING, INT], STRING, (text, from, to, limit) =>
        replaceSome(text as string, from as string, to as string, Number(limit)),
      ),
    ),
    define(
      'split',
      member('string_split_string', [STRING, STRING], STRINGS, (text, by) =>
        splitSome(text as string, by as string, -1),
      ),
      member('string_split_string_int', [STRING, STRING, INT], STRINGS, (text, by, limit) =>
        splitSome(text as string, by as string, Number(limit)),
      ),
    ),
    define(
      'substring',
      member('string_substring_int', [STRING, INT], STRING, (text, from) => {
        const characters = charactersOf(text as string)
        const start = Number(from)
        if (start < 0 || start > characters.length) return outOfRange(from!)
        return sliceText(text as string, characters, start, characters.length)
      }),
      member('string_substring_int_int', [STRING, INT, INT], STRING, (text, from, to) => {
        const characters = charactersOf(text as string)
        const [start, end] = [Number(from), Number(to)]
        if (start > end) return new CelError(`invalid substring range. start: ${String(from)}, end: ${String(to)}`)
        if (start < 0 || start > characters.length) return outOfRange(from!)
        if (end < 0 || end > characters.length) return outOfRange(to!)
        return sliceText(text as string, characters, start, end)
      }),
    ),
    define(
      'trim',
      member('string_trim', [STRING], STRING, text => trimSpace(text as string)),
    ),
    define(
      'join',
      member('list_join', [STRINGS], STRING, list => joinText(list as readonly CelValue[], '')),
      member('list_join_string', [STRINGS, STRING], STRING, (list, by) =>
        joinText(list as readonly CelValue[], by as string),
      ),
    ),
  ],
}

/** Added in 1.29. */
export const STRING_FORMATTING: Library = {
  name: 'strings.format',
  functions: [
    define(
      'format',
      member('string_format', [STRING, listType(DYN)], STRING, (text, args) =>
        format(text as string, args as readonly CelValue[]),
      ),
    ),
    define(
      'strings.quote',
      overload('strings_quote', [STRING], STRING, text => quote(text as string)),
    ),
  ],
}

/** Not in Kubernetes; for running the language's own conformance data. */
export const STRING_REVERSE: FunctionDecl = define(
  'reverse',
  member('string_reverse', [STRING], STRING, text => [...(text as string)].reverse().join('')),
)

/** Text that can be indexed by code point. */
function charactersOf(text: string): string | readonly string[] {
  return isBasicPlane(text) ? text : [...text]
}

function sliceText(text: string, characters: string | readonly string[], start: number, end: number): string {
  return typeof characters === 'string' ? text.slice(start, end) : characters.slice(start, end).join('')
}

function outOfRange(index: CelValue): CelError {
  return new CelError(`index out of range: ${String(index)}`)
}

function indexFrom(text: string, part: string, from: number): CelValue {
  if (from < 0) return outOfRange(from)
  const characters = charactersOf(text)
  if (part === '') return Math.min(from, characters.length)
  if (from >= characters.length) return -1
  if (typeof characters === 'string') return text.indexOf(part, from)
  const offset = characters.slice(0, from).join('').length
  const found = text.indexOf(part, offset)
  return found === -1 ? -1 : [...text.slice(0, found)].length
}

function lastIndexFrom(text: string, part: string, from: number): CelValue {
  if (from < 0) return outOfRange(from)
  const characters = charactersOf(text)
  if (part === '') return Math.min(from, characters.length)
  if (from >= characters.length) return -1
  if (typeof characters === 'string') return text.lastIndexOf(part, from)
  const found = text.lastIndexOf(part, characters.slice(0, from).join('').length)
  return found === -1 ? -1 : [...text.slice(0, found)].length
}

/** Replaces at most `limit` occurrences; an empty part stands before every character and at the end. */
function replaceSome(text: string, from: string, to: string, limit: number): string {
  if (limit === 0 || from === to) return text
  if (from !== '' && limit < 0) return text.split(from).join(to)
  let left = limit < 0 ? Number.POSITIVE_INFINITY : limit
  let result = ''
  if (from === '') {
    for (const character of text) {
      if (left-- > 0) result += to
      result += character
    }
    return left > 0 ? result + to : result
  }
  let at = 0
  for (let found = text.indexOf(from); found !== -1 && left > 0; found = text.indexOf(from, at)) {
    result += text.slice(at, found) + to
    at = found + from.length
    left--
  }
  return result + text.slice(at)
}

function splitSome(text: string, by: string, limit: number): CelValue {
  if (limit === 0) return []
  if (by === '') {
    const characters = [...text]
    if (limit < 0 || characters.length <= limit) return characters
    return [...characters.slice(0, limit - 1), characters.slice(limit - 1).join('')]
  }
  const parts = text.split(by)
  if (limit < 0 || parts.length <= limit) return parts
  return [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(by)]
}

/** Unicode white space as Go defines it: NEL counts, a byte-order mark does not. */
function trimSpace(text: string): string {
  const space = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/u
  let start = 0
  let end = text.length
  while (start < end && space.test(text[start]!)) start++
  while (end > start && space.test(text[end - 1]!)) end--
  return text.slice(start, end)
}

function joinText(list: readonly CelValue[], by: string): CelValue {
  for (const item of list)
    if (typeof item !== 'string') return new CelError(`join: invalid input: ${displayText(item)}`)
  return list.join(by)
}

const QUOTED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
}

function quote(text: string): string {
  return `"${text.replace(/[\x07-\r"\\]/gu, character => QUOTED[character] ?? character)}"`
}
