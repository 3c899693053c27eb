// Runs the tests: all of them, or those whose path contains one of the given words. Node's own runner prints the
// result; what a machine lacks is skipped with a reason by the test that needs it.

import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const words = process.argv.slice(2).filter(word => !word.startsWith('-'))
const options = process.argv.slice(2).filter(word => word.startsWith('-'))
const files = globSync(['src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts', 'bench/**/*.test.ts'], {
  cwd: root,
})
  .map(file => file.replaceAll('\\', '/'))
  .filter(file => !file.includes('/fixtures/') && (words.length === 0 || words.some(word => file.includes(word))))
  .sort()
if (files.length === 0) {
  process.stderr.write(`no test file matches ${words.join(', ')}\n`)
  process.exit(2)
}
const result = spawnSync(process.execPath, ['--test', '--test-concurrency=2', ...options, ...files], {
  cwd: root,
  stdio: 'inherit',
})
process.exit(result.status ?? 1)
