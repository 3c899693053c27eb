import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import type { JsonValue } from '../../lib/json/json-value.ts'
import { severities } from '../../model/severity.ts'
import { draftOf } from './draft.ts'
import { DraftStore } from './draft-store.ts'
import { shownOf } from './evidence.ts'
import type { Draft } from './facts.ts'

const record = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(fields, { noNullPrototype: true }) as fc.Arbitrary<T>
const text = fc.string({ unit: 'binary', maxLength: 20 })
const subject = record({ group: text, kind: text, namespace: text, name: text })
const source = record({ file: text, unit: text, origin: fc.constantFrom('exact' as const, 'unit' as const) })
const scalar = fc.oneof(text, fc.bigInt(), fc.integer(), fc.double(), fc.constantFrom(2 ** 53, -0, null, true))
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  scalar,
  fc.array(scalar),
  fc.dictionary(text, scalar, { noNullPrototype: true }),
)
const position = { line: fc.nat(2 ** 31 - 1), column: fc.nat(2 ** 31 - 1) }

const draft: fc.Arbitrary<Draft> = record({
  rule: fc.nat(500),
  verdict: fc.constantFrom('fail' as const, 'unknown' as const),
  subject,
  source,
  message: text,
  reason: fc.option(text, { nil: undefined }),
  elements: fc.array(record({ key: text, ...position, source })),
  evidence: fc.array(record({ pointer: text, value })),
  severity: fc.option(fc.constantFrom(...severities), { nil: undefined }),
  object: fc.nat(),
  fromPod: fc.boolean(),
})

test('every draft comes back as it was added', () => {
  fc.assert(
    fc.property(fc.array(draft), drafts => {
      const store = new DraftStore()

      // Twice, because drafts of one object share what they hold.
      for (const one of drafts.flatMap(entry => [entry, entry])) store.add(one)

      const found = Array.from({ length: store.length }, (_, i) => store.draft(i))
      assert.deepEqual(
        found,
        drafts.flatMap(entry => [entry, entry]),
      )
    }),
  )
})

test('a draft that takes the place of another one comes back, and the others stay', () => {
  fc.assert(
    fc.property(fc.array(draft, { minLength: 1 }), draft, fc.nat(), (drafts, other, n) => {
      const store = new DraftStore()
      const place = n % drafts.length
      for (const one of drafts) store.add(one)

      store.replace(place, other)

      const found = Array.from({ length: store.length }, (_, i) => store.draft(i))
      assert.deepEqual(found, drafts.with(place, other))
    }),
  )
})

test('a fresh draft comes back as the draft that would be made of it', () => {
  const step = fc.oneof(fc.constantFrom('a', 'a/b', '~"', '0', 0), text)
  const cause = record({ key: text, path: fc.array(step, { maxLength: 3 }), isSecret: fc.boolean() })
  fc.assert(
    fc.property(
      draft,
      fc.dictionary(fc.constantFrom('a', 'a/b', '0'), value),
      fc.array(cause),
      (one, object, causes) => {
        const { evidence: _evidence, ...head } = one
        const fresh = { ...head, shown: shownOf(object, causes) }
        const store = new DraftStore()

        store.addFresh(fresh)

        assert.deepEqual(plain(store.draft(0)), plain(draftOf(fresh)))
      },
    ),
  )
})

test('a draft that is located later comes back as one that was located at once', () => {
  const place = record({ line: fc.nat(2 ** 31 - 1), column: fc.nat(2 ** 31 - 1) })
  fc.assert(
    fc.property(fc.array(draft), fc.array(place, { minLength: 1 }), fc.nat(), (drafts, positions, n) => {
      const placeOf = (i: number): number => (n + i) % positions.length
      const store = new DraftStore()

      const indexes = drafts.map(({ evidence: _evidence, ...head }) => {
        const elements = head.elements.map(element => ({ ...element, line: 0, column: 0 }))
        return store.addUnlocated(
          { ...head, elements, shown: [] },
          elements.map((_, i) => placeOf(i)),
        )
      })
      for (const index of indexes) store.locate(index, positions)

      assert.deepEqual(
        indexes.map(index => store.draft(index)),
        drafts.map(one => ({
          ...one,
          elements: one.elements.map((element, i) => ({ ...element, ...positions[placeOf(i)]! })),
          evidence: [],
        })),
      )
    }),
  )
})

/** An excerpt of an object has no prototype, what JSON.parse gives has one. */
function plain({ evidence, ...head }: Draft): unknown {
  return [
    head,
    evidence.map(({ pointer, value }) => [
      pointer,
      // All of it on one line: where a text is broken depends on the prototypes that are taken out of it.
      inspect(value, {
        depth: Number.POSITIVE_INFINITY,
        compact: true,
        breakLength: Number.POSITIVE_INFINITY,
        maxArrayLength: null,
        maxStringLength: null,
      }).replaceAll(/\[Object: null prototype\] /g, ''),
    ]),
  ]
}

test('words longer than a block come back whole', () => {
  const store = new DraftStore()
  const [one] = fc.sample(draft, 1)
  const long = { ...one!, message: '가'.repeat(800_000) }

  for (const entry of [one!, long, one!]) store.add(entry)

  assert.deepEqual([store.draft(0), store.draft(1), store.draft(2)], [one, long, one])
})
