import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkModelOf } from '../../../../test/network-model.ts'
import { SeededRandom } from '../../../../test/random.ts'
import { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import { type JsonObject, type JsonPath, jsonPointer } from '../../../lib/json/json-value.ts'
import type {
  Direction,
  NetworkFacts,
  NetworkPod,
  NetworkPolicyObject,
  NetworkRule,
  Peer,
} from '../../../model/network.ts'
import { buildNetworkEngine } from '../build-network-engine.ts'
import type { NetworkEngine } from '../network-engine.ts'
import type { NetworkModel } from '../network-model.ts'
import { checkedNetwork } from './checked-network.ts'
import { checkRedundancy } from './redundancy.ts'

/** The rules that the check finds to decide nothing, as `policy#/spec/ingress/0`. */
function redundantRules(model: NetworkModel): readonly string[] {
  const answers = new SnapshotAnswers(new Set(['BW-NET-121']))
  checkRedundancy(checkedNetwork(model, []), answers)
  return answers.verdicts
    .map(({ subject, elements }) => `${subject.name}#${elements[0]!.key.replace(/^rule/, '')}`)
    .sort()
}

const names = ['http', 'metrics']
const apps = ['web', 'api', 'db']

/** Few labels, names and numbers, so that rules often say again what another says. */
class RandomObjects {
  private readonly random: SeededRandom

  constructor(seed: number) {
    this.random = new SeededRandom(seed)
  }

  objects(): readonly JsonObject[] {
    const { random } = this
    const pods = Array.from({ length: 2 + random.below(4) }, (_, i) => this.pod(`p${i}`, random.pick(['a', 'b'])))
    // What an overlay changes of a base that stands in the same folder.
    const overlays = random.some(pods, 0, 2).map(({ metadata }) => {
      const { name, namespace } = metadata as { readonly name: string; readonly namespace: string }
      return this.pod(name, namespace)
    })
    return [
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } },
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'b', labels: { team: 'x' } } },
      ...pods,
      ...overlays,
      ...Array.from({ length: 1 + random.below(3) }, (_, i) => this.policy(i)),
    ]
  }

  private pod(name: string, namespace: string): JsonObject {
    const { random } = this
    const ports = random
      .some(names, 0, 2)
      .map(port => ({ name: port, containerPort: random.pick([80, 8080]), protocol: random.pick(['TCP', 'UDP']) }))
    const metadata = { name, namespace, labels: { app: random.pick(apps) } }
    return { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'c', image: 'c:1', ports }] } }
  }

  private policy(i: number): JsonObject {
    const { random } = this
    const rules = (side: 'from' | 'to'): readonly JsonObject[] => {
      const drawn = Array.from({ length: random.below(3) }, () => this.rule(side))
      return drawn.length > 0 && random.chance(0.3) ? [...drawn, random.pick(drawn)] : drawn
    }
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `n${i}`, namespace: random.pick(['a', 'b']) },
      spec: {
        podSelector: this.podSelector(),
        policyTypes: ['Ingress', 'Egress'],
        ingress: rules('from'),
        egress: rules('to'),
      },
    }
  }

  private podSelector(): JsonObject {
    return this.random.chance(0.4) ? {} : { matchLabels: { app: this.random.pick(apps) } }
  }

  private rule(side: 'from' | 'to'): JsonObject {
    const { random } = this
    const peer = (): JsonObject =>
      random.pick<() => JsonObject>([
        () => ({ podSelector: this.podSelector() }),
        () => ({ namespaceSelector: random.chance(0.5) ? {} : { matchLabels: { team: 'x' } } }),
        () => ({ ipBlock: { cidr: random.pick(['0.0.0.0/0', '203.0.113.0/24', '203.0.113.0/25']) } }),
      ])()
    const port = (): JsonObject => ({
      port: random.chance(0.7) ? random.pick(names) : random.pick([80, 8080]),
      protocol: random.pick(['TCP', 'UDP']),
    })
    return {
      ...(random.chance(0.8) ? { [side]: Array.from({ length: 1 + random.below(2) }, peer) } : {}),
      ...(random.chance(0.7) ? { ports: Array.from({ length: 1 + random.below(2) }, port) } : {}),
    }
  }
}

/** The rules of the model without which a newly built engine answers the same about every pod and every other end. */
function redundantByRebuilding({ view, engineOptions }: NetworkModel): readonly string[] {
  const facts = withProbes(view.facts, view.engine.peers())
  const options = { ...engineOptions, withNotYetExisting: false }
  const whole = buildNetworkEngine(facts, options)
  const outside = whole.externalRanges().map(({ ranges }) => ranges[0]!.from)
  return facts.policies
    .flatMap(policy =>
      (['ingress', 'egress'] as const).flatMap(direction =>
        policy[direction]
          .filter(rule => {
            const policies = facts.policies.map(one => (one === policy ? withoutRule(policy, direction, rule) : one))
            const without = buildNetworkEngine({ ...facts, policies }, options)
            return isSame(whole, without, facts.pods, outside, direction)
          })
          .map(({ path }: { readonly path: JsonPath }) => `${policy.name}#${jsonPointer(path)}`),
      ),
    )
    .sort()
}

function withoutRule(policy: NetworkPolicyObject, direction: Direction, rule: NetworkRule): NetworkPolicyObject {
  return { ...policy, [direction]: policy[direction].filter(one => one !== rule) }
}

/** Every pod twice, as two replicas ask about each other, and a pod for each that does not exist yet. */
function withProbes(facts: NetworkFacts, peers: readonly Peer[]): NetworkFacts {
  const [like] = facts.pods
  const awaited = peers.filter(peer => peer.kind === 'notYetExisting')
  const probes = awaited.map(
    ({ id, namespace, labels }): NetworkPod => ({
      ...like!,
      namespace: namespace ?? `awaited${id}`,
      name: `awaited${id}`,
      labels,
      ports: [],
    }),
  )
  const namespaces = awaited
    .filter(({ namespace }) => namespace === undefined)
    .map(({ id, namespaceLabels }) => ({
      name: `awaited${id}`,
      labels: namespaceLabels,
      isDeclared: true,
      file: '',
      line: 1,
    }))
  const pods = [...facts.pods, ...probes]
  return {
    ...facts,
    pods: [...pods, ...pods.map(pod => ({ ...pod, name: `${pod.name}-replica` }))],
    namespaces: [...facts.namespaces, ...namespaces],
  }
}

function isSame(
  one: NetworkEngine,
  other: NetworkEngine,
  pods: readonly NetworkPod[],
  outside: readonly string[],
  direction: Direction,
): boolean {
  const ends = (engine: NetworkEngine) => [
    ...pods.map(pod => engine.peersOfPod(pod)),
    ...outside.map(address => [engine.peerOfAddress(address)!]),
    [engine.ingressController],
  ]
  const [endsOfOne, endsOfOther] = [ends(one), ends(other)]
  const openPorts = (engine: NetworkEngine, subject: readonly number[], peer: readonly number[]): string => {
    const [src, dst] = direction === 'egress' ? [subject, peer] : [peer, subject]
    const { must, may } = engine.connection({ peers: src, pod: undefined }, { peers: dst, pod: undefined })
    return JSON.stringify([must.hasOther, must.ranges, may.hasOther, may.ranges])
  }
  return pods.every((_, p) =>
    endsOfOne.every(
      (peer, e) =>
        p === e || openPorts(one, endsOfOne[p]!, peer) === openPorts(other, endsOfOther[p]!, endsOfOther[e]!),
    ),
  )
}

test('a rule is redundant where an engine built without it answers the same, whatever the rule alone names', () => {
  let redundant = 0
  let rules = 0
  for (let seed = 1; seed <= 120; seed++) {
    const model = networkModelOf(new RandomObjects(seed).objects(), { withNotYetExisting: true })
    const expected = redundantByRebuilding(model)
    // Rules of policies that select no pod are not asked about, although nothing changes without them.
    const asked = new Set(
      model.view.facts.policies
        .filter(policy => model.view.engine.subjectOf(policy).length > 0)
        .map(({ name }) => name),
    )

    const found = redundantRules(model)

    assert.deepEqual(
      found,
      expected.filter(rule => asked.has(rule.split('#')[0]!)),
      `seed ${seed}`,
    )
    redundant += found.length
    rules += model.view.facts.policies.reduce((sum, { ingress, egress }) => sum + ingress.length + egress.length, 0)
  }
  // A generator that only made one kind of rule would prove nothing.
  assert.ok(redundant > 50 && rules - redundant > 50, `${redundant} of ${rules} rules are redundant`)
})
