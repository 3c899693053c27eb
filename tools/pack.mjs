// Makes the package for publication: compiled and bundled, so it has no dependencies to install; the Node programs that
// serve the repository stay behind, and the package asks for Node >= 24.
//
//   node tools/pack.mjs stage      into .cache/package/, prints that folder
//   node tools/pack.mjs publish    writes the published package.json in place, for `npm pack` and `npm publish`
//   node tools/pack.mjs restore    brings the repository's own package.json back

import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const manifestFile = join(root, 'package.json')
const kept = join(root, '.cache', 'package.json.kept')

function build() {
  const { status } = spawnSync(process.execPath, [join(root, 'tools/build.mjs'), '--types'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (status !== 0) process.exit(status ?? 1)
}

function published() {
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'))
  for (const field of ['optionalDependencies', 'devDependencies', 'dependencies', 'scripts']) delete manifest[field]
  manifest.engines = { node: '>=24' }
  return manifest
}

function stage() {
  build()
  const folder = join(root, '.cache', 'package')
  const manifest = published()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const name of [
    ...manifest.files.filter(name => !name.startsWith('!')),
    'README.md',
    'LICENSE',
    'SECURITY.md',
    'CHANGELOG.md',
  ]) {
    cpSync(join(root, name), join(folder, name), { recursive: true, filter: path => !path.endsWith('.source-state') })
  }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  process.stdout.write(`${folder}\n`)
}

const command = process.argv[2] ?? 'stage'
if (command === 'publish') {
  build()
  mkdirSync(dirname(kept), { recursive: true })
  // A run that was cut short left the original here; it must not be overwritten by its published form.
  if (!existsSync(kept)) cpSync(manifestFile, kept)
  writeFileSync(manifestFile, `${JSON.stringify(published(), null, 2)}\n`)
} else if (command === 'restore') {
  if (existsSync(kept)) renameSync(kept, manifestFile)
} else {
  stage()
}
