import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildNetworkEngine } from '../../../src/analyses/network/build-network-engine.ts'
import { SeededRandom } from '../../random.ts'
import { factsOf } from './facts-of.ts'
import { randomCluster } from './random-cluster.ts'

test('the matrix says of every pair what point queries say, with cells and without', () => {
  let compared = 0
  for (let number = 1; compared < 320_000; number++) {
    const cluster = randomCluster(new SeededRandom(number))
    const options = {
      cniProfile: cluster.cni,
      clusterCidrs: cluster.clusterCidrs,
      isClusterPartial: cluster.isClusterPartial,
      withNotYetExisting: number % 2 === 0,
    }
    const engines = [1, 1_000_000].map(wideFrom => buildNetworkEngine(factsOf(cluster), { ...options, wideFrom }))
    for (const bound of ['must', 'may'] as const) {
      const [celled, plain] = engines.map(engine => engine.matrix(bound))
      for (let src = 0; src < celled!.peers; src++) {
        assert.deepEqual(celled!.row(src), plain!.row(src), `cluster ${number}, ${bound}, row ${src}`)
        for (let dst = 0; dst < celled!.peers; dst++) {
          const isOpen = !engines[0]!.can(src, dst)[bound].isEmpty
          if (celled!.has(src, dst) !== isOpen) assert.fail(`cluster ${number}, ${bound}: ${src} -> ${dst}`)
          compared++
        }
      }
    }
  }
})
