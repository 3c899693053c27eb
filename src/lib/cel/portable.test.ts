import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check } from './checker.ts'
import { closure } from './closures.ts'
import { generate } from './codegen.ts'
import { kubernetesEnvironment, withVariables } from './environment.ts'
import { Frame } from './frame.ts'
import { type Lowered, LoweringError, lower } from './lower.ts'
import { parse } from './parser.ts'
import { fromPortable, portableOf } from './portable.ts'
import { DYN } from './types.ts'

const environment = withVariables(kubernetesEnvironment(), { o: DYN })

function lowered(text: string): Lowered {
  const parsed = parse(text, environment)
  assert.ok(parsed.ok, text)
  const result = lower(parsed.expr, check(parsed.expr, environment), environment)
  assert.ok(!(result instanceof LoweringError), text)
  return result
}

const object = { a: [1, 2, { b: 'x' }], s: 'registry:5/x', n: 2.5, m: { k: true, l: false }, big: 9007199254740993n }

const expressions = [
  'true && o.n > 2.5 || o.n == 2.5',
  'o.a.all(x, dyn(x) != 7) ? 1 : 2.0',
  'o.a.exists_one(x, x == 1)',
  'o.m.filter(k, o.m[k]).map(k, k + "!").join(",")',
  'o.?nothing.?at.orValue({}).size() == 0',
  "o.?s.orValue('') in ['registry:5/x', 'y'] && !(o.n in [1, 2u, 2.5])",
  "o.s.matches('^[a-z]+:[0-9]+/') && o.s.find('[0-9]+') == '5' && o.s.findAll('[a-z]', 2).size() == 2",
  'o.big == 9007199254740993 && o.big > 1u && 1.0 == 1',
  '[1, 2, 3].map(x, {"k": x}).filter(e, e.k > 1).size()',
  '{?"a": o.?s, "b": 1}.b + o.a[0]',
  'has(o.m.k) && !has(o.m.z) && o.m.z',
  '[?o.?z, 5][0] == 5',
  "quantity('1Ki').compareTo(quantity('1024')) == 0",
  'o.m.transformMap(k, v, !v)',
  'o.a[?7].hasValue() || o.a[2].b == "x"',
  'o.a.filter(x, dyn(x) == 1).map(x, x + 1)',
]

for (const text of expressions) {
  test(`a written and read expression gives the same value at the same cost: ${text}`, () => {
    const before = lowered(text)
    const portable = portableOf(before)
    assert.ok(portable !== undefined)

    const after = fromPortable(JSON.parse(JSON.stringify(portable)), environment)

    const run = ({ node, slots }: Lowered) => {
      const frame = new Frame(name => (name === 'o' ? object : undefined), slots, 1e6)
      return [closure(node, environment)(frame), frame.cost]
    }
    assert.deepEqual(run(after), run(before))
    assert.equal(generate(after.node)?.body, generate(before.node)?.body)
  })
}

test('a constant that JSON cannot carry leaves the expression to be compiled where it runs', () => {
  assert.equal(portableOf(lowered("o.b == b'x'")), undefined)
})
