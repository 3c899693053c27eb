// Everything that can be said of the code without running it: types, format and lint, dead code, the project's gates.
// `npm run check types lint` runs some of them.

import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const steps = {
  types: ['node_modules/typescript/bin/tsc', '-b'],
  lint: ['node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  dead: ['node_modules/knip/bin/knip.js', '--no-progress'],
  gates: ['tools/gates/run.ts'],
}
const chosen = process.argv.slice(2)
let failed = 0
for (const [name, args] of Object.entries(steps)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue
  const started = performance.now()
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  process.stderr.write(
    `check ${name}: ${status === 0 ? 'ok' : 'FAILED'} (${((performance.now() - started) / 1000).toFixed(1)} s)\n`,
  )
  if (status !== 0) failed++
}
process.exit(failed === 0 ? 0 : 1)
