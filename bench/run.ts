// Every benchmark, one after the other: `npm run bench`.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

for (const name of ['access.ts', 'cel.ts', 'reading.ts', 'scan.ts', 'network.ts', 'network-cold.ts']) {
  process.stdout.write(`\n== ${name}\n`)
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, name)], { stdio: 'inherit' })
  if (status !== 0) process.exitCode = 1
}
