import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const here = JSON.stringify(join(import.meta.dirname, 'frugal-heap.ts'))
const program = `import { collectEarlyFor } from ${here}; collectEarlyFor(process.argv.slice(1))`

// How much memory it saves is measured by bench/scan.ts; here, that the engine knows the flag and no path is too odd.
for (const [what, path] of [
  ['standard input', '-'],
  ['a device', '/dev/null'],
  ['a folder', import.meta.dirname],
  ['a path that does not exist', join(import.meta.dirname, 'no-such-file')],
] as const) {
  test(`the heap is set without a complaint for ${what}`, () => {
    const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program, path], {
      encoding: 'utf8',
    })

    assert.equal(stderr, '')
    assert.equal(status, 0)
  })
}
