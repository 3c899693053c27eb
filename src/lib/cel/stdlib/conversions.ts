import { define, type Implementation, type Library, overload } from '../functions.ts'
import { formatDouble } from '../numbers.ts'
import { bytesOf, textOf } from '../text.ts'
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  STRING,
  TIMESTAMP,
  typeParam,
  typeType,
  UINT,
} from '../types.ts'
import {
  CelDouble,
  CelDuration,
  CelError,
  type CelTimestamp,
  CelUint,
  type CelValue,
  checkedInt,
  doubleOf,
  int64,
  isInt64,
  MAX_UINT64,
  typeOf,
} from '../values.ts'
import { timestampResult } from './operators.ts'
import { formatDuration, formatTimestamp, parseDuration, parseTimestamp } from './time.ts'

const A = typeParam('A')
const INT_OVERFLOW = new CelError('integer overflow')
const UINT_OVERFLOW = new CelError('unsigned integer overflow')
const same: Implementation = value => value

/** Servers before 1.37 let `duration(1)` pass the check; no int ever converts. */
export const DURATION_OF_INT: Library = {
  name: 'conversions.durationOfInt',
  functions: [
    define(
      'duration',
      overload('int64_to_duration', [INT], DURATION, () => unconvertible(DURATION, INT)),
    ),
  ],
}

export const CONVERSIONS: Library = {
  name: 'conversions',
  functions: [
    {
      name: 'type',
      overloads: [overload('type', [A], typeType(A))],
      singleton: { accepts: () => true, call: typeOf },
    },
    { name: 'dyn', overloads: [overload('to_dyn', [A], DYN)], singleton: { accepts: () => true, call: same } },
    define(
      'bool',
      overload('bool_to_bool', [BOOL], BOOL, same),
      overload('string_to_bool', [STRING], BOOL, text => parseBool(text as string) ?? unconvertible(BOOL)),
    ),
    define(
      'bytes',
      overload('bytes_to_bytes', [BYTES], BYTES, same),
      overload('string_to_bytes', [STRING], BYTES, text => bytesOf(text as string)),
    ),
    define(
      'double',
      overload('double_to_double', [DOUBLE], DOUBLE, same),
      overload('int64_to_double', [INT], DOUBLE, value => CelDouble.of(Number(value as number | bigint))),
      overload('string_to_double', [STRING], DOUBLE, text => stringToDouble(text as string)),
      overload('uint64_to_double', [UINT], DOUBLE, value => CelDouble.of(Number((value as CelUint).value))),
    ),
    define(
      'duration',
      overload('duration_to_duration', [DURATION], DURATION, same),
      overload('string_to_duration', [STRING], DURATION, text => {
        const nanos = parseDuration(text as string)
        return nanos === undefined ? unconvertible(DURATION) : new CelDuration(nanos)
      }),
    ),
    define(
      'int',
      overload('int64_to_int64', [INT], INT, same),
      overload('double_to_int64', [DOUBLE], INT, value => doubleToInt(doubleOf(value)!)),
      overload('duration_to_int64', [DURATION], INT, value => int64((value as CelDuration).nanos)),
      overload('string_to_int64', [STRING], INT, text => stringToInt(text as string)),
      overload('timestamp_to_int64', [TIMESTAMP], INT, time => int64(floorSeconds((time as CelTimestamp).nanos))),
      overload('uint64_to_int64', [UINT], INT, value => checkedInt((value as CelUint).value) ?? INT_OVERFLOW),
    ),
    define(
      'string',
      overload('string_to_string', [STRING], STRING, same),
      overload('bool_to_string', [BOOL], STRING, value => String(value)),
      overload('bytes_to_string', [BYTES], STRING, bytes => {
        return textOf(bytes as Uint8Array) ?? new CelError('invalid UTF-8 in bytes, cannot convert to string')
      }),
      overload('double_to_string', [DOUBLE], STRING, value => formatDouble(doubleOf(value)!)),
      overload('duration_to_string', [DURATION], STRING, value => formatDuration((value as CelDuration).nanos)),
      overload('int64_to_string', [INT], STRING, value => String(value)),
      overload('timestamp_to_string', [TIMESTAMP], STRING, time => formatTimestamp(time as CelTimestamp)),
      overload('uint64_to_string', [UINT], STRING, value => String((value as CelUint).value)),
    ),
    define(
      'timestamp',
      overload('timestamp_to_timestamp', [TIMESTAMP], TIMESTAMP, same),
      overload('int64_to_timestamp', [INT], TIMESTAMP, seconds =>
        timestampResult(BigInt(seconds as number | bigint) * 1_000_000_000n, 0),
      ),
      overload('string_to_timestamp', [STRING], TIMESTAMP, text => {
        return parseTimestamp(text as string) ?? unconvertible(TIMESTAMP)
      }),
    ),
    define(
      'uint',
      overload('uint64_to_uint64', [UINT], UINT, same),
      overload('double_to_uint64', [DOUBLE], UINT, value => doubleToUint(doubleOf(value)!)),
      overload('int64_to_uint64', [INT], UINT, value => {
        return (value as number | bigint) < 0 ? UINT_OVERFLOW : new CelUint(BigInt(value as number | bigint))
      }),
      overload('string_to_uint64', [STRING], UINT, text => stringToUint(text as string)),
    ),
  ],
}

function unconvertible(to: CelType, from: CelType = STRING): CelError {
  return new CelError(`type conversion error from '${from.name}' to '${to.name}'`)
}

function parseBool(text: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true
  return ['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text) ? false : undefined
}

function stringToInt(text: string): CelValue {
  if (!/^[+-]?\d+$/u.test(text)) return unconvertible(INT)
  return checkedInt(BigInt(text.startsWith('+') ? text.slice(1) : text)) ?? unconvertible(INT)
}

function stringToUint(text: string): CelValue {
  if (!/^\d+$/u.test(text)) return unconvertible(UINT)
  const value = BigInt(text)
  return value > MAX_UINT64 ? unconvertible(UINT) : new CelUint(value)
}

/** Go's `ParseFloat`: decimal or hexadecimal, infinities and NaN by name; underscores may stand between digits. */
function stringToDouble(written: string): CelValue {
  if (/(?<![\dA-Fa-fx])_|_(?![\dA-Fa-f])/u.test(written)) return unconvertible(DOUBLE)
  const text = written.replaceAll('_', '')
  const named = /^([+-]?)(inf|infinity|nan)$/iu.exec(text)
  if (named !== null) {
    if (named[2]!.toLowerCase() === 'nan') return named[1] === '' ? Number.NaN : unconvertible(DOUBLE)
    return named[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/iu.test(text)) {
    const value = Number(text)
    return Number.isFinite(value) ? CelDouble.of(value) : unconvertible(DOUBLE)
  }
  const hex = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)p([+-]?\d+)$/iu.exec(text)
  if (hex === null || hex[2]! + hex[3]! === '') return unconvertible(DOUBLE)
  const digits = BigInt(`0x${hex[2]}${hex[3]}`)
  const value = Number(digits) * 2 ** (Number(hex[4]) - 4 * hex[3]!.length) * (hex[1] === '-' ? -1 : 1)
  return Number.isFinite(value) ? CelDouble.of(value) : unconvertible(DOUBLE)
}

function doubleToInt(value: number): CelValue {
  if (Number.isNaN(value) || value <= -(2 ** 63) || value >= 2 ** 63) return INT_OVERFLOW
  const whole = BigInt(Math.trunc(value))
  return isInt64(whole) ? int64(whole) : INT_OVERFLOW
}

function doubleToUint(value: number): CelValue {
  if (Number.isNaN(value) || value < 0 || value >= 2 ** 64) return UINT_OVERFLOW
  return new CelUint(BigInt(Math.trunc(value)))
}

function floorSeconds(nanos: bigint): bigint {
  const seconds = nanos / 1_000_000_000n
  return nanos < 0n && nanos % 1_000_000_000n !== 0n ? seconds - 1n : seconds
}
