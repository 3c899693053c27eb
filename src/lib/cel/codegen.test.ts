import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  admissionEnvironment,
  CelError,
  CelUnknown,
  type CelValue,
  compile,
  estimateCost,
  FuseBlown,
  generateProgram,
  type MakeFunction,
  printType,
  printValue,
  unknown,
} from './index.ts'

const environment = admissionEnvironment({ variables: {} })
const makeFunction = ((...parts: string[]) => Function(...parts)) as unknown as MakeFunction

const object = {
  i: 1,
  d: 1.5,
  s: 'text',
  t: true,
  n: null,
  l: [1, 2, 3],
  mixed: [1, 'a', null, true],
  m: { k: 'v', constructor: 'c' },
  o: [{ name: 'a', v: 1 }, { name: 'b' }],
  e: [],
  u: unknown('not known here'),
  constructor: 'x',
  length: 4,
} as unknown as CelValue

function told(value: CelValue): string {
  if (value instanceof CelError) return `error ${value.message}`
  if (value instanceof CelUnknown) return `unknown ${value.reasons.join()}`
  return `${printType(value)} ${printValue(value)}`
}

/** Expressions over the object that mostly type-check and often fail, or are unknown, when evaluated. */
const expressions = fc.letrec<Record<'any' | 'bool' | 'list', string>>(tie => {
  const name = fc.constantFrom('i', 'd', 's', 't', 'n', 'l', 'm', 'o', 'e', 'u', 'zz', 'constructor', 'length')
  const path = fc.tuple(fc.array(fc.tuple(fc.constantFrom('.', '.?'), name), { minLength: 1, maxLength: 3 }))
  const field = path.map(([steps]) => `object${steps.map(([dot, key]) => dot + key).join('')}`)
  const value = fc.oneof(
    { weight: 4, arbitrary: field },
    { weight: 2, arbitrary: fc.constantFrom('1', '2', "'a'", "'v'", 'true', 'null', '1.5', 'dyn(x)') },
    { weight: 2, arbitrary: tie('any') },
  )
  return {
    any: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      field,
      fc.tuple(field, value).map(([a, b]) => `${a}.orValue(dyn(${b}))`),
      fc.tuple(value, fc.constantFrom('+', '-', '*'), value).map(([a, op, b]) => `(dyn(${a}) ${op} dyn(${b}))`),
      fc.tuple(tie('bool'), value, value).map(([a, b, c]) => `(${a} ? dyn(${b}) : dyn(${c}))`),
      fc.tuple(field, value).map(([a, b]) => `${a}[dyn(${b})]`),
      fc.tuple(tie('list'), value).map(([a, b]) => `${a}.map(x, dyn(${b}))`),
      fc.tuple(tie('list'), tie('bool')).map(([a, b]) => `${a}.filter(x, ${b})`),
      fc.tuple(field, value).map(([a, b]) => `${a}.optMap(x, dyn(${b}))`),
      field.map(a => `size(${a})`),
    ),
    bool: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      field.map(a => `has(${a.includes('.') ? a.replaceAll('.?', '.') : a})`),
      fc.tuple(value, fc.constantFrom('==', '!=', '<', '>='), value).map(([a, op, b]) => `dyn(${a}) ${op} dyn(${b})`),
      fc.tuple(tie('bool'), fc.constantFrom('&&', '||'), tie('bool')).map(([a, op, b]) => `(${a} ${op} ${b})`),
      tie('bool').map(a => `!(${a})`),
      fc.tuple(value, tie('list')).map(([a, b]) => `dyn(${a}) in ${b}`),
      fc
        .tuple(tie('list'), fc.constantFrom('all', 'exists', 'exists_one'), tie('bool'))
        .map(([a, macro, b]) => `${a}.${macro}(x, ${b})`),
      field.map(a => `dyn(${a})`),
    ),
    list: fc.oneof(
      fc.constantFrom(
        'object.l',
        'object.mixed',
        'object.o',
        'object.e',
        'object.m',
        'object.u',
        'object.zz',
        '[1, 2]',
        "['a', 'v']",
      ),
      fc.constantFrom(
        '(object.l + object.mixed)',
        '(object.l + object.e + object.o)',
        '(object.l + object.s)',
        '(object.l + object.u)',
      ),
    ),
  }
})

test('generated code gives what the closures give, and no cost exceeds its estimate', () => {
  const outer = fc.oneof(expressions.any, expressions.bool).map(text => `[object.i].map(x, ${text})[0]`)
  let compared = 0

  fc.assert(
    fc.property(outer, source => {
      const compiled = compile(source, environment)
      if (!compiled.ok) return
      const slow = compiled.program.evaluate({ object })
      const fast = generateProgram(compiled.program, makeFunction)
      assert.ok(fast !== undefined)

      const mine = told(fast(name => (name === 'object' ? object : undefined)))
      compared++

      if (slow.kind === 'value') {
        assert.equal(mine, told(slow.value))
        const estimate = estimateCost(compiled.program.expr, compiled.program.checked)
        assert.ok(slow.cost <= estimate.max, `${slow.cost} of at most ${estimate.max}`)
      } else if (slow.kind === 'error') assert.equal(mine, `error ${slow.message}`)
      else if (slow.kind === 'unknown') assert.equal(mine, `unknown ${slow.reasons.join()}`)
    }),
    { numRuns: 4000 },
  )

  assert.ok(compared > 1000)
})

test('a loop over loops ends with the fuse in generated code, and with the cost limit in closures', () => {
  const compiled = compile('lists.range(100000).all(i, lists.range(100000).all(j, i + j >= 0))', environment)
  assert.ok(compiled.ok)
  const fast = generateProgram(compiled.program, makeFunction)

  assert.equal(compiled.program.evaluate({}).kind, 'cost')
  assert.throws(
    () => fast?.(() => undefined),
    error => error instanceof FuseBlown,
  )
})

test('hostile texts stay texts in generated code', () => {
  const hostile = '"); globalThis.hacked = true; ("'
  const compiled = compile(
    `object[${JSON.stringify(hostile)}] == ${JSON.stringify(hostile)} || object.?x.orValue('</script>\u2028') == ''`,
    environment,
  )
  assert.ok(compiled.ok)

  const value = generateProgram(compiled.program, makeFunction)?.(() => ({ [hostile]: hostile }))

  assert.equal(value, true)
  assert.equal('hacked' in globalThis, false)
})
