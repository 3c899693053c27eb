import { isJsonObject } from '../../lib/json/json-value.ts'
import type { Direction, NetworkPolicyObject, Protocol, RulePort } from '../../model/network.ts'
import { type AdminKind, onlyKey, readAdminRules, readPriority, readSubject } from './admin-fields.ts'
import type { PolicyDocument } from './network-policy.ts'
import { type Field, PolicyFields } from './policy-fields.ts'
import { isPortNumber, portNameProblem } from './port-fields.ts'

const kind: AdminKind = {
  limits: { rules: 25, peers: 25, ports: 25, networks: 25 },
  actions: { Accept: 'allow', Deny: 'deny', Pass: 'pass' },
  portList: 'protocols',
  readPort: readProtocolEntry,
}

/** Reads a policy.networking.k8s.io/v1alpha2 ClusterNetworkPolicy. */
export function readClusterNetworkPolicy(document: PolicyDocument): NetworkPolicyObject {
  const fields = new PolicyFields()
  const root: Field = { value: document.object, path: [] }
  const spec = fields.child(root, 'spec')
  fields.object(spec)
  const tier = fields.text(spec, 'tier')
  if (tier !== 'Admin' && tier !== 'Baseline')
    fields.refuse('TIER_INVALID', [...spec.path, 'tier'], 'tier is Admin or Baseline')
  const priority = readPriority(fields, spec)
  const subject = readSubject(fields, spec)
  const ingress = readAdminRules(fields, spec, 'ingress', kind)
  const egress = readAdminRules(fields, spec, 'egress', kind)
  return {
    kind: 'ClusterNetworkPolicy',
    namespace: '',
    name: fields.text(fields.child(root, 'metadata'), 'name') ?? '',
    tier: tier === 'Baseline' ? 'Baseline' : 'Admin',
    priority,
    // In which tier a policy of an unknown tier would act is not known: it selects nothing.
    subject: tier === 'Admin' || tier === 'Baseline' ? subject : { namespaces: { kind: 'none' }, pods: undefined },
    directions: directionsOf(ingress.length, egress.length),
    ingress,
    egress,
    problems: fields.problems,
    isRefused: fields.isRefused,
    isUnsupported: false,
    source: { file: document.file, line: document.line, locate: document.locate },
  }
}

export function directionsOf(ingressRules: number, egressRules: number): readonly Direction[] {
  return [...(ingressRules > 0 ? (['ingress'] as const) : []), ...(egressRules > 0 ? (['egress'] as const) : [])]
}

const written: Readonly<Record<string, Protocol>> = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' }

function readProtocolEntry(fields: PolicyFields, entry: Field): RulePort {
  const { path } = entry
  const nothing: RulePort = { kind: 'nothing', path }
  const key = onlyKey(fields, entry, ['tcp', 'udp', 'sctp', 'destinationNamedPort'])
  if (key === undefined) return nothing
  if (key === 'destinationNamedPort') {
    const name = fields.text(entry, key) ?? ''
    if (portNameProblem(name) === undefined) return { kind: 'named', name, protocol: undefined, path }
    // The API takes any text here; no container can declare such a name, so that it matches nothing.
    fields.doubt('PORT_NAME_INVALID', [...path, key], `no container port can be named "${name}"`)
    return nothing
  }
  const protocol = written[key]!
  const inner = fields.child(entry, key)
  if (onlyKey(fields, inner, ['destinationPort']) === undefined) return nothing
  const port = fields.child(inner, 'destinationPort')
  const form = onlyKey(fields, port, ['number', 'range'])
  if (form === undefined) return nothing
  if (form === 'number') {
    const { value, path: at } = fields.child(port, 'number')
    if (isPortNumber(value)) return { kind: 'range', protocol, from: value, to: value, isEndPort: false, path }
    fields.refuse('PORT_INVALID', at, 'a port is 1 to 65535')
    return nothing
  }
  return readRange(fields, fields.child(port, 'range'), protocol) ?? nothing
}

/** `start` and `end` of both versions of the API; `start` is less than `end`. */
export function readRange(fields: PolicyFields, range: Field, protocol: Protocol): RulePort | undefined {
  if (!isJsonObject(range.value)) {
    fields.wrongType(range.path, range.value ?? null, 'an object')
    return undefined
  }
  const from = fields.child(range, 'start').value
  const to = fields.child(range, 'end').value
  if (isPortNumber(from) && isPortNumber(to) && from < to)
    return { kind: 'range', protocol, from, to, isEndPort: false, path: range.path }
  fields.refuse('PORT_RANGE_INVALID', range.path, 'a range of ports has a start below its end, both 1 to 65535')
  return undefined
}
