import { formatPlain } from '../numbers.ts'
import { CelError, CelTimestamp, isInt64 } from '../values.ts'

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

/** Nanoseconds of a duration such as `1h30m` or `-1.5s`; `undefined` when it is none. */
export function parseDuration(text: string): bigint | undefined {
  let rest = text
  let negative = false
  if (rest.startsWith('-') || rest.startsWith('+')) {
    negative = rest.startsWith('-')
    rest = rest.slice(1)
  }
  if (rest === '0') return 0n
  if (rest === '') return undefined
  let total = 0n
  while (rest !== '') {
    const part = /^(\d*)(?:\.(\d*))?([^\d.]+)/u.exec(rest)
    if (part === null) return undefined
    const [whole, integer, fraction, unit] = part as unknown as [string, string, string | undefined, string]
    if (integer === '' && (fraction ?? '') === '') return undefined
    const scale = Object.hasOwn(UNITS, unit) ? UNITS[unit]! : undefined
    if (scale === undefined) return undefined
    if (integer !== '') total += BigInt(integer) * scale
    if (fraction !== undefined && fraction !== '') {
      const digits = fraction.slice(0, 18)
      total += (BigInt(digits) * scale) / 10n ** BigInt(digits.length)
    }
    rest = rest.slice(whole.length)
    if (total > 2n ** 63n) return undefined
  }
  const value = negative ? -total : total
  return isInt64(value) ? value : undefined
}

/** A duration as `string()` prints it: through float64 seconds, so that long ones lose nanoseconds. */
export function formatDuration(nanos: bigint): string {
  const whole = nanos / 1_000_000_000n
  const rest = nanos % 1_000_000_000n
  return `${formatPlain(Number(whole) + Number(rest) / 1e9)}s`
}

const PATTERN = /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/u

const TIMESTAMP_RANGE = new CelError('timestamp overflow')

/** An RFC 3339 time as Go reads it; `undefined` when it is none. */
export function parseTimestamp(text: string): CelTimestamp | CelError | undefined {
  const parts = PATTERN.exec(text)
  if (parts === null) return undefined
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 59) return undefined
  let offset = 0
  if (parts[8] !== undefined) {
    const hours = Number(parts[9])
    const minutes = Number(parts[10])
    if (hours > 24 || minutes > 60) return undefined
    offset = (hours * 60 + minutes) * 60 * (parts[8] === '-' ? -1 : 1)
  }
  const seconds =
    BigInt(daysFromEpoch(year, month, day)) * 86_400n + BigInt(hour * 3600 + minute * 60 + second - offset)
  if (seconds < -62_135_596_800n || seconds > 253_402_300_799n) return TIMESTAMP_RANGE
  const fraction = BigInt((parts[7] ?? '').slice(0, 9).padEnd(9, '0'))
  return new CelTimestamp(seconds * 1_000_000_000n + fraction, offset)
}

/** RFC 3339 with as many fractional digits as needed, in the offset the time was written with. */
export function formatTimestamp(time: CelTimestamp): string {
  const parts = civil(time.nanos, time.offset)
  const fraction = parts.nano === 0 ? '' : `.${String(parts.nano).padStart(9, '0').replace(/0+$/u, '')}`
  const date = `${pad(parts.year, 4)}-${pad(parts.month, 2)}-${pad(parts.day, 2)}`
  const clock = `${pad(parts.hour, 2)}:${pad(parts.minute, 2)}:${pad(parts.second, 2)}`
  if (time.offset === 0) return `${date}T${clock}${fraction}Z`
  const minutes = Math.trunc(Math.abs(time.offset) / 60)
  const zone = `${time.offset < 0 ? '-' : '+'}${pad(Math.trunc(minutes / 60), 2)}:${pad(minutes % 60, 2)}`
  return `${date}T${clock}${fraction}${zone}`
}

export interface Civil {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly nano: number
  /** 0 is Sunday. */
  readonly weekday: number
  /** From 1. */
  readonly yearDay: number
}

/** Calendar and clock of an instant at an offset in seconds. */
export function civil(nanos: bigint, offset: number): Civil {
  const local = nanos + BigInt(offset) * 1_000_000_000n
  let seconds = local / 1_000_000_000n
  let nano = Number(local % 1_000_000_000n)
  if (nano < 0) {
    nano += 1_000_000_000
    seconds -= 1n
  }
  const all = Number(seconds)
  const days = Math.floor(all / 86_400)
  const rest = all - days * 86_400
  const [year, month, day] = dateOf(days)
  return {
    year,
    month,
    day,
    hour: Math.floor(rest / 3600),
    minute: Math.floor((rest % 3600) / 60),
    second: rest % 60,
    nano,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysFromEpoch(year, 1, 1) + 1,
  }
}

/** Seconds east of UTC of a zone name or `+hh:mm` at an instant, or the server's error. */
export function zoneOffset(zone: string, nanos: bigint): number | CelError {
  const colon = zone.indexOf(':')
  if (colon === -1) return namedOffset(zone, nanos)
  const hours = atoi(zone.slice(0, colon))
  if (hours instanceof CelError) return hours
  const minutes = atoi(zone.slice(colon + 1))
  if (minutes instanceof CelError) return minutes
  return (zone.startsWith('-') ? hours * 60 - minutes : hours * 60 + minutes) * 60
}

function namedOffset(zone: string, nanos: bigint): number | CelError {
  if (zone === '' || zone === 'UTC' || zone === 'Local') return 0
  const unknownZone = new CelError(`unknown time zone ${zone}`)
  // Go finds zones by file name: its names are case-sensitive and never offsets.
  if (!/^[A-Za-z]/u.test(zone)) return unknownZone
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
      era: 'short',
    })
    const millis = Number(nanos / 1_000_000n)
    const seconds = Math.floor(millis / 1000)
    const fields = new Map(format.formatToParts(seconds * 1000).map(part => [part.type, part.value]))
    const read = (type: Intl.DateTimeFormatPartTypes): number => Number(fields.get(type))
    const year = fields.get('era') === 'BC' ? 1 - read('year') : read('year')
    const days = daysFromEpoch(year, read('month'), read('day'))
    return days * 86_400 + read('hour') * 3600 + read('minute') * 60 + read('second') - seconds
  } catch {
    return unknownZone
  }
}

function atoi(text: string): number | CelError {
  if (!/^[+-]?\d+$/u.test(text)) return new CelError(`strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  const value = Number(text)
  if (!isInt64(BigInt(text.replace('+', '')))) {
    return new CelError(`strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`)
  }
  return value
}

function daysFromEpoch(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

function dateOf(days: number): readonly [year: number, month: number, day: number] {
  const z = days + 719_468
  const era = Math.floor(z / 146_097)
  const dayOfEra = z - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shifted = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1
  const month = shifted < 10 ? shifted + 3 : shifted - 9
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day]
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}
