import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { RE2JS } from 're2js'
import { SeededRandom } from '../../../test/random.ts'
import { shippedPatterns } from '../../../test/shipped-patterns.ts'
import { textTest } from './automaton.ts'
import { parseSyntax, type Syntax } from './syntax.ts'

const SYMBOLS = ['a', 'b', 'k', 'K', 's', 'Z', '0', '9', '_', '-', '.', '/', ':', ' ', '\t', '\n', '\r', '\0', '\x7f']
const BEYOND = ['é', 'ſ', '\u212a', '\u2028', '\ufffd', '\uffff', '😀', '\u{10ffff}', '\ud83d', '\ude00']
const symbol = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...SYMBOLS) }, fc.constantFrom(...BEYOND))
const text = fc.array(symbol, { maxLength: 12 }).map(symbols => symbols.join(''))

const CLASS_ITEMS = [
  'a',
  'b-k',
  'A-Z',
  '0-9',
  '\\d',
  '\\W',
  '\\s',
  '\\S',
  '[:alpha:]',
  '[:^word:]',
  '[:space:]',
  '.',
  '\\n',
]
const RARE_CLASS_ITEMS = [
  '-',
  '^',
  '\\-',
  '\\]',
  '\\x{1F600}',
  'é-ſ',
  '\\x00-\\x7f',
  '&',
  '[',
  '😀',
  '!-\\x{FFFF}',
  '\\D',
]
const classItem = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...CLASS_ITEMS) },
  fc.constantFrom(...RARE_CLASS_ITEMS),
)
const bracketed = fc
  .tuple(fc.constantFrom('[', '[^', '[]', '[^-'), fc.array(classItem, { minLength: 1, maxLength: 4 }))
  .map(([start, items]) => `${start}${items.join('')}]`)
const LITERALS = [
  'a',
  'b',
  'k',
  'S',
  '0',
  '_',
  '-',
  ':',
  ' ',
  '\n',
  '\\n',
  '\\x61',
  '\\x{212a}',
  '\\.',
  '\\/',
  'é',
  '😀',
  'ſ',
]
const ASSERTIONS = ['^', '$', '\\A', '\\z', '\\b', '\\B', '(?:^)', '(?:\\b|a)']
const CLASSES = ['.', '\\d', '\\w', '\\s', '\\D', '\\W', '\\S']
const QUANTIFIERS = [
  '*',
  '+',
  '?',
  '*?',
  '+?',
  '??',
  '{2}',
  '{0,2}',
  '{1,}',
  '{0}',
  '{1,3}?',
  '{2,}',
  '{3}{2}',
  '**',
  '{,2}',
]
const FLAGS = ['(?i)', '(?s)', '(?m)', '(?im-s)', '(?U)', '(?-i)']

const { pattern } = fc.letrec<{ atom: string; pattern: string }>(tie => {
  const quantified = fc
    .tuple(tie('atom'), fc.oneof({ weight: 2, arbitrary: fc.constant('') }, fc.constantFrom(...QUANTIFIERS)))
    .map(([atom, quantifier]) => atom + quantifier)
  const sequence = fc.array(quantified, { maxLength: 4 }).map(parts => parts.join(''))
  return {
    atom: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { weight: 6, arbitrary: fc.constantFrom(...LITERALS) },
      { weight: 3, arbitrary: fc.constantFrom(...CLASSES) },
      { weight: 3, arbitrary: fc.constantFrom(...ASSERTIONS) },
      { weight: 3, arbitrary: bracketed },
      { weight: 1, arbitrary: fc.constantFrom(...FLAGS) },
      {
        weight: 5,
        arbitrary: fc
          .tuple(fc.constantFrom('(', '(?:', '(?P<n>', '(?i:', '(?s-i:', '(?<m>'), tie('pattern'))
          .map(([start, inner]) => `${start}${inner})`),
      },
    ),
    pattern: fc
      .tuple(sequence, fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(sequence, { maxLength: 2 })))
      .map(([first, others]) => [first, ...others].join('|')),
  }
})

/** Disagreements are what a failure prints. */
function disagreements(source: string, texts: readonly string[]): readonly string[] {
  const matches = textTest(source)
  if (matches === undefined) return []
  const reference = RE2JS.compile(source)
  return texts.filter(subject => matches(subject) !== reference.test(subject))
}

test('random patterns mean to the automaton what they mean to re2js', () => {
  let taken = 0

  fc.assert(
    fc.property(pattern, fc.array(text, { minLength: 20, maxLength: 20 }), (source, texts) => {
      if (textTest(source) !== undefined) taken += texts.length
      assert.deepEqual(disagreements(source, ['', ...texts]), [])
    }),
    { numRuns: 3000 },
  )

  assert.ok(taken > 20_000, `${taken} pairs`)
})

test('searching for words leaps over none', () => {
  const letters = fc.constantFrom('a', 'b', 'c')
  const word = fc.array(fc.constantFrom('a', 'b', 'c', '[ab]', 'c?', 'a+', '(b|ca)', '$'), {
    minLength: 1,
    maxLength: 9,
  })
  const words = fc
    .tuple(fc.constantFrom('', '(^|c)'), fc.array(word, { minLength: 1, maxLength: 3 }))
    .map(([start, choices]) => `${start}(${choices.map(parts => parts.join('')).join('|')})`)
  const symbols = fc.oneof({ weight: 30, arbitrary: letters }, fc.constantFrom(...BEYOND))
  const subject = fc.array(symbols, { maxLength: 60 }).map(parts => parts.join(''))

  fc.assert(
    fc.property(words, fc.array(subject, { minLength: 5, maxLength: 5 }), (source, texts) => {
      assert.notEqual(textTest(source), undefined)
      assert.deepEqual(disagreements(source, texts), [])
    }),
    { numRuns: 2000 },
  )
})

test('what the parser takes is a valid pattern, whatever the text', () => {
  const piece = fc.constantFrom(
    ...'ab01^$.|()[]{}*+?\\-:,<>=!PimsUxQEpzZAdwk é'.split(''),
    '(?',
    '[:',
    ':]',
    '{1',
    '\\x{',
  )
  const source = fc.array(piece, { maxLength: 10 }).map(pieces => pieces.join(''))

  fc.assert(
    fc.property(source, text, (pattern, subject) => assert.deepEqual(disagreements(pattern, [subject]), [])),
    { numRuns: 20_000 },
  )
})

for (const [index, source] of shippedPatterns().entries())
  test(`texts made from it, whole and damaged, match as they do in re2js: ${source}`, () => {
    const random = new SeededRandom(index)
    const syntax = parseSyntax(source)
    assert.ok(syntax !== undefined)

    const texts = Array.from({ length: 400 }, () => damaged(made(syntax, random), random))

    assert.deepEqual(disagreements(source, texts), [])
  })

/** A text that the pattern probably matches: assertions are taken to hold. */
function made(syntax: Syntax, random: SeededRandom): string {
  switch (syntax.kind) {
    case 'one of': {
      const range = random.below(syntax.set.length / 2) * 2
      const [low, high] = [syntax.set[range]!, syntax.set[range + 1]!]
      return String.fromCodePoint(low + random.below(Math.min(high - low + 1, random.chance(0.9) ? 0x60 : 0x20000)))
    }
    case 'assertion':
      return ''
    case 'sequence':
      return syntax.parts.map(part => made(part, random)).join('')
    case 'choice':
      return made(random.pick(syntax.options), random)
    case 'repetition': {
      const count = syntax.min + random.below(Math.min(syntax.max - syntax.min, 3) + 1)
      return Array.from({ length: count }, () => made(syntax.of, random)).join('')
    }
  }
}

function damaged(whole: string, random: SeededRandom): string {
  let damaged = whole
  for (let count = random.below(4); count > 0; count--) {
    const at = random.below(damaged.length + 1)
    const rest = damaged.slice(random.chance(0.5) ? at : at + 1)
    const inserted = random.chance(0.3) ? '' : random.chance(0.2) ? random.pick(BEYOND) : random.pick(SYMBOLS)
    damaged = damaged.slice(0, at) + inserted + rest
  }
  return random.chance(0.1) ? damaged.toUpperCase() : damaged
}

const NOT_TAKEN = {
  'Unicode classes': '\\pL',
  'quoted text': '\\Qa\\E',
  'octal escapes': '\\012',
  'case folding beyond ASCII': '(?i)é',
  'halves of surrogate pairs': '[\ud83d]',
  'braces that do not count': 'a{,2}',
  'quantified assertions': '^*a',
  'patterns that become too large': '(\\w+-\\w+:){1,900}',
  'texts that are no pattern': '(a',
}

for (const [name, source] of Object.entries(NOT_TAKEN))
  test(`not taken: ${name}`, () => {
    assert.equal(textTest(source), undefined)
  })

const MEGABYTE = 1_000_000

for (const [source, subject, expected] of [
  ['(a+)+$', `${'a'.repeat(MEGABYTE)}!`, false],
  ['(x+x+)+y', 'x'.repeat(MEGABYTE), false],
  ['(.*a){20}', 'b'.repeat(MEGABYTE), false],
  ['(.*a){20}$', 'ab'.repeat(MEGABYTE / 2), false],
  ['[^|;&]*\\|\\s*', 'a'.repeat(MEGABYTE), false],
  ['[^|;&]*\\|\\s*$', 'a |'.repeat(MEGABYTE / 3), true],
  ['(a?){500}a{500}$', `${'a'.repeat(MEGABYTE)}b`, false],
  ['\\b(\\w+\\s?)*\\b$', `${'ab '.repeat(MEGABYTE / 3)}!`, false],
] as const)
  test(`a megabyte does not slow down ${source}`, () => {
    const matches = textTest(source)!
    const start = process.threadCpuUsage()

    const matched = matches(subject)

    const { user, system } = process.threadCpuUsage(start)
    assert.equal(matched, expected)
    assert.ok(user + system < 2_000_000, `${user + system} µs`)
  })

test('patterns of a million states keep few of them, and answer right', () => {
  const random = new SeededRandom(1)
  const subject = Array.from({ length: 50_000 }, () => (random.chance(0.5) ? 'a' : 'b')).join('')
  const counts = [14, 20, 21, 22, 23, 24]
  const tests = counts.map(count => textTest(`(a|b)*a(a|b){${count}}c`)!)
  collectGarbage()
  const before = memory()

  const answers = tests.map(matches => [matches(subject), matches(`${subject}c`)])

  collectGarbage()
  assert.deepEqual(
    answers,
    counts.map(count => [false, subject.at(-1 - count) === 'a']),
  )
  assert.ok(memory() - before < tests.length * 2_000_000, `${memory() - before} bytes`)
  assert.equal(tests[0]!('c'), false)
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
