import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { JsonValue } from '../json/json-value.ts'
import { readCompletely } from './fallback.ts'
import { defaultYamlLimits } from './limits.ts'
import { printYaml } from './print-yaml.ts'
import { lastScanIsSkippable, notTaken, scanDocument } from './scan.ts'
import { YamlError } from './yaml-error.ts'

const { maxDepth, maxStringBytes } = defaultYamlLimits

/** Reads a document that has neighbours, so that running over its end shows. */
function scan(document: string): JsonValue | typeof notTaken {
  const before = 'before: 1\n'
  const after = '\n   after: "\']}\n'
  return scanDocument(
    before + document + after,
    before.length,
    before.length + document.length,
    maxDepth,
    maxStringBytes,
  )
}

describe('the fast reader takes', () => {
  const documents: readonly (readonly [name: string, text: string, value: JsonValue])[] = [
    ['a map', 'a: 1\nb: x y\n', { a: 1, b: 'x y' }],
    ['a nested map', 'a:\n  b:\n    c: d\n', { a: { b: { c: 'd' } } }],
    ['a sequence at its key', 'a:\n- b\n- c: 1\n  d: 2\n', { a: ['b', { c: 1, d: 2 }] }],
    ['an indented sequence', 'a:\n  - b\n  -\n    c: 1\n  -\n', { a: ['b', { c: 1 }, null] }],
    ['a sequence in a sequence', '- - a\n  - b\n- - c\n', [['a', 'b'], ['c']]],
    ['comments', '# a\na: 1 # b\n# c\n\n  # d\nb: "#e"\n', { a: 1, b: '#e' }],
    ['quoted scalars', `a: "x\\ty\\u00e9"\nb: 'it''s'\n"c d": 1\n`, { a: 'x\ty\u00e9', b: "it's", 'c d': 1 }],
    ['scalars over lines', 'a: b\n  c\n\n  d\ne: "f\n  g"\nh: \'i\n\n  j\'\n', { a: 'b c\nd', e: 'f g', h: 'i\nj' }],
    ['a literal', 'a: |\n  b\n   c\n\n  d\ne: |-\n  f\n', { a: 'b\n c\n\nd\n', e: 'f' }],
    ['a folded scalar', 'a: >\n  b\n  c\n\n  d\n   e\n', { a: 'b c\nd\n e\n' }],
    ['kept breaks', 'a: |+\n  b\n\nc: 1\n', { a: 'b\n\n', c: 1 }],
    [
      'flow collections',
      'a: {b: [c, "d"], e: }\nf: [\n  1, # x\n  2\n  ]\n',
      { a: { b: ['c', 'd'], e: null }, f: [1, 2] },
    ],
    ['YAML 1.1 words and numbers', 'a: yes\nb: 0644\non: ~\n', { a: true, b: 420, true: null }],
    ['nothing', '# only a comment\n', null],
    ['keys of every object', 'constructor: 1\ntoString: 2\n', { constructor: 1, toString: 2 }],
  ]
  for (const [name, text, value] of documents) {
    test(name, () => {
      assert.deepEqual(scan(text), value)
    })
  }
})

describe('the fast reader leaves to the complete one', () => {
  const documents: readonly (readonly [name: string, text: string])[] = [
    ['anchors', 'a: &x 1\n'],
    ['aliases', 'a: *x\n'],
    ['tags', 'a: !!str 1\n'],
    ['merge keys', 'a:\n  <<: b\n'],
    ['complex keys', '? a\n: b\n'],
    ['tabs', 'a:\tb\n'],
    ['directives', '%YAML 1.1\n'],
    ['document ends', 'a: 1\n...\n'],
    ['prototype keys', '__proto__: 1\n'],
    ['quoted prototype keys', 'a: 1\n"__proto__": 1\n'],
    ['prototype keys in flow', 'a: {"__proto__": 1}\n'],
    ['duplicate keys', 'a: 1\na: 2\n'],
    ['null keys', '~: 1\n'],
    ['infinities', 'a: .inf\n'],
    ['control characters', 'a: b\u0007\n'],
    ['line breaks of YAML 1.1', 'a: b\u0085\n'],
    ['bad indentation', 'a:\n  b: 1\n c: 2\n'],
    ['values in values', 'a: b: c\n'],
    ['open quotes', 'a: "b\n'],
    ['text behind the root', '[a]\nb\n'],
    ['depth', '- '.repeat(maxDepth + 1).concat('a\n')],
  ]
  for (const [name, text] of documents) {
    test(name, () => {
      assert.equal(scan(text), notTaken)
    })
  }
})

test('a quoted line at the left edge is told, because it breaks passing over values by indentation', () => {
  scan('a:\n  b: "c\nd"\n')
  assert.equal(lastScanIsSkippable(), false)

  scan('a:\n  b: "c\n    d"\n')
  assert.equal(lastScanIsSkippable(), true)
})

const pieces = [
  ...['a', 'b c', 'k: v', 'a: ', '- ', '- - ', ': ', ':', '?', '- a', '|\n', '>\n', '|-\n', '>+\n', '|2\n', '"', "'"],
  ...[
    '"x"',
    "'y'",
    '\\',
    '\\\n',
    '{',
    '}',
    '[',
    ']',
    ', ',
    ',',
    '#',
    '# c',
    ' #c',
    '\n',
    '\n  ',
    '\n    ',
    '\n\n',
    ' ',
  ],
  ...[
    '\t',
    '...',
    'yes',
    '~',
    '0644',
    '.inf',
    '\u00e9',
    '\u0085',
    'spec:\n',
    '  a: 1\n',
    '- name: x\n',
    '  - b\n',
    '"q": ',
  ],
  ...[
    '{a: 1, b: [c]}',
    '|+\n  a\n\n',
    '\n- ',
    '\n  - ',
    '\n  k: ',
    '\nk: ',
    '[\n',
    '\n]',
    ',\n  ',
    '%',
    '__proto__: ',
    '<<: ',
  ],
]

test('whatever the fast reader takes, the complete reader reads the same', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), parts => {
      const text = `${parts.join('')}\n`
      const fast = scan(text)
      if (fast === notTaken) return
      const complete = readCompletely(text, defaultYamlLimits)
      assert.deepEqual(fast, complete.value)
      assert.equal(complete.duplicates.length, 0)
    }),
    { numRuns: 5000 },
  )
})

test('the complete reader throws nothing but its own error', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...pieces, '&x ', '*x', '!!int ', '!'), fc.string()), { maxLength: 14 }),
      parts => {
        try {
          readCompletely(`${parts.join('')}\n`, defaultYamlLimits)
        } catch (error) {
          assert.ok(error instanceof YamlError, String(error))
        }
        assert.equal(({} as Record<string, unknown>)['x'], undefined)
      },
    ),
    { numRuns: 3000 },
  )
})

test('printed YAML reads back as the same value, fast and completely', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }).map(value => value.toWellFormed()),
    fc.constantFrom(
      'yes',
      '0644',
      '1:30',
      'a\nb',
      'a\n',
      '\n',
      'a\n\n',
      'x: y',
      '- a',
      '#',
      'a #b',
      '<<',
      '__proto__',
      '=',
    ),
  )
  const number = fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter(n => !Object.is(n, -0) && (!Number.isInteger(n) || Number.isSafeInteger(n) || Math.abs(n) >= 2 ** 63))
  const { value } = fc.letrec<{ value: JsonValue }>(tie => ({
    value: fc.oneof(
      { maxDepth: 4 },
      text,
      number,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant(9007199254740993n),
      fc.array(tie('value')),
      fc.dictionary(text, tie('value')).map(object => Object.fromEntries(Object.entries(object))),
    ),
  }))
  fc.assert(
    fc.property(value, original => {
      const printed = printYaml(original)
      assert.deepEqual(readCompletely(printed, defaultYamlLimits).value, original)
      const fast = scan(printed)
      if (fast !== notTaken) assert.deepEqual(fast, original)
    }),
    { numRuns: 2000 },
  )
})
