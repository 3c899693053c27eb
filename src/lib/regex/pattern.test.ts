import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { compilePattern, matches } from './pattern.ts'
import { isSafeLiteral } from './safety.ts'

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

const SAFE = [
  '^[a-z0-9]+$',
  '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
  '^registry\\.example\\.com/',
  ':latest$',
  '^(foo|bar)$',
  '@sha256:[a-f0-9]{64}$',
]

for (const pattern of SAFE)
  test(`the platform's engine runs ${pattern}`, () => {
    assert.equal(isSafeLiteral(pattern), true)
  })

const UNSAFE = [...EVIL, '\\s', '[[:alpha:]]', '(?i)a', '\\bx', 'é', '^a.b$', '\\pL', '(?P<n>a)']

for (const pattern of UNSAFE)
  test(`the linear engine runs ${pattern}`, () => {
    assert.equal(isSafeLiteral(pattern), false)
  })

test('patterns that are judged safe mean the same to both engines and stay fast', () => {
  const atom = fc.constantFrom(
    'a',
    'b',
    '-',
    '[ab]',
    '[^a]',
    '[a-c0-9]',
    '\\d',
    '\\w',
    '\\.',
    '(a|b)',
    '(ab)?',
    '(a|bc)',
  )
  const piece = fc.tuple(atom, fc.constantFrom('', '', '*', '+', '?', '{2}', '{1,3}')).map(([a, q]) => a + q)
  const pattern = fc
    .tuple(fc.constantFrom('', '^'), fc.array(piece, { minLength: 1, maxLength: 6 }), fc.constantFrom('', '$'))
    .map(([start, parts, end]) => start + parts.join('') + end)
    .filter(isSafeLiteral)
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', '-', '.', '1', '😀', '\n'), { maxLength: 30 })
    .map(parts => parts.join(''))

  fc.assert(
    fc.property(pattern, text, (source, subject) => {
      assert.equal(matches(source, subject), RE2JS.compile(source).test(subject))
      const start = performance.now()
      matches(source, `${'ab'.repeat(2500)}!`)
      assert.ok(performance.now() - start < 100, source)
    }),
    { numRuns: 2000 },
  )
})

test('a pattern that is none is refused in the words of the server', () => {
  assert.deepEqual(compilePattern('[a'), { error: 'error parsing regexp: missing closing ]: `[a`' })
})
