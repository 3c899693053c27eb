import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ObjectRef } from '../model/subject.ts'
import { identityKey } from './identity.ts'
import { OwnerChains, topOwner } from './owners.ts'

const refOf = (name: number): ObjectRef => ({
  group: 'apps',
  kind: 'ReplicaSet',
  namespace: 'shop',
  name: String(name),
})
const names = fc.integer({ min: 0, max: 6 })

test('chains that are remembered end where chains end that are followed anew, whatever is asked before', () => {
  const links = fc.dictionary(names.map(String), names)
  // Objects of one identity may name different owners, so a start need not name what its name leads to.
  const starts = fc.array(fc.tuple(names, names), { maxLength: 20 })
  fc.assert(
    fc.property(links, starts, (owners, asked) => {
      const ownerOf = (ref: ObjectRef): ObjectRef | undefined => {
        const owner = owners[ref.name]
        return owner === undefined ? undefined : refOf(owner)
      }
      const chains = new OwnerChains(ownerOf)

      for (const [start, owner] of asked) {
        const plain = topOwner(refOf(start), key =>
          key === identityKey(refOf(start)) ? refOf(owner) : ownerOf(refOf(Number(key.at(-1)))),
        )
        assert.deepEqual(chains.endOf(refOf(start), refOf(owner)), plain)
      }
    }),
  )
})

test('objects with one owner get one object as the end of their chains', () => {
  const chains = new OwnerChains(() => undefined)

  assert.equal(chains.endOf(refOf(1), refOf(0)), chains.endOf(refOf(2), refOf(0)))
})
