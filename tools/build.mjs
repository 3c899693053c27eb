// Bundles the program into dist/: one entry for the command line with a chunk per sub-command, one for the scan worker,
// one for library use. Declarations for library users come from the compiler.

import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const out = join(root, 'dist')

for (const old of ['cli.js', 'library.js', 'scan-worker.js', 'chunks'])
  rmSync(join(out, old), { recursive: true, force: true })
mkdirSync(out, { recursive: true })
const bundle = await rolldown({
  cwd: root,
  input: {
    cli: join(root, 'src/apps/cli/main.ts'),
    library: join(root, 'src/apps/library/index.ts'),
    'scan-worker': join(root, 'src/apps/scan/worker.ts'),
  },
  platform: 'node',
  logLevel: 'warn',
})
await bundle.write({
  dir: out,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[name]-[hash].js',
  minify: { compress: true, mangle: false, codegen: false },
})
await bundle.close()

// The shipped policies as they were read, and their expressions parsed, checked and lowered for the default target, so
// that a start does none of it again.
const { shippedPolicyDocuments } = await import('../src/adapters/fs/shipped-policies.ts')
const { prepareExpressions, rulesOf } = await import('../src/analyses/policy/index.ts')
const { NEWEST_MINOR } = await import('../src/lib/cel/environment.ts')
const { readPolicies } = await import('../src/read/policies/read-policies.ts')
const read = readPolicies(shippedPolicyDocuments())
if (read.diagnostics.length > 0) throw new Error(JSON.stringify(read.diagnostics, undefined, 2))
const { policies, earlier } = rulesOf(read)
writeFileSync(
  join(out, 'policies.json'),
  JSON.stringify({ ...read, others: read.others.map(({ object }) => ({ object })) }),
)
writeFileSync(join(out, 'expressions.jsonl'), prepareExpressions([...policies, ...earlier], NEWEST_MINOR))

if (process.argv.includes('--types')) {
  const tsc = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-b', 'tsconfig.shell.json'],
    { cwd: root, stdio: 'inherit' },
  )
  if (tsc.status !== 0) process.exit(tsc.status ?? 1)
}
