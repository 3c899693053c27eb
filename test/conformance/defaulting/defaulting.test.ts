import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseAllDocuments } from 'yaml'
import { kindTableOf } from '../../../src/adapters/fs/kind-tables.ts'
import { defaulted } from '../../../src/inventory/defaulting/index.ts'
import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import { type ServerAnswer, withoutGenerated } from './ask-server.ts'

const objects = new Map(
  parseAllDocuments(readFileSync(join(import.meta.dirname, 'objects.yaml'), 'utf8')).map(document => {
    const object = document.toJS() as JsonObject
    return [`${String(object['kind'])}/${String((object['metadata'] as JsonObject)['name'])}`, object]
  }),
)

for (const minor of ['1.34', '1.35', '1.36', '1.37']) {
  const file = join(import.meta.dirname, `answers-${minor}.json`)
  if (!existsSync(file)) continue
  const table = kindTableOf(minor)
  assert.equal(table.version, minor)
  for (const { name, object } of JSON.parse(readFileSync(file, 'utf8')) as ServerAnswer[]) {
    if (object === undefined) continue
    test(`${name} is defaulted as a ${minor} API server defaults it`, () => {
      const own = defaulted(objects.get(name)!, table).object

      assert.deepEqual(plain(withoutGenerated(own)), plain(object))
    })
  }
}

// Asked of a server of 1.37 through the hard limits of a ResourceQuota; null where it takes the text for no quantity.
test('quantities of resource lists are written as a server writes them', () => {
  const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'quantities.json'), 'utf8')) as [string, string][]
  const table = kindTableOf('1.37')
  assert.ok(recorded.length > 400)

  for (const [text, printed] of recorded) {
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'a' }, spec: { hard: { x: text } } }
    const { object, issues } = defaulted(quota, table)
    assert.equal(issues.length > 0, printed === null, text)
    if (printed !== null) assert.equal((object['spec'] as { hard: { x: string } }).hard.x, printed, text)
  }
})

/** Equal for maps with and without a prototype. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
