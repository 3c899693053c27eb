// Whole processes against stated sizes: `node bench/scan.ts [FOLDER]`. The median of five runs after one warm-up; peak
// memory where /usr/bin/time exists. Makes its inputs where they are missing.
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generateDump, generateRepository } from './generate.ts'

const given = process.argv[2]
const folder = given ?? mkdtempSync(join(tmpdir(), 'bench-scan-'))
mkdirSync(folder, { recursive: true })
const repository = join(folder, 'repository')
const dump = join(folder, 'dump.json')
if (!existsSync(repository)) await generateRepository(repository)
if (!existsSync(dump)) await generateDump(dump, 'json')

const program = join(import.meta.dirname, '../bin/breakwater.js')
const example = join(import.meta.dirname, '../examples/misplaced-security-context/deployment.yaml')
const cases: readonly { readonly name: string; readonly args: readonly string[]; readonly runs: number }[] = [
  { name: '--help', args: ['--help'], runs: 5 },
  { name: 'one file', args: ['scan', example, '-o', 'ndjson'], runs: 5 },
  { name: '15,000 objects, 6,200 files, 32 MB', args: ['scan', repository, '-o', 'ndjson'], runs: 5 },
  { name: 'dump of 50,000 pods, 900 MB of JSON', args: ['scan', dump, '-o', 'ndjson'], runs: 2 },
]

run(['version'])
process.stdout.write(
  `${'case'.padEnd(40)}${'wall ms'.padStart(10)}${'user ms'.padStart(10)}${'peak MB'.padStart(10)}\n`,
)
for (const { name, args, runs } of cases) {
  run(args)
  const figures = Array.from({ length: runs }, () => run(args)).sort((a, b) => a.wall - b.wall)
  const { wall, user, peak } = figures[Math.floor(figures.length / 2)]!
  process.stdout.write(
    `${name.padEnd(40)}${wall.toFixed(0).padStart(10)}${(user ?? 0).toFixed(0).padStart(10)}${(peak ?? 0).toFixed(0).padStart(10)}\n`,
  )
}
if (given === undefined) rmSync(folder, { recursive: true, force: true })

interface Figures {
  readonly wall: number
  readonly user?: number
  readonly peak?: number
}

/** One run of the whole program, its output written to nowhere. */
function run(args: readonly string[]): Figures {
  const timer = existsSync('/usr/bin/time') ? ['/usr/bin/time', '-f', 'figures %U %M'] : []
  const [command, ...rest] = [...timer, process.execPath, program, ...args]
  const nowhere = openSync('/dev/null', 'w')
  const started = performance.now()
  const { status, stderr } = spawnSync(command!, rest, { stdio: ['ignore', nowhere, 'pipe'], encoding: 'utf8' })
  const wall = performance.now() - started
  closeSync(nowhere)
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`)
  const match = /figures ([\d.]+) (\d+)/.exec(stderr)
  return match === null ? { wall } : { wall, user: Number(match[1]) * 1000, peak: Number(match[2]) / 1024 }
}
