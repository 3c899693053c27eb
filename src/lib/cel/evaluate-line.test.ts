import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluateLine, LineError, parseLine } from './index.ts'
import { admissionEnvironment } from './kubernetes/admission.ts'
import { compile, generateProgram } from './program.ts'

function answer(line: string): string {
  const parsed = parseLine(line)
  return parsed instanceof LineError ? parsed.message : evaluateLine(parsed)
}

const LINES: readonly (readonly [name: string, line: string, answer: string])[] = [
  [
    'a value',
    '{"id":1,"expr":"object.spec.x > 1","vars":{"object":{"spec":{"x":2}}},"target":"1.34"}',
    '{"id":1,"ok":true,"value":true,"type":"bool","cost":4}',
  ],
  [
    'a refusal',
    '{"id":2,"expr":"foo"}',
    '{"id":2,"ok":false,"stage":"check","error":"undeclared reference to \'foo\' (in container \'\')","at":[1,1]}',
  ],
  [
    'an error',
    '{"id":3,"expr":"object.x","vars":{"object":{}}}',
    '{"id":3,"ok":false,"stage":"eval","error":"no such key: x"}',
  ],
  [
    'a written integer',
    '{"id":4,"expr":"type(object.x)","vars":{"object":{"x":1}}}',
    '{"id":4,"ok":true,"value":"int","type":"type","cost":3}',
  ],
  [
    'a written double',
    '{"id":5,"expr":"type(object.x)","vars":{"object":{"x":1.0}}}',
    '{"id":5,"ok":true,"value":"double","type":"type","cost":3}',
  ],
  [
    'a large integer',
    '{"id":6,"expr":"object.x","vars":{"object":{"x":9007199254740993}}}',
    '{"id":6,"ok":true,"value":9007199254740993,"type":"int","cost":2}',
  ],
  [
    'hostile keys',
    '{"id":7,"expr":"object.__proto__ + object.constructor","vars":{"object":{"__proto__":"a","constructor":"b"}}}',
    '{"id":7,"ok":true,"value":"ab","type":"string","cost":5}',
  ],
  [
    'inherited names',
    '{"id":8,"expr":"has(object.toString)","vars":{"object":{}}}',
    '{"id":8,"ok":true,"value":false,"type":"bool","cost":1}',
  ],
  [
    'optionals',
    '{"id":9,"expr":"[optional.none(), optional.of(1)]"}',
    '{"id":9,"ok":true,"value":[{"@type":"optional"},{"@type":"optional","value":1}],"type":"list","cost":12}',
  ],
  ['bytes', '{"id":10,"expr":"b\'a\\\\xff\'"}', '{"id":10,"ok":true,"value":"Yf8=","type":"bytes","cost":0}'],
  ['map keys', '{"id":11,"expr":"{1: true}"}', '{"id":11,"ok":true,"value":{"1":true},"type":"map","cost":0}'],
  [
    'doubles beyond numbers',
    '{"id":12,"expr":"[0.0/0.0, 1.0/0.0, -1.0/0.0]"}',
    '{"id":12,"ok":true,"value":["NaN","Infinity","-Infinity"],"type":"list","cost":13}',
  ],
  [
    'a format',
    '{"id":13,"expr":"format.dns1123Label()"}',
    '{"id":13,"ok":true,"value":"DNS1123Label","type":"kubernetes.NamedFormat","cost":1}',
  ],
  [
    'what a target does not take yet',
    '{"id":14,"expr":"[1].includes(1)","target":"1.37"}',
    '{"id":14,"ok":false,"stage":"check","error":"undeclared reference to \'includes\' (in container \'\')","at":[1,13]}',
  ],
  [
    'the same as stored',
    '{"id":15,"expr":"[1].includes(1)"}',
    '{"id":15,"ok":true,"value":true,"type":"bool","cost":1}',
  ],
  [
    'the cost limit',
    '{"id":16,"expr":"lists.range(1000000).map(i, i)"}',
    '{"id":16,"ok":false,"stage":"cost","error":"operation cancelled: actual cost limit exceeded"}',
  ],
  ['no JSON', '{', "the line is no JSON: Expected property name or '}' in JSON at position 1 (line 1 column 2)"],
]

for (const [name, line, expected] of LINES)
  test(`an expression line is answered: ${name}`, () => {
    assert.equal(answer(line), expected)
  })

test('a variable that is null is a value, in both ways of evaluating', () => {
  const compiled = compile('oldObject == null', admissionEnvironment({}))
  assert.ok(compiled.ok)
  const generated = generateProgram(compiled.program, (...parts) => new Function(...parts) as never)!

  const slow = compiled.program.evaluate({ oldObject: null })

  assert.deepEqual([slow.kind === 'value' && slow.value, generated(() => null)], [true, true])
})
