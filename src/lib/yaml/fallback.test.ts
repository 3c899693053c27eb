import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readCompletely } from './fallback.ts'
import { defaultYamlLimits } from './limits.ts'
import type { YamlErrorCode } from './yaml-error.ts'

function read(text: string): unknown {
  return readCompletely(text, defaultYamlLimits).value
}

test('merge keys apply where they stand', () => {
  const base = 'x: &x {a: 1, b: 2}\n'

  assert.deepEqual(read(`${base}z:\n  b: 3\n  <<: *x\n`), { x: { a: 1, b: 2 }, z: { b: 2, a: 1 } })
  assert.deepEqual(read(`${base}z:\n  <<: *x\n  b: 3\n`), { x: { a: 1, b: 2 }, z: { a: 1, b: 3 } })
  assert.deepEqual(read('p: &p {a: 1}\nq: &q {a: 2}\nz:\n  <<: [*p, *q]\n'), { p: { a: 1 }, q: { a: 2 }, z: { a: 1 } })
  assert.deepEqual(read('p: &p {a: 1}\nq: &q {a: 2}\nz:\n  <<: *p\n  <<: *q\n'), {
    p: { a: 1 },
    q: { a: 2 },
    z: { a: 2 },
  })
})

test('of duplicate keys the last wins, and each is told', () => {
  const { value, duplicates } = readCompletely('a: 1\nb: 2\na: 3\n', defaultYamlLimits)

  assert.deepEqual(value, { a: 3, b: 2 })
  assert.deepEqual(duplicates, [{ key: 'a', offset: 10, path: ['a'] }])
})

test('__proto__ is an ordinary own key', () => {
  const value = read('__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}\n') as object

  assert.ok(Object.hasOwn(value, '__proto__'))
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
})

describe('is refused with a code and a place', () => {
  const bomb = `a0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]\n`).join('')}`
  const cases: readonly (readonly [name: string, text: string, code: YamlErrorCode, offset?: number])[] = [
    ['a tab as indentation', 'a:\n\tb: 1\n', 'YAML_SYNTAX', 3],
    ['an unknown alias', 'a: *x\n', 'YAML_ALIAS', 3],
    ['an alias inside itself', 'a: &x [*x]\n', 'YAML_ALIAS', 7],
    ['a null key', '~: 1\n', 'YAML_VALUE', 0],
    ['an infinity', 'a: [1, .inf]\n', 'YAML_VALUE', 7],
    ['a map as a key', '{a: 1}: 2\n', 'YAML_VALUE', 0],
    ['a control character', 'a: \u0007\n', 'YAML_SYNTAX', 3],
    ['an alias bomb', bomb, 'YAML_ALIAS_LIMIT'],
    ['many aliases of one list', `a: &a [${'x, '.repeat(2000)}x]\nb: [${'*a, '.repeat(100)}*a]\n`, 'YAML_ALIAS_LIMIT'],
    ['flow depth', '['.repeat(100_000), 'YAML_DEPTH_LIMIT', 256],
    ['block depth', '- '.repeat(100_000), 'YAML_DEPTH_LIMIT', 512],
    ['key depth', '? '.repeat(100_000), 'YAML_DEPTH_LIMIT', 512],
    ['a long string', `a: "${'x'.repeat(5_000_000)}"\n`, 'YAML_STRING_LIMIT', 3],
    ['a million slow values', `a: &a 1\nb:\n${'- x\n'.repeat(1_000_000)}`, 'YAML_NODE_LIMIT'],
  ]
  for (const [name, text, code, offset] of cases) {
    test(name, () => {
      assert.throws(
        () => read(text),
        (error: { code?: string; offset?: number }) =>
          error.code === code && (offset === undefined ? error.offset! >= 0 : error.offset === offset),
      )
    })
  }
})

test('aliases cannot nest deeper than the bound', () => {
  const text = `a0: &a0 [x]\n${Array.from({ length: 300 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}]\n`).join('')}`

  assert.throws(() => read(text), { code: 'YAML_DEPTH_LIMIT' })
})

test('scalars that YAML 1.2 reads differently are noted with their places, those behind aliases once', () => {
  const { ambiguous } = readCompletely('a: &x {on: [yes, "yes", 0644, 0o644, 12]}\nb: *x\nc: 1_0\n', defaultYamlLimits)

  assert.deepEqual(ambiguous, [
    { text: 'on', value: 'true', isKey: true, path: ['a', 'true'] },
    { text: 'yes', value: true, isKey: false, path: ['a', 'true', 0] },
    { text: '0644', value: 420, isKey: false, path: ['a', 'true', 2] },
    { text: '1_0', value: 10, isKey: false, path: ['c'] },
  ])
})
