import assert from 'node:assert/strict'
import { test } from 'node:test'
import { run } from '@bufbuild/cel'
import fc from 'fast-check'
import { compile, kubernetesEnvironment } from '../../../src/lib/cel/index.ts'

// An engine that nobody here wrote must give the same value for expressions that every CEL has alike.

const numbers = fc.integer({ min: -50, max: 50 }).map(n => (n < 0 ? `(${n})` : String(n)))
const texts = fc.stringMatching(/^[a-c]{0,3}$/).map(text => `'${text}'`)

const { int, bool, text } = fc.letrec<{ int: string; bool: string; text: string }>(tie => ({
  int: fc.oneof(
    { depthSize: 'small' },
    numbers,
    fc.tuple(tie('int'), fc.constantFrom('+', '-', '*'), tie('int')).map(parts => `(${parts.join(' ')})`),
    fc.tuple(tie('int'), fc.constantFrom('/', '%'), tie('int')).map(parts => `(${parts.join(' ')})`),
    tie('text').map(value => `size(${value})`),
    fc.tuple(tie('bool'), tie('int'), tie('int')).map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
    fc.array(tie('int'), { maxLength: 3 }).map(items => `size([${items.join(', ')}])`),
  ),
  bool: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('true', 'false'),
    fc
      .tuple(tie('int'), fc.constantFrom('==', '!=', '<', '<=', '>', '>='), tie('int'))
      .map(parts => `(${parts.join(' ')})`),
    fc.tuple(tie('bool'), fc.constantFrom('&&', '||'), tie('bool')).map(parts => `(${parts.join(' ')})`),
    tie('bool').map(value => `!${value}`),
    fc
      .tuple(tie('text'), fc.constantFrom('startsWith', 'endsWith', 'contains'), tie('text'))
      .map(([a, name, b]) => `${a}.${name}(${b})`),
    fc
      .tuple(
        fc.array(tie('int'), { minLength: 1, maxLength: 3 }),
        fc.constantFrom('all', 'exists', 'exists_one'),
        numbers,
      )
      .map(([items, macro, bound]) => `[${items.join(', ')}].${macro}(x, x > ${bound})`),
  ),
  text: fc.oneof(
    { depthSize: 'small' },
    texts,
    fc.tuple(tie('text'), tie('text')).map(([a, b]) => `(${a} + ${b})`),
  ),
}))

const environment = kubernetesEnvironment()

/** The value as text, or that it is an error. */
function own(source: string): string {
  const compiled = compile(source, environment)
  if (!compiled.ok) return 'error'
  const outcome = compiled.program.evaluate({})
  return outcome.kind === 'value' ? String(outcome.value) : 'error'
}

function theirs(source: string): string {
  try {
    const value = run(source)
    return value instanceof Error ? 'error' : String(value)
  } catch {
    return 'error'
  }
}

for (const [name, expressions] of [
  ['int', int],
  ['bool', bool],
  ['string', text],
] as const) {
  test(`random expressions of type ${name} have the value that another engine gives them`, () => {
    fc.assert(
      fc.property(expressions, source => {
        assert.equal(own(source), theirs(source), source)
      }),
      { numRuns: 2000 },
    )
  })
}
