import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Pack, Policy } from '../../model/policy.ts'
import { chooseRules, type StandardVersion } from './pss-version.ts'
import type { RuleSet } from './shipped.ts'

const policy = (name: string, id: string, since?: number, until?: number): Policy =>
  ({
    name,
    meta: { id },
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  }) as Policy
const forms = [
  policy('a', 'BW-A-1'),
  policy('b-new', 'BW-B-1', 30),
  policy('b-middle', 'BW-B-1', 20, 29),
  policy('b-old', 'BW-B-1', undefined, 19),
  policy('c', 'BW-C-1', 34),
]
const rules = {
  policies: forms.filter(({ until }) => until === undefined),
  earlier: forms.filter(({ until }) => until !== undefined),
} as unknown as RuleSet

const pack = (...listed: Pack['rules'][number][]): Pack => ({ name: 'p', title: '', rules: listed, file: '' })
const rule = (id: string, more: { until?: number; asOf?: number } = {}): Pack['rules'][number] => ({
  id,
  severity: undefined,
  params: {},
  ...more,
})

function chosen(packs: readonly Pack[], version?: StandardVersion): readonly string[] {
  const { policies, selects } = chooseRules(rules, packs, version)
  return policies.filter(({ meta }) => selects(meta!.id, meta!.id)).map(({ name }) => name)
}

const all = pack(rule('BW-A-1'), rule('BW-B-1'), rule('BW-C-1'))
for (const [version, names] of [
  [0, ['a', 'b-old']],
  [19, ['a', 'b-old']],
  [20, ['a', 'b-middle']],
  [29, ['a', 'b-middle']],
  [30, ['a', 'b-new']],
  [34, ['a', 'b-new', 'c']],
  [99, ['a', 'b-new', 'c']],
  ['latest', ['a', 'b-new', 'c']],
] as const) {
  test(`version ${version} takes of each rule the form that it had then`, () => {
    assert.deepEqual([...chosen([all], version)].sort(), [...names].sort())
  })
}

test('a rule leaves the pack after the version that replaced it', () => {
  const replaced = pack(rule('BW-A-1', { until: 21 }), rule('BW-B-1'))

  assert.deepEqual(chosen([replaced], 21).toSorted(), ['a', 'b-middle'])
  assert.deepEqual(chosen([replaced], 22), ['b-middle'])
})

test('a pack may keep the form of an earlier version, and then wins over one that does not', () => {
  const kept = pack(rule('BW-B-1', { asOf: 25 }))

  assert.deepEqual(chosen([kept]), ['b-middle'])
  assert.deepEqual(chosen([kept], 3), ['b-old'])
  assert.deepEqual(chosen([pack(rule('BW-B-1')), kept]), ['b-middle'])
  assert.deepEqual(chosen([kept, pack(rule('BW-B-1'))]), ['b-middle'])
})

test('without a pack every rule has the form of today', () => {
  assert.deepEqual(
    chooseRules(rules, [], 10).policies.map(({ name }) => name),
    ['a', 'b-new', 'c'],
  )
})
