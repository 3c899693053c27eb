import { parseCidr } from '../../lib/ip/address.ts'
import { isJsonObject, type JsonPath } from '../../lib/json/json-value.ts'
import type { Direction, NetworkRule, PodSelection, RuleAction, RulePeer, RulePort } from '../../model/network.ts'
import type { Field, PolicyFields } from './policy-fields.ts'
import { readSelector } from './selector.ts'

/** What the kinds of policy.networking.k8s.io differ in. */
export interface AdminKind {
  readonly limits: { readonly rules: number; readonly peers: number; readonly ports: number; readonly networks: number }
  /** Names of actions as written. */
  readonly actions: Readonly<Record<string, RuleAction>>
  /** The list of ports of a rule, and how its entries are read: several ports where an entry stands for several. */
  readonly portList: 'ports' | 'protocols'
  readonly readPort: (fields: PolicyFields, entry: Field) => RulePort
}

const nowhere: PodSelection = { namespaces: { kind: 'none' }, pods: undefined }

/** `subject` of an admin policy: exactly one of `namespaces` and `pods`. A refused one selects nothing. */
export function readSubject(fields: PolicyFields, spec: Field): PodSelection {
  const subject = fields.child(spec, 'subject')
  const object = fields.object(subject)
  const keys = Object.keys(object ?? {}).filter(key => fields.child(subject, key).value !== undefined)
  if (keys.length !== 1 || (keys[0] !== 'namespaces' && keys[0] !== 'pods')) {
    fields.refuse('SUBJECT_INVALID', subject.path, 'subject has exactly one of namespaces and pods')
    return nowhere
  }
  return readSelection(fields, fields.child(subject, keys[0]), keys[0]) ?? nowhere
}

function readSelection(fields: PolicyFields, field: Field, kind: 'namespaces' | 'pods'): PodSelection | undefined {
  if (kind === 'namespaces') {
    const selector = readSelector(fields, field)
    return selector && { namespaces: { kind: 'selector', selector }, pods: undefined }
  }
  if (fields.object(field) === undefined) return undefined
  const namespaces = fields.child(field, 'namespaceSelector')
  const pods = fields.child(field, 'podSelector')
  for (const part of [namespaces, pods])
    if (part.value === undefined) fields.refuse('SELECTOR_INVALID', part.path, `${part.path.at(-1)} is required`)
  const selector = readSelector(fields, namespaces)
  const podSelector = readSelector(fields, pods)
  if (selector === undefined || podSelector === undefined) return undefined
  if (namespaces.value === undefined || pods.value === undefined) return undefined
  return { namespaces: { kind: 'selector', selector }, pods: podSelector }
}

/** Rules of one direction, in their order; of a refused action or list nothing matches. */
export function readAdminRules(
  fields: PolicyFields,
  spec: Field,
  direction: Direction,
  kind: AdminKind,
): NetworkRule[] {
  const rules = fields.list(spec, direction) ?? []
  limit(fields, [...spec.path, direction], rules.length, kind.limits.rules, 'rules')
  return rules.map((rule, index) => readRule(fields, rule, index, direction, kind))
}

function readRule(
  fields: PolicyFields,
  rule: Field,
  index: number,
  direction: Direction,
  kind: AdminKind,
): NetworkRule {
  fields.object(rule)
  const name = fields.text(rule, 'name') ?? ''
  if (name.length > 100)
    fields.refuse('LIMIT_EXCEEDED', [...rule.path, 'name'], 'the name of a rule has at most 100 characters')
  const written = fields.text(rule, 'action')
  const action = written !== undefined && Object.hasOwn(kind.actions, written) ? kind.actions[written] : undefined
  if (action === undefined)
    fields.refuse(
      'ACTION_INVALID',
      [...rule.path, 'action'],
      `action is one of ${Object.keys(kind.actions).join(', ')}`,
    )
  const side = direction === 'ingress' ? 'from' : 'to'
  const entries = fields.list(rule, side) ?? []
  if (entries.length === 0) fields.refuse('PEERS_MISSING', [...rule.path, side], `${side} names at least one peer`)
  limit(fields, [...rule.path, side], entries.length, kind.limits.peers, 'peers')
  const peers = entries.map(entry => readPeer(fields, entry, direction, action ?? 'deny', kind))
  const ports = readPorts(fields, rule, kind)
  const hasNames = (ports ?? []).some(port => port.kind === 'named')
  const hasAddresses = peers.some(
    peer => peer.kind === 'networks' || peer.kind === 'nodes' || peer.kind === 'domainNames',
  )
  if (hasNames && hasAddresses)
    fields.refuse('PORT_NAME_WITHOUT_PODS', rule.path, 'networks, nodes and domain names have no named ports')
  return { index, name, action: action ?? 'pass', peers: action === undefined ? [] : peers, ports, path: rule.path }
}

/** An absent list of ports is every port; an empty one is refused by CNP and means the same in ANP. */
function readPorts(fields: PolicyFields, rule: Field, kind: AdminKind): readonly RulePort[] | undefined {
  const path = [...rule.path, kind.portList]
  const { value } = fields.child(rule, kind.portList)
  const entries = fields.list(rule, kind.portList)
  if (entries === undefined) return value === undefined ? undefined : []
  if (entries.length === 0) {
    if (kind.portList === 'protocols')
      fields.refuse('PORT_INVALID', path, 'protocols has at least one entry where it is written')
    return undefined
  }
  limit(fields, path, entries.length, kind.limits.ports, kind.portList)
  return entries.map(entry => kind.readPort(fields, entry))
}

/**
 * One peer. Of a peer that is unknown or empty the API asks to fail closed: an allowing rule matches nothing, any other
 * denies everything.
 */
function readPeer(
  fields: PolicyFields,
  peer: Field,
  direction: Direction,
  action: RuleAction,
  kind: AdminKind,
): RulePeer {
  const { path } = peer
  const closed: RulePeer = action === 'allow' ? { kind: 'nothing', path } : { kind: 'everything', path }
  const keys = Object.keys(fields.object(peer) ?? {}).filter(key => fields.child(peer, key).value !== undefined)
  const known =
    direction === 'ingress' ? ['namespaces', 'pods'] : ['namespaces', 'pods', 'nodes', 'networks', 'domainNames']
  if (keys.length !== 1 || !known.includes(keys[0]!)) {
    fields.refuse('PEER_UNKNOWN', path, `a peer has exactly one of ${known.join(', ')}; any other fails closed`)
    return closed
  }
  const field = fields.child(peer, keys[0]!)
  switch (keys[0]) {
    case 'namespaces':
    case 'pods': {
      const selection = readSelection(fields, field, keys[0])
      return selection === undefined ? closed : { kind: 'pods', selection, hasPodSelector: keys[0] === 'pods', path }
    }
    case 'nodes': {
      const selector = readSelector(fields, field)
      return selector === undefined ? closed : { kind: 'nodes', selector, path }
    }
    case 'networks':
      return readNetworks(fields, peer, kind) ?? closed
    default:
      return readDomainNames(fields, peer, action) ?? closed
  }
}

function readNetworks(fields: PolicyFields, peer: Field, kind: AdminKind): RulePeer | undefined {
  const texts = fields.texts(peer, 'networks')
  limit(fields, [...peer.path, 'networks'], texts.length, kind.limits.networks, 'networks')
  if (texts.length === 0) fields.refuse('PEERS_MISSING', [...peer.path, 'networks'], 'networks has at least one entry')
  const cidrs: string[] = []
  for (const { text, path } of texts) {
    const cidr = parseCidr(text)
    if (cidr === undefined) {
      fields.refuse('CIDR_INVALID', path, `"${text}" is no CIDR`)
      continue
    }
    if (cidr.hasHostBits)
      fields.doubt('CIDR_HOST_BITS', path, `"${text}" has bits set behind its prefix; they are ignored`)
    cidrs.push(text)
  }
  return cidrs.length === 0 || cidrs.length < texts.length ? undefined : { kind: 'networks', cidrs, path: peer.path }
}

const domainName = /^(\*\.)?([a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.)+[a-zA-Z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.?$/

function readDomainNames(fields: PolicyFields, peer: Field, action: RuleAction): RulePeer | undefined {
  const texts = fields.texts(peer, 'domainNames')
  const path = [...peer.path, 'domainNames']
  limit(fields, path, texts.length, 25, 'domain names')
  if (texts.length === 0) fields.refuse('PEERS_MISSING', path, 'domainNames has at least one entry')
  if (action !== 'allow') {
    fields.refuse('DOMAIN_NAME_NOT_ACCEPT', path, 'domainNames stands in accepting rules only')
    return undefined
  }
  const bad = texts.filter(({ text }) => !domainName.test(text))
  for (const { text, path: at } of bad) fields.refuse('DOMAIN_NAME_INVALID', at, `"${text}" is no domain name`)
  const names = texts
    .filter(({ text }) => domainName.test(text))
    .map(({ text }) => text.replace(/\.$/, '').toLowerCase())
  return bad.length > 0 || names.length === 0 ? undefined : { kind: 'domainNames', names, path: peer.path }
}

export function readPriority(fields: PolicyFields, spec: Field): number {
  const priority = fields.integer(spec, 'priority')
  if (priority !== undefined && priority >= 0 && priority <= 1000) return priority
  fields.refuse('PRIORITY_INVALID', [...spec.path, 'priority'], 'priority is a whole number from 0 to 1000')
  return priority ?? 1000
}

function limit(fields: PolicyFields, path: JsonPath, count: number, most: number, what: string): void {
  if (count > most)
    fields.refuse('LIMIT_EXCEEDED', path, `${count} ${what} are more than the ${most} that the API takes`)
}

/** The only key of an object of which exactly one is to be written; reports anything else. */
export function onlyKey(fields: PolicyFields, entry: Field, known: readonly string[]): string | undefined {
  const keys = isJsonObject(entry.value)
    ? Object.keys(entry.value).filter(key => fields.child(entry, key).value !== undefined)
    : []
  if (keys.length === 1 && known.includes(keys[0]!)) return keys[0]
  fields.refuse('PORT_INVALID', entry.path, `exactly one of ${known.join(', ')} is written here`)
  return undefined
}
