import assert from 'node:assert/strict'
import { test } from 'node:test'
import { globOf } from './glob.ts'

const cases = [
  { pattern: '*.yaml', path: 'a/b/c.yaml', matches: true },
  { pattern: '*.yaml', path: 'c.yml', matches: false },
  { pattern: 'vendor', path: 'a/vendor/b/c.yaml', matches: true },
  { pattern: 'vendor', path: 'a/vendors/c.yaml', matches: false },
  { pattern: 'a/*/c.yaml', path: 'a/b/c.yaml', matches: true },
  { pattern: 'a/*/c.yaml', path: 'a/b/b/c.yaml', matches: false },
  { pattern: 'a/**/c.yaml', path: 'a/c.yaml', matches: true },
  { pattern: 'a/**/c.yaml', path: 'a/b/b/c.yaml', matches: true },
  { pattern: '**/test/**', path: 'x/test/y.yaml', matches: true },
  { pattern: './a/', path: 'a/b.yaml', matches: true },
  { pattern: 'file-[0-9].yaml', path: 'file-7.yaml', matches: true },
  { pattern: 'file-[!0-9].yaml', path: 'file-7.yaml', matches: false },
  { pattern: '?.json', path: 'a.json', matches: true },
  { pattern: 'a*b*c', path: 'aXXbYYc', matches: true },
] as const

for (const { pattern, path, matches } of cases) {
  test(`${pattern} ${matches ? 'matches' : 'does not match'} ${path}`, () => {
    assert.equal(globOf(pattern).matches(path), matches)
  })
}

test('a pattern of many stars is answered at once', () => {
  const before = performance.now()

  const found = globOf(`${'a*'.repeat(200)}b`).matches('a'.repeat(5000))

  assert.equal(found, false)
  assert.ok(performance.now() - before < 500)
})
