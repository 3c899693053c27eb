import { compilePattern } from '../../regex/pattern.ts'
import { define, type Library, member, overload } from '../functions.ts'
import { byteLength } from '../text.ts'
import { type CelType, listType, objectType, optionalType, STRING } from '../types.ts'
import { type CelError, CelOptional, type CelValue, KubernetesValue, NO_SUCH_OVERLOAD } from '../values.ts'
import { parseRequestUri, UrlError } from './url-syntax.ts'

const FORMAT_TYPE = objectType('kubernetes.NamedFormat')

class FormatValue extends KubernetesValue {
  readonly name: string
  readonly validate: (text: string) => readonly string[]
  private readonly patternSize: number

  constructor(name: string, patternSize: number, validate: (text: string) => readonly string[]) {
    super()
    this.name = name
    this.patternSize = patternSize
    this.validate = validate
  }

  get type(): CelType {
    return FORMAT_TYPE
  }

  override get maxPatternSize(): number {
    return this.patternSize
  }

  equals(other: CelValue): boolean | CelError {
    return other instanceof FormatValue ? this.name === other.name : NO_SUCH_OVERLOAD
  }

  display(): string {
    return this.name
  }
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?'
const KEY = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'
const VALUE = `(${KEY})?`
const UUID = '(?i)^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$'
const CLOCK = '^([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|([+-][0-9]{2}:[0-9]{2}))$'
const BASE64 = '^(?:[A-Za-z0-9+\\/]{4})*(?:[A-Za-z0-9+\\/]{2}==|[A-Za-z0-9+\\/]{3}=|[A-Za-z0-9+\\/]{4})$'

function fits(pattern: string, text: string): boolean {
  const compiled = compilePattern(pattern)
  return !('error' in compiled) && compiled.test(text)
}

const whole = (pattern: string): string => `^${pattern}$`

/** What the server says when a text does not match: the rule, examples, and the pattern. */
function mismatch(message: string, pattern: string, ...examples: readonly string[]): string {
  return `${message} (e.g. ${examples.map(example => `'${example}', `).join(' or ')}regex used for validation is '${pattern}')`
}

const tooLong = (length: number, unit: 'characters' | 'bytes'): string => `must be no more than ${length} ${unit}`

const alphanumeric = 'must start and end with an alphanumeric character'

export function validateLabel(text: string): readonly string[] {
  const errors = byteLength(text) > 63 ? [tooLong(63, 'characters')] : []
  if (fits(whole(LABEL), text)) return errors
  if (fits(whole(SUBDOMAIN), text)) return [...errors, 'must not contain dots']
  const message = `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and ${alphanumeric}`
  return [...errors, mismatch(message, LABEL, 'my-name', '123-abc')]
}

export function validateSubdomain(text: string, unit: 'characters' | 'bytes' = 'characters'): readonly string[] {
  const errors = byteLength(text) > 253 ? [tooLong(253, unit)] : []
  if (fits(whole(SUBDOMAIN), text)) return errors
  const message = `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and ${alphanumeric}`
  return [...errors, mismatch(message, SUBDOMAIN, 'example.com')]
}

function validateLabel1035(text: string): readonly string[] {
  const errors = byteLength(text) > 63 ? [tooLong(63, 'characters')] : []
  if (fits(whole(LABEL_1035), text)) return errors
  const message =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"
  return [...errors, mismatch(message, LABEL_1035, 'my-name', 'abc-123')]
}

function validateQualifiedName(text: string): readonly string[] {
  const parts = text.split('/')
  const shape = mismatch(
    `must consist of alphanumeric characters, '-', '_' or '.', and ${alphanumeric}`,
    KEY,
    'MyName',
    'my.name',
    '123-abc',
  )
  if (parts.length > 2)
    return [`a valid label key ${shape} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  const errors: string[] = []
  const name = parts.at(-1)!
  if (parts.length === 2) {
    if (parts[0] === '') errors.push('prefix part must be non-empty')
    else errors.push(...validateSubdomain(parts[0]!, 'bytes').map(error => `prefix part ${error}`))
  }
  if (name === '') errors.push('name part must be non-empty')
  else if (byteLength(name) > 63) errors.push(`name part ${tooLong(63, 'bytes')}`)
  if (!fits(whole(KEY), name)) errors.push(`name part ${shape}`)
  return errors
}

function validateLabelValue(text: string): readonly string[] {
  const errors = byteLength(text) > 63 ? [tooLong(63, 'bytes')] : []
  if (fits(whole(VALUE), text)) return errors
  const message = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and ${alphanumeric}`
  return [...errors, mismatch(message, VALUE, 'MyValue', 'my_value', '12345')]
}

/** A prefix that ends in a dash is judged as if the generated rest already followed. */
function withoutDash(text: string): string {
  return text.length > 1 && text.endsWith('-') ? `${text.slice(0, -2)}a` : text
}

function isDate(text: string): boolean {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/u.exec(text)
  if (parts === null) return false
  const [year, month, day] = parts.slice(1).map(Number) as [number, number, number]
  if (month < 1 || month > 12 || day < 1) return false
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!
}

function isDateTime(text: string): boolean {
  if (byteLength(text) < 4) return false
  const [date, time] = text.toLowerCase().split('t')
  if (time === undefined || !isDate(date!) || !fits(CLOCK, time)) return false
  return time.slice(0, 2) <= '23' && time.slice(3, 5) <= '59' && time.slice(6, 8) <= '59'
}

const checked = (ok: boolean, message: string): readonly string[] => (ok ? [] : [message])

const FORMATS: ReadonlyMap<string, FormatValue> = new Map([
  ['dns1123Label', new FormatValue('DNS1123Label', 30, validateLabel)],
  ['dns1123Subdomain', new FormatValue('DNS1123Subdomain', 60, text => validateSubdomain(text))],
  ['dns1035Label', new FormatValue('DNS1035Label', 30, validateLabel1035)],
  ['qualifiedName', new FormatValue('QualifiedName', 60, validateQualifiedName)],
  ['dns1123LabelPrefix', new FormatValue('DNS1123LabelPrefix', 30, text => validateLabel(withoutDash(text)))],
  [
    'dns1123SubdomainPrefix',
    new FormatValue('DNS1123SubdomainPrefix', 60, text => validateSubdomain(withoutDash(text))),
  ],
  ['dns1035LabelPrefix', new FormatValue('DNS1035LabelPrefix', 30, text => validateLabel1035(withoutDash(text)))],
  ['labelValue', new FormatValue('LabelValue', 40, validateLabelValue)],
  [
    'uri',
    new FormatValue('URI', 1103, text => {
      const url = parseRequestUri(text)
      return url instanceof UrlError ? [url.message] : []
    }),
  ],
  ['uuid', new FormatValue('uuid', UUID.length, text => checked(fits(UUID, text), 'does not match the UUID format'))],
  ['byte', new FormatValue('byte', 84, text => checked(fits(BASE64, text), 'invalid base64'))],
  ['date', new FormatValue('date', CLOCK.length, text => checked(isDate(text), 'invalid date'))],
  ['datetime', new FormatValue('datetime', CLOCK.length, text => checked(isDateTime(text), 'invalid datetime'))],
])

export const FORMAT: Library = {
  name: 'kubernetes.format',
  functions: [
    define(
      'validate',
      member('format-validate', [FORMAT_TYPE, STRING], optionalType(listType(STRING)), (format, text) => {
        const errors = (format as FormatValue).validate(text as string)
        return errors.length === 0 ? CelOptional.none : CelOptional.of(errors)
      }),
    ),
    define(
      'format.named',
      overload('format-named', [STRING], optionalType(FORMAT_TYPE), name => {
        const format = FORMATS.get(name as string)
        return format === undefined ? CelOptional.none : CelOptional.of(format)
      }),
    ),
    ...[...FORMATS].map(([name, format]) =>
      define(
        `format.${name}`,
        overload(`format.${name}`, [], FORMAT_TYPE, () => format),
      ),
    ),
  ],
}
