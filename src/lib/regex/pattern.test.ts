import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compilePattern, matches, type Pattern } from './pattern.ts'

const EVIL = [
  '^(a+)+$',
  '(a|a)*c',
  '(a|aa)+$',
  '([a-z]+)*z',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  'a*a*a*a*b',
  '(.*)(.*)(.*)x',
  '(a?){50}a{50}',
  '^[ab]*a[ab]*$',
  '.*.*=.*',
]

for (const pattern of EVIL)
  test(`5,000 characters do not slow down ${pattern}`, () => {
    const text = `${'a'.repeat(5000)}!`
    matches(pattern, text)

    const start = performance.now()
    matches(pattern, text)

    assert.ok(performance.now() - start < 100)
  })

test('patterns of both engines find, find all and test alike', () => {
  for (const source of ['[^,\\s]+', '\\pL+|[^,\\s]+']) {
    const compiled = compilePattern(source) as Pattern

    assert.equal(compiled.test('a, b,c'), true)
    assert.equal(compiled.test(', ,'), false)
    assert.equal(compiled.find('a, b,c'), 'a')
    assert.equal(compiled.find(','), undefined)
    assert.deepEqual(compiled.findAll('a, b,c', -1), ['a', 'b', 'c'])
    assert.deepEqual(compiled.findAll('a, b,c', 2), ['a', 'b'])
  }
})

test('a pattern that is none is refused in the words of the server', () => {
  assert.deepEqual(compilePattern('[a'), { error: 'error parsing regexp: missing closing ]: `[a`' })
})
