import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { admissionEnvironment, type CelValue, compile, parseJsonValue } from '../../../src/lib/cel/index.ts'

// Recorded by tools/generate/cel-costs, which evaluates with the packages of the API server 1.37.2: expressions of every
// function and operand type over an object of long texts and lists.
const recorded = JSON.parse(readFileSync(new URL('server-costs.generated.json', import.meta.url), 'utf8')) as {
  readonly object: object
  readonly costs: readonly (readonly [expr: string, cost: number])[]
}

test('every expression costs what it costs an API server', () => {
  const environment = admissionEnvironment({ purpose: 'new', variables: {} })
  const variables = {
    object: parseJsonValue(JSON.stringify(recorded.object)),
    oldObject: null,
    request: parseJsonValue('{}'),
    namespaceObject: null,
  } as { readonly [name: string]: CelValue }

  const different = recorded.costs.flatMap(([expr, cost]) => {
    const compiled = compile(expr, environment)
    if (!compiled.ok) return [`${expr}: refused: ${compiled.error}`]
    const result = compiled.program.evaluate(variables, Number.MAX_SAFE_INTEGER)
    const own = result.kind === 'value' ? result.cost : result.kind
    return own === cost ? [] : [`${expr}: ${own}, the server ${cost}`]
  })

  assert.ok(recorded.costs.length > 2500)
  assert.deepEqual(different, [])
})
