import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { clusters, padEnd, padStart, textWidth } from './text-width.ts'
import { truncate, truncateMiddle, wrap, wrapTo } from './truncate.ts'

const widths: readonly (readonly [string, string, number])[] = [
  ['plain ASCII', 'container', 9],
  ['nothing', '', 0],
  ['Hangul syllables', '주문', 4],
  ['Hangul as conjoining jamo', '주문'.normalize('NFD'), 4],
  ['Hangul beside ASCII', '결제/web', 8],
  ['Chinese and Japanese', '漢字かな', 8],
  ['full-width Latin', 'ＡＢ', 4],
  ['half-width katakana', 'ｱｲ', 2],
  ['a letter with a combining mark', 'e\u0301', 1],
  ['an emoji', '🚀', 2],
  ['an emoji of several people', '👩‍👩‍👧', 2],
  ['an emoji with a skin tone', '👍🏽', 2],
  ['a text symbol asked to be an emoji', '⚠️', 2],
  ['the same symbol as text', '⚠', 1],
  ['a keycap', '1️⃣', 2],
  ['a flag', '🇰🇷', 2],
  ['a zero-width space', '\u200b', 0],
  ['a control character', '\u001b', 0],
  ['Latin beyond ASCII', 'Größe', 5],
]

for (const [name, text, expected] of widths) {
  test(`the width of ${name} is ${expected}`, () => {
    assert.equal(textWidth(text), expected)
  })
}

test('padding fills up to the width, in cells', () => {
  assert.equal(padEnd('주문', 6), '주문  ')
  assert.equal(padStart('12', 4), '  12')
  assert.equal(padEnd('주문', 3), '주문')
})

test('text that is cut never gets wider than asked, and stays whole where it fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, width) => {
      for (const cut of [truncate(text, width), truncateMiddle(text, width)]) {
        assert.ok(textWidth(cut) <= width)
        if (textWidth(text) <= width) assert.equal(cut, text)
      }
    }),
  )
})

test('the middle of a path is cut, not its ends', () => {
  assert.equal(truncateMiddle('deploy/overlays/production/web.yaml', 20), 'deploy/ov…n/web.yaml')
})

test('wrapping keeps every word and no line is wider than asked', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', minLength: 1 })),
      fc.integer({ min: 8, max: 60 }),
      (words, width) => {
        const text = words.join(' ')

        const lines = wrap(text, width)

        // A cluster of two cells may not fit into what is left of a line of odd width.
        for (const line of lines) assert.ok(textWidth(line) <= width)
        assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''))
      },
    ),
  )
})

test('a word wider than the line is broken inside', () => {
  assert.deepEqual(wrap('registry.example.com/shop/web', 12), ['registry.exa', 'mple.com/sho', 'p/web'])
})

test('wrapping to a number of lines says that something was left out', () => {
  assert.deepEqual(wrapTo('one two three four five six', 9, 2), ['one two', 'three…'])
  assert.deepEqual(wrapTo('one two', 9, 2), ['one two'])
})

test('clusters put the text together again', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), text => assert.equal(clusters(text).join(''), text)))
})
