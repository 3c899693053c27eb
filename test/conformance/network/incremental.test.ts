import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildNetworkEngine } from '../../../src/analyses/network/build-network-engine.ts'
import { EditedFacts } from '../../../src/analyses/network/edited-facts.ts'
import type { NetworkEdit, NetworkEngine } from '../../../src/analyses/network/network-engine.ts'
import type {
  Connection,
  NetworkEndpoint,
  NetworkFacts,
  NetworkPod,
  NetworkPolicyObject,
  PortSet,
} from '../../../src/model/network.ts'
import { SeededRandom } from '../../random.ts'
import { factsOf } from './facts-of.ts'
import { randomCluster } from './random-cluster.ts'

const addresses = ['10.1.129.200', '10.2.7.7', '8.8.8.8', '169.254.169.254', 'fd00:1::99', '2001:db8::1']
const names = ['api.example.com', 'a.b.example.com', 'www.example.org', 'other.net']

function endpoints(engine: NetworkEngine, facts: NetworkFacts): readonly NetworkEndpoint[] {
  const nodePeer = (name: string) => engine.peers().find(peer => peer.kind === 'node' && peer.node === name)!.id
  return [
    ...facts.pods.map(pod => ({ peers: engine.peersOfPod(pod), pod })),
    ...addresses.map(address => ({ peers: [engine.peerOfAddress(address)!], pod: undefined })),
    ...names.map(name => ({ peers: [engine.peerOfName(name)], pod: undefined })),
    ...facts.nodes.map(({ name }) => ({ peers: [nodePeer(name)], pod: undefined })),
    { peers: [engine.ingressController], pod: undefined },
  ]
}

function text({ must, may }: Connection): string {
  const of = ({ ranges, hasOther }: PortSet) => JSON.stringify([ranges, hasOther])
  return `${of(must)} ${of(may)}`
}

/** Policies and pods of further clusters, under names of their own. */
function pool(random: SeededRandom, first: NetworkFacts): { policies: NetworkPolicyObject[]; pods: NetworkPod[] } {
  const others = Array.from({ length: 3 }, () => factsOf(randomCluster(random)))
  const policies = others
    .flatMap((facts, i) =>
      facts.policies.map(policy => ({
        ...policy,
        name: policy.kind === 'BaselineAdminNetworkPolicy' ? policy.name : `${policy.name}-${i % 2}`,
      })),
    )
    // A second tie of many policies would only be slow.
    .filter(
      policy =>
        policy.kind !== 'BaselineAdminNetworkPolicy' || !first.policies.some(({ kind }) => kind === policy.kind),
    )
  return {
    policies,
    pods: others.flatMap(({ pods }, i) => pods.map(pod => ({ ...pod, name: `${pod.name}-${i % 2}` }))),
  }
}

function randomEdit(
  random: SeededRandom,
  current: NetworkFacts,
  { policies, pods }: ReturnType<typeof pool>,
): NetworkEdit {
  const draw = random.next()
  if (draw < 0.35) return { kind: 'putPolicy', policy: random.pick(policies) }
  if (draw < 0.5 && current.policies.length > 0) return { kind: 'removePolicy', policy: random.pick(current.policies) }
  if (draw < 0.75) return { kind: 'putPod', pod: random.pick(pods) }
  if (draw < 0.9 && current.pods.length > 1) return { kind: 'removePod', ...random.pick(current.pods) }
  if (draw < 0.95)
    return {
      kind: 'putNode',
      node: {
        name: `n${random.below(4)}`,
        labels: { role: 'worker' },
        addresses: [`10.1.200.${random.below(9)}`],
        file: 'f',
        line: 1,
      },
    }
  const name = random.pick(['a', 'b', 'd', 'e'])
  if (draw < 0.96) return { kind: 'removeNamespace', name }
  return {
    kind: 'putNamespace',
    namespace: { name, labels: { env: random.pick(['dev', 'prod']) }, isDeclared: true, file: 'f', line: 1 },
  }
}

test('edits in any order give what a fresh build gives', () => {
  let compared = 0
  for (let seed = 1; seed <= 120; seed++) {
    const random = new SeededRandom(seed)
    const cluster = randomCluster(random)
    const options = {
      cniProfile: cluster.cni,
      clusterCidrs: cluster.clusterCidrs,
      isClusterPartial: cluster.isClusterPartial,
      wideFrom: random.pick([1, 3, 1000]),
    }
    const first = factsOf(cluster)
    const edited = new EditedFacts(first)
    const engine = buildNetworkEngine(first, options)
    const more = pool(random, first)
    const log: NetworkEdit[] = []
    for (let step = 0; step < 12; step++) {
      const edit = randomEdit(random, edited.facts(), more)
      log.push(edit)
      engine.apply([edit])
      edited.apply(edit)
      if (step % 3 !== 2) continue
      const facts = edited.facts()
      const fresh = buildNetworkEngine(facts, options)
      const [mine, theirs] = [endpoints(engine, facts), endpoints(fresh, facts)]
      assert.equal(mine.length, theirs.length, `seed ${seed} step ${step}`)
      for (let i = 0; i < mine.length; i++) {
        for (let j = 0; j < mine.length; j++) {
          compared++
          const [a, b] = [text(engine.connection(mine[i]!, mine[j]!)), text(fresh.connection(theirs[i]!, theirs[j]!))]
          if (a !== b)
            assert.fail(
              `seed ${seed} step ${step}: ${JSON.stringify(mine[i])} -> ${JSON.stringify(mine[j])}: ${a} and not ${b}\n${JSON.stringify(log.at(-1))}`,
            )
        }
      }
      const matrix = engine.matrix('may')
      for (let round = 0; round < 200; round++) {
        const [src, dst] = [random.below(matrix.peers), random.below(matrix.peers)]
        assert.equal(
          matrix.has(src, dst),
          !engine.can(src, dst).may.isEmpty,
          `seed ${seed} step ${step}: matrix ${src} ${dst}`,
        )
      }
    }
    assert.equal(engine.generation, 12)
  }
  assert.ok(compared > 100_000, `${compared}`)
})
