/**
 * Quantities as the API server writes them (apimachinery `resource.Quantity`). It keeps the written text where that is
 * already its own form, and else prints the canonical one: no precision lost, no fraction, the largest suffix of the
 * family that was written. Values finer than nano are rounded up, away from zero.
 */

const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const decimalSuffixes: Readonly<Record<string, number>> = {
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

type Family = 'binary' | 'decimal' | 'exponent'

export interface Quantity {
  /** The value is `unscaled × 10^scale`. */
  readonly unscaled: bigint
  readonly scale: number
  readonly family: Family
  /** The text as written, where the server prints it again as it stands. */
  readonly text: string | undefined
}

const int64Max = 2n ** 63n - 1n
const nanoScale = -9
const pattern = /^([+-]?)0*(\d*)(?:\.(\d*))?(?:(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E)|[eE]([+-]?\d{1,9}))?$/

/** Whether the server takes the text for a quantity. */
export function isQuantityText(written: string): boolean {
  const text = written.trim()
  return text !== '' && pattern.test(text)
}

/** `undefined` where the server takes the text for no quantity. White space around it is dropped, as it drops it. */
export function parseQuantity(written: string): Quantity | undefined {
  const text = written.trim()
  const match = text === '' ? null : pattern.exec(text)
  if (match === null) return undefined
  if (text === '0') return { unscaled: 0n, scale: 0, family: 'decimal', text }
  const [, sign, num = '', denom = '', suffix = '', exponentText] = match
  const family: Family = suffix.endsWith('i') ? 'binary' : exponentText === undefined ? 'decimal' : 'exponent'
  const power =
    family === 'binary'
      ? binarySuffixes.indexOf(suffix) * 10
      : family === 'exponent'
        ? Number(exponentText)
        : decimalSuffixes[suffix]!
  const digits = `${num === '' ? '0' : num}${denom}`
  const value = BigInt(digits)
  const signed = (amount: bigint) => (sign === '-' ? -amount : amount)

  if (family === 'binary') {
    const amount = value << BigInt(power)
    const isShort = denom === '' && 15 - (num.length || 1) - Math.trunc((power * 3) / 10) - 1 >= 0 && amount <= int64Max
    // Whether a factor of eight is left in the number decides whether the text can already be the canonical one.
    if (isShort) return { unscaled: signed(amount), scale: 0, family, text: (value & 7n) !== 0n ? text : undefined }
    return capped(signed, roundedToNano(amount, -denom.length), family)
  }
  const scale = power - denom.length
  if (18 - digits.length >= 0 && scale >= nanoScale) {
    const isCanonical = scale % 3 === 0 && !digits.endsWith('000') && !digits.startsWith('0')
    return { unscaled: signed(value), scale, family, text: isCanonical ? text : undefined }
  }
  return capped(signed, roundedToNano(value, scale), family)
}

type Amount = readonly [unscaled: bigint, scale: number]

function roundedToNano(value: bigint, scale: number): Amount {
  if (scale >= nanoScale || value === 0n) return [value, value === 0n ? 0 : scale]
  return [divideUp(value, scale < -400 ? 10n ** 400n : 10n ** BigInt(nanoScale - scale)), nanoScale]
}

function capped(signed: (amount: bigint) => bigint, [unscaled, scale]: Amount, family: Family): Quantity {
  const one = scale < 0 ? 10n ** BigInt(-scale) : 1n
  if (family === 'binary' && unscaled > int64Max * one)
    return { unscaled: signed(int64Max), scale: 0, family, text: undefined }
  const isFraction = family === 'binary' && unscaled > 0n && unscaled < one
  return { unscaled: signed(unscaled), scale, family: isFraction ? 'decimal' : family, text: undefined }
}

function divideUp(value: bigint, unit: bigint): bigint {
  return value % unit === 0n ? value / unit : value / unit + 1n
}

/** Rounded up to whole thousandths, as the server does with the quantities of every resource list. */
export function roundUpToMilli(quantity: Quantity): Quantity {
  if (quantity.scale >= -3) return quantity
  const size = quantity.unscaled < 0n ? -quantity.unscaled : quantity.unscaled
  const rounded = divideUp(size, 10n ** BigInt(-3 - quantity.scale))
  return { unscaled: quantity.unscaled < 0n ? -rounded : rounded, scale: -3, family: quantity.family, text: undefined }
}

export function formatQuantity(quantity: Quantity): string {
  if (quantity.text !== undefined) return quantity.text
  if (quantity.unscaled === 0n) return '0'
  const sign = quantity.unscaled < 0n ? '-' : ''
  let mantissa = quantity.unscaled < 0n ? -quantity.unscaled : quantity.unscaled
  let { scale } = quantity
  while (scale < 0 && mantissa % 10n === 0n) {
    mantissa /= 10n
    scale++
  }
  // A binary quantity below 1024, or with a fraction left, is written in the decimal family.
  if (quantity.family === 'binary' && scale >= 0) {
    let whole = mantissa * 10n ** BigInt(scale)
    let step = 0
    while (step < binarySuffixes.length - 1 && whole % 1024n === 0n) {
      whole /= 1024n
      step++
    }
    if (mantissa * 10n ** BigInt(scale) >= 1024n) return `${sign}${whole}${binarySuffixes[step]}`
  }
  while (mantissa % 10n === 0n) {
    mantissa /= 10n
    scale++
  }
  const exponent = Math.floor(scale / 3) * 3
  mantissa *= 10n ** BigInt(scale - exponent)
  if (quantity.family === 'exponent') return exponent === 0 ? `${sign}${mantissa}` : `${sign}${mantissa}e${exponent}`
  const fitting = Math.min(18, exponent)
  const suffix = Object.keys(decimalSuffixes).find(name => decimalSuffixes[name] === fitting)!
  return `${sign}${mantissa * 10n ** BigInt(exponent - fitting)}${suffix}`
}

/** The sum, in the family of the first. */
export function addQuantities(a: Quantity, b: Quantity): Quantity {
  const scale = Math.min(a.scale, b.scale)
  return { unscaled: atScale(a, scale) + atScale(b, scale), scale, family: a.family, text: undefined }
}

/** Negative where `a` is less, positive where it is more. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  const scale = Math.min(a.scale, b.scale)
  const difference = atScale(a, scale) - atScale(b, scale)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

function atScale(quantity: Quantity, scale: number): bigint {
  return quantity.unscaled * 10n ** BigInt(quantity.scale - scale)
}
