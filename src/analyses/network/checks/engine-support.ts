import type { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import { parseCidr, parseIp } from '../../../lib/ip/address.ts'
import { ownValue, valueAt } from '../../../lib/json/json-value.ts'
import type { CniProfile } from '../../../model/cni-profile.ts'
import type { NetworkPolicyObject } from '../../../model/network.ts'
import { type CheckedNetwork, eachPolicy, type PolicyObjection } from './checked-network.ts'
import { rulesOf } from './policy-meaning.ts'

/** What the network engine does not do: BW-NET-114, 125 to 127 and 129. */
export function checkEngineSupport(network: CheckedNetwork, answers: SnapshotAnswers): void {
  const { cniProfile } = network.engineOptions
  checkSecondFamily(network, answers)
  checkSecondNetworks(network, answers)
  if (cniProfile === undefined) return
  eachPolicy(
    network,
    answers,
    'BW-NET-125',
    () => true,
    () =>
      cniProfile.enforces === 'no'
        ? [{ message: `${cniProfile.name} enforces no policies: what this one says has no effect`, path: [], key: '' }]
        : [],
  )
  eachPolicy(
    network,
    answers,
    'BW-NET-126',
    () => true,
    policy => unsupported(policy, cniProfile),
  )
  eachPolicy(network, answers, 'BW-NET-127', hasBlocks, policy => ignoredBlocks(network, policy, cniProfile))
}

function unsupported(policy: NetworkPolicyObject, profile: CniProfile): readonly PolicyObjection[] {
  const found: PolicyObjection[] = []
  const add = (what: string, path: PolicyObjection['path']): void => {
    found.push({ message: `${profile.name} does not support ${what}`, path, key: `feature/${what}` })
  }
  if (policy.kind === 'ClusterNetworkPolicy' && profile.clusterNetworkPolicy === 'no')
    add('ClusterNetworkPolicy', ['spec'])
  if (policy.kind.endsWith('AdminNetworkPolicy') && profile.adminNetworkPolicy === 'no') add(policy.kind, ['spec'])
  for (const { rule } of rulesOf(policy)) {
    for (const port of rule.ports ?? []) {
      if (port.kind === 'range' && port.isEndPort && profile.endPort === 'no') add('endPort', port.path)
      if (port.kind === 'named' && profile.namedPorts === 'no') add('named ports', port.path)
      if (port.kind !== 'nothing' && port.protocol === 'SCTP' && profile.sctp === 'no') add('SCTP', port.path)
    }
    for (const peer of rule.peers ?? []) {
      if (peer.kind !== 'ipBlock') continue
      if (peer.cidr.includes(':') && profile.ipv6 === 'no') add('IPv6', peer.path)
      if (peer.except.length > 0 && profile.except === 'no') add('except', peer.path)
    }
  }
  return found
}

function hasBlocks(policy: NetworkPolicyObject): boolean {
  return rulesOf(policy).some(({ rule }) => rule.peers?.some(({ kind }) => kind === 'ipBlock'))
}

/** Blocks that lie inside the cluster's own addresses, where the engine compares blocks with outside addresses only. */
function ignoredBlocks(
  { view, engineOptions }: CheckedNetwork,
  policy: NetworkPolicyObject,
  profile: CniProfile,
): readonly PolicyObjection[] {
  const inside = (engineOptions.clusterCidrs ?? []).map(text => parseCidr(text)).filter(cidr => cidr !== undefined)
  const podAddresses = view.facts.pods.flatMap(({ ips }) => ips.map(parseIp)).filter(ip => ip !== undefined)
  const nodeAddresses = view.facts.nodes
    .flatMap(({ addresses }) => addresses.map(parseIp))
    .filter(ip => ip !== undefined)
  return rulesOf(policy).flatMap(({ rule }) =>
    (rule.peers ?? []).flatMap(peer => {
      const cidr = peer.kind === 'ipBlock' ? parseCidr(peer.cidr) : undefined
      if (peer.kind !== 'ipBlock' || cidr === undefined || cidr.bits === 0) return []
      const holds = (addresses: typeof podAddresses) =>
        addresses.some(({ family, value }) => family === cidr.family && cidr.from <= value && value <= cidr.to)
      const isPods =
        inside.some(own => own.family === cidr.family && own.from <= cidr.from && cidr.to <= own.to) ||
        holds(podAddresses)
      const what =
        isPods && profile.ipBlockMatchesPods === 'no'
          ? 'pods'
          : holds(nodeAddresses) && profile.ipBlockMatchesNodes === 'no'
            ? 'nodes'
            : undefined
      if (what === undefined) return []
      const message = `${profile.name} does not compare ipBlock with the addresses of ${what}: ${peer.cidr} matches none of them`
      return [{ message, path: peer.path, key: `peer/${peer.cidr}` }]
    }),
  )
}

/** In a cluster whose pods have addresses of both families, rules about one family alone. */
function checkSecondFamily(network: CheckedNetwork, answers: SnapshotAnswers): void {
  const isDual = network.view.facts.pods.some(
    ({ ips }) => ips.some(ip => ip.includes(':')) && ips.some(ip => ip.includes('.')),
  )
  if (!isDual) return
  eachPolicy(network, answers, 'BW-NET-114', hasBlocks, policy =>
    rulesOf(policy).flatMap(({ rule }) => {
      const blocks = (rule.peers ?? []).filter(peer => peer.kind === 'ipBlock')
      if (blocks.length === 0 || blocks.some(({ cidr }) => cidr.includes(':'))) return []
      return [
        {
          message: 'pods have IPv6 addresses as well, and the rule is about IPv4 alone',
          path: blocks[0]!.path,
          key: `peer/${blocks[0]!.cidr}`,
        },
      ]
    }),
  )
}

/** Pods that are attached to further networks, which NetworkPolicies do not cover. */
function checkSecondNetworks({ inventory, ordinary, objectOf }: CheckedNetwork, answers: SnapshotAnswers): void {
  if (!answers.asks('BW-NET-129')) return
  const covered = new Set<string>()
  for (const { ref, object } of inventory.objects) {
    if (ref.kind !== 'MultiNetworkPolicy') continue
    const networks = valueAt(object, ['metadata', 'annotations', 'k8s.v1.cni.cncf.io/policy-for'])
    if (typeof networks === 'string') for (const name of networks.split(',')) covered.add(nameIn(name, ref.namespace))
  }
  for (const workload of ordinary) {
    const object = objectOf(workload)
    const networks = object.pods.flatMap(pod => {
      const text = ownValue(ownValue(pod.podMeta, 'annotations'), 'k8s.v1.cni.cncf.io/networks')
      return typeof text === 'string' ? namesOf(text, workload.workload.namespace) : []
    })
    if (networks.length === 0) continue
    const open = networks.filter(name => !covered.has(name))
    if (open.length === 0) answers.pass('BW-NET-129')
    else
      answers.fail('BW-NET-129', object, {
        message: `no MultiNetworkPolicy covers the further network ${[...new Set(open)].join(', ')}`,
      })
  }
}

function nameIn(text: string, namespace: string): string {
  const name = text.trim().replace(/@.*$/, '')
  return name.includes('/') ? name : `${namespace}/${name}`
}

/** Names in the annotation: a list with commas, or JSON. */
function namesOf(text: string, namespace: string): readonly string[] {
  const named = [...text.matchAll(/"name"\s*:\s*"([^"]+)"/g)].map(match => match[1]!)
  const names = text.trim().startsWith('[') ? named : text.split(',')
  return names.filter(name => name.trim() !== '').map(name => nameIn(name, namespace))
}
