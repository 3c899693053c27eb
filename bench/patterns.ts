// The matcher of patterns: `node bench/patterns.ts`. All patterns that ship, on texts as manifests hold them; time of the
// processor. What comes first is measured once, as a process pays for it that runs once.
import { compilePattern } from '../src/lib/regex/pattern.ts'
import { shippedPatterns } from '../test/shipped-patterns.ts'

const TEXTS = [
  'nginx',
  'docker.io/library/postgres:16.4-bookworm',
  'registry.example.com:5000/shop/checkout-service:2.14.1-rc.3',
  'quay.io/prometheus/node-exporter:v1.8.2@sha256:4032c6d5bfd752342c3e631c2f1de93ba6b86c41db6b167b9a35372c139e7706',
  '/var/lib/kubelet/pods',
  '/etc/config/app.yaml',
  'app.kubernetes.io/managed-by',
  'prometheus-kube-state-metrics',
  'set -e; until pg_isready -h "$DB_HOST"; do sleep 2; done; exec /usr/bin/app --config /etc/app/config.yaml --port 8080',
  'apt-get update && apt-get install -y curl jq && curl -fsSL https://example.com/install.sh -o /tmp/install.sh && rm -rf /var/lib/apt',
]
const ROUNDS = 200

const patterns = shippedPatterns()

let tests: readonly ((text: string) => boolean)[] = []
print('compile', patterns.length, () => {
  tests = patterns.map(pattern => {
    const compiled = compilePattern(pattern)
    if ('error' in compiled) throw new Error(compiled.error)
    return compiled.test
  })
})
print('first test', patterns.length, () => ask(TEXTS.slice(2, 3)))
print('first tests of ten texts', patterns.length * TEXTS.length, () => ask(TEXTS))
print('tests of the same ten texts', ROUNDS * patterns.length * TEXTS.length, () => {
  for (let round = 0; round < ROUNDS; round++) ask(TEXTS)
})
print('tests of new texts', ROUNDS * patterns.length * TEXTS.length, () => {
  for (let round = 0; round < ROUNDS; round++) ask(TEXTS.map(text => `${text}${round}`))
})

function ask(texts: readonly string[]): void {
  for (const test of tests) for (const text of texts) test(text)
}

function print(name: string, count: number, act: () => void): void {
  const start = process.threadCpuUsage()
  act()
  const { user, system } = process.threadCpuUsage(start)
  process.stdout.write(`${name.padEnd(30)} ${((user + system) / count).toFixed(3).padStart(9)} µs each\n`)
}
