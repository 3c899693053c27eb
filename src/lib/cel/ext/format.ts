import { formatDouble } from '../numbers.ts'
import { formatDuration, formatTimestamp } from '../stdlib/time.ts'
import { bytesOf, compareText, textOf } from '../text.ts'
import { CelType } from '../types.ts'
import {
  CelDuration,
  CelError,
  CelTimestamp,
  CelUint,
  type CelValue,
  doubleOf,
  findInMap,
  isInt,
  isList,
  isMap,
  keysOf,
  typeOf,
} from '../values.ts'

/** One clause of a format string, `%.3f` for example. */
export interface Clause {
  readonly verb: string
  readonly precision: number | undefined
}

export class FormatError {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/**
 * Walks a format string: `clause` is asked for the text of each clause, which takes the next argument. Shared by
 * evaluation and by the check of literal format strings, so that both refuse with the same words.
 */
export function walkFormat(
  text: string,
  argumentCount: number,
  clause: (clause: Clause, index: number) => string | FormatError,
  literal = false,
): string | FormatError {
  let result = ''
  let index = 0
  for (let at = 0; at < text.length; ) {
    if (text[at] !== '%') {
      result += text[at++]
      continue
    }
    if (text[at + 1] === '%') {
      result += '%'
      at += 2
      continue
    }
    const parsed = parseClause(text, at + 1, index, argumentCount, literal)
    if (parsed instanceof FormatError) return parsed
    const value = clause(parsed.clause, index++)
    if (value instanceof FormatError) return new FormatError(`error during formatting: ${value.message}`)
    result += value
    at = parsed.end
  }
  return result
}

/** A server has no limit here, and fills its memory with zeros. */
const MAX_PRECISION = 100_000

function parseClause(
  text: string,
  from: number,
  index: number,
  argumentCount: number,
  literal: boolean,
): { readonly clause: Clause; readonly end: number } | FormatError {
  if (from >= text.length) {
    const outOfRange = index >= argumentCount && !literal
    return new FormatError(outOfRange ? `index ${index} out of range` : 'unexpected end of string')
  }
  if (index >= argumentCount) return new FormatError(`index ${index} out of range`)
  let at = from
  let precision: number | undefined
  if (text[at] === '.') {
    at++
    const start = at
    while (at < text.length && text[at]! >= '0' && text[at]! <= '9') at++
    const prefix = 'could not parse formatting clause: error while parsing precision: '
    if (at >= text.length) return new FormatError(`${prefix}could not find end of precision specifier`)
    const digits = text.slice(start, at)
    if (digits === '' || Number(digits) > Number.MAX_SAFE_INTEGER) {
      const why = digits === '' ? 'invalid syntax' : 'value out of range'
      const cause = `strconv.Atoi: parsing ${JSON.stringify(digits)}: ${why}`
      return new FormatError(`${prefix}error while converting precision to integer: ${cause}`)
    }
    precision = Number(digits)
    if (precision > MAX_PRECISION)
      return new FormatError(`${prefix}precision ${precision} exceeds maximum allowed precision ${MAX_PRECISION}`)
  }
  const verb = text[at]!
  if (!'sdfebxXo'.includes(verb))
    return new FormatError(`could not parse formatting clause: unrecognized formatting clause "${byteCharacter(verb)}"`)
  return { clause: { verb, precision }, end: at + 1 }
}

/** The server looks at single bytes, so of other characters it prints the first byte as Latin-1. */
function byteCharacter(character: string): string {
  return String.fromCharCode(bytesOf(character)[0] ?? 0)
}

const WORDS: Readonly<Record<string, string>> = {
  b: 'only integers and bools can be formatted as binary',
  d: 'decimal clause can only be used on integers',
  f: 'fixed-point clause can only be used on doubles',
  x: 'only integers, byte buffers, and strings can be formatted as hex',
  X: 'only integers, byte buffers, and strings can be formatted as hex',
  o: 'octal clause can only be used on integers',
  e: 'scientific clause can only be used on doubles',
  s: 'string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps',
}

export function refused(verb: string, typeName: string): FormatError {
  return new FormatError(`${WORDS[verb]}, was given ${typeName}`)
}

/** `string.format(list)`. */
export function format(text: string, args: readonly CelValue[]): CelValue {
  const result = walkFormat(text, args.length, (clause, index) => formatClause(clause, args[index]!))
  return result instanceof FormatError ? new CelError(result.message) : result
}

function formatClause(clause: Clause, value: CelValue): string | FormatError {
  switch (clause.verb) {
    case 's':
      return formatString(value)
    case 'd':
      return formatDecimal(value) ?? refused('d', typeOf(value).name)
    case 'f':
    case 'e': {
      const number =
        value === 'Infinity' ? Infinity : value === '-Infinity' ? -Infinity : value === 'NaN' ? NaN : doubleOf(value)
      if (number === undefined) return refused(clause.verb, typeOf(value).name)
      return clause.verb === 'f' ? fixed(number, clause.precision ?? 6) : exponential(number)
    }
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0'
      return radix(value, 2) ?? refused('b', typeOf(value).name)
    case 'o':
      return radix(value, 8) ?? refused('o', typeOf(value).name)
    default: {
      const bytes = typeof value === 'string' ? bytesOf(value) : value
      const hex =
        bytes instanceof Uint8Array
          ? [...bytes].map(byte => byte.toString(16).padStart(2, '0')).join('')
          : radix(value, 16)
      if (hex === undefined) return refused(clause.verb, typeOf(value).name)
      return clause.verb === 'X' ? hex.toUpperCase() : hex
    }
  }
}

function radix(value: CelValue, base: number): string | undefined {
  if (isInt(value)) return value.toString(base)
  return value instanceof CelUint ? value.value.toString(base) : undefined
}

function formatDecimal(value: CelValue): string | undefined {
  if (isInt(value)) return String(value)
  return value instanceof CelUint ? String(value.value) : undefined
}

function formatString(value: CelValue): string | FormatError {
  if (isList(value)) return formatList(value)
  if (isMap(value)) return formatMap(value)
  if (value === null) return 'null'
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Uint8Array) {
    const text = textOf(value)
    // The server quotes its own conversion error here.
    if (text !== undefined) return text
    return new FormatError('could not convert argument "invalid UTF-8 in bytes, cannot convert to string" to string')
  }
  if (value instanceof CelTimestamp) return formatTimestamp(value)
  if (value instanceof CelDuration) return formatDuration(value.nanos)
  if (value instanceof CelType) return value.name
  const number = doubleOf(value)
  if (number !== undefined) return formatDouble(number)
  return formatDecimal(value) ?? refused('s', typeOf(value).name)
}

/** A value inside a list or map. */
function formatNested(value: CelValue): string | FormatError {
  if (isList(value)) return formatList(value)
  if (isMap(value)) return formatMap(value)
  if (value instanceof CelTimestamp) return `timestamp(${goQuote(formatTimestamp(value))})`
  if (value instanceof CelDuration) return `duration(${goQuote(formatDuration(value.nanos))})`
  const number = doubleOf(value)
  if (number !== undefined) {
    if (Number.isFinite(number)) return decimal(number, 6)
    return Number.isNaN(number) ? '"NaN"' : number > 0 ? '"+Inf"' : '"-Inf"'
  }
  const text = formatString(value)
  if (text instanceof FormatError) return new FormatError(`no formatting function for ${typeOf(value).name}`)
  if (typeof value === 'string') return goQuote(text)
  return value instanceof Uint8Array ? `b${goQuote(text)}` : text
}

function formatList(list: readonly CelValue[]): string | FormatError {
  const parts: string[] = []
  for (const item of list) {
    const text = formatNested(item)
    if (text instanceof FormatError) return text
    parts.push(text)
  }
  return `[${parts.join(', ')}]`
}

function formatMap(map: CelValue): string | FormatError {
  const pairs: (readonly [string, string])[] = []
  for (const key of keysOf(map)) {
    const name = typeof key === 'string' ? goQuote(key) : typeof key === 'boolean' ? String(key) : formatDecimal(key)
    if (name === undefined) return new FormatError(`no formatting function for map key of type ${typeOf(key).name}`)
    const value = formatNested(findInMap(map, key) ?? null)
    if (value instanceof FormatError) return value
    pairs.push([name, value])
  }
  pairs.sort((a, b) => compareText(a[0], b[0]))
  return `{${pairs.map(([key, value]) => `${key}:${value}`).join(', ')}}`
}

/** A string as Go's `%q` prints it. */
export function goQuote(text: string): string {
  let result = '"'
  for (const character of text) {
    const code = character.codePointAt(0)!
    if (character === '"' || character === '\\') result += `\\${character}`
    else if (code === 7) result += '\\a'
    else if (code === 8) result += '\\b'
    else if (code === 9) result += '\\t'
    else if (code === 10) result += '\\n'
    else if (code === 11) result += '\\v'
    else if (code === 12) result += '\\f'
    else if (code === 13) result += '\\r'
    else if (code < 0x20 || code === 0x7f) result += `\\x${code.toString(16).padStart(2, '0')}`
    else if (isPrintable(character)) result += character
    else if (code > 0xffff) result += `\\U${code.toString(16).padStart(8, '0')}`
    else result += `\\u${code.toString(16).padStart(4, '0')}`
  }
  return `${result}"`
}

function isPrintable(character: string): boolean {
  return character === ' ' || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)
}

/** English digits with grouped thousands. */
function fixed(value: number, precision: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞'
  // The server's printer drops the sign of zero.
  const [whole, fraction] = decimal(value === 0 ? 0 : value, precision).split('.') as [string, string | undefined]
  const grouped = whole.replace(/\B(?=(\d{3})+$)/gu, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** Digits without an exponent, also for values that JavaScript would print with one. */
function decimal(value: number, precision: number): string {
  const digits = Math.min(precision, 100)
  const padding = '0'.repeat(precision - digits)
  const negative = value < 0 || Object.is(value, -0) ? '-' : ''
  const size = Math.abs(value)
  if (size < 1e21) return negative + roundedToEven(size, digits) + padding
  return `${negative}${BigInt(size)}${precision > 0 ? `.${'0'.repeat(precision)}` : ''}`
}

/** `toFixed` rounds exact halves up, Go rounds them to even. */
function roundedToEven(size: number, digits: number): string {
  const text = size.toFixed(digits)
  const exact = size.toFixed(100)
  const rest = exact.slice(exact.indexOf('.') + 1 + digits)
  if (!/^50*$/u.test(rest) || /[02468]$/u.test(text)) return text
  const down = exact.slice(0, exact.length - rest.length)
  return down.endsWith('.') ? down.slice(0, -1) : down
}

const SUPERSCRIPT = '⁰¹²³⁴⁵⁶⁷⁸⁹'

/** The server's printer writes powers of ten and always six digits. */
function exponential(value: number): string {
  if (!Number.isFinite(value)) return fixed(value, 0)
  const [mantissa, exponent] = value.toExponential(6).split('e') as [string, string]
  const power = Number(exponent)
  const digits = [...String(Math.abs(power)).padStart(2, '0')].map(digit => SUPERSCRIPT[Number(digit)]).join('')
  return `${mantissa}×10${power < 0 ? '⁻' : ''}${digits}`
}
