// The network engine against stated sizes: `node bench/network.ts [SIZE]...`, sizes 10k, 100k, 200k.
import { buildNetworkEngine } from '../src/analyses/network/build-network-engine.ts'
import { genericCni } from '../src/analyses/network/generic-cni.ts'
import type { CniProfile } from '../src/model/cni-profile.ts'
import { SeededRandom } from '../test/random.ts'
import { factsOfCluster, generateNetworkCluster, type NetworkShape, networkShape } from './network-cluster.ts'

const calico: CniProfile = { ...genericCni, name: 'calico', ipBlockMatchesPods: 'yes', ipBlockMatchesNodes: 'yes' }
const cilium: CniProfile = { ...genericCni, name: 'cilium', ipBlockMatchesPods: 'no', ipBlockMatchesNodes: 'no' }
const cases: readonly {
  readonly size: string
  readonly name: string
  readonly shape: NetworkShape
  readonly cni: CniProfile
}[] = [
  { size: '10k', name: '10k / 500 / 2k', shape: networkShape(10_000, 500, 2_000), cni: calico },
  { size: '100k', name: '100k / 5k / 20k', shape: networkShape(100_000, 5_000, 20_000), cni: calico },
  { size: '100k', name: '100k, engine not known', shape: networkShape(100_000, 5_000, 20_000), cni: genericCni },
  { size: '100k', name: '100k, cilium', shape: networkShape(100_000, 5_000, 20_000), cni: cilium },
  {
    size: '100k',
    name: '100k, 4 cluster policies',
    shape: networkShape(100_000, 5_000, 20_000, { clusterPolicies: 4 }),
    cni: calico,
  },
  {
    size: '100k',
    name: '100k, 20 wide selectors',
    shape: networkShape(100_000, 5_000, 20_000, { wideSelectors: 20 }),
    cni: calico,
  },
  {
    size: '100k',
    name: '100k, 200 wide selectors',
    shape: networkShape(100_000, 5_000, 20_000, { wideSelectors: 200 }),
    cni: calico,
  },
  {
    size: '100k',
    name: '100k, many cells',
    shape: networkShape(100_000, 5_000, 20_000, { independentLabels: 12 }),
    cni: calico,
  },
  { size: '200k', name: '200k / 10k / 40k', shape: networkShape(200_000, 10_000, 40_000), cni: calico },
]
const chosen = process.argv.slice(2)
const heads = [
  'classes',
  'atoms',
  'tables',
  'cells',
  'read ms',
  'build ms',
  'matrix ms',
  'matrix MB',
  'point us',
  'RSS MB',
]
process.stdout.write(
  `Times in ms of user CPU. The yardstick, a million insertions into a map, takes ${yardstick().toFixed(0)} ms now.\n`,
)
process.stdout.write(`${'pods / namespaces / policies'.padEnd(30)}${heads.map(head => head.padStart(10)).join('')}\n`)
for (const { size, name, shape, cni } of cases) {
  if (chosen.length > 0 && !chosen.includes(size)) continue
  const cluster = generateNetworkCluster(shape)
  const [facts, read] = timed(() => factsOfCluster(cluster))
  // The second build is measured where the first is short: it warms the compiler up.
  if (shape.pods <= 10_000) buildNetworkEngine(facts, { cniProfile: cni }).matrix('must')
  const [engine, build] = timed(() => buildNetworkEngine(facts, { cniProfile: cni }))
  const [matrix, matrixTime] = timed(() => engine.matrix('must'))
  const random = new SeededRandom(3)
  const questions = 1_000_000
  const { peers } = engine.size
  const pairs = Uint32Array.from({ length: 2 * questions }, () => random.below(peers))
  const [open, point] = timed(() => {
    let count = 0
    for (let i = 0; i < pairs.length; i += 2) if (!engine.can(pairs[i]!, pairs[i + 1]!).must.isEmpty) count++
    return count
  })
  if (open === 0) throw new Error('nothing is open')
  const { classes, atoms, tables, cells } = engine.size
  const rss = process.memoryUsage().rss / 2 ** 20
  const [, who] = timed(() => engine.whoCan(engine.peersOfPod(facts.pods[0]!)[0]!, 'TCP', 8080))
  // Policies of another seed under the names of those that are there; pods that come and go.
  const others = factsOfCluster(generateNetworkCluster({ ...shape, pods: 100 }, 2)).policies
  const edits = Array.from({ length: 200 }, () => {
    const policy = random.pick(others)
    return timed(() => engine.apply([{ kind: 'putPolicy', policy }]))[1]
  })
  const podEdits = Array.from({ length: 200 }, (_, i) => {
    const pod = {
      ...random.pick(facts.pods),
      name: `new-${i}`,
      ...(i % 4 === 0 ? { labels: { app: `app-${i}` } } : {}),
    }
    return timed(() => engine.apply([{ kind: 'putPod', pod }]))[1]
  })
  const figures = [
    classes,
    atoms,
    tables,
    cells,
    read,
    build,
    matrixTime,
    matrix.bytes / 2 ** 20,
    (point * 1000) / questions,
    quantile(edits, 0.5),
    quantile(edits, 0.95),
    quantile(podEdits, 0.95),
    who,
    rss,
  ]
  process.stdout.write(
    `${name.padEnd(30)}${figures.map((figure, i) => figure.toFixed(i >= 8 && i <= 11 ? 2 : 0).padStart(10)).join('')}\n`,
  )
}

function quantile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length * part)]!
}

/** What the machine is worth at the moment: other programs on it make everything slower, user time included. */
function yardstick(): number {
  return timed(() => {
    const map = new Map<string, number>()
    for (let i = 0; i < 1_000_000; i++) map.set(`key ${i}`, i)
    return map.size
  })[1]
}

function timed<T>(work: () => T): [T, number] {
  const started = process.cpuUsage().user
  const result = work()
  return [result, (process.cpuUsage().user - started) / 1000]
}
