import { goQuote } from '../ext/format.ts'
import { define, type Library, member, overload } from '../functions.ts'
import { BOOL, type CelType, INT, opaqueType, STRING } from '../types.ts'
import { CelError, type CelValue, KubernetesValue, NO_SUCH_OVERLOAD } from '../values.ts'
import {
  type Address,
  AddressError,
  formatAddress,
  isMapped,
  maskAddress,
  parseAddress,
  sameAddress,
} from './address.ts'
import { IP_TYPE, IpValue, toIp } from './ip.ts'

const CIDR_TYPE = opaqueType('net.CIDR')

class CidrValue extends KubernetesValue {
  readonly address: Address
  readonly bits: number

  constructor(address: Address, bits: number) {
    super()
    this.address = address
    this.bits = bits
  }

  get type(): CelType {
    return CIDR_TYPE
  }

  override get costSize(): number {
    return Math.ceil(this.bits / 8)
  }

  equals(other: CelValue): boolean | CelError {
    if (!(other instanceof CidrValue)) return NO_SUCH_OVERLOAD
    return this.bits === other.bits && sameAddress(this.address, other.address)
  }

  display(): string {
    return `${formatAddress(this.address)}/${this.bits}`
  }

  contains(address: Address): boolean {
    if (address.length !== this.address.length) return false
    return sameAddress(maskAddress(address, this.bits), maskAddress(this.address, this.bits))
  }
}

/** A prefix whose host bits may be set. */
function parsePrefix(text: string): CidrValue | AddressError {
  const bad = (message: string): AddressError => new AddressError(`netip.ParsePrefix(${goQuote(text)}): ${message}`)
  const slash = text.lastIndexOf('/')
  if (slash === -1) return bad("no '/'")
  const parsed = parseAddress(text.slice(0, slash))
  if (parsed instanceof AddressError) return bad(parsed.message)
  if (parsed.zone !== '') return bad('IPv6 zones cannot be present in a prefix')
  const digits = text.slice(slash + 1)
  if ((digits.length > 1 && !/^[1-9]/u.test(digits)) || !/^\d{1,19}$/u.test(digits))
    return bad(`bad bits after slash: ${goQuote(digits)}`)
  const bits = Number(digits)
  if (bits > parsed.address.length * 8) return bad('prefix length out of range')
  return new CidrValue(parsed.address, bits)
}

function parseCidr(text: string): CidrValue | AddressError {
  const prefix = parsePrefix(text)
  if (prefix instanceof AddressError)
    return new AddressError(`network address parse error during conversion from string: ${prefix.message}`)
  if (isMapped(prefix.address)) return new AddressError(`IPv4-mapped IPv6 address ${goQuote(text)} is not allowed`)
  return prefix
}

function toCidr(text: CelValue): CelValue {
  const cidr = parseCidr(text as string)
  // The server says it twice.
  if (cidr instanceof AddressError)
    return new CelError(`network address parse error during conversion from string: ${cidr.message}`)
  return cidr
}

function containsIp(cidr: CelValue, ip: CelValue): CelValue {
  return ip instanceof IpValue ? (cidr as CidrValue).contains(ip.address) : NO_SUCH_OVERLOAD
}

function containsCidr(cidr: CelValue, other: CelValue): CelValue {
  if (other instanceof CelError) return other
  if (!(other instanceof CidrValue)) return NO_SUCH_OVERLOAD
  const outer = cidr as CidrValue
  return outer.bits <= other.bits && outer.contains(other.address)
}

export const CIDR: Library = {
  name: 'kubernetes.net.cidr',
  types: [CIDR_TYPE],
  functions: [
    define('cidr', overload('string_to_cidr', [STRING], CIDR_TYPE, toCidr)),
    define(
      'containsIP',
      member('cidr_contains_ip_string', [CIDR_TYPE, STRING], BOOL, (cidr, text) => containsIp(cidr!, toIp(text!))),
      member('cidr_contains_ip_ip', [CIDR_TYPE, IP_TYPE], BOOL, (cidr, ip) => containsIp(cidr!, ip!)),
    ),
    define(
      'containsCIDR',
      member('cidr_contains_cidr_string', [CIDR_TYPE, STRING], BOOL, (cidr, text) =>
        containsCidr(cidr!, toCidr(text!)),
      ),
      member('cidr_contains_cidr', [CIDR_TYPE, CIDR_TYPE], BOOL, (cidr, other) => containsCidr(cidr!, other!)),
    ),
    define(
      'ip',
      member('cidr_ip', [CIDR_TYPE], IP_TYPE, cidr => new IpValue((cidr as CidrValue).address)),
    ),
    define(
      'prefixLength',
      member('cidr_prefix_length', [CIDR_TYPE], INT, cidr => (cidr as CidrValue).bits),
    ),
    define(
      'masked',
      member('cidr_masked', [CIDR_TYPE], CIDR_TYPE, value => {
        const { address, bits } = value as CidrValue
        return new CidrValue(maskAddress(address, bits), bits)
      }),
    ),
    define(
      'isCIDR',
      overload('is_cidr', [STRING], BOOL, text => !(parseCidr(text as string) instanceof AddressError)),
    ),
    define(
      'string',
      overload('cidr_to_string', [CIDR_TYPE], STRING, cidr => (cidr as CidrValue).display()),
    ),
  ],
}
