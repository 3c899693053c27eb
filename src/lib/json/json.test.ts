import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { jsonFault } from './json-fault.ts'
import { type JsonPath, type JsonValue, valueAt } from './json-value.ts'
import { locateInJson } from './locate-json.ts'
import { jsonExtent, parseJsonSlice, skipJsonBlanks } from './parse-json.ts'
import { printJson } from './print-json.ts'

const limits = { maxDepth: 256, maxStringBytes: 4 * 1024 * 1024 }

function parseJson(text: string): JsonValue {
  const start = skipJsonBlanks(text, 0)
  const { end, needsCare } = jsonExtent(text, start, limits)
  return parseJsonSlice(text, start, end, needsCare)
}

describe('JSON text reads as', () => {
  const cases: readonly (readonly [text: string, value: JsonValue])[] = [
    ['{"a":1,"b":[true,null,"x"]}', { a: 1, b: [true, null, 'x'] }],
    ['9007199254740993', 9007199254740993n],
    ['-9223372036854775808', -9223372036854775808n],
    ['9223372036854775808', 2 ** 63],
    ['18446744073709551615', 18446744073709552000],
    ['1.0', 1],
    ['"\\ud800x"', '\ufffdx'],
    ['{"\\udc00":1}', { '\ufffd': 1 }],
    ['{"a":1,"a":2}', { a: 2 }],
  ]
  for (const [text, value] of cases) {
    test(text, () => {
      assert.deepEqual(parseJson(text), value)
    })
  }
})

test('prototype keys are own keys', () => {
  const value = parseJson('{"__proto__":{"polluted":1}}')

  assert.ok(Object.hasOwn(value as object, '__proto__'))
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
})

describe('JSON text is refused', () => {
  const cases: readonly (readonly [name: string, text: string, code: string, offset?: number])[] = [
    ['out of range', '{"a":1e400}', 'JSON_VALUE', 5],
    ['deeper than the bound', '['.repeat(1_000_000), 'JSON_DEPTH_LIMIT', 256],
    ['when it is cut off', '{"a":[1,', 'JSON_SYNTAX', 8],
    ['with a trailing comma', '{"a":1,}', 'JSON_SYNTAX'],
    ['with a long string', `"${'x'.repeat(5_000_000)}"`, 'JSON_STRING_LIMIT', 0],
  ]
  for (const [name, text, code, offset] of cases) {
    test(name, () => {
      assert.throws(
        () => parseJson(text),
        (error: { code?: string; offset?: number; message?: string }) =>
          error.code === code &&
          (offset === undefined || error.offset === offset) &&
          !/xxx|"a"/.test(error.message ?? ''),
      )
    })
  }
})

describe('the fault of a JSON text is found', () => {
  const cases: readonly (readonly [text: string, offset: number])[] = [
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ['{a:1}', 1],
    ['[1 2]', 3],
    ['[1,]', 3],
    ['[01]', 2],
    ['["a\n"]', 3],
    ['["\\q"]', 2],
    ['["a', 3],
    ['{"a":tru}', 5],
    ['[1}', 2],
    ['', 0],
  ]
  for (const [text, offset] of cases) {
    test(JSON.stringify(text), () => {
      assert.equal(jsonFault(text).offset, offset)
    })
  }
})

test('whatever the engine refuses has a fault before or at its end', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:0123.eE+- \\utrnfals\n') }), text => {
      try {
        JSON.parse(text)
      } catch {
        const { offset, message } = jsonFault(text)
        assert.ok(offset >= 0 && offset <= text.length)
        assert.ok(message.length > 0)
      }
    }),
  )
})

test('printed JSON reads back as the same value', () => {
  const { value } = fc.letrec<{ value: JsonValue }>(tie => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constantFrom<JsonValue>(null, 9007199254740993n, -9223372036854775808n, 0.1, 1e21),
      fc.array(tie('value')),
      fc.dictionary(fc.string(), tie('value')).map(object => Object.fromEntries(Object.entries(object))),
    ),
  }))
  fc.assert(
    fc.property(value, fc.constantFrom(0, 2), (original, indent) => {
      assert.deepEqual(parseJson(printJson(original, indent)), original)
    }),
  )
})

test('a path is found in JSON', () => {
  const text = '{ "a": [1, {"b\\u0063": "}"}, [2]], "a": [3, {"d": 4}], "e": "x" }'
  const at = (path: JsonPath): string => {
    const { start, end } = locateInJson(text, 0, [path])[0]!
    return text.slice(start, end)
  }

  assert.equal(at(['e']), '"e"')
  assert.equal(at(['a', 1]), '{"d": 4}')
  assert.equal(at(['a', 1, 'd']), '"d"')
  assert.equal(at(['a', 1, 'no']), '{"d": 4}')
  assert.equal(at([]), '{')
})

test('paths that are sought together are found where each is found alone', () => {
  const json = fc.letrec<{ value: JsonValue }>(tie => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<JsonValue>(null, 1, 'x', '"}', '\\'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c"', '1'), tie('value'), { maxKeys: 4 }),
    ),
  })).value
  const step = fc.constantFrom<string | number>('a', 'b', 'c"', '1', 0, 1, 2)
  const paths = fc.array(fc.array(step, { maxLength: 5 }), { maxLength: 8 })
  fc.assert(
    fc.property(json, paths, fc.constantFrom(0, 1), (value, wanted, indent) => {
      const text = printJson(value, indent)
      const together = locateInJson(text, 0, wanted)
      const alone = wanted.map(path => locateInJson(text, 0, [path])[0])
      assert.deepEqual(together, alone)
      wanted.forEach((path, i) => {
        const { start, end } = together[i]!
        const found = valueAt(value, path)
        if (typeof path.at(-1) === 'number' && found !== undefined)
          assert.equal(printJson(parseJson(text.slice(start, end)), 0), printJson(found, 0))
        if (typeof path.at(-1) === 'string' && found !== undefined)
          assert.equal(JSON.parse(text.slice(start, end)), path.at(-1))
      })
    }),
    { numRuns: 2000 },
  )
})
