/**
 * Quantities of resources. Parsing keeps what was written where that is the canonical form already; else printing gives
 * it: no precision lost, no fraction, the largest unit of the notation that was written. Finer than nano is rounded up.
 */

type Format = 'decimal' | 'binary' | 'exponent'

/**
 * A quantity as the API server holds it (apimachinery `resource.Quantity`): a decimal number `value × 10^scale` with the notation it was written in. `exact` says that the server holds it as
 * an int64, on which `isInteger` and arithmetic depend.
 */
export interface Quantity {
  readonly value: bigint
  readonly scale: number
  readonly format: Format
  readonly exact: boolean
  /** The text it was parsed from, if that is how the server prints it. */
  readonly text: string | undefined
}

const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const NUMERIC = 'unable to parse numeric part of quantity'
const SUFFIX = "unable to parse quantity's suffix"

const DECIMAL_SUFFIXES: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const BINARY_SUFFIXES: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 }
const MAX = 2n ** 63n - 1n
/** Exponents beyond this would only make numbers of millions of digits; comparing them stalls a server. */
const MAX_EXPONENT = 5000

/** Parses as `resource.ParseQuantity` does, or gives its error text. */
export function parseQuantity(text: string): Quantity | string {
  if (text === '') return FORMAT_WRONG
  if (text === '0') return { value: 0n, scale: 0, format: 'decimal', exact: true, text }
  const split = splitQuantity(text)
  if (split === undefined) return FORMAT_WRONG
  const { negative, whole, fraction, suffix } = split
  const unit = interpret(suffix)
  if (unit === undefined) return SUFFIX
  const { base, exponent, format } = unit
  const exact = exactQuantity(text, split, unit)
  if (exact !== undefined) return exact
  if (!/^\d+$/u.test(whole + fraction)) return NUMERIC
  let value = BigInt(whole + fraction)
  let scale = -fraction.length
  if (base === 10) scale += exponent
  else value <<= BigInt(exponent)
  // Rounds up to a billionth: who asks for a little gets a little.
  if (scale < -9 && value !== 0n) {
    const divisor = 10n ** BigInt(-9 - scale)
    value = value / divisor + (value % divisor === 0n ? 0n : 1n)
    scale = -9
  }
  let kept = format
  if (format === 'binary') {
    const limit = scale >= 0 ? value * 10n ** BigInt(scale) > MAX : value > MAX * 10n ** BigInt(-scale)
    if (limit) {
      value = MAX
      scale = 0
    }
    if (value > 0n && value < 10n ** BigInt(Math.max(0, -scale))) kept = 'decimal'
  }
  return { value: negative ? -value : value, scale, format: kept, exact: false, text: undefined }
}

interface Split {
  readonly negative: boolean
  readonly whole: string
  readonly fraction: string
  readonly suffix: string
}

function splitQuantity(text: string): Split | undefined {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/u.exec(text)
  if (parts === null) return undefined
  const whole = parts[2]!.replace(/^0+/u, '')
  return {
    negative: parts[1] === '-',
    whole: whole === '' ? '0' : whole,
    fraction: parts[3] ?? '',
    suffix: parts[4]!,
  }
}

interface Unit {
  readonly base: 2 | 10
  readonly exponent: number
  readonly format: Format
}

function interpret(suffix: string): Unit | undefined {
  if (Object.hasOwn(DECIMAL_SUFFIXES, suffix))
    return { base: 10, exponent: DECIMAL_SUFFIXES[suffix]!, format: 'decimal' }
  if (Object.hasOwn(BINARY_SUFFIXES, suffix)) return { base: 2, exponent: BINARY_SUFFIXES[suffix]!, format: 'binary' }
  if (!/^[eE][+-]?\d+$/u.test(suffix)) return undefined
  const exponent = Number(suffix.slice(1))
  return Math.abs(exponent) > MAX_EXPONENT ? undefined : { base: 10, exponent, format: 'exponent' }
}

/** The form that fits an int64, where the server takes its fast path. */
function exactQuantity(text: string, split: Split, { exponent, format }: Unit): Quantity | undefined {
  const { negative, whole, fraction } = split
  let precision = 18 - (whole.length + fraction.length)
  let scale = exponent
  let mantissa = 1n
  if (format === 'binary') {
    scale = 0
    if (fraction.length > 0) return undefined
    mantissa = 1n << BigInt(exponent)
    precision = 15 - whole.length - Math.trunc((exponent * 3) / 10) - 1
  }
  if (precision < 0) return undefined
  scale -= fraction.length
  if (scale < -9) return undefined
  const digits = whole + fraction
  const unsigned = BigInt(digits)
  const product = unsigned * mantissa
  if (!isInt64(product)) return undefined
  const canonical =
    format === 'binary'
      ? exponent % 10 === 0 && (unsigned & 7n) !== 0n
      : scale % 3 === 0 && !digits.endsWith('000') && digits[0] !== '0'
  return { value: negative ? -product : product, scale, format, exact: true, text: canonical ? text : undefined }
}

/** As the server prints it: in its own notation, with the largest unit that keeps the number whole. */
export function formatQuantity(quantity: Quantity): string {
  const { value, scale, format } = quantity
  if (quantity.text !== undefined) return quantity.text
  if (value === 0n) return '0'
  if (format === 'binary') {
    const whole = integerOf(quantity)
    if (whole !== undefined && (whole <= -1024n || whole >= 1024n)) {
      const [amount, times] = removeFactors(whole, 1024n)
      const suffix = Object.keys(BINARY_SUFFIXES).find(name => BINARY_SUFFIXES[name] === times * 10)
      return `${amount}${suffix ?? ''}`
    }
  }
  let [amount, times] = removeFactors(value, 10n)
  let exponent = scale + times
  while (exponent % 3 !== 0) {
    amount *= 10n
    exponent--
  }
  if (format === 'exponent') return exponent === 0 ? String(amount) : `${amount}e${exponent}`
  const suffix = Object.keys(DECIMAL_SUFFIXES).find(name => DECIMAL_SUFFIXES[name] === exponent)
  return `${amount}${suffix ?? ''}`
}

function removeFactors(value: bigint, factor: bigint): [bigint, number] {
  let times = 0
  while (value !== 0n && value % factor === 0n) {
    value /= factor
    times++
  }
  return [value, times]
}

/** The value if it has no fraction. */
function integerOf({ value, scale }: Quantity): bigint | undefined {
  if (scale >= 0) return value * 10n ** BigInt(scale)
  const divisor = 10n ** BigInt(-scale)
  return value % divisor === 0n ? value / divisor : undefined
}

/** The int64 of a quantity the server holds as one with a scale that is not negative. */
export function integerOfQuantity({ value, scale, exact }: Quantity): bigint | undefined {
  if (!exact || scale < 0) return undefined
  if (scale > 19 && value !== 0n) return undefined
  const whole = value * 10n ** BigInt(Math.min(scale, 19))
  return isInt64(whole) ? whole : undefined
}

export function compareQuantities(a: Quantity, b: Quantity): -1 | 0 | 1 {
  const scale = Math.min(a.scale, b.scale)
  const x = a.value * 10n ** BigInt(a.scale - scale)
  const y = b.value * 10n ** BigInt(b.scale - scale)
  return x < y ? -1 : x > y ? 1 : 0
}

export function addQuantities(a: Quantity, b: Quantity): Quantity {
  const format = a.value === 0n ? b.format : a.format
  if (b.value === 0n && a.exact && b.exact) return { ...a, format, text: undefined }
  if (a.value === 0n && a.exact && b.exact) return { ...b, format, text: undefined }
  const scale = Math.min(a.scale, b.scale)
  const x = a.value * 10n ** BigInt(a.scale - scale)
  const y = b.value * 10n ** BigInt(b.scale - scale)
  const value = x + y
  const exact = a.exact && b.exact && isInt64(x) && isInt64(y) && isInt64(value)
  return { value, scale, format, exact, text: undefined }
}

export function negatedQuantity(quantity: Quantity): Quantity {
  return { ...quantity, value: -quantity.value }
}

/** Rounded up to whole thousandths, as the server does with the quantities of every resource list. */
export function roundUpToMilli(quantity: Quantity): Quantity {
  if (quantity.scale >= -3) return quantity
  const size = quantity.value < 0n ? -quantity.value : quantity.value
  const unit = 10n ** BigInt(-3 - quantity.scale)
  const rounded = size / unit + (size % unit === 0n ? 0n : 1n)
  return { ...quantity, value: quantity.value < 0n ? -rounded : rounded, scale: -3, text: undefined }
}

function isInt64(value: bigint): boolean {
  return value >= -MAX - 1n && value <= MAX
}
