import { printIp } from '../../../lib/ip/address.ts'
import { jsonPointer } from '../../../lib/json/json-value.ts'
import type {
  Direction,
  Labels,
  NetworkPolicyObject,
  PeerId,
  Protocol,
  RuleDifference,
  RulePeer,
  RulePort,
  RuleRef,
  Selector,
  SelectorRequirement,
} from '../../../model/network.ts'
import type { EngineState } from '../engine-state.ts'
import type { EndEvidence, RuleEvidence } from './evidence.ts'
import { ruleRef } from './rule-refs.ts'

interface Difference {
  readonly field: RuleDifference['field']
  readonly wants: string
  readonly has: string
  readonly path: Selector['path']
}

/** The rule of an isolating NetworkPolicy that misses a connection by the fewest differences. */
export function nearestRule(
  state: EngineState,
  direction: Direction,
  { rules }: EndEvidence,
  other: PeerId,
  question: { readonly protocol: Protocol | undefined; readonly port: number },
): { readonly rule: RuleRef; readonly differences: readonly RuleDifference[] } | undefined {
  let best: { readonly evidence: RuleEvidence; readonly differences: readonly Difference[] } | undefined
  for (const evidence of rules) {
    if (evidence.policy.object.tier !== 'NetworkPolicy' || evidence.part.rule.action !== 'allow') continue
    const differences = [...peerDifferences(state, evidence, other), ...portDifferences(evidence, question)]
    if (differences.length > 0 && (best === undefined || differences.length < best.differences.length))
      best = { evidence, differences }
  }
  if (best === undefined) return undefined
  const { object } = best.evidence.policy
  return {
    rule: ruleRef(best.evidence, direction),
    differences: best.differences.map(difference => located(object, difference)),
  }
}

function located(object: NetworkPolicyObject, { field, wants, has, path }: Difference): RuleDifference {
  return { field, wants, has, pointer: jsonPointer(path), line: object.source.locate(path).line }
}

/** What keeps the peers of a rule from matching: of several entries, the one that differs least. */
function peerDifferences(state: EngineState, { part, peers }: RuleEvidence, other: PeerId): readonly Difference[] {
  if (peers !== 'no') return []
  const { rule } = part
  const lists = (rule.peers ?? []).map(peer => entryDifferences(state, peer, other))
  if (lists.length === 0) return [{ field: 'peers', wants: 'nothing', has: describe(state, other), path: rule.path }]
  return lists.reduce((least, list) => (list.length < least.length ? list : least))
}

function entryDifferences(state: EngineState, peer: RulePeer, other: PeerId): readonly Difference[] {
  const { cluster } = state
  const record = cluster.records[other]!
  const has = describe(state, other)
  switch (peer.kind) {
    case 'pods': {
      if (record.kind !== 'class') return [{ field: 'peers', wants: 'pods of the cluster', has, path: peer.path }]
      const { namespaces, pods } = peer.selection
      const name = cluster.namespaceNames[record.namespace]!
      const labels = cluster.podLabels.labelsOf(cluster.podLabels.pairsOfItem(other))
      const found: Difference[] = []
      if (namespaces.kind === 'name' && namespaces.name !== name)
        found.push({ field: 'namespace', wants: namespaces.name, has: name, path: peer.path })
      if (namespaces.kind === 'selector') {
        const own = cluster.namespaceLabels.labelsOf(cluster.namespaceLabels.pairsOfItem(record.namespace))
        found.push(...selectorDifferences('namespaceSelector', namespaces.selector, own))
      }
      if (pods !== undefined) found.push(...selectorDifferences('podSelector', pods, labels))
      return found
    }
    case 'ipBlock': {
      const wants = peer.except.length === 0 ? peer.cidr : `${peer.cidr} except ${peer.except.join(', ')}`
      return [{ field: 'ipBlock', wants, has, path: peer.path }]
    }
    case 'networks':
      return [{ field: 'ipBlock', wants: peer.cidrs.join(', '), has, path: peer.path }]
    case 'nodes':
      return [{ field: 'nodes', wants: peer.selector.key || 'any node', has, path: peer.path }]
    case 'domainNames':
      return [{ field: 'domainNames', wants: peer.names.join(', '), has, path: peer.path }]
    case 'nothing':
      return [{ field: 'peers', wants: 'nothing: the entry is refused', has, path: peer.path }]
    case 'everything':
      return []
  }
}

function selectorDifferences(
  field: RuleDifference['field'],
  { requirements, path }: Selector,
  labels: Labels,
): Difference[] {
  return requirements
    .filter(requirement => !holds(requirement, labels))
    .map(requirement => ({
      field,
      wants: describeRequirement(requirement),
      has:
        labels[requirement.key] === undefined
          ? `no label ${requirement.key}`
          : `${requirement.key}=${labels[requirement.key]}`,
      path,
    }))
}

function holds({ key, operator, values }: SelectorRequirement, labels: Labels): boolean {
  const value = labels[key]
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
  }
}

function describeRequirement({ key, operator, values }: SelectorRequirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0]}` : `${key} in (${values.join(', ')})`
    case 'NotIn':
      return `${key} not in (${values.join(', ')})`
    case 'Exists':
      return `a label ${key}`
    case 'DoesNotExist':
      return `no label ${key}`
  }
}

function portDifferences(
  { part, ports }: RuleEvidence,
  { protocol, port }: { readonly protocol: Protocol | undefined; readonly port: number },
): readonly Difference[] {
  if (ports !== 'no') return []
  const wants = (part.rule.ports ?? []).map(describePort).join(', ')
  const has = protocol === undefined ? 'traffic without ports' : `${protocol} ${port}`
  return [{ field: 'ports', wants: wants || 'no port', has, path: [...part.rule.path, 'ports'] }]
}

function describePort(port: RulePort): string {
  if (port.kind === 'nothing') return 'a refused entry'
  if (port.kind === 'named') return `${port.protocol ?? 'any'} ${port.name}`
  return `${port.protocol} ${port.from === port.to ? port.from : `${port.from}-${port.to}`}`
}

function describe({ cluster }: EngineState, peer: PeerId): string {
  const record = cluster.records[peer]!
  switch (record.kind) {
    case 'class':
      return `pods of ${cluster.namespaceNames[record.namespace] || 'a namespace that does not exist yet'}`
    case 'node':
      return record.name === '' ? 'a node' : `node ${record.name}`
    case 'external': {
      const { from, to } = cluster.atoms[record.family].rangeOf(record.atom)
      return `${printIp(record.family, from)}-${printIp(record.family, to)}`
    }
    case 'fqdn':
      return record.name
    case 'ingressController':
      return 'a pod of which nothing is known'
  }
}
