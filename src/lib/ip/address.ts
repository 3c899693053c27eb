import { formatAddress, parseAddress } from '../cel/kubernetes/address.ts'

export type Family = 4 | 6

/** An address as a number: 32 bits of IPv4 as a number, 128 bits of IPv6 as a bigint. */
export type AddressValue = number | bigint

export interface IpAddress {
  readonly family: Family
  readonly value: AddressValue
}

export interface Cidr {
  readonly family: Family
  /** Host bits are cleared. */
  readonly from: AddressValue
  readonly to: AddressValue
  readonly bits: number
  /** True where bits behind the prefix were written. */
  readonly hasHostBits: boolean
}

/** Parses an address. IPv4-mapped IPv6 is the IPv4 address, as Go's `net` has it; a zone is refused. */
export function parseIp(text: string): IpAddress | undefined {
  const quick = parseDotted(text)
  if (quick >= 0) return { family: 4, value: quick }
  if (!text.includes(':')) return undefined
  const parsed = parseAddress(text)
  if (!('address' in parsed) || parsed.zone !== '') return undefined
  const value = parsed.address.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
  return value >> 32n === 0xffffn ? { family: 4, value: Number(value & 0xffffffffn) } : { family: 6, value }
}

/** Four decimal fields, leading zeros allowed as the API server allows them in old fields; -1 for anything else. */
function parseDotted(text: string): number {
  let value = 0
  let field = 0
  let digits = 0
  let dots = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 48 && code <= 57) {
      field = field * 10 + code - 48
      if (field > 255 || ++digits > 15) return -1
    } else if (code === 46 && digits > 0 && dots < 3) {
      value = value * 256 + field
      field = 0
      digits = 0
      dots++
    } else return -1
  }
  return dots === 3 && digits > 0 ? value * 256 + field : -1
}

/** Parses a prefix; `undefined` where it is none. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.lastIndexOf('/')
  const digits = text.slice(slash + 1)
  if (slash < 0 || !/^\d{1,3}$/.test(digits)) return undefined
  const address = parseIp(text.slice(0, slash))
  if (address === undefined) return undefined
  const isMapped = address.family === 4 && text.includes(':')
  const bits = Number(digits) - (isMapped ? 96 : 0)
  if (bits < 0 || bits > widthOf(address.family)) return undefined
  const { from, to } = prefixRange(address, bits)
  return { family: address.family, from, to, bits, hasHostBits: from !== address.value }
}

function prefixRange({ family, value }: IpAddress, bits: number): { from: AddressValue; to: AddressValue } {
  if (family === 4) {
    const size = 2 ** (32 - bits)
    const from = Math.floor((value as number) / size) * size
    return { from, to: from + size - 1 }
  }
  const size = 1n << BigInt(128 - bits)
  const from = ((value as bigint) / size) * size
  return { from, to: from + size - 1n }
}

export function widthOf(family: Family): number {
  return family === 4 ? 32 : 128
}

export function firstAddress(family: Family): AddressValue {
  return family === 4 ? 0 : 0n
}

export function lastAddress(family: Family): AddressValue {
  return family === 4 ? 0xffffffff : (1n << 128n) - 1n
}

export function nextAddress(value: AddressValue): AddressValue {
  return typeof value === 'bigint' ? value + 1n : value + 1
}

export function previousAddress(value: AddressValue): AddressValue {
  return typeof value === 'bigint' ? value - 1n : value - 1
}

/** Canonical text (RFC 5952 for IPv6). */
export function printIp(family: Family, value: AddressValue): string {
  const number = BigInt(value)
  const bytes = Array.from({ length: widthOf(family) / 8 }, (_, i) =>
    Number((number >> BigInt(widthOf(family) - 8 * (i + 1))) & 0xffn),
  )
  return formatAddress(bytes)
}
