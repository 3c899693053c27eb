// Makes the package for publication in .cache/package/: compiled and bundled, so it has no dependencies to install; the
// Node programs that serve the repository stay behind, and the package asks for Node >= 24.

import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const stage = join(root, '.cache', 'package')

const build = spawnSync(process.execPath, [join(root, 'tools/build.mjs'), '--types'], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
})
if (build.status !== 0) process.exit(build.status ?? 1)

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
for (const field of ['optionalDependencies', 'devDependencies', 'dependencies', 'scripts']) delete manifest[field]
manifest.engines = { node: '>=24' }

rmSync(stage, { recursive: true, force: true })
mkdirSync(stage, { recursive: true })
for (const name of [...manifest.files, 'README.md', 'LICENSE', 'SECURITY.md', 'CHANGELOG.md']) {
  cpSync(join(root, name), join(stage, name), {
    recursive: true,
    filter: path => !/\.source-state|\.tsbuildinfo/.test(path),
  })
}
writeFileSync(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
process.stdout.write(`${stage}\n`)
