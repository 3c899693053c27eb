import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildNetworkEngine } from '../../../src/analyses/network/build-network-engine.ts'
import type { NetworkEngine } from '../../../src/analyses/network/network-engine.ts'
import type { NetworkEndpoint, Protocol } from '../../../src/model/network.ts'
import { SeededRandom } from '../../random.ts'
import { factsOf } from './facts-of.ts'
import { type NaiveEnd, NaiveEvaluator } from './naive-evaluator.ts'
import { randomCluster } from './random-cluster.ts'

const wanted = 210_000
const questionsPerCluster = 300

function endpointOf(engine: NetworkEngine, end: NaiveEnd): NetworkEndpoint {
  switch (end.kind) {
    case 'pod':
      return { peers: engine.peersOfPod(end.pod), pod: end.pod }
    case 'node': {
      const node = engine.peers().find(peer => peer.kind === 'node' && peer.node === end.name)
      return { peers: node === undefined ? [] : [node.id], pod: undefined }
    }
    case 'address':
      return { peers: [engine.peerOfAddress(end.text)!], pod: undefined }
    case 'name':
      return { peers: [engine.peerOfName(end.name)], pod: undefined }
  }
}

const addresses = [
  '10.1.129.200',
  '10.2.7.7',
  '8.8.8.8',
  '8.8.4.4',
  '169.254.169.254',
  '192.168.3.4',
  'fd00:1::99',
  '2001:db8::1',
  '2001:db8::2',
]
const domains = ['api.example.com', 'a.b.example.com', 'example.com', 'www.example.org', 'other.net']
const ports = [52, 53, 80, 81, 443, 8080, 9090, 9999, 65000, 65535]

test('the engine answers as a naive evaluator does, on random clusters of every policy kind', () => {
  const seed = Number(process.env['NETWORK_SEED'] ?? 1)
  let asked = 0
  const answers = { allow: 0, deny: 0, unknown: 0 }
  for (let number = seed * 1_000_000; asked < wanted; number++) {
    const random = new SeededRandom(number)
    const cluster = randomCluster(random)
    const naive = new NaiveEvaluator(cluster)
    const facts = factsOf(cluster)
    const engine = buildNetworkEngine(facts, {
      cniProfile: cluster.cni,
      clusterCidrs: cluster.clusterCidrs,
      isClusterPartial: cluster.isClusterPartial,
      // Small clusters have no wide sets of their own: two thirds of them cut cells along nearly every set.
      ...(number % 3 === 0 ? {} : { wideFrom: number % 3 }),
    })
    const live = naive.livePods()
    if (live.length === 0) continue
    const nodes = engine.peers().filter(peer => peer.kind === 'node')
    const pick = (isSource: boolean): NaiveEnd => {
      const draw = random.next()
      if (draw < 0.75) return { kind: 'pod', pod: random.pick(live) }
      if (draw < 0.9 || (isSource && draw < 0.93)) return { kind: 'address', text: random.pick(addresses) }
      if (nodes.length > 0 && draw < 0.95) return { kind: 'node', name: random.pick(nodes).node }
      return isSource ? { kind: 'pod', pod: random.pick(live) } : { kind: 'name', name: random.pick(domains) }
    }
    for (let i = 0; i < questionsPerCluster; i++) {
      const src = pick(true)
      const dst = pick(false)
      if (src.kind !== 'pod' && dst.kind !== 'pod') continue
      const protocol: Protocol | undefined = random.chance(0.05)
        ? undefined
        : random.pick(['TCP', 'UDP', 'SCTP'] as const)
      const port = random.pick(ports)
      const expected = naive.answer(src, dst, { protocol, port })
      if (expected === undefined) continue
      const { answer } = engine.verdict(endpointOf(engine, src), endpointOf(engine, dst), protocol, port)
      asked++
      answers[answer]++
      if (answer !== expected)
        assert.fail(
          `cluster ${number}: ${JSON.stringify(src)} -> ${JSON.stringify(dst)} ${protocol} ${port}: ` +
            `engine ${answer}, naive ${expected}\n${JSON.stringify(cluster, undefined, 1)}`,
        )
    }
  }
  // A generator that only made easy clusters would prove nothing.
  for (const [answer, count] of Object.entries(answers))
    assert.ok(count > wanted / 50, `only ${count} answers are ${answer}`)
})
