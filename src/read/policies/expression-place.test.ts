import assert from 'node:assert/strict'
import { test } from 'node:test'
import { locateManifest } from '../manifests/locate-manifest.ts'
import { readManifest } from '../manifests/read-manifest.ts'
import { placeInExpression } from './expression-place.ts'

/** Each document holds `a.b` with the word `here` in its text; the expression is what the document says. */
const documents: readonly (readonly [name: string, text: string])[] = [
  ['a plain scalar', 'kind: X\napiVersion: v1\na:\n  b: size(x) > here\n'],
  ['a literal block', 'kind: X\napiVersion: v1\na:\n  b: |\n    true &&\n      here\n'],
  ['a folded block', 'kind: X\napiVersion: v1\na:\n  b: >-\n    true &&\n    x ||\n      here\n'],
  ['single quotes with doubled quotes', "kind: X\napiVersion: v1\na:\n  b: 'x == ''it'' && here'\n"],
  ['double quotes with escapes', 'kind: X\napiVersion: v1\na:\n  b: "x == \\"it\\" \\n && here"\n'],
  ['a plain scalar over two lines', 'kind: X\napiVersion: v1\na:\n  b: true &&\n     here\n'],
  ['a flow map', 'kind: X\napiVersion: v1\na: {c: 1, b: "x && here"}\n'],
  ['JSON', '{"kind": "X", "apiVersion": "v1",\n "a": {"b": "x == \\"\\u0069\\" && here"}}'],
  ['characters beyond the basic plane', 'kind: X\napiVersion: v1\na:\n  b: "x == \'😀\' && here"\n'],
]

for (const [name, text] of documents) {
  test(`a character of an expression is found in its file: ${name}`, () => {
    const [manifest] = readManifest('x.yaml', text).manifests
    assert.ok(manifest?.kind === 'object')
    const expression = (manifest.object['a'] as { b: string }).b
    const before = expression.slice(0, expression.indexOf('here')).split('\n')
    const at = [before.length, [...before.at(-1)!].length + 1] as const
    const [key] = locateManifest(manifest.source, [['a', 'b']])

    const place = placeInExpression(manifest.source, key!, expression, at)

    const lines = text.split('\n')
    const line = lines.findIndex(each => each.includes('here'))
    assert.deepEqual(place, { line: line + 1, column: lines[line]!.indexOf('here') + 1 })
  })
}
