import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Change, changed } from './json-patch.ts'

const document = { a: { b: [1, 2, 3] }, c: 'x' }

for (const [name, changes, expected] of [
  ['replaces a field', [{ op: 'replace', path: ['c'], value: 'y' }], { a: { b: [1, 2, 3] }, c: 'y' }],
  ['adds a field', [{ op: 'add', path: ['a', 'd'], value: true }], { a: { b: [1, 2, 3], d: true }, c: 'x' }],
  ['removes a field', [{ op: 'remove', path: ['a', 'b'] }], { a: {}, c: 'x' }],
  ['inserts before an entry', [{ op: 'add', path: ['a', 'b', 1], value: 9 }], { a: { b: [1, 9, 2, 3] }, c: 'x' }],
  ['adds behind the last entry', [{ op: 'add', path: ['a', 'b', 3], value: 9 }], { a: { b: [1, 2, 3, 9] }, c: 'x' }],
  ['replaces an entry', [{ op: 'replace', path: ['a', 'b', 0], value: 9 }], { a: { b: [9, 2, 3] }, c: 'x' }],
  [
    'removes entries from the last to the first',
    [
      { op: 'remove', path: ['a', 'b', 2] },
      { op: 'remove', path: ['a', 'b', 0] },
    ],
    { a: { b: [2] }, c: 'x' },
  ],
  ['refuses to replace what is not there', [{ op: 'replace', path: ['z'], value: 1 }], undefined],
  ['refuses to remove what is not there', [{ op: 'remove', path: ['a', 'b', 3] }], undefined],
  ['refuses a path through a text', [{ op: 'add', path: ['c', 'd'], value: 1 }], undefined],
] as readonly (readonly [string, readonly Change[], object | undefined])[]) {
  test(`a change ${name}, in a copy`, () => {
    const before = structuredClone(document)

    assert.deepEqual(changed(document, changes), expected)
    assert.deepEqual(document, before)
  })
}
