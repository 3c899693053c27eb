import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type JsonObject, type JsonPath, type JsonValue, valueAt } from '../../lib/json/json-value.ts'
import { AskedPlaces } from './asked-places.ts'

const step = fc.constantFrom('a', 'b', '', '0', 0, 1)
const tree = fc.letrec<{ value: JsonValue }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(1),
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', '', '0'), tie('value')),
  ),
})).value

test('every path gets the part of it that exists, and the same part only one place', () => {
  fc.assert(
    fc.property(tree, fc.array(fc.array(step, { maxLength: 4 })), (inner, paths) => {
      const object = { a: inner }
      const asked = new AskedPlaces(object)

      const places = paths.map(path => asked.ask(path))

      assert.deepEqual(
        places.map(place => asked.paths[place]),
        paths.map(path => existing(object, path)),
      )
      const texts = asked.paths.map(path => JSON.stringify(path))
      assert.equal(new Set(texts).size, texts.length)
    }),
  )
})

test('paths that look alike to the digest are told apart, if not always found again', () => {
  const names = Array.from({ length: 200 }, (_, i) => `name-${String(i).padStart(4, '0')}-x`)
  const object = { data: Object.fromEntries(names.map(name => [name, 'text'])) }
  const asked = new AskedPlaces(object)

  for (const name of [...names, ...names]) {
    const place = asked.ask(['data', name])

    assert.deepEqual(asked.paths[place], ['data', name])
  }
})

function existing(object: JsonObject, path: JsonPath): JsonPath {
  let length = path.length
  while (valueAt(object, path.slice(0, length)) === undefined) length--
  return path.slice(0, length)
}
