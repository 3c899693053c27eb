import { type AddressValue, type Family, parseCidr, parseIp } from '../../lib/ip/address.ts'
import { type AddressRanges, everyAddress, rangesOfCidrs } from '../../lib/ip/address-ranges.ts'
import type { CniProfile } from '../../model/cni-profile.ts'
import type { Direction, NetworkFacts, NetworkPod, NetworkPolicyObject, PeerId } from '../../model/network.ts'
import { boundariesOf } from './address-atoms.ts'
import { addAwaitedPeers } from './awaited-peers.ts'
import { Cluster, namespaceNameLabel } from './cluster.ts'
import { type CompiledPolicy, compilePolicy } from './compile/compiled-policy.ts'
import { RuleCompiler } from './compile/rule-parts.ts'
import { Decider, type SelectingPolicy } from './decide.ts'
import { genericCni } from './generic-cni.ts'
import type { NetworkEngineOptions } from './network-engine.ts'
import { PeerTerms } from './peer-terms.ts'
import { PortSets, type PortsId } from './port-sets.ts'
import { openTable, portsIn, type Table, TableBuilder } from './tables.ts'

/** Everything that answers rest on, for one state of a cluster. */
export class EngineState {
  readonly options: NetworkEngineOptions
  readonly cni: CniProfile
  readonly ports = new PortSets()
  readonly cluster: Cluster
  readonly terms: PeerTerms
  readonly policies: CompiledPolicy[] = []
  readonly pods: readonly NetworkPod[]
  readonly tables: Table[] = []
  /** The table of each peer, by direction; 0 and 1 are the open ones. */
  readonly tableOf: Readonly<Record<Direction, Uint32Array>>
  readonly builder: TableBuilder
  readonly rules: RuleCompiler
  private workloads: Map<string, { readonly kind: string; readonly peers: readonly PeerId[] }[]> | undefined

  constructor(facts: NetworkFacts, options: NetworkEngineOptions) {
    this.options = options
    this.cni = options.cniProfile ?? genericCni
    this.cluster = newCluster(facts, options, this.cni, this.ports)
    mention(this.cluster, facts.policies)
    for (const namespace of facts.namespaces) this.cluster.declareNamespace(namespace)
    for (const { namespace } of facts.policies) if (namespace !== '') this.cluster.namespaceId(namespace)
    this.pods = facts.pods
    for (const pod of facts.pods) this.cluster.addPod(pod)
    if (options.withNotYetExisting === true) addAwaitedPeers(this.cluster, facts.policies)
    for (const node of facts.nodes) this.cluster.declareNode(node)
    this.cluster.addAtoms()
    addNames(this.cluster, facts.policies)
    this.cluster.addController()
    this.terms = new PeerTerms(this.cluster, this.cni, options.isClusterPartial === true)
    this.rules = new RuleCompiler(this.terms, this.ports, this.cni)
    for (const policy of facts.policies) {
      const compiled = compilePolicy(this.policies.length, policy, this.terms, this.rules, this.cni)
      if (compiled !== undefined) this.policies.push(compiled)
    }
    this.builder = new TableBuilder(this.terms, this.rules, new Decider(this.ports), options.wideFrom)
    this.builder.refine(this.policies.flatMap(({ parts }) => [...parts.ingress, ...parts.egress]))
    const { length } = this.cluster.records
    this.tableOf = { ingress: new Uint32Array(length), egress: new Uint32Array(length) }
    this.buildTables()
  }

  /** What policies let pass between a peer's pods and another peer, in one direction. */
  portsOf(direction: Direction, subject: PeerId, other: PeerId, bound: 'must' | 'may'): PortsId {
    return portsIn(this.tables[this.tableOf[direction][subject]!]!, other, this.builder.cells.cellOf[other]!, bound)
  }

  /** Peers of all pods of a workload; built when first asked for. */
  peersOfWorkload(namespace: string, name: string, kind: string | undefined): readonly PeerId[] {
    if (this.workloads === undefined) {
      this.workloads = new Map()
      for (const pod of this.pods) {
        const { workload } = pod
        const peers = this.cluster.peersOf(pod)
        const key = `${workload.namespace}/${workload.name}`
        const list = this.workloads.get(key)
        const entry = { kind: workload.kind, peers }
        if (list === undefined) this.workloads.set(key, [entry])
        else list.push(entry)
      }
    }
    const found = new Set<PeerId>()
    for (const entry of this.workloads.get(`${namespace}/${name}`) ?? [])
      if (kind === undefined || entry.kind === kind) for (const peer of entry.peers) found.add(peer)
    return [...found].sort((a, b) => a - b)
  }

  private buildTables(): void {
    const { records } = this.cluster
    const selecting: (SelectingPolicy[] | undefined)[] = new Array(records.length)
    for (const policy of this.policies) {
      for (const isMaybe of [false, true]) {
        const entry: SelectingPolicy = { policy, isDoubtful: isMaybe || policy.doubt !== undefined }
        for (const peer of this.terms.sets.members(isMaybe ? policy.subject.maybe : policy.subject.sure)) {
          const list = selecting[peer]
          if (list === undefined) selecting[peer] = [entry]
          else list.push(entry)
        }
      }
    }
    for (const direction of ['ingress', 'egress'] as const) {
      const open = this.tables.length
      this.tables.push(openTable(direction, this.builder.cells.cells))
      const known = new Map<string, number>()
      for (let peer = 0; peer < records.length; peer++) {
        const record = records[peer]!
        const all = selecting[peer]
        if (all === undefined || record.kind !== 'class') this.tableOf[direction][peer] = open
        else {
          const list = all.filter(({ policy }) => policy.object.directions.includes(direction))
          if (list.length === 0) this.tableOf[direction][peer] = open
          else {
            const usesNames = direction === 'ingress' && list.some(({ policy }) => policy.usesSubjectNames)
            const key = tableKey(list, usesNames ? record.named : 0)
            let table = known.get(key)
            if (table === undefined) {
              table = this.tables.length
              this.tables.push(this.builder.table(direction, list, record.named))
              known.set(key, table)
            }
            this.tableOf[direction][peer] = table
          }
        }
      }
    }
  }
}

function tableKey(list: readonly SelectingPolicy[], named: number): string {
  let key = `${named}:`
  for (const { policy, isDoubtful } of list) key += isDoubtful ? `${policy.index}?,` : `${policy.index},`
  return key
}

function newCluster(facts: NetworkFacts, options: NetworkEngineOptions, cni: CniProfile, ports: PortSets): Cluster {
  const clusterRanges = podSpaceOf(options.clusterCidrs ?? [])
  const boundaries: Record<Family, AddressValue[]> = { 4: [], 6: [] }
  const cut = (text: string): void => {
    const address = parseIp(text)
    const cidr = parseCidr(
      address === undefined ? text : `${text}/${address.family === 4 && !text.includes(':') ? 32 : 128}`,
    )
    if (cidr !== undefined) boundaries[cidr.family].push(...boundariesOf(rangesOfCidrs(cidr.family, [cidr])))
  }
  for (const text of [...(options.clusterCidrs ?? []), ...(options.setApart ?? [])]) cut(text)
  let usesPodAddresses = false
  for (const policy of facts.policies) {
    for (const { peers } of [...policy.ingress, ...policy.egress]) {
      for (const peer of peers ?? []) {
        if (peer.kind === 'ipBlock') {
          usesPodAddresses ||= cni.ipBlockMatchesPods !== 'no'
          for (const text of [peer.cidr, ...peer.except]) cut(text)
        } else if (peer.kind === 'networks') {
          usesPodAddresses = true
          for (const text of peer.cidrs) cut(text)
        }
      }
    }
  }
  const podSpace = clusterRanges.length > 0 ? clusterRanges : [everyAddress(4)]
  return new Cluster(ports, { asDeclared: options.asDeclared === true, usesPodAddresses, podSpace }, boundaries)
}

/** The cluster's address ranges by family. */
function podSpaceOf(texts: readonly string[]): readonly AddressRanges[] {
  const cidrs = texts.map(parseCidr).filter(cidr => cidr !== undefined)
  return ([4, 6] as const).map(family => rangesOfCidrs(family, cidrs)).filter(({ ranges }) => ranges.length > 0)
}

/** Makes known what selectors and rules ask for, before anything is projected onto it. */
function mention(cluster: Cluster, policies: readonly NetworkPolicyObject[]): void {
  cluster.namespaceLabels.mention(namespaceNameLabel)
  const mentionScope = ({ namespaces, pods }: NetworkPolicyObject['subject']): void => {
    if (namespaces.kind === 'selector') cluster.namespaceLabels.compile(namespaces.selector)
    if (pods !== undefined) cluster.podLabels.compile(pods)
  }
  for (const policy of policies) {
    mentionScope(policy.subject)
    for (const { peers, ports } of [...policy.ingress, ...policy.egress]) {
      for (const peer of peers ?? []) {
        if (peer.kind === 'pods') mentionScope(peer.selection)
        else if (peer.kind === 'nodes') cluster.nodeLabels.compile(peer.selector)
      }
      for (const port of ports ?? []) if (port.kind === 'named') cluster.named.mention(port.name)
    }
  }
}

/** A peer for each domain name that rules mention, and one for all others. */
function addNames(cluster: Cluster, policies: readonly NetworkPolicyObject[]): void {
  cluster.addName('*')
  for (const { egress } of policies)
    for (const { peers } of egress)
      for (const peer of peers ?? []) {
        if (peer.kind === 'domainNames') for (const name of peer.names) cluster.addName(name)
      }
}
