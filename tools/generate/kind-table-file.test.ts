import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type MinorTypes, typesOf, withMinor } from './kind-table-file.ts'

const kind = (name: string, type: number, more: object = {}) => ({
  group: '',
  version: 'v1',
  kind: name,
  type,
  ...more,
})
const added = (minor: number, kinds: MinorTypes['kinds'], types: MinorTypes['types']): MinorTypes => ({
  minor,
  release: `v0.${minor}.0`,
  compiled: '2026-01-01',
  kinds,
  types,
})
const old = added(
  34,
  [kind('Pod', 0)],
  [
    [
      'core/v1.Pod',
      [
        ['spec', '#1', 0],
        ['gone', 's', 1],
      ],
    ],
    ['core/v1.PodSpec', [['nodeName', 's', 1]]],
  ],
)
const young = added(
  36,
  [kind('Job', 0), kind('Pod', 1, { shortNames: ['po'] })],
  [
    ['batch/v1.Job', []],
    [
      'core/v1.Pod',
      [
        ['spec', '#2', 0],
        ['status', '[#3', 0],
      ],
    ],
    ['core/v1.PodSpec', [['nodeName', 's', 3]]],
    ['core/v1.PodStatus', [['phase', 's', 1]]],
  ],
)

/** Kinds and fields with types by name: what is meant, whatever the places. */
function meaning({ kinds, types }: Pick<MinorTypes, 'kinds' | 'types'>): unknown {
  const fields = (index: number): unknown =>
    types[index]![1].map(([name, code, flags]) => {
      const place = /#(\d+)/.exec(code)
      return [name, place === null ? code : [code.replace(/#.*/, ''), fields(Number(place[1]))], flags]
    })
  return kinds.map(({ type, ...rest }) => [rest, fields(type)]).sort()
}

for (const order of [
  [old, young],
  [young, old],
  [old, young, old],
]) {
  test(`each of ${order.length} additions is found again`, () => {
    const [first, ...more] = order
    const table = more.reduce((so, next) => withMinor(so, next), withMinor(undefined, first!))

    assert.deepEqual(table.releases, { '1.34': 'v0.34.0', '1.36': 'v0.36.0' })
    for (const given of [old, young]) assert.deepEqual(meaning(typesOf(table, given.minor)), meaning(given))
  })
}

test('what all minors have alike is written once', () => {
  const table = withMinor(withMinor(undefined, old), { ...old, minor: 35 })

  assert.equal(JSON.stringify(table).includes('minors'), false)
  assert.deepEqual(
    table.types.map(row => row.length),
    [2, 2],
  )
})
