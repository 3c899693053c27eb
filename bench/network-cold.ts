// A question about the network of 100,000 pods from a cold start: reads a List of JSON with pods, namespaces and policies,
// builds the engine and answers for every pod. `node bench/network-cold.ts [PODS]`; needs a built program (npm start).
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { JsonObject } from '../src/lib/json/json-value.ts'
import { type GeneratedCluster, generateNetworkCluster, networkShape } from './network-cluster.ts'

const pods = Number(process.argv[2] ?? 100_000)
const folder = mkdtempSync(join(tmpdir(), 'bench-cold-'))
const list = join(folder, 'cluster.json')
writeList(list, generateNetworkCluster(networkShape(pods, pods / 20, pods / 5)))
const program = join(import.meta.dirname, '../bin/breakwater.js')
const nowhere = openSync('/dev/null', 'w')
for (let run = 0; run < 3; run++) {
  const started = performance.now()
  const args = [program, 'network', 'coverage', '-f', list, '-o', 'csv']
  const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', nowhere, 'inherit'] })
  if (status !== 0) throw new Error(`ended with ${status}`)
  const wall = performance.now() - started
  process.stdout.write(`${pods} pods, ${(statSync(list).size / 1e6).toFixed(0)} MB: ${wall.toFixed(0)} ms wall\n`)
}
closeSync(nowhere)
rmSync(folder, { recursive: true, force: true })

function writeList(path: string, cluster: GeneratedCluster): void {
  const file = openSync(path, 'w')
  writeSync(file, '{"apiVersion":"v1","kind":"List","items":[\n')
  let separator = ''
  for (const item of manifestsOf(cluster)) {
    writeSync(file, `${separator}${JSON.stringify(item)}`)
    separator = ',\n'
  }
  writeSync(file, '\n]}\n')
  closeSync(file)
}

/** Pods as an API server prints the least of them. */
function* manifestsOf({ namespaces, pods, policies }: GeneratedCluster): Generator<JsonObject> {
  for (const { name, labels } of namespaces)
    yield { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { ...labels } } }
  for (const { name, namespace, labels, ports } of pods) {
    yield {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels: { ...labels }, creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: {
        nodeName: 'node-1',
        containers: [
          {
            name: 'main',
            image: 'registry.example.com/app:1.2.3',
            ports: ports.map(({ name: portName, port, protocol }) => ({
              ...(portName === '' ? {} : { name: portName }),
              containerPort: port,
              protocol,
            })),
            resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
          },
        ],
      },
      status: { phase: 'Running' },
    }
  }
  yield* policies
}
