import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildNetworkEngine } from '../../../src/analyses/network/build-network-engine.ts'
import { networkView } from '../../../src/analyses/network/questions/network-view.ts'
import { hasPort } from '../../../src/analyses/network/questions/open-ports.ts'
import { openByPod, waysToPods } from '../../../src/analyses/network/questions/outside-ways.ts'
import { privateRanges } from '../../../src/analyses/network/questions/peer-words.ts'
import type { NetworkService } from '../../../src/inventory/network/services.ts'
import { sourceRangesOf } from '../../../src/inventory/network/source-ranges.ts'
import { printIp } from '../../../src/lib/ip/address.ts'
import type { NetworkPod, Protocol } from '../../../src/model/network.ts'
import { snapshotObject } from '../../network-model.ts'
import { SeededRandom } from '../../random.ts'
import { factsOf } from './facts-of.ts'
import { addressOf, type Block, blockOf, isInside } from './naive-addresses.ts'
import { type NaiveEnd, NaiveEvaluator } from './naive-evaluator.ts'
import { type RandomCluster, randomCluster } from './random-cluster.ts'

const ranges = ['10.0.0.0/8', '192.168.0.0/16', '8.8.8.0/24', '8.8.8.8/32', '203.0.113.7/32', '8.0.0.0/7', '0.0.0.0/0']
const ranges6 = ['fd00::/8', '2001:db8::/32', '2001:db8::1/128']
/** Where no node is: this host, loopback, link-local, multicast and reserved addresses (RFC 6890). */
const neverNodes = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3', '::/127', 'fe80::/10', 'ff00::/8']

/** Every prefix that stands anywhere in some objects. */
function prefixesIn(value: unknown): readonly string[] {
  const text = JSON.stringify(value)
  return [...text.matchAll(/"([0-9a-f.:]+\/\d+)"/g)].map(([, prefix]) => prefix!).filter(isPrefix)
}

function isPrefix(text: string): boolean {
  return Number(text.split('/')[1]) <= (text.includes(':') ? 128 : 32)
}

/** An address of every part into which prefixes cut the addresses of both families. */
function samples(prefixes: readonly string[]): readonly string[] {
  const found = new Set<string>()
  for (const { family, first, last } of prefixes.map(blockOf)) {
    const limit = 2n ** (family === 4 ? 32n : 128n)
    for (const value of [first, last + 1n])
      if (value < limit) found.add(printIp(family, family === 4 ? Number(value) : value))
  }
  return [...found]
}

function holds(blocks: readonly Block[], address: string): boolean {
  return blocks.some(block => isInside(addressOf(address), block))
}

/** What one question after the other says, of one family. */
function naiveOpen(
  { naive, cluster, addresses }: { naive: NaiveEvaluator; cluster: RandomCluster; addresses: readonly string[] },
  clients: readonly string[],
  isHandedOn: boolean,
  pod: NetworkPod,
  port: { readonly protocol: Protocol; readonly port: number },
): { readonly must: boolean; readonly may: boolean } | undefined {
  const never = [...neverNodes, ...cluster.clusterCidrs].map(blockOf)
  const ask = (end: NaiveEnd) => naive.answer(end, { kind: 'pod', pod }, port)
  let [must, may] = [false, false]
  for (const family of [4, 6] as const) {
    const isOwn = (text: string) => addressOf(text).family === family
    const answers = clients.filter(isOwn).map(text => ask({ kind: 'address', text }))
    if (answers.length === 0) continue
    const unread = addresses.filter(text => isOwn(text) && !holds(never, text))
    const nodes: readonly NaiveEnd[] =
      cluster.nodes.length > 0
        ? cluster.nodes.filter(({ name }) => name !== pod.node).map(({ name }) => ({ kind: 'node', name }))
        : unread.map(text => ({ kind: 'address', text }))
    const handedOn = isHandedOn ? nodes.map(ask) : []
    if ([...answers, ...handedOn].includes(undefined)) return undefined
    must ||= answers.includes('allow') && handedOn.every(answer => answer === 'allow')
    may ||= [...answers, ...handedOn].some(answer => answer !== 'deny')
  }
  return { must, may }
}

test('ways from outside are open as one question after the other says, on random clusters', () => {
  const seen = { yes: 0, maybe: 0, no: 0 }
  const internet = { yes: 0, no: 0 }
  for (let seed = 1; seed <= 120; seed++) {
    const random = new SeededRandom(seed)
    const cluster = randomCluster(random)
    const facts = factsOf(cluster)
    const naive = new NaiveEvaluator(cluster)
    const { cni, clusterCidrs, isClusterPartial } = cluster
    const engine = buildNetworkEngine(facts, {
      cniProfile: cni,
      clusterCidrs,
      isClusterPartial,
      setApart: privateRanges,
    })
    const written = random.some(random.chance(0.8) ? ranges : [...ranges, ...ranges6], 0, 3)
    const type = random.pick(['LoadBalancer', 'LoadBalancer', 'NodePort'] as const)
    const spec = { type, ...(type === 'LoadBalancer' ? { loadBalancerSourceRanges: written } : {}) }
    const object = snapshotObject({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec })
    const externalTrafficPolicy = random.pick(['Cluster', 'Local'] as const)
    const service: NetworkService = {
      object,
      namespace: 'a',
      name: 'web',
      type,
      isHeadless: false,
      externalName: '',
      ports: [],
      sourceRanges: sourceRangesOf(object, type === 'LoadBalancer'),
      externalIPs: [],
      externalTrafficPolicy,
      pods: naive.livePods(),
    }
    const addresses = samples([...prefixesIn([cluster.policies, written, neverNodes, clusterCidrs]), ...privateRanges])
    const outside = addresses.filter(text => !holds(clusterCidrs.map(blockOf), text))
    const isNarrowed = service.sourceRanges.admitted.length > 0
    const admitted = outside.filter(text => !isNarrowed || holds(written.map(blockOf), text))
    const wide = written.map(blockOf).filter(({ first, last }) => first !== last)
    const ofInternet = admitted.filter(
      text => !holds(privateRanges.map(blockOf), text) && (!isNarrowed || holds(wide, text)),
    )

    const [way] = waysToPods(networkView(engine, facts), [service])

    assert.equal(way!.clients.internet, ofInternet.length > 0 ? 'yes' : 'no', `seed ${seed}`)
    internet[ofInternet.length > 0 ? 'yes' : 'no']++
    const openAt = openByPod(networkView(engine, facts), way!)
    for (const pod of service.pods) {
      for (const protocol of ['TCP', 'UDP'] as const) {
        for (const port of [53, 80, 443, 8080]) {
          const clients = ofInternet.length > 0 ? ofInternet : admitted
          const isHandedOn = externalTrafficPolicy === 'Cluster'
          const expected = naiveOpen({ naive, cluster, addresses }, clients, isHandedOn, pod, { protocol, port })
          if (expected === undefined) continue
          const { must, may } = openAt(pod)
          const found = { must: hasPort(must, protocol, port), may: hasPort(may, protocol, port) }
          assert.deepEqual(found, expected, `seed ${seed}: ${pod.name} ${protocol} ${port}`)
          seen[found.must ? 'yes' : found.may ? 'maybe' : 'no']++
        }
      }
    }
  }
  // A generator that only made open ways would prove nothing.
  for (const [answer, count] of Object.entries(seen)) assert.ok(count > 100, `only ${count} are ${answer}`)
  assert.ok(internet.yes > 15 && internet.no > 15)
})
