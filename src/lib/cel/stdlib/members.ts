import { matches } from '../../regex/pattern.ts'
import { define, type FunctionDecl, type Implementation, type Library, member, overload } from '../functions.ts'
import { codePointCount } from '../text.ts'
import { BOOL, BYTES, DURATION, INT, listType, mapType, STRING, TIMESTAMP, typeParam } from '../types.ts'
import {
  type CelDuration,
  CelError,
  type CelTimestamp,
  type CelValue,
  int64,
  isList,
  isMap,
  NO_SUCH_OVERLOAD,
  sizeOfMap,
} from '../values.ts'
import { type Civil, civil, zoneOffset } from './time.ts'

const LIST_A = listType(typeParam('A'))
const MAP_AB = mapType(typeParam('A'), typeParam('B'))

/** Functions of strings, collections and times that every CEL has. */
export const MEMBERS: Library = {
  name: 'members',
  functions: [
    {
      name: 'size',
      overloads: [
        overload('size_bytes', [BYTES], INT),
        member('bytes_size', [BYTES], INT),
        overload('size_list', [LIST_A], INT),
        member('list_size', [LIST_A], INT),
        overload('size_map', [MAP_AB], INT),
        member('map_size', [MAP_AB], INT),
        overload('size_string', [STRING], INT),
        member('string_size', [STRING], INT),
      ],
      singleton: { accepts: hasSize, call: value => sizeOf(value) },
    },
    textPredicate('contains', 'contains_string', (text, part) => text.includes(part)),
    textPredicate('endsWith', 'ends_with_string', (text, part) => text.endsWith(part)),
    textPredicate('startsWith', 'starts_with_string', (text, part) => text.startsWith(part)),
    {
      name: 'matches',
      overloads: [overload('matches', [STRING, STRING], BOOL), member('matches_string', [STRING, STRING], BOOL)],
      singleton: {
        accepts: value => typeof value === 'string',
        call: (text, pattern) => {
          if (typeof pattern !== 'string') return NO_SUCH_OVERLOAD
          const result = matches(pattern, text as string)
          return typeof result === 'boolean' ? result : new CelError(result.error)
        },
      },
    },
    timeField('getFullYear', 'timestamp_to_year', time => time.year),
    timeField('getMonth', 'timestamp_to_month', time => time.month - 1),
    timeField('getDayOfYear', 'timestamp_to_day_of_year', time => time.yearDay - 1),
    timeField('getDayOfMonth', 'timestamp_to_day_of_month', time => time.day - 1),
    timeField('getDate', 'timestamp_to_day_of_month_1_based', time => time.day),
    timeField('getDayOfWeek', 'timestamp_to_day_of_week', time => time.weekday),
    timeField('getHours', 'timestamp_to_hours', time => time.hour, 3_600_000_000_000n),
    timeField('getMinutes', 'timestamp_to_minutes', time => time.minute, 60_000_000_000n),
    timeField('getSeconds', 'timestamp_to_seconds', time => time.second, 1_000_000_000n),
    timeField('getMilliseconds', 'timestamp_to_milliseconds', time => Math.floor(time.nano / 1_000_000), 1_000_000n),
  ],
}

function hasSize(value: CelValue): boolean {
  return typeof value === 'string' || isList(value) || value instanceof Uint8Array || isMap(value)
}

export function sizeOf(value: CelValue): number {
  if (typeof value === 'string') return codePointCount(value)
  if (isList(value) || value instanceof Uint8Array) return value.length
  return sizeOfMap(value)
}

function textPredicate(name: string, id: string, test: (text: string, part: string) => boolean): FunctionDecl {
  const call: Implementation = (text, part) =>
    typeof text === 'string' && typeof part === 'string' ? test(text, part) : NO_SUCH_OVERLOAD
  return { name, overloads: [member(id, [STRING, STRING], BOOL, call)], unguarded: true }
}

/** An accessor of timestamps, with a zone or in UTC; `unit` makes it one of durations too. */
function timeField(name: string, id: string, read: (time: Civil) => number, unit?: bigint): FunctionDecl {
  const overloads = [
    member(id, [TIMESTAMP], INT, time => read(civil((time as CelTimestamp).nanos, 0))),
    member(`${id}_with_tz`, [TIMESTAMP, STRING], INT, (time, zone) => {
      const { nanos } = time as CelTimestamp
      const offset = zoneOffset(zone as string, nanos)
      return offset instanceof CelError ? offset : read(civil(nanos, offset))
    }),
  ]
  if (unit !== undefined) {
    const durationId = id.replace('timestamp', 'duration')
    overloads.push(member(durationId, [DURATION], INT, value => int64((value as CelDuration).nanos / unit)))
  }
  return define(name, ...overloads)
}
