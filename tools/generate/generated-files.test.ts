import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { generatedFiles } from './generated-files.ts'

const root = join(import.meta.dirname, '../..')
const files = generatedFiles()

for (const { path, text } of files) {
  test(`${path} is what its source makes of it (npm run generate)`, () => {
    const current = existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : ''

    assert.equal(current, text)
  })
}

test('no page of a rule is left over from a rule that is gone', () => {
  const expected = files.map(({ path }) => path).filter(path => path.startsWith('docs/rules/'))

  assert.deepEqual(
    readdirSync(join(root, 'docs/rules'))
      .map(name => `docs/rules/${name}`)
      .sort(),
    expected.sort(),
  )
})
