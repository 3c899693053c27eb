import { CelDouble, CelError, CelUint, type CelValue, checkedInt, doubleOf, isInt, MAX_UINT64 } from './values.ts'

const INT_OVERFLOW = new CelError('integer overflow')
const UINT_OVERFLOW = new CelError('unsigned integer overflow')
const DIVIDE_BY_ZERO = new CelError('division by zero')
const MODULUS_BY_ZERO = new CelError('modulus by zero')

type Int = number | bigint

export function addInt(a: Int, b: Int): CelValue {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b
    if (Number.isSafeInteger(sum)) return sum
  }
  return checkedInt(BigInt(a) + BigInt(b)) ?? INT_OVERFLOW
}

export function subtractInt(a: Int, b: Int): CelValue {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b
    if (Number.isSafeInteger(difference)) return difference
  }
  return checkedInt(BigInt(a) - BigInt(b)) ?? INT_OVERFLOW
}

export function multiplyInt(a: Int, b: Int): CelValue {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b
    if (Number.isSafeInteger(product)) return product === 0 ? 0 : product
  }
  return checkedInt(BigInt(a) * BigInt(b)) ?? INT_OVERFLOW
}

export function divideInt(a: Int, b: Int): CelValue {
  if (b === 0) return DIVIDE_BY_ZERO
  return checkedInt(BigInt(a) / BigInt(b)) ?? INT_OVERFLOW
}

export function moduloInt(a: Int, b: Int): CelValue {
  if (b === 0) return MODULUS_BY_ZERO
  // The server treats the one overflowing quotient as an overflow of the remainder too.
  if (typeof a === 'bigint' && b === -1 && a === -(2n ** 63n)) return INT_OVERFLOW
  return checkedInt(BigInt(a) % BigInt(b)) ?? INT_OVERFLOW
}

export function negateInt(a: Int): CelValue {
  if (typeof a === 'number') return a === 0 ? 0 : -a
  return checkedInt(-a) ?? INT_OVERFLOW
}

export function uintResult(value: bigint): CelValue {
  return value < 0n || value > MAX_UINT64 ? UINT_OVERFLOW : new CelUint(value)
}

export function divideUint(a: CelUint, b: CelUint): CelValue {
  return b.value === 0n ? DIVIDE_BY_ZERO : new CelUint(a.value / b.value)
}

export function moduloUint(a: CelUint, b: CelUint): CelValue {
  return b.value === 0n ? MODULUS_BY_ZERO : new CelUint(a.value % b.value)
}

/** Any number as `int`, `uint` or `double`, for comparisons across them. */
export function isNumeric(value: CelValue): boolean {
  return (
    typeof value === 'number' || typeof value === 'bigint' || value instanceof CelUint || value instanceof CelDouble
  )
}

/** -1, 0 or 1; `undefined` when a NaN takes part. */
export function compareNumbers(a: CelValue, b: CelValue): -1 | 0 | 1 | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a < b ? -1 : a > b ? 1 : a === b ? 0 : undefined
  const x = doubleOf(a)
  const y = doubleOf(b)
  if (x === undefined && y === undefined) {
    const left = exact(a)
    const right = exact(b)
    return left < right ? -1 : left > right ? 1 : 0
  }
  if (x !== undefined && y !== undefined) return x < y ? -1 : x > y ? 1 : x === y ? 0 : undefined
  if (x !== undefined) return compareDouble(x, b)
  const reversed = compareDouble(y!, a)
  return reversed === undefined ? undefined : reversed === 0 ? 0 : reversed === 1 ? -1 : 1
}

/** A double against an int or uint: beyond their range by sign, else as doubles. */
function compareDouble(x: number, other: CelValue): -1 | 0 | 1 | undefined {
  if (Number.isNaN(x)) return undefined
  if (isInt(other)) {
    if (x < -(2 ** 63)) return -1
    if (x > 2 ** 63) return 1
  } else {
    if (x < 0) return -1
    if (x > 2 ** 64) return 1
  }
  const y = Number(exact(other))
  return x < y ? -1 : x > y ? 1 : 0
}

function exact(value: CelValue): bigint {
  if (value instanceof CelUint) return value.value
  return BigInt(value as number | bigint)
}

/** A double as Go's `%g` with the fewest digits prints it. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  const power = Number(exponent)
  return power < -4 || power >= 6 ? scientific(mantissa, power) : plain(mantissa, power)
}

function scientific(mantissa: string, power: number): string {
  const digits = String(Math.abs(power)).padStart(2, '0')
  return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`
}

/** A double as Go's `%f` with the fewest digits prints it. */
export function formatPlain(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  return plain(mantissa, Number(exponent))
}

function plain(mantissa: string, power: number): string {
  const negative = mantissa.startsWith('-')
  const digits = mantissa.replace('-', '').replace('.', '')
  let text: string
  if (power < 0) text = `0.${'0'.repeat(-power - 1)}${digits}`
  else if (digits.length <= power + 1) text = digits + '0'.repeat(power + 1 - digits.length)
  else text = `${digits.slice(0, power + 1)}.${digits.slice(power + 1)}`
  return negative ? `-${text}` : text
}
