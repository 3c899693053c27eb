import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { composeDocument } from './compose.ts'
import type { YamlNode } from './tree.ts'
import { YamlError } from './yaml-error.ts'

const limits = { maxDepth: 256, maxSlowNodes: 1_000_000 }

/** The tree in one line: `start-end` and the content, `'` around what is not plain. */
function shown(node: YamlNode | undefined): string {
  if (node === undefined) return 'empty'
  const place = `${node.start}-${node.end}`
  switch (node.kind) {
    case 'scalar':
      return `${place} ${node.tag === '' ? '' : `<${node.tag}> `}${node.isPlain ? node.value : `'${node.value}'`}`.trim()
    case 'alias':
      return `${place} *${node.name}`
    case 'sequence':
      return `${place} [${node.items.map(shown).join(', ')}]`
    case 'mapping':
      return `${place} {${node.entries.map(([key, value]) => `${shown(key)}: ${shown(value)}`).join(', ')}}`
  }
}

const long = 'k'.repeat(1024)

describe('the tree of a document, with places', () => {
  const cases: readonly (readonly [name: string, text: string, tree: string])[] = [
    ['nothing', '# only a comment\n', 'empty'],
    ['a marker and nothing', '---\n', '4-4'],
    ['block maps and lists', 'a:\n- b\n-\nc: d', '0-13 {0-1 a: 3-9 [5-6 b, 8-8], 9-10 c: 12-13 d}'],
    ['explicit keys', '? a\n: b\n? c', '0-11 {2-3 a: 6-7 b, 10-11 c: 11-11}'],
    ['pairs in brackets', '[a: b, ? c, d]', '0-14 [1-5 {1-2 a: 4-5 b}, 7-10 {9-10 c: 10-10}, 12-13 d]'],
    ['a colon within text', '{a:b, c: d:e}', '0-13 {1-4 a:b: 4-4, 6-7 c: 9-12 d:e}'],
    ['an anchor before a key is of the key', '&x a: *x', '0-8 {0-4 a: 6-8 *x}'],
    ['an anchor on the line before is of the map', '&x\na: 1', '0-7 {3-4 a: 6-7 1}'],
    ['properties and nothing', '- !!str\n- &a', "0-12 [2-7 <tag:yaml.org,2002:str> '', 10-12]"],
    ['tags', '- !<a:b> c\n- !d%41 e\n- ! "1"', "0-28 [2-10 <a:b> 'c', 13-20 <!dA> 'e', 23-28 <!> 1]"],
    ['a tag of a directive', '%TAG !e! tag:e,\n---\n!e!x y', "20-26 <tag:e,x> 'y'"],
    ['folded plain text', 'a b\n c\n\n d # e', '0-10 a b c\nd'],
    ['folded quoted text', '"a \\\n  b\n\n  c\\x41\\N"', "0-20 'a b\ncA\x85'"],
    ['a literal with a wider line', '|\n a\n  b\n', "0-9 'a\n b\n'"],
    ['a folded text with a wider line', '>-\n a\n b\n\n  c\n d\n', "0-17 'a b\n\n c\nd'"],
    ['a kept end', '|+\n a\n\n', "0-7 'a\n\n'"],
    ['a given indentation', '- |1\n   a\n', "0-10 [2-10 '  a\n']"],
    ['blank lines wider than the text', '|\n   \n a', "0-6 ''"],
    ['a separator of lines', '"a\u2028b"', "0-5 'a\u2028b'"],
    ['text behind the root', 'a\n--- b\n: c', '0-1 a'],
    ['a tab between tokens', 'a:\tb', '0-4 {0-1 a: 3-4 b}'],
    ['a key of 1,024 characters', `${long}: a`, `0-1027 {0-1024 ${long}: 1026-1027 a}`],
    ['empty brackets are no key to kubectl', '[]: a', '0-2 []'],
    ['brackets with content are', '[a]: b', '0-6 {0-3 [1-2 a]: 5-6 b}'],
    ['byte-order marks', '\ufeff\ufeffa: b', '2-6 {2-3 a: 5-6 b}'],
  ]
  for (const [name, text, tree] of cases) {
    test(name, () => assert.equal(shown(composeDocument(text, limits)), tree))
  }
})

describe('what is broken is told where it is', () => {
  const cases: readonly (readonly [name: string, text: string, offset: number])[] = [
    ['a second value on a line', 'a: b: c', 4],
    ['a list behind a key', 'a: - b', 3],
    ['a line without a colon', 'a: 1\nb\nc: 2', 7],
    ['a key over two lines', 'a: 1\n"b\n c": 2', 11],
    ['a key of 1,025 characters', `a: 1\n${long}k: a`, 1030],
    ['an indentation that nothing has', 'a:\n  b: 1\n c: 2', 11],
    ['a list in a map', 'a: 1\n- b', 5],
    ['brackets that are not closed', '[a', 2],
    ['the wrong bracket', '[a}', 2],
    ['two commas', '[a,,b]', 3],
    ['a quote that is not closed', '"abc', 4],
    ['a marker in quotes', '"abc\n---\n', 5],
    ['an unknown escape', '"a\\q"', 2],
    ['a surrogate as an escape', '"\\ud800"', 3],
    ['a tab that indents text', 'a: b\n\tc', 5],
    ['a tab that indents a block scalar', '|\n\ta', 2],
    ['a header of a block scalar', '|12\n', 2],
    ['an unknown handle', '!a!b c', 0],
    ['an unknown directive', '%FOO x\n---', 4],
    ['another version', '%YAML 2.0\n---', 0],
    ['a directive without a document', '%YAML 1.1\na', 10],
    ['a reserved character', '@a', 0],
    ['a control character right behind', 'a\n\u0001', 2],
    ['what is broken before what is misplaced', '[a} "\\q"', 5],
  ]
  for (const [name, text, offset] of cases) {
    test(name, () => assert.throws(() => composeDocument(text, limits), { code: 'YAML_SYNTAX', offset }))
  }
})

const pieces = [
  ...[
    'a',
    'b c',
    ' ',
    '  ',
    '\n',
    '\n ',
    '\n  ',
    '\t',
    '\r\n',
    '\u2028',
    ': ',
    ':',
    '- ',
    '? ',
    ', ',
    '[',
    ']',
    '{',
    '}',
  ],
  ...[
    '&x ',
    '*x',
    '!!str ',
    '!<',
    '#',
    '|\n',
    '>-\n',
    '|2',
    '"',
    "'",
    '\\',
    '---',
    '\n...\n',
    '%TAG',
    '@',
    '[]: ',
    '\ud800',
    '😀',
  ],
]

test('a map that kubectl sees behind empty brackets is counted where they stand', () => {
  const text = '? {} : b'

  assert.throws(() => composeDocument(text, { ...limits, maxSlowNodes: 2 }), { code: 'YAML_NODE_LIMIT', offset: 2 })
  assert.throws(() => composeDocument(text, limits), { code: 'YAML_SYNTAX', offset: 5 })
})

test('any mixture of syntax is a tree or a coded error', () => {
  let state = 1
  const next = (bound: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >>> 8) % bound
  }
  for (let i = 0; i < 20_000; i++) {
    const text = Array.from({ length: 1 + next(14) }, () => pieces[next(pieces.length)]!).join('')
    try {
      const root = composeDocument(text, limits)
      assert.ok(root === undefined || (root.start >= 0 && root.start <= root.end && root.end <= text.length), text)
    } catch (error) {
      assert.ok(error instanceof YamlError && error.offset >= 0 && error.offset <= text.length, JSON.stringify(text))
    }
  }
})

test('neither long lines nor many brackets take more than linear time', () => {
  const texts = [
    '[a: b, '.repeat(200),
    `a: [${'[[x]], '.repeat(200_000)}]`,
    `a: {${'!x , '.repeat(10)}`,
    '[]'.repeat(500_000),
  ]
  for (const text of [
    ...texts,
    `a: "${'x\n'.repeat(500_000)}"`,
    `a: ${'x '.repeat(500_000)}`,
    ' \n'.repeat(1_000_000),
  ]) {
    const start = performance.now()
    try {
      composeDocument(text, limits)
    } catch (error) {
      assert.ok(error instanceof YamlError)
    }
    assert.ok(performance.now() - start < 5000, text.slice(0, 10))
  }
})
