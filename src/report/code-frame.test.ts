import assert from 'node:assert/strict'
import { test } from 'node:test'
import { styleFor } from '../lib/text/style.ts'
import { textWidth } from '../lib/text/text-width.ts'
import { codeFrame, maskValue } from './code-frame.ts'

const plain = styleFor(0)

function frame(lines: readonly string[], line: number, column: number, remarks: readonly string[], width = 80) {
  const place = { file: 'a.yaml', line, column, masked: false }
  return codeFrame(place, remarks, (_file, number) => lines[number - 1], width, plain)
}

test('the caret stands under its column, behind double-width text as well', () => {
  const lines = frame(['spec:', '  이름: 값 # 설명'], 2, 7, ['say why'])

  assert.deepEqual(lines, ['   1 | spec:', '   2 |   이름: 값 # 설명', '     |         ^ say why'])
})

test('the first line has no line before it, and a blank one is not shown', () => {
  assert.deepEqual(frame(['kind: Pod'], 1, 1, []), ['   1 | kind: Pod', '     | ^'])
  assert.deepEqual(frame(['', 'kind: Pod'], 2, 1, []), ['   2 | kind: Pod', '     | ^'])
})

test('a line that cannot be had leaves the remark', () => {
  assert.deepEqual(frame([], 7, 3, ['say why']), ['     | say why'])
})

test('a long line is shown around its column', () => {
  const line = `${'a: {x: 1}, '.repeat(40)}privileged: true${', b: 2'.repeat(40)}`

  const lines = frame([line], 1, line.indexOf('privileged') + 1, ['remove it'], 80)

  for (const text of lines) assert.ok(textWidth(text) <= 80, text)
  assert.equal(lines[1]?.indexOf('^'), lines[0]?.indexOf('privileged'))
})

test('without room beside the caret, the remark stands below it', () => {
  const lines = frame([`${' '.repeat(60)}image: x`], 1, 61, ['name a version, best with its digest'], 80)

  assert.match(lines[1] ?? '', /\| {61}\^$/)
  assert.match(lines[2] ?? '', /\| name a version/)
})

test('a terminal escape in the source is shown and moves the caret with it', () => {
  const lines = frame(['a\u001bb: c'], 1, 3, [])

  assert.deepEqual(lines, ['   1 | a\\u{1b}b: c', '     |        ^'])
})

const masks: readonly (readonly [string, string])[] = [
  ['  password: hunter2', '  password: ***'],
  ['  - name: DB_PASSWORD', '  - name: DB_PASSWORD'],
  ['    value: "hunter2"', '    value: ***'],
  ['stringData:', 'stringData:'],
  ['kind: Secret', 'kind: Secret'],
  ['  tls.key: |', '  tls.key: |'],
  ['    -----BEGIN PRIVATE KEY-----', '    ***'],
  ['DB_PASSWORD=hunter2', 'DB_PASSWORD=***'],
  ['---', '---'],
  ['', ''],
]

for (const [line, expected] of masks) {
  test(`a line near a secret, ${JSON.stringify(line)}, is shown as ${JSON.stringify(expected)}`, () => {
    assert.equal(maskValue(line), expected)
  })
}
