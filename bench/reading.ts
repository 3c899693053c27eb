// How fast reading is, on one thread: `node bench/reading.ts [FOLDER]`. Makes its inputs where they are missing.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findInputs } from '../src/adapters/fs/inputs.ts'
import { readFile } from '../src/adapters/fs/read-input.ts'
import { locateManifest } from '../src/read/manifests/locate-manifest.ts'
import type { ManifestObject } from '../src/read/manifests/manifest.ts'
import { readManifest } from '../src/read/manifests/read-manifest.ts'
import { generateDump, generateRepository } from './generate.ts'

const given = process.argv[2]
const folder = given ?? mkdtempSync(join(tmpdir(), 'bench-reading-'))
mkdirSync(folder, { recursive: true })
const repository = join(folder, 'repository')
if (!existsSync(repository)) await generateRepository(repository)

const walked = timed(() => findInputs([repository]))
const files = walked.value.files
report('find the files', walked.ms, `${files.length} files`)

const loaded = timed(() => files.map(file => ({ path: file.path, bytes: readFileSync(file.path) })))
const size = loaded.value.reduce((sum, file) => sum + file.bytes.length, 0)
report('load them', loaded.ms, rate(size, loaded.ms))

let objects: ManifestObject[] = []
for (let round = 0; round < 4; round++) {
  const read = timed(() => loaded.value.flatMap(file => readManifest(file.path, file.bytes).manifests))
  objects = read.value.filter(manifest => manifest.kind === 'object')
  report(round === 0 ? 'read them, cold' : 'read them', read.ms, `${rate(size, read.ms)}, ${objects.length} objects`)
}

for (let round = 0; round < 3; round++) {
  let places = 0
  const located = timed(() => {
    for (const { source } of objects) {
      places += locateManifest(source, [
        ['metadata', 'name'],
        ['spec', 'template', 'spec', 'containers', 0, 'image'],
        ['spec', 'template', 'spec', 'containers', 0, 'securityContext'],
        ['spec', 'template', 'spec', 'volumes', 0],
      ]).length
    }
  })
  report('locate findings', located.ms, `${places} places`)
}

for (const format of ['json', 'yaml'] as const) {
  const dump = join(folder, `dump.${format}`)
  if (!existsSync(dump)) await generateDump(dump, format)
  let count = 0
  const read = timed(() => {
    for (const { manifests } of readFile(dump)) count += manifests.length
  })
  const peak = Math.round(process.resourceUsage().maxRSS / 1024)
  report(
    `read the dump as ${format}`,
    read.ms,
    `${rate(statSync(dump).size, read.ms)}, ${count} objects, peak ${peak} MB`,
  )
}
if (given === undefined) rmSync(folder, { recursive: true, force: true })

function timed<T>(work: () => T): { readonly value: T; readonly ms: number } {
  const start = performance.now()
  const value = work()
  return { value, ms: performance.now() - start }
}

function rate(bytes: number, ms: number): string {
  return `${(bytes / 1000 / ms).toFixed(0)} MB/s`
}

function report(what: string, ms: number, more: string): void {
  process.stdout.write(`${what.padEnd(24)} ${ms.toFixed(0).padStart(6)} ms  ${more}\n`)
}
