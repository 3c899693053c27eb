import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { failureOf, specCases } from './cel-spec-suite.ts'

const exceptions = JSON.parse(readFileSync(new URL('cel-spec-exceptions.json', import.meta.url), 'utf8')) as Record<
  string,
  string[]
>
const listed = new Set(Object.values(exceptions).flat())

test('every case of the language passes, or is listed with the reason why it does not', () => {
  const unlisted = specCases().flatMap(spec => {
    const failure = failureOf(spec)
    return failure === undefined || listed.has(spec.name) ? [] : [`${spec.name}: ${spec.expr}: ${failure}`]
  })

  assert.deepEqual(unlisted, [])
})

test('no case is listed that passes', () => {
  const passing = specCases().flatMap(spec =>
    listed.has(spec.name) && failureOf(spec) === undefined ? [spec.name] : [],
  )
  const failing = new Set(specCases().flatMap(spec => (failureOf(spec) === undefined ? [] : [spec.name])))

  // Names repeat in the data, so a name is stale only if none of its cases fails.
  assert.deepEqual(
    passing.filter(name => !failing.has(name)),
    [],
  )
})
