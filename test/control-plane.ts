import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeFileAtomic } from '../src/adapters/fs/atomic-write.ts'

/** The folder that holds `etcd`, `kube-apiserver` and `kubectl`, or `undefined` where no real server can be asked. */
export const controlPlaneAssets: string | undefined = process.env['KUBEBUILDER_ASSETS'] || undefined

/** Pass as `{ skip }` of a test that needs a real API server. */
export const skipWithoutControlPlane: string | false = controlPlaneAssets
  ? false
  : 'KUBEBUILDER_ASSETS names no folder with etcd, kube-apiserver and kubectl'

export interface Answer {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface ControlPlane {
  readonly url: string
  /** Bearer token of an administrator in system:masters. */
  readonly token: string
  readonly kubeconfig: string
  kubectl(args: readonly string[], stdin?: string | Uint8Array): Promise<Answer>
  stop(): Promise<void>
}

export interface ControlPlaneOptions {
  readonly assets?: string
  readonly apiServerFlags?: readonly string[]
  readonly readyWithinMs?: number
}

/** Starts etcd and an API server on free loopback ports, with one administrator. The caller stops it. */
export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const assets = options.assets ?? controlPlaneAssets
  if (assets === undefined) throw new Error('KUBEBUILDER_ASSETS is not set: no control plane to start')
  const home = mkdtempSync(join(tmpdir(), 'control-plane-'))
  const [client, peer, port] = [await freePort(), await freePort(), await freePort()]
  const token = randomBytes(16).toString('hex')
  const key = generateKeyPairSync('ec', {
    namedCurve: 'prime256v1',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    // The server reads public keys out of this older private form too, so one file serves both purposes.
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  })
  const url = `https://127.0.0.1:${port}`
  const kubeconfig = join(home, 'kubeconfig')
  await writeFileAtomic(join(home, 'sa.key'), key.privateKey)
  await writeFileAtomic(join(home, 'tokens.csv'), `${token},admin,admin,"system:masters"\n`)
  await writeFileAtomic(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [{ name: 'test', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'admin', user: { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin' } }],
    }),
  )
  const servers: ChildProcess[] = []
  const log: string[] = []
  const start = (program: string, args: readonly string[]): void => {
    const child = spawn(join(assets, program), args, { stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log.push(text)
      if (log.length > 50) log.shift()
    })
    child.on('error', error => log.push(String(error)))
    servers.push(child)
  }
  const kubectl = (args: readonly string[], stdin?: string | Uint8Array): Promise<Answer> =>
    run(join(assets, 'kubectl'), [`--kubeconfig=${kubeconfig}`, `--cache-dir=${join(home, 'cache')}`, ...args], stdin)
  const stop = async (): Promise<void> => {
    for (const child of servers.toReversed()) await ended(child)
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
  start('etcd', [
    `--data-dir=${join(home, 'etcd')}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=default=http://127.0.0.1:${peer}`,
  ])
  start('kube-apiserver', [
    `--etcd-servers=http://127.0.0.1:${client}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${port}`,
    '--endpoint-reconciler-type=none',
    `--cert-dir=${join(home, 'certificates')}`,
    `--token-auth-file=${join(home, 'tokens.csv')}`,
    '--service-account-issuer=https://control-plane.test',
    `--service-account-key-file=${join(home, 'sa.key')}`,
    `--service-account-signing-key-file=${join(home, 'sa.key')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
    '--allow-privileged',
    ...(options.apiServerFlags ?? []),
  ])
  const deadline = performance.now() + (options.readyWithinMs ?? 90_000)
  for (;;) {
    if ((await kubectl(['get', '--raw', '/readyz'])).code === 0) return { url, token, kubeconfig, kubectl, stop }
    if (performance.now() > deadline || servers.some(server => server.exitCode !== null)) {
      await stop()
      throw new Error(`the API server was not ready in time:\n${log.join('').slice(-2000)}`)
    }
    await sleep(250)
  }
}

function run(program: string, args: readonly string[], stdin: string | Uint8Array | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.on('error', reject)
    child.on('close', code => resolve({ code: code ?? -1, stdout, stderr }))
    // A program that refuses its arguments closes its input before it was written.
    child.stdin.on('error', () => {})
    child.stdin.end(stdin)
  })
}

/** Ends one process of ours; an API server that loses its etcd while stopping can hang, so it gets a limited time. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
  await closed
  clearTimeout(timer)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
