import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MakeFunction } from '../../lib/cel/program.ts'
import { CelUnknown } from '../../lib/cel/values.ts'
import type { JsonObject } from '../../lib/json/json-value.ts'
import { policyEnvironment } from './environment.ts'
import { compileText } from './expression.ts'
import { namespaceObjectOf } from './namespace-object.ts'

const environment = policyEnvironment({ minor: 37, hasParams: false, inventory: false })
const makeFunction: MakeFunction = (...parts) => new Function(...parts) as never

const namespace = (metadata: JsonObject, more: JsonObject = {}): JsonObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'shop', ...metadata },
  ...more,
})

/** The value on closures and, after enough evaluations, as generated code; both must agree. */
function evaluate(expression: string, object: JsonObject): unknown {
  const compiled = compileText(expression, environment, makeFunction)
  if ('error' in compiled) return `refused: ${compiled.error}`
  const value = namespaceObjectOf(object)
  const ask = (): unknown => {
    const result = compiled.evaluate(name => (name === 'namespaceObject' ? value : undefined))
    return result instanceof CelUnknown ? `unknown: ${result.reasons.join()}` : String(result)
  }
  const first = ask()
  for (let i = 0; i < 100; i++) ask()
  assert.equal(ask(), first)
  return first
}

const labelled = namespace({ labels: { tier: 'prod' }, ownerReferences: [{ name: 'x' }] })
const numbered = namespace({ labels: { tier: 5, other: 'a' } })
const listed = namespace({ labels: ['tier'] })

for (const [expression, object, expected] of [
  ["namespaceObject.metadata.labels['tier'] == 'prod'", labelled, 'true'],
  ["namespaceObject.metadata.labels['kubernetes.io/metadata.name']", labelled, 'shop'],
  ['namespaceObject.status.phase', labelled, 'Active'],
  ["namespaceObject.spec.finalizers == ['kubernetes']", labelled, 'true'],
  ['has(namespaceObject.metadata.annotations)', labelled, 'false'],
  ['namespaceObject.metadata.ownerReferences', labelled, "refused: undefined field 'ownerReferences'"],
  ['namespaceObject.metadata.lables', labelled, "refused: undefined field 'lables'"],
  [
    'namespaceObject.metadata.labels == 5',
    labelled,
    "refused: found no matching overload for '_==_' applied to '(map(string, string), int)'",
  ],
  [
    "namespaceObject.metadata.labels['tier'] == 'prod'",
    numbered,
    unknownAs('metadata.labels.tier is a number and not a string'),
  ],
  [
    "namespaceObject.metadata.labels['tier'].startsWith('p')",
    numbered,
    unknownAs('metadata.labels.tier is a number and not a string'),
  ],
  [
    "namespaceObject.metadata.labels['other'] + 'b'",
    numbered,
    unknownAs('metadata.labels.tier is a number and not a string'),
  ],
  ["'tier' in namespaceObject.metadata.labels", listed, unknownAs('metadata.labels is a list and not an object')],
  [
    "namespaceObject.metadata.resourceVersion == '1'",
    labelled,
    'unknown: the API server generates metadata.resourceVersion',
  ],
] as const) {
  test(`${expression}: ${expected}`, () => assert.equal(evaluate(expression, object), expected))
}

function unknownAs(reason: string): string {
  return `unknown: its Namespace: ${reason}, which an API server refuses`
}
