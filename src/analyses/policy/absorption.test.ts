import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { withoutAbsorbed } from './absorption.ts'
import { DraftStore } from './draft-store.ts'
import type { Draft } from './facts.ts'
import type { PlannedRule, PolicyPlan } from './plan.ts'
import { VerdictCounts } from './verdict-counts.ts'

const ruleCount = 5

const rules = fc
  .array(fc.uniqueArray(fc.nat(ruleCount - 1), { maxLength: 3 }), { minLength: ruleCount, maxLength: ruleCount })
  .map(absorbing =>
    absorbing.map((absorbedBy, index) =>
      ruleOf(
        index,
        absorbedBy.filter(by => by !== index),
      ),
    ),
  )

const draft = fc
  .record({
    rule: fc.nat(ruleCount - 1),
    verdict: fc.constantFrom('fail' as const, 'fail' as const, 'unknown' as const),
    object: fc.nat(2),
    keys: fc.uniqueArray(fc.constantFrom('', 'container/a', 'container/b', 'volume/c'), { minLength: 1 }),
  })
  .map(({ keys, ...rest }): Draft => {
    const source = { file: 'a.yaml', unit: '', origin: 'exact' } as const
    return {
      ...rest,
      subject: { group: '', kind: 'Pod', namespace: '', name: '' },
      source,
      message: '',
      reason: undefined,
      severity: undefined,
      elements: keys.map(key => ({ key, line: 1, column: 1, source })),
      evidence: [],
      fromPod: false,
    }
  })

test('what remains, its labels and the counts are those of the plain version', () => {
  fc.assert(
    fc.property(rules, fc.array(draft, { maxLength: 12 }), (planned, drafts) => {
      // Drafts that had to wait come after those of all objects, so that the objects need not be in order.
      const plan = { rules: planned } as unknown as PolicyPlan
      const store = new DraftStore()
      for (const one of drafts) store.add(one)
      const counts = new VerdictCounts(ruleCount)

      const remains = withoutAbsorbed(store, plan, counts)

      const expected = plainly(drafts, planned)
      const found = drafts.map((_, index) => {
        const keys: string[] = []
        for (let element = store.elementsFrom(index); element < store.elementsTo(index); element++)
          if (!remains.isAbsorbed(element)) keys.push(store.keyText(store.keyOf(element)))
        return keys.length === 0 ? undefined : { keys, frameworks: remains.labels(index).frameworks }
      })
      assert.deepEqual(found, expected)
      const hidden = expected.filter(one => one === undefined).length
      assert.equal(counts.total().fail, hidden === 0 ? 0 : -hidden)
    }),
  )
})

/** The rule of absorption as one would say it, without tables. */
function plainly(drafts: readonly Draft[], planned: readonly PlannedRule[]) {
  const keysOf = (one: Draft): readonly string[] => one.elements.map(({ key }) => key)
  const covers = (by: Draft, key: string): boolean => keysOf(by).includes('') || keysOf(by).includes(key)
  const hidersOf = (one: Draft): readonly Draft[] =>
    one.verdict !== 'fail'
      ? []
      : planned[one.rule]!.absorbedBy.flatMap(rule => {
          const by = drafts.findLast(
            other => other.rule === rule && other.object === one.object && other.verdict === 'fail',
          )
          return by !== undefined && keysOf(one).some(key => covers(by, key)) ? [by] : []
        })
  const allHidersOf = (one: Draft, known = new Set<Draft>()): ReadonlySet<Draft> => {
    for (const by of hidersOf(one)) {
      if (known.has(by)) continue
      known.add(by)
      allHidersOf(by, known)
    }
    return known
  }
  return drafts.map(one => {
    const keys = keysOf(one).filter(key => !hidersOf(one).some(by => covers(by, key)))
    if (keys.length === 0) return undefined
    const hidden = drafts.filter(other => allHidersOf(other).has(one))
    const frameworks = [one, ...hidden].flatMap(({ rule }) => planned[rule]!.meta.frameworks)
    return { keys, frameworks: [...new Set(frameworks)] }
  })
}

function ruleOf(index: number, absorbedBy: readonly number[]): PlannedRule {
  return { index, absorbedBy, aliases: [], meta: { frameworks: ['all', `framework ${index}`] } } as never
}
