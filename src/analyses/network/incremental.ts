import { parseCidr } from '../../lib/ip/address.ts'
import { rangesOfCidrs } from '../../lib/ip/address-ranges.ts'
import type { NetworkNamespace, NetworkNode, NetworkPod, NetworkPolicyObject, PeerId } from '../../model/network.ts'
import { boundariesOf } from './address-atoms.ts'
import { appendLike, appendNew } from './append-peer.ts'
import type { EditedFacts } from './edited-facts.ts'
import type { EngineState } from './engine-state.ts'
import { mentionPolicies } from './mention.ts'
import type { NetworkEdit } from './network-engine.ts'

/**
 * Brings one edit into a state. Returns false where that would cost as much as a new build, or nearly: the state is
 * then to be thrown away. `before` still holds the facts without the edit.
 *
 * Edits of policies and pods are local. What changes the labels of a namespace or node that pods are in, the first rule
 * that asks for addresses of pods, and peers that do not exist yet ask for a new build.
 */
export function applyEdit(state: EngineState, before: EditedFacts, edit: NetworkEdit): boolean {
  if (state.options.withNotYetExisting === true || state.isWorn) return false
  state.forgetWorkloads()
  switch (edit.kind) {
    case 'putPolicy':
      return removePolicy(state, before.policy(edit.policy)) && addPolicy(state, edit.policy)
    case 'removePolicy':
      return removePolicy(state, before.policy(edit.policy))
    case 'putPod':
      return removePod(state, before.pod(edit.pod)) && addPod(state, edit.pod)
    case 'removePod':
      return removePod(state, before.pod(edit))
    case 'putNamespace':
      return putNamespace(state, edit.namespace)
    case 'removeNamespace':
      return !state.cluster.namespaceIds.has(edit.name)
    case 'putNode':
      return putNode(state, edit.node)
    case 'removeNode':
      return !state.cluster.nodePeers.has(edit.name)
  }
}

function removePolicy(state: EngineState, object: NetworkPolicyObject | undefined): boolean {
  if (object === undefined) return true
  const index = state.policies.findIndex(policy => policy?.object === object)
  if (index >= 0) dropPolicy(state, index)
  return true
}

function dropPolicy(state: EngineState, index: number): void {
  const { subject } = state.policies[index]!
  state.policies[index] = undefined
  for (const peer of subjectPeers(state, subject)) {
    const list = state.selecting[peer]
    if (list === undefined) continue
    const left = list.filter(({ policy }) => policy.index !== index)
    state.selecting[peer] = left.length === 0 ? undefined : left
    state.retable(peer)
  }
}

function subjectPeers(
  state: EngineState,
  { sure, maybe }: { readonly sure: number; readonly maybe: number },
): PeerId[] {
  return [...state.terms.sets.members(sure), ...state.terms.sets.members(maybe)]
}

function addPolicy(state: EngineState, object: NetworkPolicyObject): boolean {
  const { cluster } = state
  const rules = [...object.ingress, ...object.egress]
  const peers = rules.flatMap(rule => rule.peers ?? [])
  const asksForAddresses = peers.some(
    peer => peer.kind === 'networks' || (peer.kind === 'ipBlock' && state.cni.ipBlockMatchesPods !== 'no'),
  )
  if (asksForAddresses && !cluster.options.usesPodAddresses) return false
  const news = mentionPolicies(cluster, [object])
  if (news.nodeLabels) return false
  if (news.namespaceLabels) cluster.relabelNamespaces()
  if (object.namespace !== '') nameNamespace(state, object.namespace)
  const cut = new Set<PeerId>()
  for (const peer of peers) {
    if (peer.kind === 'ipBlock') for (const text of [peer.cidr, ...peer.except]) cutAtoms(state, text, cut)
    else if (peer.kind === 'networks') for (const text of peer.cidrs) cutAtoms(state, text, cut)
    else if (peer.kind === 'domainNames') for (const name of peer.names) addName(state, name)
  }
  splitClasses(state, news.podTraits ? cluster.records.keys() : cut)
  const compiled = state.compile(object)
  if (compiled === undefined) return true
  state.addSelecting(compiled)
  for (const peer of subjectPeers(state, compiled.subject)) state.retable(peer)
  return true
}

function nameNamespace(state: EngineState, name: string): void {
  if (state.cluster.namespaceIds.has(name)) return
  state.cluster.namespaceId(name)
  state.terms.forgetNamespaces()
}

/** Cuts the addresses at the boundaries of a block; notes classes whose pods lie at both sides of a cut. */
function cutAtoms(state: EngineState, text: string, classes: Set<PeerId>): void {
  const cidr = parseCidr(text)
  if (cidr === undefined) return
  const { family } = cidr
  const { atoms, atomPeers, classes: pods } = state.cluster
  for (const boundary of boundariesOf(rangesOfCidrs(family, [cidr]))) {
    const parts = atoms[family].cut(boundary)
    if (parts === undefined) continue
    appendLike(state, state.cluster.addAtom(family, parts.added), atomPeers[family][parts.old]!)
    for (const peer of pods.atAtom[family].get(parts.old) ?? []) classes.add(peer)
  }
}

function splitClasses(state: EngineState, peers: Iterable<PeerId>): void {
  for (const peer of [...peers]) {
    const record = state.cluster.records[peer]!
    if (record.kind !== 'class') continue
    state.cluster.classes.split(peer, record, added => appendLike(state, added, peer))
  }
}

function addName(state: EngineState, name: string): void {
  if (state.cluster.namePeers.has(name)) return
  const peer = state.cluster.addName(name)
  appendNew(state, peer, state.cluster.namePeers.get('*')!)
}

function removePod(state: EngineState, pod: NetworkPod | undefined): boolean {
  if (pod === undefined || !state.cluster.isLive(pod)) return true
  if (!isQuietOnNode(state, pod)) return false
  state.cluster.removePod(pod)
  return true
}

/** Whether a hostNetwork pod comes and goes without changing what rules say of its node. */
function isQuietOnNode(state: EngineState, pod: NetworkPod): boolean {
  if (!pod.hostNetwork || state.options.asDeclared === true) return true
  const peer = state.cluster.nodePeers.get(pod.node)
  const record = peer === undefined ? undefined : state.cluster.records[peer]
  return state.cni.hostNetworkByNamespace === 'no' && record?.kind === 'node' && record.addresses.length > 0
}

function addPod(state: EngineState, pod: NetworkPod): boolean {
  const { cluster } = state
  if (!cluster.isLive(pod)) return true
  if (!isQuietOnNode(state, pod)) return false
  nameNamespace(state, pod.namespace)
  const known = cluster.records.length
  cluster.addPod(pod, added => placeClass(state, added))
  for (let peer = known; peer < cluster.records.length; peer++) recompileNames(state, peer)
  return true
}

function placeClass(state: EngineState, peer: PeerId): void {
  const record = state.cluster.records[peer]!
  const siblings = record.kind === 'class' ? state.cluster.classes.inNamespace[record.namespace]! : []
  appendNew(state, peer, siblings.find(sibling => sibling !== peer) ?? state.cluster.controller)
}

/** Names in egress rules are parts by what they mean; a pod on which they mean something else asks for another part. */
function recompileNames(state: EngineState, peer: PeerId): void {
  for (const policy of [...state.policies]) {
    if (policy === undefined || !state.rules.needsAnotherPart(policy.object, policy.parts.egress, peer)) continue
    dropPolicy(state, policy.index)
    const compiled = state.compile(policy.object)!
    state.addSelecting(compiled)
    for (const subject of subjectPeers(state, compiled.subject)) state.retable(subject)
  }
}

function putNamespace(state: EngineState, namespace: NetworkNamespace): boolean {
  const { cluster } = state
  const id = cluster.namespaceIds.get(namespace.name)
  const known = id === undefined ? undefined : cluster.namespaceFacts[id]
  const isSame = known?.isDeclared === namespace.isDeclared && isEqual(known.labels, namespace.labels)
  const isEmpty = id === undefined || cluster.classes.inNamespace[id]!.length === 0
  // hostNetwork pods count for their namespace where the network engine finds them by it.
  if (!isSame && (!isEmpty || state.cni.hostNetworkByNamespace !== 'no')) return false
  cluster.declareNamespace(namespace)
  if (!isSame) state.terms.forgetNamespaces()
  return true
}

function putNode(state: EngineState, node: NetworkNode): boolean {
  const { cluster } = state
  if (cluster.nodePeers.has(node.name)) return false
  const neighbour = [...cluster.nodePeers.values()][0] ?? cluster.controller
  appendNew(state, cluster.declareNode(node), neighbour)
  return true
}

function isEqual(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every(key => a[key] === b[key])
}
