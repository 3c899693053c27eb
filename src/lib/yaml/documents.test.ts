import assert from 'node:assert/strict'
import { test } from 'node:test'
import { documentsOf } from './documents.ts'

const cases: readonly { name: string; text: string; expected: readonly (readonly [number, number, string])[] }[] = [
  { name: 'one document', text: 'a\n', expected: [[0, 1, 'a\n']] },
  { name: 'a leading separator opens document 0', text: '---\na\n', expected: [[0, 2, 'a\n']] },
  { name: 'blank lines before it are none', text: '\n\n---\na\n', expected: [[0, 4, 'a\n']] },
  {
    name: 'a comment before it is a document',
    text: '# c\n---\na\n',
    expected: [
      [0, 1, '# c\n'],
      [1, 3, 'a\n'],
    ],
  },
  {
    name: 'empty ones count',
    text: 'a\n---\n---\nb\n',
    expected: [
      [0, 1, 'a\n'],
      [1, 3, ''],
      [2, 4, 'b\n'],
    ],
  },
  { name: 'a trailing separator opens nothing', text: 'a\n---\n', expected: [[0, 1, 'a\n']] },
  {
    name: 'a comment may follow',
    text: 'a\n---#c\nb\n--- # d\nc\n',
    expected: [
      [0, 1, 'a\n'],
      [1, 3, 'b\n'],
      [2, 5, 'c\n'],
    ],
  },
  { name: 'indented dashes are text', text: 'a\n  ---\n', expected: [[0, 1, 'a\n  ---\n']] },
  { name: 'directives join the document', text: '%YAML 1.1\n---\na\n', expected: [[0, 1, '%YAML 1.1\n---\na\n']] },
]
for (const { name, text, expected } of cases) {
  test(name, () => {
    const found = [...documentsOf(text)].map(({ index, line, start, end }) => [index, line, text.slice(start, end)])

    assert.deepEqual(found, expected)
  })
}

test('a malformed separator loses the document before it', () => {
  const found = [...documentsOf('a\n--- x\nb\n')]

  assert.equal(found[0]?.problem?.line, 2)
  assert.equal(found[1]?.problem, undefined)
  assert.equal(found[1]?.index, 1)
})
