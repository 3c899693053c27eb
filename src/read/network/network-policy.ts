import { parseCidr } from '../../lib/ip/address.ts'
import { intersectRanges, rangesOfCidrs } from '../../lib/ip/address-ranges.ts'
import type {
  Direction,
  NetworkPolicyObject,
  NetworkRule,
  PodSelection,
  RulePeer,
  RulePort,
} from '../../model/network.ts'
import type { SourceDocument } from '../policies/fields.ts'
import { type Field, PolicyFields } from './policy-fields.ts'
import { isPortNumber, portNameProblem, readProtocol } from './port-fields.ts'
import { readSelector } from './selector.ts'

/** What a reader needs to know of the object besides its text. */
export interface PolicyDocument extends SourceDocument {
  readonly line: number
}

/**
 * Reads a networking.k8s.io/v1 NetworkPolicy with the server's defaulting and validation. An entry that the server
 * refuses stays in its place and matches nothing.
 */
export function readNetworkPolicy(document: PolicyDocument, defaultNamespace: string): NetworkPolicyObject {
  const fields = new PolicyFields()
  const root: Field = { value: document.object, path: [] }
  const metadata = fields.child(root, 'metadata')
  const name = fields.text(metadata, 'name') ?? ''
  const namespace = fields.text(metadata, 'namespace') || defaultNamespace
  if (name === '' && !fields.text(metadata, 'generateName'))
    fields.refuse('NAME_INVALID', metadata.path, 'a policy needs a name')
  const spec = fields.child(root, 'spec')
  fields.object(spec)
  fields.expectKeys(spec, ['podSelector', 'policyTypes', 'ingress', 'egress'])
  const subject = readSelector(fields, fields.child(spec, 'podSelector'))
  const ingress = fields.list(spec, 'ingress') ?? []
  const egress = fields.list(spec, 'egress') ?? []
  const directions = readDirections(fields, spec, egress.length > 0)
  for (const [direction, rules] of [['ingress', ingress] as const, ['egress', egress] as const]) {
    if (rules.length > 0 && !directions.includes(direction))
      fields.doubt(
        'POLICY_TYPES_OMIT_RULES',
        [...spec.path, direction],
        `${direction} rules are written and policyTypes omits ${direction === 'ingress' ? 'Ingress' : 'Egress'}: they have no effect`,
      )
  }
  const own: PodSelection['namespaces'] = { kind: 'name', name: namespace }
  return {
    kind: 'NetworkPolicy',
    namespace,
    name,
    tier: 'NetworkPolicy',
    priority: 0,
    subject: { namespaces: subject === undefined ? { kind: 'none' } : own, pods: subject },
    directions,
    ingress: ingress.map((rule, index) => readRule(fields, rule, index, 'from', namespace)),
    egress: egress.map((rule, index) => readRule(fields, rule, index, 'to', namespace)),
    problems: fields.problems,
    isRefused: fields.isRefused,
    isUnsupported: false,
    source: { file: document.file, line: document.line, locate: document.locate },
  }
}

/** `policyTypes` absent: Ingress always, Egress only where `egress` holds a rule. */
function readDirections(fields: PolicyFields, spec: Field, hasEgressRules: boolean): readonly Direction[] {
  const written = fields.texts(spec, 'policyTypes')
  if (written.length === 0) return hasEgressRules ? ['ingress', 'egress'] : ['ingress']
  const found = new Set<Direction>()
  for (const { text, path } of written) {
    if (text === 'Ingress') found.add('ingress')
    else if (text === 'Egress') found.add('egress')
    else fields.refuse('POLICY_TYPE_INVALID', path, `"${text}" is no policy type; use Ingress or Egress`)
  }
  if (written.length > 2)
    fields.refuse('POLICY_TYPE_INVALID', [...spec.path, 'policyTypes'], 'policyTypes has at most two entries')
  return [...found].sort().reverse()
}

function readRule(
  fields: PolicyFields,
  rule: Field,
  index: number,
  side: 'from' | 'to',
  namespace: string,
): NetworkRule {
  const isObject = fields.object(rule) !== undefined
  fields.expectKeys(rule, [side, 'ports'])
  // An absent or empty list of peers admits every peer, an absent or empty list of ports every port. A rule that is no
  // object is no rule.
  const peers = fields.list(rule, side) ?? []
  const ports = fields.list(rule, 'ports') ?? []
  return {
    index,
    name: '',
    action: 'allow',
    peers:
      peers.length > 0
        ? peers.map(peer => readPeer(fields, peer, namespace))
        : isObject && isListOrAbsent(rule, side)
          ? undefined
          : [],
    ports:
      ports.length > 0 ? ports.map(port => readPort(fields, port)) : isListOrAbsent(rule, 'ports') ? undefined : [],
    path: rule.path,
  }
}

function isListOrAbsent(rule: Field, key: string): boolean {
  const value = (rule.value as Record<string, unknown> | undefined)?.[key]
  return value === undefined || value === null || Array.isArray(value)
}

function readPeer(fields: PolicyFields, peer: Field, namespace: string): RulePeer {
  const nothing: RulePeer = { kind: 'nothing', path: peer.path }
  if (fields.object(peer) === undefined) return nothing
  fields.expectKeys(peer, ['podSelector', 'namespaceSelector', 'ipBlock'])
  const pods = fields.child(peer, 'podSelector')
  const namespaces = fields.child(peer, 'namespaceSelector')
  const block = fields.child(peer, 'ipBlock')
  if (block.value !== undefined) {
    if (pods.value !== undefined || namespaces.value !== undefined) {
      fields.refuse('PEER_CONFLICT', peer.path, 'ipBlock cannot stand beside podSelector or namespaceSelector')
      return nothing
    }
    return readIpBlock(fields, block) ?? nothing
  }
  if (pods.value === undefined && namespaces.value === undefined) {
    fields.refuse(
      'PEER_EMPTY',
      peer.path,
      'a peer names podSelector, namespaceSelector or ipBlock; an empty one matches nothing',
    )
    return nothing
  }
  const podSelector = pods.value === undefined ? undefined : readSelector(fields, pods)
  const namespaceSelector = namespaces.value === undefined ? undefined : readSelector(fields, namespaces)
  if (
    (pods.value !== undefined && podSelector === undefined) ||
    (namespaces.value !== undefined && namespaceSelector === undefined)
  )
    return nothing
  return {
    kind: 'pods',
    selection: {
      namespaces:
        namespaceSelector === undefined
          ? { kind: 'name', name: namespace }
          : { kind: 'selector', selector: namespaceSelector },
      pods: podSelector,
    },
    hasPodSelector: podSelector !== undefined,
    path: peer.path,
  }
}

function readIpBlock(fields: PolicyFields, block: Field): RulePeer | undefined {
  if (fields.object(block) === undefined) return undefined
  fields.expectKeys(block, ['cidr', 'except'])
  const text = fields.text(block, 'cidr')
  const path = [...block.path, 'cidr']
  const excepts = fields.texts(block, 'except')
  const cidr = text === undefined ? undefined : parseCidr(text)
  if (cidr === undefined) {
    fields.refuse('CIDR_INVALID', path, `"${text ?? ''}" is no CIDR`)
    return undefined
  }
  if (cidr.hasHostBits)
    fields.doubt('CIDR_HOST_BITS', path, `"${text}" has bits set behind its prefix; they are ignored`)
  const kept: string[] = []
  let isGood = true
  for (const { text: except, path: at } of excepts) {
    const cut = parseCidr(except)
    if (cut === undefined) {
      fields.refuse('CIDR_INVALID', at, `"${except}" is no CIDR`)
      isGood = false
      continue
    }
    if (cut.hasHostBits)
      fields.doubt('CIDR_HOST_BITS', at, `"${except}" has bits set behind its prefix; they are ignored`)
    const outer = rangesOfCidrs(cidr.family, [cidr])
    const inner = rangesOfCidrs(cut.family, [cut])
    const isInside = cut.family === cidr.family && intersectRanges(outer, inner).ranges[0]?.from === cut.from
    if (!isInside || cut.bits <= cidr.bits)
      fields.refuse('EXCEPT_OUTSIDE_CIDR', at, `"${except}" does not lie inside "${text}", smaller than it`)
    kept.push(except)
  }
  return isGood ? { kind: 'ipBlock', cidr: text!, except: kept, path: block.path } : undefined
}

function readPort(fields: PolicyFields, entry: Field): RulePort {
  const nothing: RulePort = { kind: 'nothing', path: entry.path }
  if (fields.object(entry) === undefined) return nothing
  fields.expectKeys(entry, ['protocol', 'port', 'endPort'])
  const protocol = readProtocol(fields, entry, 'protocol')
  const port = fields.child(entry, 'port')
  const endPort = fields.integer(entry, 'endPort')
  const hasEnd = fields.child(entry, 'endPort').value !== undefined
  const endPath = [...entry.path, 'endPort']
  const { path } = entry
  if (port.value === undefined) {
    if (hasEnd) fields.refuse('PORT_RANGE_INVALID', endPath, 'endPort needs a port to begin with')
    if (protocol === undefined || hasEnd) return nothing
    return { kind: 'range', protocol, from: 1, to: 65535, isEndPort: false, path }
  }
  if (typeof port.value === 'string') {
    const problem = portNameProblem(port.value)
    if (/^\d+$/.test(port.value))
      fields.refuse('PORT_DIGITS', port.path, `"${port.value}" is text; a port number is written without quotes`)
    else if (problem !== undefined)
      fields.refuse('PORT_NAME_INVALID', port.path, `"${port.value}" cannot be the name of a port: ${problem}`)
    if (hasEnd) fields.refuse('PORT_RANGE_INVALID', endPath, 'endPort needs a number as port, not a name')
    if (protocol === undefined || problem !== undefined || hasEnd) return nothing
    return { kind: 'named', name: port.value, protocol, path }
  }
  if (!isPortNumber(port.value)) {
    fields.refuse('PORT_INVALID', port.path, `${String(port.value)} is no port; ports are 1 to 65535`)
    return nothing
  }
  if (hasEnd && (!isPortNumber(endPort) || endPort < port.value)) {
    fields.refuse(
      'PORT_RANGE_INVALID',
      endPath,
      `endPort ${endPort ?? 'of this type'} does not end a range that begins at ${port.value}`,
    )
    return nothing
  }
  if (protocol === undefined) return nothing
  return { kind: 'range', protocol, from: port.value, to: endPort ?? port.value, isEndPort: hasEnd, path }
}
