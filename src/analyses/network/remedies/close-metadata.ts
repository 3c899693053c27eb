import { parseCidr, parseIp } from '../../../lib/ip/address.ts'
import type { JsonObject, JsonPath, JsonValue } from '../../../lib/json/json-value.ts'
import type { CniProfile } from '../../../model/cni-profile.ts'
import type { MetadataEndpoint } from '../../../model/metadata-endpoint.ts'
import type { NetworkFacts, NetworkPolicyObject } from '../../../model/network.ts'
import { readNetworkPolicies } from '../../../read/network/read-network-policies.ts'
import { buildNetworkEngine } from '../build-network-engine.ts'
import type { NetworkEngineOptions } from '../network-engine.ts'
import { type MetadataReach, metadataReach } from '../questions/metadata.ts'
import { networkView } from '../questions/network-view.ts'

/** A change of policies, and what asking again with it has shown. */
export interface ProvenRemedy {
  /** Objects to apply: new ones, or changed ones whole. */
  readonly objects: readonly JsonObject[]
  /** Pairs of workload and endpoint that were open, or possibly open, and are closed now. */
  readonly closed: number
  /** What stays open or unknown, for example pods on the network of their node. */
  readonly left: readonly MetadataReach[]
  /** Whether anything else changed that a policy is about; a remedy that changes more is not offered. */
  readonly isProven: boolean
}

export interface RemedyOptions {
  readonly engine: NetworkEngineOptions
  readonly endpoints: readonly MetadataEndpoint[]
}

/**
 * The smallest policy that keeps every pod from the metadata services that are reached: one Deny of the admin tier,
 * where the network engine has such a tier; NetworkPolicies can only allow, so that no single one of them closes
 * anything. It is offered only where asking again with it shows them closed. `undefined` where nothing is open.
 */
export function closeByAdminPolicy(
  facts: NetworkFacts,
  reached: readonly MetadataReach[],
  options: RemedyOptions,
): ProvenRemedy | undefined {
  const open = reached.filter(({ verdict, isHostNetwork }) => verdict.answer !== 'deny' && !isHostNetwork)
  const endpoints = options.endpoints.filter(endpoint => open.some(one => one.endpoint === endpoint))
  if (endpoints.length === 0) return undefined
  const object = adminPolicy(endpoints, freePriority(facts.policies))
  const [policy] = readNetworkPolicies({ object, file: '', line: 1, locate: () => ({ line: 1, column: 1 }) }, '')
  return proven(facts, { ...facts, policies: [...facts.policies, policy!] }, [object], open, options)
}

/** Whether a profile has the admin tier of ClusterNetworkPolicy. */
export function hasAdminTier(profile: CniProfile | undefined): boolean {
  return profile === undefined || profile.clusterNetworkPolicy !== 'no'
}

function proven(
  before: NetworkFacts,
  after: NetworkFacts,
  objects: readonly JsonObject[],
  open: readonly MetadataReach[],
  { engine, endpoints }: RemedyOptions,
): ProvenRemedy {
  const view = networkView(buildNetworkEngine(after, engine), after)
  const again = metadataReach(view, endpoints, engine.asDeclared === true)
  const left = again.filter(({ verdict }) => verdict.answer !== 'deny')
  const stillOpen = new Set(left.map(keyOf))
  const closed = open.filter(one => !stillOpen.has(keyOf(one))).length
  const isProven = closed === open.length && before.pods.length === after.pods.length
  return { objects, closed, left, isProven }
}

function keyOf({ workload, endpoint }: MetadataReach): string {
  const { namespace, name, kind } = workload.workload
  return `${namespace}/${name}[${kind}] ${endpoint.address}`
}

/** The first number below all that are taken, so that no other policy is asked before; else the first that is free. */
function freePriority(policies: readonly NetworkPolicyObject[]): number {
  const taken = new Set(policies.filter(({ tier }) => tier === 'Admin').map(({ priority }) => priority))
  for (let priority = 0; priority <= 1000; priority++) if (!taken.has(priority)) return priority
  return 0
}

function adminPolicy(endpoints: readonly MetadataEndpoint[], priority: number): JsonObject {
  const groups = new Map<string, MetadataEndpoint[]>()
  for (const endpoint of endpoints) {
    // Everything at an address of metadata alone is closed; at WireServer only what gives secrets away.
    const key = endpoint.rule === 'BW-NET-115' ? 'metadata' : endpoint.name.toLowerCase()
    groups.set(key, [...(groups.get(key) ?? []), endpoint])
  }
  const rules = [...groups].map(([name, own]): JsonObject => {
    const networks = own.map(({ address }) => `${address}/${parseIp(address)!.family === 4 ? 32 : 128}`)
    const protocols = own.flatMap(({ ports }) =>
      ports.map(
        ({ protocol, port }): JsonObject => ({ [protocol.toLowerCase()]: { destinationPort: { number: port } } }),
      ),
    )
    return {
      name,
      action: 'Deny',
      to: [{ networks }],
      ...(own.some(({ rule }) => rule === 'BW-NET-116') ? { protocols } : {}),
    }
  })
  return {
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    metadata: { name: 'deny-metadata' },
    spec: { tier: 'Admin', priority, subject: { namespaces: {} }, egress: rules },
  }
}

/**
 * The same by NetworkPolicies alone, for engines without an admin tier: every rule that lets a pod reach an endpoint
 * leaves it out, and pods that no policy isolates get one that allows everything else.
 */
export function closeByNetworkPolicies(
  facts: NetworkFacts,
  written: (policy: NetworkPolicyObject) => JsonObject | undefined,
  reached: readonly MetadataReach[],
  options: RemedyOptions,
): ProvenRemedy | undefined {
  const open = reached.filter(({ verdict, isHostNetwork }) => verdict.answer !== 'deny' && !isHostNetwork)
  if (open.length === 0) return undefined
  const addresses = [...new Set(open.map(({ endpoint }) => endpoint.address))]
  const changed = new Map<NetworkPolicyObject, JsonObject>()
  const added = new Map<string, JsonObject>()
  for (const { explanation, workload } of open) {
    const { egress } = explanation
    if (egress.isolatedBy.length === 0) {
      const object = everythingBut(addresses, workload.workload, workload.pods[0]!.labels)
      added.set(JSON.stringify(object), object)
    }
    for (const { policy, rule } of egress.deciding) {
      const own = facts.policies.find(
        one => one.kind === policy.kind && one.namespace === policy.namespace && one.name === policy.name,
      )
      if (own === undefined || own.kind !== 'NetworkPolicy') continue
      const object = changed.get(own) ?? written(own)
      if (object !== undefined) changed.set(own, withoutAddresses(object, ['spec', 'egress', rule], addresses))
    }
  }
  const read = (object: JsonObject): NetworkPolicyObject =>
    readNetworkPolicies({ object, file: '', line: 1, locate: () => ({ line: 1, column: 1 }) }, 'default')[0]!
  const policies = facts.policies.map(policy => (changed.has(policy) ? read(changed.get(policy)!) : policy))
  const objects = [...changed.values(), ...added.values()]
  const after = { ...facts, policies: [...policies, ...[...added.values()].map(read)] }
  return proven(facts, after, objects, open, options)
}

function everythingBut(
  addresses: readonly string[],
  { namespace, name }: { readonly namespace: string; readonly name: string },
  labels: Readonly<Record<string, string>>,
): JsonObject {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: `${name}-deny-metadata`, namespace },
    spec: {
      podSelector: Object.keys(labels).length === 0 ? {} : { matchLabels: { ...labels } },
      policyTypes: ['Egress'],
      egress: [{ to: peersBut(addresses) }],
    },
  }
}

/** Every pod, and every address but these. */
function peersBut(addresses: readonly string[]): JsonObject[] {
  const of = (family: 4 | 6) => addresses.filter(address => parseIp(address)?.family === family)
  return [
    { namespaceSelector: {} },
    { ipBlock: { cidr: '0.0.0.0/0', ...exceptOf(of(4), 32) } },
    { ipBlock: { cidr: '::/0', ...exceptOf(of(6), 128) } },
  ]
}

function exceptOf(addresses: readonly string[], bits: number): { readonly except?: readonly string[] } {
  return addresses.length === 0 ? {} : { except: addresses.map(address => `${address}/${bits}`) }
}

/** The object with a rule that names every peer, or a block that holds the addresses, without them. */
function withoutAddresses(object: JsonObject, path: JsonPath, addresses: readonly string[]): JsonObject {
  return changedAt(object, path, rule => {
    const peers = (rule as JsonObject)['to']
    if (!Array.isArray(peers) || peers.length === 0) return { ...(rule as JsonObject), to: peersBut(addresses) }
    const to = (peers as readonly JsonValue[]).flatMap(peer => {
      const block = (peer as JsonObject)['ipBlock'] as JsonObject | undefined
      const cidr = block === undefined ? undefined : parseCidr(String(block['cidr']))
      if (block === undefined || cidr === undefined) return [peer]
      const width = cidr.family === 4 ? 32 : 128
      const own = addresses.filter(address => {
        const parsed = parseIp(address)
        return parsed?.family === cidr.family && cidr.from <= parsed.value && parsed.value <= cidr.to
      })
      if (own.length === 0) return [peer]
      // A block that is nothing but the address goes.
      if (cidr.bits === width) return []
      const known = Array.isArray(block['except']) ? (block['except'] as readonly JsonValue[]) : []
      const except = [...new Set([...known, ...own.map(address => `${address}/${width}`)])]
      return [{ ...(peer as JsonObject), ipBlock: { ...block, except } }]
    })
    return { ...(rule as JsonObject), to }
  }) as JsonObject
}

function changedAt(value: JsonValue, path: JsonPath, change: (value: JsonValue) => JsonValue): JsonValue {
  const [step, ...rest] = path
  if (step === undefined) return change(value)
  if (Array.isArray(value))
    return (value as readonly JsonValue[]).map((entry, i) => (i === step ? changedAt(entry, rest, change) : entry))
  const object = value as JsonObject
  return { ...object, [step]: changedAt(object[step] ?? null, rest, change) }
}
