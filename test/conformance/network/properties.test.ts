import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildNetworkEngine } from '../../../src/analyses/network/build-network-engine.ts'
import type { NetworkEngine } from '../../../src/analyses/network/network-engine.ts'
import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import type { NetworkFacts, NetworkPod, PortSet } from '../../../src/model/network.ts'
import { SeededRandom } from '../../random.ts'
import { factsOf } from './facts-of.ts'
import { type RandomCluster, randomCluster } from './random-cluster.ts'

/** Clusters of many seeds, each with what is drawn for it. */
function* clusters(
  count: number,
): Generator<{ seed: number; random: SeededRandom; cluster: RandomCluster; facts: NetworkFacts }> {
  for (let seed = 1; seed <= count; seed++) {
    const random = new SeededRandom(seed)
    const cluster = randomCluster(random)
    yield { seed, random, cluster, facts: factsOf(cluster) }
  }
}

function engineFor({ cni, clusterCidrs, isClusterPartial }: RandomCluster, facts: NetworkFacts): NetworkEngine {
  return buildNetworkEngine(facts, { cniProfile: cni, clusterCidrs, isClusterPartial })
}

function between(engine: NetworkEngine, src: NetworkPod, dst: NetworkPod) {
  return engine.connection({ peers: engine.peersOfPod(src), pod: src }, { peers: engine.peersOfPod(dst), pod: dst })
}

function isInside(one: PortSet, other: PortSet): boolean {
  const isCovered = ([from, to]: readonly [number, number], ranges: readonly (readonly [number, number])[]) =>
    ranges.some(([first, last]) => first <= from && to <= last)
  return (
    (!one.hasOther || other.hasOther) &&
    (['TCP', 'UDP', 'SCTP'] as const).every(protocol =>
      one.ranges[protocol].every(range => isCovered(range, other.ranges[protocol])),
    )
  )
}

test('what must pass may pass', () => {
  for (const { seed, cluster, facts } of clusters(150)) {
    const engine = engineFor(cluster, facts)
    for (const src of facts.pods) {
      for (const dst of facts.pods) {
        const { must, may } = between(engine, src, dst)
        assert.ok(isInside(must, may), `seed ${seed}: ${src.name} -> ${dst.name}`)
      }
    }
  }
})

test('the order of the input changes nothing', () => {
  for (const { seed, random, cluster, facts } of clusters(100)) {
    const shuffled = <T>(list: readonly T[]): T[] =>
      list
        .map(entry => ({ entry, key: random.next() }))
        .sort((a, b) => a.key - b.key)
        .map(({ entry }) => entry)
    const { pods, namespaces, nodes, policies } = facts
    const other = {
      pods: shuffled(pods),
      namespaces: shuffled(namespaces),
      nodes: shuffled(nodes),
      policies: shuffled(policies),
    }
    const [one, two] = [engineFor(cluster, facts), engineFor(cluster, other)]
    for (const src of pods) {
      for (const dst of pods) {
        const [a, b] = [between(one, src, dst), between(two, src, dst)]
        assert.deepEqual(
          [a.must.ranges, a.may.ranges],
          [b.must.ranges, b.may.ranges],
          `seed ${seed}: ${src.name} -> ${dst.name}`,
        )
      }
    }
  }
})

test('a further ingress rule of a NetworkPolicy never takes a connection away', () => {
  let widened = 0
  for (const { seed, random, cluster, facts } of clusters(200)) {
    const index = cluster.policies.findIndex(({ kind }) => kind === 'NetworkPolicy')
    const policy = cluster.policies[index]
    const spec = policy?.['spec'] as JsonObject | undefined
    // Where policyTypes leaves ingress out, a rule has no effect; the direction itself stays as it is.
    if (policy === undefined || spec === undefined) continue
    const rule = { from: [{ namespaceSelector: {} }], ports: [{ port: random.pick([80, 443]) }] }
    const more = { ...policy, spec: { ...spec, ingress: [...((spec['ingress'] ?? []) as JsonObject[]), rule] } }
    const wider = { ...cluster, policies: cluster.policies.with(index, more) }
    const [before, after] = [engineFor(cluster, facts), engineFor(wider, factsOf(wider))]
    for (const src of facts.pods) {
      for (const dst of facts.pods) {
        const [a, b] = [between(before, src, dst), between(after, src, dst)]
        assert.ok(isInside(a.must, b.must) && isInside(a.may, b.may), `seed ${seed}: ${src.name} -> ${dst.name}`)
        if (a.must.id !== b.must.id) widened++
      }
    }
  }
  assert.ok(widened > 400, `${widened} connections were widened`)
})

test('a further NetworkPolicy narrows only pods that it isolates anew', () => {
  let narrowed = 0
  for (const { seed, cluster, facts } of clusters(200)) {
    const namespace = facts.pods[0]!.namespace
    const added: JsonObject = {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'added', namespace },
      spec: { podSelector: { matchLabels: { app: 'web' } }, ingress: [{ ports: [{ port: 80 }] }] },
    }
    const more = { ...cluster, policies: [...cluster.policies, added] }
    const [before, after] = [engineFor(cluster, facts), engineFor(more, factsOf(more))]
    for (const dst of facts.pods) {
      // A policy that the server refuses may not be there: it isolates for certain no more than none.
      const wasIsolated = before
        .peersOfPod(dst)
        .every(peer =>
          before.policiesOf(peer).ingress.some(({ tier, isRefused }) => tier === 'NetworkPolicy' && !isRefused),
        )
      const isSelected = dst.namespace === namespace && dst.labels['app'] === 'web'
      for (const src of facts.pods) {
        const [a, b] = [between(before, src, dst), between(after, src, dst)]
        if (isSelected && !wasIsolated) {
          if (!isInside(a.must, b.must)) narrowed++
        } else assert.ok(isInside(a.may, b.may), `seed ${seed}: ${src.name} -> ${dst.name}`)
      }
    }
  }
  assert.ok(narrowed > 100, `${narrowed} connections were narrowed`)
})
