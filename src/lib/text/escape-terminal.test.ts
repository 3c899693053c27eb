import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { escapeLineStart, escapeTerminal } from './escape-terminal.ts'

const cases: readonly (readonly [string, string, string])[] = [
  ['ordinary text', 'container "web" (결제) 🚀', 'container "web" (결제) 🚀'],
  ['a line break', 'a\nb\r\nc', 'a\\u{a}b\\u{d}\\u{a}c'],
  ['a terminal escape', '\u001b[31mred', '\\u{1b}[31mred'],
  ['an eight-bit control', '\u009b31m', '\\u{9b}31m'],
  ['a direction override', 'gpj\u202egnp.exe', 'gpj\\u{202e}gnp.exe'],
  ['direction isolates', '\u2066a\u2069', '\\u{2066}a\\u{2069}'],
  ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
  ['a zero-width space', 'ad\u200bmin', 'ad\\u{200b}min'],
  ['tag characters', 'a\u{e0041}b', 'a\\u{e0041}b'],
  ['a lone surrogate', 'a\ud800b', 'a\\u{d800}b'],
  ['an emoji of several people', '👩‍👩‍👧', '👩‍👩‍👧'],
  ['a command of one runner', 'x ##[error]y', 'x \\u{23}#[error]y'],
  ['a command of the other runner', 'x##VSO[task.complete]y', 'x\\u{23}#VSO[task.complete]y'],
  ['number signs', '## heading', '## heading'],
]

for (const [name, text, expected] of cases) {
  test(`${name} is printed safely`, () => {
    assert.equal(escapeTerminal(text), expected)
  })
}

test('escaped text holds no control character, stays on one line and escapes no further', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      const escaped = escapeTerminal(text)

      assert.doesNotMatch(escaped, /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/)
      assert.equal(escapeTerminal(escaped), escaped)
    }),
  )
})

test('a line does not begin like a workflow command, not even behind blanks', () => {
  assert.equal(escapeLineStart('::error::owned'), '\\u{3a}:error::owned')
  assert.equal(escapeLineStart('  ::stop-commands::x'), '  \\u{3a}:stop-commands::x')
  assert.equal(escapeLineStart('web.yaml::2'), 'web.yaml::2')
})
