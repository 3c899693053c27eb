import { type AddressValue, type Family, parseCidr, parseIp } from '../../lib/ip/address.ts'
import { type AddressRanges, everyAddress, rangesOfCidrs } from '../../lib/ip/address-ranges.ts'
import type { CniProfile } from '../../model/cni-profile.ts'
import type { Direction, NetworkFacts, NetworkPolicyObject, PeerId } from '../../model/network.ts'
import { boundariesOf } from './address-atoms.ts'
import { addAwaitedPeers } from './awaited-peers.ts'
import { Cluster } from './cluster.ts'
import { type CompiledPolicy, compilePolicy } from './compile/compiled-policy.ts'
import { RuleCompiler, type RulePart } from './compile/rule-parts.ts'
import { Decider, type SelectingPolicy } from './decide.ts'
import { genericCni } from './generic-cni.ts'
import { mentionPolicies } from './mention.ts'
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
  /** By number; removed ones leave a hole. */
  readonly policies: (CompiledPolicy | undefined)[] = []
  readonly tables: Table[] = []
  /** The table of each peer, by direction. */
  readonly tableOf: Record<Direction, Uint32Array>
  /** Port names of the pods that a table of ingress was built for. */
  readonly namedOfTable: number[] = []
  readonly openTables: Record<Direction, number> = { ingress: 0, egress: 0 }
  /** Policies that select each peer, in either direction, by their numbers. */
  readonly selecting: (SelectingPolicy[] | undefined)[]
  private readonly tableIds: Readonly<Record<Direction, Map<string, number>>> = {
    ingress: new Map(),
    egress: new Map(),
  }
  readonly builder: TableBuilder
  readonly rules: RuleCompiler
  private readonly tablesAtFirst: number
  private readonly peersAtFirst: number
  private workloads: Map<string, { readonly kind: string; readonly peer: PeerId }[]> | undefined

  constructor(facts: NetworkFacts, options: NetworkEngineOptions) {
    this.options = options
    this.cni = options.cniProfile ?? genericCni
    this.cluster = newCluster(facts, options, this.cni, this.ports)
    mentionPolicies(this.cluster, facts.policies)
    for (const namespace of facts.namespaces) this.cluster.declareNamespace(namespace)
    for (const { namespace } of facts.policies) if (namespace !== '') this.cluster.namespaceId(namespace)
    for (const pod of facts.pods) this.cluster.addPod(pod)
    if (options.withNotYetExisting === true) addAwaitedPeers(this.cluster, facts.policies)
    for (const node of facts.nodes) this.cluster.declareNode(node)
    this.cluster.addAtoms()
    addNames(this.cluster, facts.policies)
    this.cluster.addController()
    this.terms = new PeerTerms(this.cluster, this.cni, options.isClusterPartial === true)
    this.rules = new RuleCompiler(this.terms, this.ports, this.cni)
    for (const policy of facts.policies) this.compile(policy)
    this.builder = new TableBuilder(this.terms, this.rules, new Decider(this.ports), options.wideFrom)
    this.builder.refine(this.parts())
    const { length } = this.cluster.records
    this.tableOf = { ingress: new Uint32Array(length), egress: new Uint32Array(length) }
    this.selecting = new Array<SelectingPolicy[] | undefined>(length)
    this.buildTables()
    this.tablesAtFirst = this.tables.length
    this.peersAtFirst = length
  }

  /** What policies let pass between a peer's pods and another peer, in one direction. */
  portsOf(direction: Direction, subject: PeerId, other: PeerId, bound: 'must' | 'may'): PortsId {
    return portsIn(this.tables[this.tableOf[direction][subject]!]!, other, this.builder.cells.cellOf[other]!, bound)
  }

  /** More than half of the tables are of no use any more: a new build is due. */
  get isWorn(): boolean {
    return (
      this.tables.length > 2 * this.tablesAtFirst + 256 || this.cluster.records.length > 2 * this.peersAtFirst + 256
    )
  }

  /** Makes room for the newest peer. */
  grow(): void {
    const { length } = this.cluster.records
    if (length <= this.tableOf.ingress.length) return
    for (const direction of ['ingress', 'egress'] as const) {
      const grown = new Uint32Array(Math.ceil(length * 1.25))
      grown.set(this.tableOf[direction])
      this.tableOf[direction] = grown
    }
  }

  /** Every part of every rule. */
  parts(): readonly RulePart[] {
    return this.policies.flatMap(policy =>
      policy === undefined ? [] : [...policy.parts.ingress, ...policy.parts.egress],
    )
  }

  /** Peers of all pods of a workload; built when first asked for. */
  peersOfWorkload(namespace: string, name: string, kind: string | undefined): readonly PeerId[] {
    this.workloads ??= this.newWorkloads()
    const found = new Set<PeerId>()
    for (const entry of this.workloads.get(`${namespace}/${name}`) ?? [])
      if (kind === undefined || entry.kind === kind) found.add(entry.peer)
    return [...found].sort((a, b) => a - b)
  }

  private newWorkloads(): Map<string, { readonly kind: string; readonly peer: PeerId }[]> {
    const workloads = new Map<string, { readonly kind: string; readonly peer: PeerId }[]>()
    for (const [peer, record] of this.cluster.records.entries()) {
      if (record.kind !== 'class' && record.kind !== 'node') continue
      for (const { workload } of record.pods) {
        const key = `${workload.namespace}/${workload.name}`
        const list = workloads.get(key)
        if (list === undefined) workloads.set(key, [{ kind: workload.kind, peer }])
        else list.push({ kind: workload.kind, peer })
      }
    }
    return workloads
  }

  forgetWorkloads(): void {
    this.workloads = undefined
  }

  /** Compiles a policy under the next number; `undefined` where the network engine ignores it. */
  compile(object: NetworkPolicyObject): CompiledPolicy | undefined {
    const compiled = compilePolicy(this.policies.length, object, this.terms, this.rules, this.cni)
    if (compiled !== undefined) this.policies.push(compiled)
    return compiled
  }

  private buildTables(): void {
    for (const direction of ['ingress', 'egress'] as const) {
      this.openTables[direction] = this.tables.length
      this.tables.push(openTable(direction, this.builder.cells.cells))
    }
    for (const policy of this.policies) if (policy !== undefined) this.addSelecting(policy)
    for (let peer = 0; peer < this.cluster.records.length; peer++) this.retable(peer)
  }

  /** Notes a policy at every peer that it selects. Policies come in the order of their numbers. */
  addSelecting(policy: CompiledPolicy): void {
    for (const isMaybe of [false, true]) {
      const entry: SelectingPolicy = { policy, isDoubtful: isMaybe || policy.doubt !== undefined }
      for (const peer of this.terms.sets.members(isMaybe ? policy.subject.maybe : policy.subject.sure)) {
        const list = this.selecting[peer]
        if (list === undefined) this.selecting[peer] = [entry]
        else list.push(entry)
      }
    }
  }

  /** Finds or builds the tables of a peer from the policies that select it. */
  retable(peer: PeerId): void {
    for (const direction of ['ingress', 'egress'] as const)
      this.tableOf[direction][peer] = this.tableFor(direction, peer)
  }

  private tableFor(direction: Direction, peer: PeerId): number {
    const record = this.cluster.records[peer]!
    const all = this.selecting[peer]
    if (all === undefined || record.kind !== 'class') return this.openTables[direction]
    const list = all.filter(({ policy }) => policy.object.directions.includes(direction))
    if (list.length === 0) return this.openTables[direction]
    const usesNames = direction === 'ingress' && list.some(({ policy }) => policy.usesSubjectNames)
    const key = tableKey(list, usesNames ? record.named : 0)
    const known = this.tableIds[direction].get(key)
    if (known !== undefined) return known
    const table = this.tables.length
    this.tables.push(this.builder.table(direction, list, record.named))
    this.namedOfTable[table] = record.named
    this.tableIds[direction].set(key, table)
    return table
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

/** A peer for each domain name that rules mention, and one for all others. */
function addNames(cluster: Cluster, policies: readonly NetworkPolicyObject[]): void {
  cluster.addName('*')
  for (const { egress } of policies)
    for (const { peers } of egress)
      for (const peer of peers ?? []) {
        if (peer.kind === 'domainNames') for (const name of peer.names) cluster.addName(name)
      }
}
