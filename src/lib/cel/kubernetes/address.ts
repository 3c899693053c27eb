import { goQuote } from '../ext/format.ts'

/** An IPv4 or IPv6 address: 4 or 16 bytes. */
export type Address = readonly number[]

export class AddressError {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** Parses an address as Go's `net/netip` does, with its error texts. A zone is returned beside it. */
export function parseAddress(text: string): { readonly address: Address; readonly zone: string } | AddressError {
  for (const character of text) {
    if (character === '.') {
      const address = parseDotted(text, text)
      return address instanceof AddressError ? address : { address, zone: '' }
    }
    if (character === ':') return parseColons(text)
    if (character === '%') return failure(text, 'missing IPv6 address')
  }
  return failure(text, 'unable to parse IP')
}

function failure(text: string, message: string, at = ''): AddressError {
  return new AddressError(`ParseAddr(${goQuote(text)}): ${message}${at === '' ? '' : ` (at ${goQuote(at)})`}`)
}

function parseDotted(text: string, part: string): Address | AddressError {
  const bytes: number[] = []
  let value = 0
  let digits = 0
  for (let i = 0; i < part.length; i++) {
    const character = part[i]!
    if (character >= '0' && character <= '9') {
      if (digits === 1 && value === 0) return failure(text, 'IPv4 field has octet with leading zero')
      value = value * 10 + Number(character)
      digits++
      if (value > 255) return failure(text, 'IPv4 field has value >255')
    } else if (character === '.') {
      if (i === 0 || i === part.length - 1 || part[i - 1] === '.')
        return failure(text, 'IPv4 field must have at least one digit', part.slice(i))
      if (bytes.length === 3) return failure(text, 'IPv4 address too long')
      bytes.push(value)
      value = 0
      digits = 0
    } else return failure(text, 'unexpected character', part.slice(i))
  }
  if (bytes.length < 3) return failure(text, 'IPv4 address too short')
  return [...bytes, value]
}

function parseColons(text: string): { readonly address: Address; readonly zone: string } | AddressError {
  const percent = text.indexOf('%')
  const zone = percent === -1 ? '' : text.slice(percent + 1)
  if (percent !== -1 && zone === '') return failure(text, 'zone must be a non-empty string')
  let rest = percent === -1 ? text : text.slice(0, percent)
  const bytes: number[] = []
  let gap = -1
  if (rest.startsWith('::')) {
    gap = 0
    rest = rest.slice(2)
    if (rest === '') return { address: new Array<number>(16).fill(0), zone }
  }
  while (bytes.length < 16) {
    const digits = /^[0-9a-fA-F]*/u.exec(rest)![0]
    if (digits.length > 4) return failure(text, 'each group must have 4 or less digits', rest)
    if (digits === '') return failure(text, 'each colon-separated field must have at least one digit', rest)
    if (rest[digits.length] === '.') {
      if (gap < 0 && bytes.length !== 12)
        return failure(text, 'embedded IPv4 address must replace the final 2 fields of the address', rest)
      if (bytes.length + 4 > 16)
        return failure(text, 'too many hex fields to fit an embedded IPv4 at the end of the address', rest)
      const dotted = parseDotted(text, rest)
      if (dotted instanceof AddressError) return dotted
      bytes.push(...dotted)
      rest = ''
      break
    }
    const group = Number.parseInt(digits, 16)
    bytes.push(group >> 8, group & 0xff)
    rest = rest.slice(digits.length)
    if (rest === '') break
    if (rest[0] !== ':') return failure(text, 'unexpected character, want colon', rest)
    if (rest.length === 1) return failure(text, 'colon must be followed by more characters', rest)
    rest = rest.slice(1)
    if (rest[0] === ':') {
      if (gap >= 0) return failure(text, 'multiple :: in address', rest)
      gap = bytes.length
      rest = rest.slice(1)
      if (rest === '') break
    }
  }
  if (rest !== '') return failure(text, 'trailing garbage after address', rest)
  if (bytes.length < 16) {
    if (gap < 0) return failure(text, 'address string too short')
    bytes.splice(gap, 0, ...new Array<number>(16 - bytes.length).fill(0))
  } else if (gap >= 0) return failure(text, 'the :: must expand to at least one field of zeros')
  return { address: bytes, zone }
}

export function isMapped(address: Address): boolean {
  return (
    address.length === 16 &&
    address.slice(0, 10).every(byte => byte === 0) &&
    address[10] === 255 &&
    address[11] === 255
  )
}

/** The canonical text: the longest run of two or more zero groups is shortened. */
export function formatAddress(address: Address): string {
  if (address.length === 4) return address.join('.')
  const groups = Array.from({ length: 8 }, (_, i) => (address[2 * i]! << 8) | address[2 * i + 1]!)
  let start = -1
  let length = 1
  for (let i = 0; i < 8; i++) {
    let end = i
    while (end < 8 && groups[end] === 0) end++
    if (end - i > length) {
      start = i
      length = end - i
    }
  }
  const hex = (part: readonly number[]): string => part.map(group => group.toString(16)).join(':')
  if (start === -1) return hex(groups)
  return `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`
}

export function sameAddress(a: Address, b: Address): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/** The address with everything behind the first `bits` bits cleared. */
export function maskAddress(address: Address, bits: number): Address {
  return address.map(
    (byte, i) => byte & (bits >= 8 * i + 8 ? 0xff : bits <= 8 * i ? 0 : (0xff << (8 * i + 8 - bits)) & 0xff),
  )
}
