import { goQuote } from '../ext/format.ts'
import { define, type Library, member, overload } from '../functions.ts'
import { compareText } from '../text.ts'
import { BOOL, type CelType, INT, objectType, STRING } from '../types.ts'
import { CelError, type CelValue, int64, KubernetesValue, MAX_UINT64, NO_SUCH_OVERLOAD } from '../values.ts'

const SEMVER_TYPE = objectType('kubernetes.Semver')

interface Semver {
  readonly numbers: readonly [major: bigint, minor: bigint, patch: bigint]
  readonly prerelease: readonly (string | bigint)[]
  readonly build: readonly string[]
}

/** Parses a version, or gives the server's error text. */
function parseSemver(text: string): Semver | string {
  if (text === '') return 'Version string empty'
  const [major, minor, ...rest] = text.split('.')
  if (minor === undefined || rest.length === 0) return 'No Major.Minor.Patch elements found'
  const numbers: bigint[] = []
  let patch = rest.join('.')
  let build: string[] = []
  let prerelease: string[] = []
  const plus = patch.indexOf('+')
  if (plus !== -1) {
    build = patch.slice(plus + 1).split('.')
    patch = patch.slice(0, plus)
  }
  const dash = patch.indexOf('-')
  if (dash !== -1) {
    prerelease = patch.slice(dash + 1).split('.')
    patch = patch.slice(0, dash)
  }
  for (const [name, part] of [
    ['major', major!],
    ['minor', minor],
    ['patch', patch],
  ] as const) {
    if (/[^0-9]/u.test(part)) return `Invalid character(s) found in ${name} number ${goQuote(part)}`
    if (part.length > 1 && part[0] === '0')
      return `${name[0]!.toUpperCase()}${name.slice(1)} number must not contain leading zeroes ${goQuote(part)}`
    const number = parseUint(part)
    if (typeof number === 'string') return number
    numbers.push(number)
  }
  const identifiers: (string | bigint)[] = []
  for (const part of prerelease) {
    const identifier = parsePrerelease(part)
    if ('error' in identifier) return identifier.error
    identifiers.push(identifier.value)
  }
  for (const part of build) {
    if (part === '') return 'Build meta data is empty'
    if (/[^0-9A-Za-z-]/u.test(part)) return `Invalid character(s) found in build meta data ${goQuote(part)}`
  }
  return { numbers: numbers as unknown as Semver['numbers'], prerelease: identifiers, build }
}

function parsePrerelease(part: string): { readonly value: string | bigint } | { readonly error: string } {
  if (part === '') return { error: 'Prerelease is empty' }
  if (!/[^0-9]/u.test(part)) {
    if (part.length > 1 && part[0] === '0')
      return { error: `Numeric PreRelease version must not contain leading zeroes ${goQuote(part)}` }
    const value = parseUint(part)
    return typeof value === 'string' ? { error: value } : { value }
  }
  if (/[^0-9A-Za-z-]/u.test(part)) return { error: `Invalid character(s) found in prerelease ${goQuote(part)}` }
  return { value: part }
}

function parseUint(text: string): bigint | string {
  if (text === '') return 'strconv.ParseUint: parsing "": invalid syntax'
  const value = BigInt(text)
  return value > MAX_UINT64 ? `strconv.ParseUint: parsing ${goQuote(text)}: value out of range` : value
}

/** Drops a `v`, fills up to three numbers and removes leading zeros. */
function normalise(text: string): Semver | string {
  const [first, second, ...rest] = text.replace(/^v/u, '').split('.')
  const parts = [first!, second, rest.length === 0 ? undefined : rest.join('.')]
    .filter(part => part !== undefined)
    .map(part => {
      if (part.length <= 1) return part
      const trimmed = part.replace(/^0+/u, '')
      return /^[0-9]/u.test(trimmed) ? trimmed : `0${trimmed}`
    })
  if (parts.length < 3) {
    if (/[+-]/u.test(parts.at(-1)!)) return 'short version cannot contain PreRelease/Build meta data'
    while (parts.length < 3) parts.push('0')
  }
  return parseSemver(parts.join('.'))
}

function compareSemver(a: Semver, b: Semver): -1 | 0 | 1 {
  for (let i = 0; i < 3; i++) if (a.numbers[i] !== b.numbers[i]) return a.numbers[i]! < b.numbers[i]! ? -1 : 1
  if (a.prerelease.length === 0 || b.prerelease.length === 0)
    return a.prerelease.length === b.prerelease.length ? 0 : a.prerelease.length === 0 ? 1 : -1
  for (let i = 0; i < Math.min(a.prerelease.length, b.prerelease.length); i++) {
    const order = comparePrerelease(a.prerelease[i]!, b.prerelease[i]!)
    if (order !== 0) return order
  }
  return a.prerelease.length === b.prerelease.length ? 0 : a.prerelease.length < b.prerelease.length ? -1 : 1
}

function comparePrerelease(a: string | bigint, b: string | bigint): -1 | 0 | 1 {
  if (typeof a === 'bigint') return typeof b !== 'bigint' ? -1 : a < b ? -1 : a > b ? 1 : 0
  return typeof b === 'bigint' ? 1 : compareText(a, b)
}

class SemverValue extends KubernetesValue {
  readonly version: Semver

  constructor(version: Semver) {
    super()
    this.version = version
  }

  get type(): CelType {
    return SEMVER_TYPE
  }

  equals(other: CelValue): boolean | CelError {
    return other instanceof SemverValue ? compareSemver(this.version, other.version) === 0 : NO_SUCH_OVERLOAD
  }

  display(): string {
    const { numbers, prerelease, build } = this.version
    const extra = prerelease.length === 0 ? '' : `-${prerelease.join('.')}`
    return `${numbers.join('.')}${extra}${build.length === 0 ? '' : `+${build.join('.')}`}`
  }
}

const parseAs = (text: CelValue | undefined, loose: boolean): Semver | string =>
  loose ? normalise(text as string) : parseSemver(text as string)

function toSemver(text: CelValue | undefined, loose: boolean): CelValue {
  const version = parseAs(text, loose)
  return typeof version === 'string' ? new CelError(version) : new SemverValue(version)
}

const of = (value: CelValue | undefined): Semver => (value as SemverValue).version
const S = SEMVER_TYPE

/** A number above int64 wraps, as the server's conversion does. */
const wrapped = (value: bigint): CelValue => int64(BigInt.asIntN(64, value))

export const SEMVER: Library = {
  name: 'kubernetes.Semver',
  functions: [
    define(
      'semver',
      overload('string_to_semver', [STRING], S, text => toSemver(text, false)),
      overload('string_bool_to_semver', [STRING, BOOL], S, (text, loose) => toSemver(text, loose === true)),
    ),
    define(
      'isSemver',
      overload('is_semver_string', [STRING], BOOL, text => typeof parseAs(text, false) !== 'string'),
      overload(
        'is_semver_string_bool',
        [STRING, BOOL],
        BOOL,
        (text, loose) => typeof parseAs(text, loose === true) !== 'string',
      ),
    ),
    define(
      'isGreaterThan',
      member('semver_is_greater_than', [S, S], BOOL, (a, b) => compareSemver(of(a), of(b)) === 1),
    ),
    define(
      'isLessThan',
      member('semver_is_less_than', [S, S], BOOL, (a, b) => compareSemver(of(a), of(b)) === -1),
    ),
    define(
      'compareTo',
      member('semver_compare_to', [S, S], INT, (a, b) => compareSemver(of(a), of(b))),
    ),
    define(
      'major',
      member('semver_major', [S], INT, version => wrapped(of(version).numbers[0])),
    ),
    define(
      'minor',
      member('semver_minor', [S], INT, version => wrapped(of(version).numbers[1])),
    ),
    define(
      'patch',
      member('semver_patch', [S], INT, version => wrapped(of(version).numbers[2])),
    ),
  ],
}
