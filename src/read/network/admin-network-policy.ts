import type { NetworkPolicyObject, RulePort } from '../../model/network.ts'
import { type AdminKind, onlyKey, readAdminRules, readPriority, readSubject } from './admin-fields.ts'
import { directionsOf, readRange } from './cluster-network-policy.ts'
import type { PolicyDocument } from './network-policy.ts'
import { type Field, PolicyFields } from './policy-fields.ts'
import { isPortNumber, portNameProblem, readProtocol } from './port-fields.ts'

const limits = { rules: 100, peers: 100, ports: 100, networks: 25 }
const common = { limits, portList: 'ports', readPort: readPortEntry } as const
const adminKind: AdminKind = { ...common, actions: { Allow: 'allow', Deny: 'deny', Pass: 'pass' } }
const baselineKind: AdminKind = { ...common, actions: { Allow: 'allow', Deny: 'deny' } }

/** Reads a policy.networking.k8s.io/v1alpha1 AdminNetworkPolicy or BaselineAdminNetworkPolicy. */
export function readAdminNetworkPolicy(
  document: PolicyDocument,
  kind: 'AdminNetworkPolicy' | 'BaselineAdminNetworkPolicy',
): NetworkPolicyObject {
  const fields = new PolicyFields()
  const root: Field = { value: document.object, path: [] }
  const spec = fields.child(root, 'spec')
  fields.object(spec)
  const isBaseline = kind === 'BaselineAdminNetworkPolicy'
  const name = fields.text(fields.child(root, 'metadata'), 'name') ?? ''
  if (isBaseline && name !== 'default')
    fields.refuse('NAME_INVALID', ['metadata', 'name'], 'the only BaselineAdminNetworkPolicy is named "default"')
  const priority = isBaseline ? 0 : readPriority(fields, spec)
  const subject = readSubject(fields, spec)
  const ingress = readAdminRules(fields, spec, 'ingress', isBaseline ? baselineKind : adminKind)
  const egress = readAdminRules(fields, spec, 'egress', isBaseline ? baselineKind : adminKind)
  return {
    kind,
    namespace: '',
    name,
    tier: isBaseline ? 'Baseline' : 'Admin',
    priority,
    subject,
    directions: directionsOf(ingress.length, egress.length),
    ingress,
    egress,
    problems: fields.problems,
    isRefused: fields.isRefused,
    isUnsupported: false,
    source: { file: document.file, line: document.line, locate: document.locate },
  }
}

function readPortEntry(fields: PolicyFields, entry: Field): RulePort {
  const { path } = entry
  const nothing: RulePort = { kind: 'nothing', path }
  const key = onlyKey(fields, entry, ['portNumber', 'portRange', 'namedPort'])
  if (key === undefined) return nothing
  if (key === 'namedPort') {
    const name = fields.text(entry, key) ?? ''
    if (portNameProblem(name) === undefined) return { kind: 'named', name, protocol: undefined, path }
    fields.doubt('PORT_NAME_INVALID', [...path, key], `no container port can be named "${name}"`)
    return nothing
  }
  const inner = fields.child(entry, key)
  if (fields.object(inner) === undefined) return nothing
  const protocol = readProtocol(fields, inner, 'protocol')
  if (protocol === undefined) return nothing
  if (key === 'portRange') return readRange(fields, inner, protocol) ?? nothing
  const { value, path: at } = fields.child(inner, 'port')
  if (isPortNumber(value)) return { kind: 'range', protocol, from: value, to: value, isEndPort: false, path }
  fields.refuse('PORT_INVALID', at, 'a port is 1 to 65535')
  return nothing
}
