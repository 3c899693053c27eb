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

/** Equal for maps with and without a prototype. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
