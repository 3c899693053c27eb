import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { JsonPath, JsonValue } from '../json/json-value.ts'
import { locateInYaml } from './locate.ts'
import { printYaml } from './print-yaml.ts'
import { lastScanIsSkippable, notTaken, scanDocument } from './scan.ts'

const deployment = `# a comment
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web   # the name
  labels: {app: web, "tier": front}
spec:
  template:
    spec:
      containers:
      - name: web
        args: ["--a", '--b']
        command:
        - sh
        - |
          name: not a key
          - not an item
      - image: x
        securityContext:
          privileged: yes
  on: 1
`

describe('a path is found', () => {
  const cases: readonly { path: JsonPath; text: string }[] = [
    { path: [], text: 'apiVersion' },
    { path: ['kind'], text: 'kind: Deployment' },
    { path: ['metadata', 'name'], text: 'name: web   #' },
    { path: ['metadata', 'labels', 'app'], text: 'app: web' },
    { path: ['metadata', 'labels', 'tier'], text: '"tier"' },
    { path: ['spec', 'template', 'spec', 'containers', 0], text: 'name: web\n' },
    { path: ['spec', 'template', 'spec', 'containers', 0, 'args', 1], text: "'--b'" },
    { path: ['spec', 'template', 'spec', 'containers', 0, 'command', 1], text: '|' },
    { path: ['spec', 'template', 'spec', 'containers', 1], text: 'image: x' },
    { path: ['spec', 'template', 'spec', 'containers', 1, 'securityContext', 'privileged'], text: 'privileged' },
    { path: ['spec', 'true'], text: 'on: 1' },
    { path: ['spec', 'template', 'spec', 'hostNetwork'], text: 'spec:\n      containers' },
    { path: ['spec', 'template', 'spec', 'containers', 7, 'image'], text: 'containers:' },
    { path: ['nothing'], text: 'apiVersion' },
  ]
  for (const { path, text } of cases) {
    for (const isSkippable of [true, false]) {
      test(`${JSON.stringify(path)} ${isSkippable ? 'by indentation' : 'in the tree'}`, () => {
        const [span] = locateInYaml(deployment, 0, deployment.length, [path], isSkippable, 256)

        assert.ok(deployment.startsWith(text, span!.start), deployment.slice(span!.start, span!.start + 30))
      })
    }
  }
})

test('what a merge key brings in is found at its source', () => {
  const text = 'x: &x\n  a: 1\nz:\n  <<: *x\n  b: *x\n'

  const [merged, aliased] = locateInYaml(
    text,
    0,
    text.length,
    [
      ['z', 'a'],
      ['z', 'b', 'a'],
    ],
    false,
    256,
  )

  assert.equal(merged!.start, text.indexOf('a: 1'))
  assert.equal(aliased!.start, text.indexOf('a: 1'))
})

test('passing over by indentation finds what the tree finds', () => {
  const key = fc.constantFrom('a', 'b', 'name', 'x y', '"', '- c', 'on', '1', '#')
  const { value } = fc.letrec<{ value: JsonValue }>(tie => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<JsonValue>('x', 1, null, 'a: b', 'l1\nl2\n', '', true, '- x'),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(key, tie('value'), { maxKeys: 4 }),
    ),
  }))
  fc.assert(
    fc.property(value, original => {
      const text = printYaml(original)
      if (scanDocument(text, 0, text.length, 256, 1 << 22) === notTaken || !lastScanIsSkippable()) return
      const paths = pathsOf(original, [])
      assert.deepEqual(
        locateInYaml(text, 0, text.length, paths, true, 256).map(span => span.start),
        locateInYaml(text, 0, text.length, paths, false, 256).map(span => span.start),
      )
    }),
    { numRuns: 1000 },
  )
})

function pathsOf(value: JsonValue, path: JsonPath): JsonPath[] {
  if (typeof value !== 'object' || value === null) return [path, [...path, 'missing']]
  const inner: [string | number, JsonValue][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value)
  return [path, ...inner.flatMap(([step, member]) => pathsOf(member, [...path, step]))]
}
