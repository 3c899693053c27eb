import { parseCidr, parseIp, printIp } from '../../lib/ip/address.ts'
import { rangesOfCidrs } from '../../lib/ip/address-ranges.ts'
import type { Direction, Labels, NetworkFacts, NetworkPolicyObject, Peer, PeerId } from '../../model/network.ts'
import type { CompiledPolicy } from './compile/compiled-policy.ts'
import { EditedFacts } from './edited-facts.ts'
import { EngineState } from './engine-state.ts'
import { applyEdit } from './incremental.ts'
import { connectivityMatrix } from './matrix.ts'
import type { NetworkEngine, NetworkEngineOptions } from './network-engine.ts'
import type { ClassRecord } from './peer-records.ts'
import { can, connection, verdict } from './query/can.ts'
import { explain } from './query/explain.ts'
import { reach, whoCan } from './query/who.ts'
import type { Table } from './tables.ts'

/** Compiles facts into tables that answer questions. Throws nothing: what is wrong with a policy stands in its problems. */
export function buildNetworkEngine(facts: NetworkFacts, options: NetworkEngineOptions = {}): NetworkEngine {
  let edited: EditedFacts | undefined
  let state = new EngineState(facts, options)
  let listed: readonly Peer[] | undefined
  let compiled: ReadonlyMap<NetworkPolicyObject, CompiledPolicy> | undefined
  let generation = 0
  return {
    get generation() {
      return generation
    },
    get size() {
      return sizeOf(state)
    },
    get ingressController() {
      return state.cluster.controller
    },
    peers() {
      listed ??= state.cluster.records.map((_, id) => peerView(state, id))
      return listed
    },
    peer: id => peerView(state, id),
    peersOfPod: pod => state.cluster.peersOf(pod),
    classesOf: (namespace, name, kind) => state.peersOfWorkload(namespace, name, kind),
    externalRanges: () =>
      [...state.cluster.atomPeers[4], ...state.cluster.atomPeers[6]]
        .map(id => peerView(state, id))
        .filter(peer => peer.kind === 'external'),
    peerOfAddress: address => peerOfAddress(state, address),
    peersOfCidr: cidr => peersOfCidr(state, cidr),
    peerOfName: name => state.cluster.peerOfName(name),
    can: (src, dst) => can(state, src, dst),
    connection: (src, dst) => connection(state, src, dst),
    verdict: (src, dst, protocol, port) => verdict(state, src, dst, protocol, port),
    explain: (src, dst, protocol, port) => explain(state, src, dst, protocol, port),
    reach: src => reach(state, src),
    whoCan: (dst, protocol, port) => whoCan(state, dst, protocol, port),
    matrix: bound => connectivityMatrix(state, bound),
    policiesOf: id => ({ ingress: policiesOf(state, id, 'ingress'), egress: policiesOf(state, id, 'egress') }),
    alike: (id, direction) => state.tableOf[direction][id]!,
    isIsolated: (id, direction) => policiesOf(state, id, direction).some(({ tier }) => tier === 'NetworkPolicy'),
    subjectOf: policy => {
      compiled ??= byObject(state.policies)
      const found = compiled.get(policy)
      return found === undefined ? [] : [...state.terms.sets.members(found.subject.sure)]
    },
    apply: edits => {
      edited ??= new EditedFacts(facts)
      let isCurrent = true
      for (const edit of edits) {
        isCurrent &&= applyEdit(state, edited, edit)
        edited.apply(edit)
      }
      if (!isCurrent) state = new EngineState(edited.facts(), options)
      listed = undefined
      compiled = undefined
      generation++
    },
  }
}

/** The first compiled form of each policy. */
function byObject(policies: readonly (CompiledPolicy | undefined)[]): ReadonlyMap<NetworkPolicyObject, CompiledPolicy> {
  const found = new Map<NetworkPolicyObject, CompiledPolicy>()
  for (const policy of policies) if (policy !== undefined && !found.has(policy.object)) found.set(policy.object, policy)
  return found
}

function sizeOf({ cluster, tables, builder, ports }: EngineState): NetworkEngine['size'] {
  return {
    pods: cluster.podCount,
    classes: cluster.classes.count,
    atoms: cluster.atoms[4].count + cluster.atoms[6].count,
    peers: cluster.records.length,
    tables: tables.length,
    cells: builder.cells.cells,
    portSets: ports.sets.count,
  }
}

function peerOfAddress({ cluster }: EngineState, text: string): PeerId | undefined {
  const address = parseIp(text)
  if (address === undefined) return undefined
  const { family, value } = address
  const owner = cluster.ownerOfAddress(printIp(family, value))
  return owner ?? cluster.atomPeers[family][cluster.atoms[family].atomOf(value)]
}

/** Peers of the ranges that a CIDR overlaps. */
function peersOfCidr({ cluster }: EngineState, text: string): readonly PeerId[] {
  const cidr = parseCidr(text)
  if (cidr === undefined) return []
  const { family } = cidr
  const atoms = cluster.atoms[family].overlapping(rangesOfCidrs(family, [cidr]))
  return atoms.map(atom => cluster.atomPeers[family][atom]!)
}

function policiesOf(state: EngineState, peer: PeerId, direction: Direction): readonly NetworkPolicyObject[] {
  return selectedBy(state.tables[state.tableOf[direction][peer]!]!)
}

/** The policies of a table; as many peers have one table, they are listed once. */
function selectedBy(table: Table): readonly NetworkPolicyObject[] {
  let policies = listedPolicies.get(table)
  if (policies === undefined) {
    policies = table.selecting.map(({ policy }) => policy.object)
    listedPolicies.set(table, policies)
  }
  return policies
}

const listedPolicies = new WeakMap<Table, readonly NetworkPolicyObject[]>()

function peerView(state: EngineState, id: PeerId): Peer {
  const { cluster } = state
  const record = cluster.records[id]!
  switch (record.kind) {
    case 'class':
      return classView(state, id, record)
    case 'node':
      return { kind: 'node', id, node: record.name, pods: record.pods }
    case 'external': {
      const { family, atom } = record
      const { from, to } = cluster.atoms[family].rangeOf(atom)
      const isInsideCluster =
        (state.options.clusterCidrs ?? []).length > 0 &&
        cluster.options.podSpace.some(
          space => space.family === family && space.ranges.some(range => range.from <= from && to <= range.to),
        )
      return {
        kind: 'external',
        id,
        ranges: [{ family, from: printIp(family, from), to: printIp(family, to) }],
        isInsideCluster,
      }
    }
    case 'fqdn':
      return { kind: 'fqdn', id, name: record.name }
    case 'ingressController':
      return { kind: 'ingressController', id }
  }
}

function classView({ cluster }: EngineState, id: PeerId, record: ClassRecord): Peer {
  const labels = cluster.podLabels.labelsOf(cluster.podLabels.pairsOfItem(id))
  const name = cluster.namespaceNames[record.namespace]!
  if (record.awaited === undefined)
    return { kind: 'class', id, namespace: name, labels, pods: record.pods, family: record.family }
  const namespaceLabels: Labels = cluster.namespaceFacts[record.namespace]?.labels ?? {}
  return {
    kind: 'notYetExisting',
    id,
    namespace: name === '' ? undefined : name,
    namespaceLabels,
    labels,
    ...record.awaited,
  }
}
