import type { JsonValue } from '../json/json-value.ts'

/**
 * The value of a plain scalar by the YAML 1.1 rules that Kubernetes' reader follows (go-yaml v2, then its way through
 * JSON). `.inf` and `.nan` come back as such: they are no JSON, and only the caller knows whether the value counts.
 */
export function plainScalar(text: string): JsonValue {
  if (text.length === 0) return null
  const hint = hintOf(text.charCodeAt(0))
  if (hint === hintNone) return text
  if (text.length <= 6) {
    const word = words.get(text)
    if (word !== undefined) return word
  }
  if (hint === hintWord) return text
  const number = hint === hintDot ? goFloat(text) : plainNumber(text.replaceAll('_', ''))
  if (number === undefined) return text
  return typeof number === 'bigint' ? fromInteger(number) : number.float ? fromDouble(number.value) : number.value
}

/**
 * Whether readers of YAML 1.2 take a plain scalar for something else than Kubernetes does: `yes` and `on` for text,
 * `0644` for a decimal number, `0b11` and `1_000` for text.
 */
export function isAmbiguousScalar(text: string): boolean {
  return text.length <= 40 && ambiguousForm.test(text)
}

const ambiguousForm =
  /^(?:y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF|[-+]?0[0-7_]+|[-+]?0b[01_]+|[-+]?[0-9]+_[0-9_]*(?:\.[0-9_]*)?)$/

/** What a plain scalar says as a map key; `undefined` where Kubernetes refuses it (null, integers above int64). */
export function plainKey(text: string): string | undefined {
  if (text.length === 0) return undefined
  const hint = hintOf(text.charCodeAt(0))
  if (hint === hintNone) return text
  if (text.length <= 6) {
    const word = words.get(text)
    if (word === null) return undefined
    if (typeof word === 'boolean') return word ? 'true' : 'false'
    if (word !== undefined) return float32Text(Number(word))
  }
  if (hint === hintWord) return text
  const number = hint === hintDot ? goFloat(text) : plainNumber(text.replaceAll('_', ''))
  if (number === undefined) return text
  if (typeof number === 'bigint') return number > maxInt64 ? undefined : String(number)
  return number.float ? float32Text(number.value) : String(number.value)
}

export const longTagPrefix = 'tag:yaml.org,2002:'

/** A scalar with an explicit tag, or the reason why it cannot be one. Unknown tags leave the text as it is. */
export function taggedScalar(tag: string, text: string): { readonly value: JsonValue } | { readonly problem: string } {
  if (!tag.startsWith(longTagPrefix)) return { value: text }
  const name = tag.slice(longTagPrefix.length)
  switch (name) {
    case 'str':
      return { value: text }
    case 'binary': {
      const value = base64Text(text)
      return value === undefined ? { problem: '!!binary value contains invalid base64 data' } : { value }
    }
    case 'timestamp':
      if (isTimestamp(text)) return { value: text }
      break
    case 'bool':
    case 'int':
    case 'float':
    case 'null':
      break
    default:
      return { value: text }
  }
  const kind = kindOfPlain(text)
  if (kind === name) return { value: plainScalar(text) }
  // An unsigned integer above int64 is not turned into a float by the reference reader.
  if (name === 'float' && kind === 'int') {
    const value = plainScalar(text)
    if (typeof value === 'bigint') return { value: fromDouble(Number(value)) }
    if (typeof value === 'number' && Number.isSafeInteger(value)) return { value }
  }
  return { problem: `cannot decode !!${kind} \`${text}\` as a !!${name}` }
}

/** A tagged scalar as a map key. */
export function taggedKey(tag: string, text: string): string | undefined | { readonly problem: string } {
  const result = taggedScalar(tag, text)
  if ('problem' in result) return result
  const name = tag.startsWith(longTagPrefix) ? tag.slice(longTagPrefix.length) : ''
  if (typeof result.value === 'string') return result.value
  if (name !== 'float' || result.value === null) return plainKey(text)
  return float32Text(Number(result.value))
}

/** An integer as the JSON step keeps it: exact within int64, a double above. */
function fromInteger(value: bigint): number | bigint {
  if (value >= minSafe && value <= maxSafe) return Number(value)
  return value >= minInt64 && value <= maxInt64 ? value : Number(value)
}

/** A double as the JSON step keeps it: an integral one that prints without exponent becomes an integer. */
function fromDouble(value: number): number | bigint {
  if (!Number.isInteger(value)) return value
  if (Number.isSafeInteger(value)) return value + 0 === 0 ? 0 : value
  if (Math.abs(value) >= 1e21) return value
  // The text, not the value: 1234567890123456789.0 travels as 1234567890123456800.
  const integer = BigInt(String(value))
  return integer >= minInt64 && integer <= maxInt64 ? integer : value
}

const minSafe = BigInt(Number.MIN_SAFE_INTEGER)
const maxSafe = BigInt(Number.MAX_SAFE_INTEGER)
const minInt64 = -(2n ** 63n)
const maxInt64 = 2n ** 63n - 1n
const maxUint64 = 2n ** 64n - 1n

const words: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(w => [w, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(w => [w, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map(w => [w, null] as const),
  ...['.nan', '.NaN', '.NAN'].map(w => [w, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map(w => [w, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map(w => [w, Number.NEGATIVE_INFINITY] as const),
])

const hintNone = 0
const hintWord = 1
const hintDot = 2
const hintNumber = 3

/** Only these first characters can begin anything but a string. */
function hintOf(c: number): 0 | 1 | 2 | 3 {
  if (c >= 48 && c <= 57) return hintNumber
  switch (c) {
    case 43: // +
    case 45: // -
      return hintNumber
    case 46:
      return hintDot
    case 121: // y Y n N t T f F o O ~
    case 89:
    case 110:
    case 78:
    case 116:
    case 84:
    case 102:
    case 70:
    case 111:
    case 79:
    case 126:
      return hintWord
    default:
      return hintNone
  }
}

type PlainNumber = bigint | { readonly value: number; readonly float: boolean }

const shortDecimal = /^[-+]?(?:0|[1-9][0-9]{0,14})$/
const integerForm = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[oO]?([0-7]+)|0[bB]([01]+)|(0|[1-9][0-9]*))$/
const floatForm = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const oddBinaryForm = /^0b([-+]?)([01]+)$/

/** An integer (Go's base prefixes, up to uint64) or a float of a text without underscores. */
function plainNumber(plain: string): PlainNumber | undefined {
  if (shortDecimal.test(plain)) return { value: Number(plain) + 0, float: false }
  const integer = plain.length > maxNumberLength ? null : integerForm.exec(plain)
  if (integer !== null) {
    const [, sign, hex, octal, binary, decimal] = integer
    const digits = hex ? `0x${hex}` : octal ? `0o${octal}` : binary ? `0b${binary}` : decimal!
    const magnitude = BigInt(digits)
    if (sign === '-' ? magnitude <= -minInt64 : magnitude <= (sign === '+' ? maxInt64 : maxUint64)) {
      return sign === '-' ? -magnitude : magnitude
    }
  }
  if (floatForm.test(plain)) {
    const value = Number(plain)
    if (Number.isFinite(value)) return { value, float: true }
  }
  const odd = plain.length > maxNumberLength ? null : oddBinaryForm.exec(plain)
  if (odd !== null) {
    const magnitude = BigInt(`0b${odd[2]}`)
    const value = odd[1] === '-' ? -magnitude : magnitude
    if (value >= minInt64 && value <= maxInt64) return value
  }
  return undefined
}

/** Beyond this no text is an integer within 64 bits unless it is padded with zeros, which nobody writes. */
const maxNumberLength = 4096

const goFloatForm = /^\.[0-9](?:_?[0-9])*(?:[eE][-+]?[0-9](?:_?[0-9])*)?$/

/** What begins with a dot goes through Go's ParseFloat as it is, underscores between digits included. */
function goFloat(text: string): PlainNumber | undefined {
  if (!goFloatForm.test(text)) return undefined
  const value = Number(text.replaceAll('_', ''))
  return Number.isFinite(value) ? { value, float: true } : undefined
}

function kindOfPlain(text: string): 'null' | 'bool' | 'int' | 'float' | 'str' {
  const hint = text.length === 0 ? hintWord : hintOf(text.charCodeAt(0))
  if (hint === hintNone) return 'str'
  const word = words.get(text)
  if (word !== undefined) return word === null ? 'null' : typeof word === 'boolean' ? 'bool' : 'float'
  if (hint === hintWord) return 'str'
  const number = hint === hintDot ? goFloat(text) : plainNumber(text.replaceAll('_', ''))
  if (number === undefined) return 'str'
  return typeof number === 'bigint' || !number.float ? 'int' : 'float'
}

/** Go's `%g` of a 32-bit float: what kubectl makes of a float that stands as a map key. */
function float32Text(double: number): string {
  const value = Math.fround(double)
  if (Number.isNaN(value)) return '.nan'
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  let precision = 1
  while (precision < 9 && Math.fround(Number(value.toPrecision(precision))) !== value) precision++
  const [mantissa, power] = value.toExponential(precision - 1).split('e') as [string, string]
  const exponent = Number(power)
  if (exponent < -4 || exponent >= 6) {
    const digits = String(Math.abs(exponent)).padStart(2, '0')
    return `${trimmedZeros(mantissa)}e${exponent < 0 ? '-' : '+'}${digits}`
  }
  return trimmedZeros(value.toFixed(Math.max(precision - 1 - exponent, 0)))
}

function trimmedZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

const base64Form = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The decoded bytes as text; like Go's JSON encoder, each byte that is not UTF-8 becomes U+FFFD. */
function base64Text(encoded: string): string | undefined {
  const text = encoded.replaceAll(/[\r\n]/g, '')
  if (!base64Form.test(text)) return undefined
  const bytes: number[] = []
  let bits = 0
  let held = 0
  for (const letter of text) {
    if (letter === '=') break
    bits = ((bits << 6) | base64Alphabet.indexOf(letter)) & 0xffff
    held += 6
    if (held >= 8) {
      held -= 8
      bytes.push((bits >> held) & 0xff)
    }
  }
  return goUtf8Text(bytes)
}

function goUtf8Text(bytes: readonly number[]): string {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let text = ''
  let at = 0
  while (at < bytes.length) {
    const first = bytes[at]!
    const width = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1
    try {
      text += strict.decode(Uint8Array.from(bytes.slice(at, at + width)))
      at += width
    } catch {
      text += '\ufffd'
      at++
    }
  }
  return text
}

const dateForm =
  /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:([Tt ])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(Z|[-+][0-9]{2}:[0-9]{2})?)?$/

/** Whether Go parses the text as one of the four timestamp layouts that the reference reader knows. */
function isTimestamp(text: string): boolean {
  const match = dateForm.exec(text)
  if (match === null) return false
  const [, year, month, day, separator, hour, minute, second, zone] = match
  // With a `T` the zone is required, with a space it is refused.
  if (separator !== undefined && (separator === ' ') === (zone !== undefined)) return false
  const days = [31, isLeap(Number(year)) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][Number(month) - 1]
  if (days === undefined || Number(day) < 1 || Number(day) > days) return false
  return separator === undefined || (Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60)
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
