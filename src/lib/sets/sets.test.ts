import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SeededRandom } from '../../../test/random.ts'
import { addBits, bitsFor, clearBit, hasBit, membersOf, setBit } from './bits.ts'
import { InternedIdSets, NO_IDS } from './interned-id-sets.ts'
import { EMPTY, FULL, InternedIntervals } from './interned-intervals.ts'
import { Partition } from './partition-refinement.ts'

test('interval algebra agrees with bitmaps, and equal sets have equal ids', () => {
  const random = new SeededRandom(1)
  const sets = new InternedIntervals([1, 40])
  const draw = () =>
    sets.idOf(
      Array.from({ length: random.below(5) }, () => {
        const from = 1 + random.below(40)
        return [from, Math.min(40, from + random.below(8))]
      }).flat(),
    )
  const members = (id: number) => Array.from({ length: 40 }, (_, i) => sets.has(id, i + 1))
  for (let round = 0; round < 5000; round++) {
    const [a, b] = [draw(), draw()]
    const [inA, inB] = [members(a), members(b)]
    assert.deepEqual(
      members(sets.and(a, b)),
      inA.map((has, i) => has && inB[i]!),
    )
    assert.deepEqual(
      members(sets.or(a, b)),
      inA.map((has, i) => has || inB[i]!),
    )
    assert.deepEqual(
      members(sets.subtract(a, b)),
      inA.map((has, i) => has && !inB[i]!),
    )
    assert.equal(sets.or(sets.and(a, b), sets.subtract(a, b)), a)
  }
  assert.equal(sets.idOf([3, 2]), EMPTY)
  assert.equal(sets.idOf([21, 40, 1, 20]), FULL)
})

test('id sets are equal exactly when their members are', () => {
  const random = new SeededRandom(2)
  const sets = new InternedIdSets()
  for (let round = 0; round < 2000; round++) {
    const draw = () => random.some([...Array(12).keys()], 0, 6)
    const [a, b] = [draw(), draw()]
    const [idA, idB] = [sets.idOf(Uint32Array.from(a)), sets.idOf(Uint32Array.from(b))]
    assert.deepEqual(
      [...sets.members(sets.union([idA, idB]))],
      [...new Set([...a, ...b])].sort((x, y) => x - y),
    )
    assert.deepEqual(
      [...sets.members(sets.subtract(idA, idB))],
      a.filter(member => !b.includes(member)),
    )
    assert.equal(idA === idB, a.join() === b.join())
    assert.equal(sets.with(idA, 99), sets.idOf(Uint32Array.from([...a, 99])))
    for (const member of draw()) assert.equal(sets.has(idA, member), a.includes(member))
  }
  assert.equal(sets.union([]), NO_IDS)
})

test('two elements share a cell exactly when they lie in the same sets, with more than 256 sets', () => {
  const random = new SeededRandom(3)
  const size = 120
  const partition = new Partition(size)
  const signatures = new Array<string>(size).fill('')
  for (let round = 0; round < 300; round++) {
    const members = random.some([...Array(size).keys()], 1, 3)
    partition.refine(Uint32Array.from(members))
    for (const member of members) signatures[member] += ` ${round}`
  }
  for (let a = 0; a < size; a++) {
    for (let b = 0; b < size; b++)
      assert.equal(partition.cellOf[a] === partition.cellOf[b], signatures[a] === signatures[b])
  }
  assert.equal(partition.cells, new Set(signatures).size)
  assert.equal(
    partition.sizes.reduce((sum, count) => sum + count),
    size,
  )
  for (const [cell, element] of partition.representatives().entries()) assert.equal(partition.cellOf[element], cell)
})

test('an appended element joins its cell or begins one', () => {
  const partition = new Partition(3)

  partition.append(0)
  partition.append()

  assert.deepEqual([...partition.cellOf.subarray(0, 5)], [0, 0, 0, 0, 1])
  assert.deepEqual(partition.sizes, [4, 1])
})

test('bits are set, cleared, united and listed, the last of a word among them', () => {
  const a = bitsFor(70)
  const b = bitsFor(40)
  for (const i of [0, 31, 32, 69]) setBit(a, i)
  setBit(b, 33)
  clearBit(a, 32)

  addBits(a, b)

  assert.deepEqual([...membersOf(a)], [0, 31, 33, 69])
  assert.equal(hasBit(a, 69), true)
  assert.equal(hasBit(a, 68), false)
})
