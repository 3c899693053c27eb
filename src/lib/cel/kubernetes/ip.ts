import { goQuote } from '../ext/format.ts'
import { define, type Library, member, overload } from '../functions.ts'
import { BOOL, type CelType, INT, opaqueType, STRING } from '../types.ts'
import { CelError, type CelValue, KubernetesValue, NO_SUCH_OVERLOAD } from '../values.ts'
import { type Address, AddressError, formatAddress, isMapped, parseAddress, sameAddress } from './address.ts'

export const IP_TYPE = opaqueType('net.IP')

export class IpValue extends KubernetesValue {
  readonly address: Address

  constructor(address: Address) {
    super()
    this.address = address
  }

  get type(): CelType {
    return IP_TYPE
  }

  override get costSize(): number {
    return this.address.length
  }

  equals(other: CelValue): boolean | CelError {
    return other instanceof IpValue ? sameAddress(this.address, other.address) : NO_SUCH_OVERLOAD
  }

  display(): string {
    return formatAddress(this.address)
  }
}

/** An address without zone that is not IPv4 in IPv6 clothes, or why not. */
function parseIp(text: string): Address | AddressError {
  const parsed = parseAddress(text)
  if (parsed instanceof AddressError)
    return new AddressError(`IP Address ${goQuote(text)} parse error during conversion from string: ${parsed.message}`)
  if (parsed.zone !== '') return new AddressError(`IP address ${goQuote(text)} with zone value is not allowed`)
  if (isMapped(parsed.address)) return new AddressError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`)
  return parsed.address
}

export function toIp(text: CelValue): CelValue {
  const address = parseIp(text as string)
  return address instanceof AddressError ? new CelError(address.message) : new IpValue(address)
}

function property(name: string, id: string, test: (address: Address) => boolean) {
  return define(
    name,
    member(id, [IP_TYPE], BOOL, ip => test((ip as IpValue).address)),
  )
}

export const IP: Library = {
  name: 'kubernetes.net.ip',
  types: [IP_TYPE],
  functions: [
    define('ip', overload('string_to_ip', [STRING], IP_TYPE, toIp)),
    define(
      'family',
      member('ip_family', [IP_TYPE], INT, ip => ((ip as IpValue).address.length === 4 ? 4 : 6)),
    ),
    define(
      'ip.isCanonical',
      overload('ip_is_canonical', [STRING], BOOL, text => {
        const address = parseIp(text as string)
        return address instanceof AddressError ? new CelError(address.message) : formatAddress(address) === text
      }),
    ),
    property('isUnspecified', 'ip_is_unspecified', address => address.every(byte => byte === 0)),
    property('isLoopback', 'ip_is_loopback', isLoopback),
    property('isLinkLocalMulticast', 'ip_is_link_local_multicast', address =>
      address.length === 4
        ? address[0] === 224 && address[1] === 0 && address[2] === 0
        : address[0] === 0xff && (address[1]! & 0x0f) === 0x02,
    ),
    property('isLinkLocalUnicast', 'ip_is_link_local_unicast', isLinkLocal),
    property('isGlobalUnicast', 'ip_is_global_unicast', address => {
      if (address.length === 4 && address.every(byte => byte === 255)) return false
      const multicast = address.length === 4 ? (address[0]! & 0xf0) === 0xe0 : address[0] === 0xff
      return !address.every(byte => byte === 0) && !isLoopback(address) && !multicast && !isLinkLocal(address)
    }),
    define(
      'isIP',
      overload('is_ip', [STRING], BOOL, text => !(parseIp(text as string) instanceof AddressError)),
    ),
    define(
      'string',
      overload('ip_to_string', [IP_TYPE], STRING, ip => (ip as IpValue).display()),
    ),
  ],
}

function isLoopback(address: Address): boolean {
  return address.length === 4 ? address[0] === 127 : address.every((byte, i) => byte === (i === 15 ? 1 : 0))
}

function isLinkLocal(address: Address): boolean {
  return address.length === 4
    ? address[0] === 169 && address[1] === 254
    : address[0] === 0xfe && (address[1]! & 0xc0) === 0x80
}
