import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { admissionEnvironment, parse } from './index.ts'

const options = admissionEnvironment()

function firstError(source: string): string {
  const result = parse(source, options)
  return result.ok ? 'parsed' : result.errors[0]!.message
}

const LIMITS: readonly (readonly [name: string, source: string, answer: string])[] = [
  ['249 parentheses', `${'('.repeat(249)}1${')'.repeat(249)}`, 'parsed'],
  ['250 parentheses', `${'('.repeat(250)}1${')'.repeat(250)}`, 'expression recursion limit exceeded: 250'],
  ['10,000 parentheses', '('.repeat(10_000), 'expression recursion limit exceeded: 250'],
  ['10,000 lists', '['.repeat(10_000), 'expression recursion limit exceeded: 250'],
  ['a chain of 250 operators', Array(251).fill('1').join('+'), 'parsed'],
  ['a chain of 251 operators', Array(252).fill('1').join('+'), 'max recursion depth exceeded'],
  ['a chain of 251 selections', `object${'.a'.repeat(251)}`, 'max recursion depth exceeded'],
  ['10,000 logical operands', Array(10_000).fill('true').join('&&'), 'parsed'],
  [
    '100,001 code points',
    `'${'x'.repeat(99_999)}'`,
    'expression code point size exceeds limit: size: 100001, limit 100000',
  ],
  ['doubling macros', `object.?a${'.optMap(x, x)'.repeat(30)}`, 'expression expands to more than 200000 nodes'],
]

for (const [name, source, answer] of LIMITS)
  test(`the parser bounds nesting and size: ${name}`, () => {
    assert.equal(firstError(source), answer)
  })

test('parsing never throws and never hangs, whatever the text', () => {
  const pieces = fc.constantFrom(
    'a',
    '1',
    '"s"',
    '.',
    '?',
    '[',
    ']',
    '(',
    ')',
    '{',
    '}',
    ',',
    ':',
    '+',
    '-',
    '!',
    '&&',
    '||',
    ' in ',
    '<',
    '`',
    "'",
    '\\',
    '$',
    '=',
  )
  const text = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 40 }).map(parts => parts.join('')),
  )

  fc.assert(
    fc.property(text, source => {
      const result = parse(source, options)
      if (!result.ok) assert.notEqual(result.errors[0]?.message ?? '', '')
    }),
    { numRuns: 3000 },
  )
})
