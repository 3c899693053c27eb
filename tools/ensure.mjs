// Makes a checkout ready: installs the locked packages, finds a Node that can run the program, builds it. Runs on any
// Node >= 18, because it is the first thing that runs on a machine where nothing is set up yet. Each step looks first
// whether it is needed, so that a second call does nothing and says nothing.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const say = text => process.stderr.write(`${text}\n`)

/** Exits with a message that says what to do; a stack would help nobody here. */
function giveUp(code, what, next) {
  say(`error ${code}: ${what}`)
  say(`  next: ${next}`)
  process.exit(2)
}

function run(command, args, quietEngineWarnings) {
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    shell: process.platform === 'win32',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (result.status === 0) return
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}`
  // npm itself may run on an older Node than the packages name; they run on the Node that comes along with them.
  say(quietEngineWarnings ? output.replace(/^npm warn EBADENGINE.*\n?/gm, '') : output)
  giveUp(
    'SETUP_FAILED',
    `"${command} ${args.join(' ')}" ended with ${result.status ?? result.error?.message}`,
    'read the lines above; a network or registry problem is the usual cause',
  )
}

function writeNote(file, text) {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}

const noted = file => (existsSync(file) ? readFileSync(file, 'utf8') : '')

/** The installed packages must be those of the lock, no others. */
export function ensurePackages() {
  const note = join(root, 'node_modules', '.breakwater-lock')
  const digest = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (noted(note) === digest) return
  say('setting up: installing the packages of package-lock.json (npm ci, no install scripts)')
  run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], true)
  writeNote(note, digest)
}

/** The path of a Node that is new enough: the one that came with the packages, else this one. */
export function nodeProgram() {
  const bundled = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node')
  if (existsSync(bundled)) return bundled
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  return giveUp(
    'NODE_TOO_OLD',
    `Node ${process.versions.node} cannot run Breakwater and no packaged Node exists for ${process.platform} ${process.arch}`,
    'install Node 24 or newer and run the command again',
  )
}

/** Names, sizes and times of everything the build reads: cheap to compute, and different after any edit. */
function sourceState() {
  const hash = createHash('sha256')
  const visit = path => {
    const stat = statSync(path)
    if (!stat.isDirectory()) return hash.update(`${path.slice(root.length)}\0${stat.size}\0${stat.mtimeMs}\n`)
    for (const name of readdirSync(path).sort()) if (!/\.test\.ts$/.test(name)) visit(join(path, name))
  }
  for (const name of ['src', 'policies', 'data', 'tools/build.mjs', 'package.json', 'package-lock.json']) {
    if (existsSync(join(root, name))) visit(join(root, name))
  }
  return hash.digest('hex')
}

/** The bundled program in dist/ must be newer than what it is made of. */
export function ensureBuild() {
  const note = join(root, 'dist', '.source-state')
  const state = sourceState()
  if (noted(note) === state) return
  say('setting up: building dist/')
  run(nodeProgram(), [join(root, 'tools', 'build.mjs')], false)
  writeNote(note, state)
}

export function ensure() {
  ensurePackages()
  nodeProgram()
  ensureBuild()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) ensure()
