import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { JsonBytes } from './json-bytes.ts'
import { quoted } from './json-text.ts'
import { jsonPointer } from './json-value.ts'

const text = fc.string({ unit: 'binary', maxLength: 60 })

test('any text is written as `quoted` would, into a block of any size', () => {
  fc.assert(
    fc.property(fc.array(text), fc.integer({ min: 1, max: 100 }), (texts, size) => {
      const bytes = new JsonBytes(size)

      for (const one of texts) bytes.text(one)

      assert.equal(Buffer.from(bytes.take()).toString(), texts.map(quoted).join(''))
    }),
  )
})

test('any number is written as text would be', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(1100), fc.integer(), fc.double({ noNaN: true }))), numbers => {
      const bytes = new JsonBytes(8)

      for (const one of numbers) bytes.number(one)

      assert.equal(Buffer.from(bytes.take()).toString(), numbers.map(String).join(''))
    }),
  )
})

test('what was written is written again', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), text, (piece, plain) => {
      const bytes = new JsonBytes(4)

      bytes.raw(piece)
      bytes.plain(plain)
      bytes.again(0, piece.length)

      assert.deepEqual(Buffer.from(bytes.take()), Buffer.concat([piece, Buffer.from(plain), piece]))
      assert.equal(bytes.length, 0)
    }),
  )
})

test('any pointer is written as its text would be', () => {
  const step = fc.oneof(text, fc.nat(), fc.constantFrom('spec', 'a/b', '~', '"', 'kubernetes.io/name'))
  fc.assert(
    fc.property(fc.array(step), fc.nat(), fc.integer({ min: 1, max: 60 }), (path, n, size) => {
      const bytes = new JsonBytes(size)
      const length = n % (path.length + 1)

      bytes.pointer(path, length)

      assert.equal(Buffer.from(bytes.take()).toString(), quoted(jsonPointer(path.slice(0, length))))
    }),
  )
})

test('what was taken stays as it is, whatever is written afterwards', () => {
  fc.assert(
    fc.property(fc.array(text), fc.integer({ min: 1, max: 60 }), (texts, size) => {
      const bytes = new JsonBytes(size)

      const taken = texts.map(one => {
        bytes.text(one)
        return bytes.take()
      })

      assert.deepEqual(
        taken.map(piece => Buffer.from(piece).toString()),
        texts.map(quoted),
      )
    }),
  )
})
