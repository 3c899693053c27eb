import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertNoPoisoning as assertUntouched } from '@fast-check/poisoning'
import fc from 'fast-check'
import { compile, kubernetesEnvironment } from '../../src/lib/cel/index.ts'
import type { JsonValue } from '../../src/lib/json/json-value.ts'
import { printJson } from '../../src/lib/json/print-json.ts'
import { printYaml } from '../../src/lib/yaml/print-yaml.ts'
import { readManifest } from '../../src/read/manifests/read-manifest.ts'
import { planOf, scan } from '../conformance/policies/policy-cases.ts'

// Keys come from whoever wrote the input. None may reach a prototype, in any reader or engine.

// The platform itself adds symbols to the global object when its HTTP client loads.
const assertNoPoisoning = () => assertUntouched({ ignoredRootRegex: /undici/ })

const keys = fc.constantFrom(
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'name',
  'containers',
  'spec',
  'labels',
)
const { value } = fc.letrec<{ value: JsonValue }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<JsonValue>(null, true, 1, 'x'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 4 }).map(entries => {
      const object = Object.create(null) as Record<string, JsonValue>
      for (const [key, inner] of entries)
        Object.defineProperty(object, key, { value: inner, enumerable: true, configurable: true, writable: true })
      return object
    }),
  ),
}))

const pod = (spec: JsonValue): JsonValue => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'b' },
  spec,
})

for (const [name, print] of [
  ['YAML', printYaml],
  ['JSON', printJson],
] as const) {
  test(`hostile keys in ${name} change no built-in object and stay own keys`, () => {
    fc.assert(
      fc.property(value, spec => {
        const text = print(pod(spec))
        const [read] = readManifest('a', text).manifests

        assertNoPoisoning()
        assert.equal(Object.getPrototypeOf({}), Object.prototype)
        assert.ok(read?.kind === 'object')
        assert.equal(printJson((read.object as { spec: JsonValue })['spec']), printJson(spec))
      }),
      { numRuns: 1500 },
    )
  })
}

test('rules over objects with hostile keys change no built-in object', () => {
  const plan = planOf()
  fc.assert(
    fc.property(value, spec => {
      scan(plan, [pod(spec) as never])

      assertNoPoisoning()
    }),
    { numRuns: 300 },
  )
})

test('an expression that names hostile keys reads own keys only', () => {
  const environment = kubernetesEnvironment()
  for (const source of [
    '{"a": 1}.constructor',
    '{"a": 1}.__proto__',
    'has({"a": 1}.toString)',
    '"constructor" in {"a": 1}',
  ]) {
    const compiled = compile(source, environment)
    const outcome = compiled.ok ? compiled.program.evaluate({}) : undefined

    assertNoPoisoning()
    assert.ok(
      outcome === undefined || outcome.kind === 'error' || (outcome.kind === 'value' && outcome.value === false),
      source,
    )
  }
})
