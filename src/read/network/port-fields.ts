import type { JsonValue } from '../../lib/json/json-value.ts'
import { type Protocol, protocols } from '../../model/network.ts'
import type { Field, PolicyFields } from './policy-fields.ts'

/** The protocol, TCP where absent; `undefined` where it is none that a port can have. */
export function readProtocol(fields: PolicyFields, entry: Field, key: string): Protocol | undefined {
  const { value, path } = fields.child(entry, key)
  if (value === undefined) return 'TCP'
  const found = protocols.find(protocol => protocol === value)
  if (found === undefined)
    fields.refuse('PROTOCOL_INVALID', path, `${JSON.stringify(value)} is no protocol with ports; use TCP, UDP or SCTP`)
  return found
}

export function isPortNumber(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65535
}

/** Why text cannot name a container port (IANA_SVC_NAME, RFC 6335), or `undefined`. */
export function portNameProblem(name: string): string | undefined {
  if (name.length > 15) return 'it is longer than 15 characters'
  if (!/^[-a-z0-9]+$/.test(name)) return 'it holds other characters than a-z, 0-9 and "-"'
  if (!/[a-z]/.test(name)) return 'it holds no letter'
  if (name.includes('--') || name.startsWith('-') || name.endsWith('-'))
    return 'a hyphen stands between letters or digits'
  return undefined
}
