import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { plainKey, plainScalar, taggedScalar } from './scalar.ts'

describe('a plain scalar', () => {
  const values: readonly (readonly [text: string, value: unknown])[] = [
    ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'].map(text => [text, true] as const),
    ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'].map(text => [text, false] as const),
    ...['~', 'null', 'Null', 'NULL', ''].map(text => [text, null] as const),
    ...['yEs', 'tRUE', 'nULL', '1:30', '2001-01-01', 'text', '0b', '0x', '0o8', '._5', '-', '.'].map(
      t => [t, t] as const,
    ),
    ['0644', 420],
    ['0o644', 420],
    ['0x1F', 31],
    ['0b11', 3],
    ['0b-1', -1],
    ['1_000', 1000],
    ['08', 8],
    ['1.0', 1],
    ['12e3', 12000],
    ['.5', 0.5],
    ['.5_0', 0.5],
    ['-0.0', 0],
    ['.inf', Number.POSITIVE_INFINITY],
    ['-.inf', Number.NEGATIVE_INFINITY],
    ['.nan', Number.NaN],
    ['9007199254740991', 9007199254740991],
    ['9007199254740993', 9007199254740993n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
    ['18446744073709551615', 18446744073709552000],
    ['0x10000000000000000', '0x10000000000000000'],
    ['02000000000000000000000', 2e21],
    ['1234567890123456789.0', 1234567890123456800n],
    ['1e309', '1e309'],
    ['1e-400', 0],
  ]
  for (const [text, value] of values) {
    test(`${JSON.stringify(text)} is ${String(value)}`, () => {
      assert.deepEqual(plainScalar(text), value)
    })
  }
})

describe('a plain key', () => {
  const keys: readonly (readonly [text: string, key: string | undefined])[] = [
    ['on', 'true'],
    ['no', 'false'],
    ['0x10', '16'],
    ['1.0', '1'],
    ['123456789.125', '1.2345679e+08'],
    ['0.30000000000000004', '0.3'],
    ['1e6', '1e+06'],
    ['123456.0', '123456'],
    ['1e-5', '1e-05'],
    ['0.0001', '0.0001'],
    ['1e300', '.inf'],
    ['.nan', '.nan'],
    ['9223372036854775807', '9223372036854775807'],
    ['9223372036854775808', undefined],
    ['18446744073709551616', '1.8446744e+19'],
    ['~', undefined],
    ['', undefined],
    ['name', 'name'],
  ]
  for (const [text, key] of keys) {
    test(`${JSON.stringify(text)} is ${key === undefined ? 'refused' : JSON.stringify(key)}`, () => {
      assert.equal(plainKey(text), key)
    })
  }
})

describe('a tagged scalar', () => {
  const tag = (name: string): string => `tag:yaml.org,2002:${name}`
  const values = [
    { tag: tag('str'), text: '12', expected: { value: '12' } },
    { tag: tag('int'), text: '12', expected: { value: 12 } },
    { tag: tag('float'), text: '1', expected: { value: 1 } },
    { tag: tag('bool'), text: 'yes', expected: { value: true } },
    { tag: tag('null'), text: '', expected: { value: null } },
    { tag: tag('binary'), text: 'aGVsbG8=', expected: { value: 'hello' } },
    { tag: tag('binary'), text: '/w==', expected: { value: '\ufffd' } },
    { tag: tag('timestamp'), text: '2001-01-01', expected: { value: '2001-01-01' } },
    { tag: '!own', text: '12', expected: { value: '12' } },
    { tag: tag('int'), text: 'yes', expected: { problem: 'cannot decode !!bool `yes` as a !!int' } },
    { tag: tag('binary'), text: 'a', expected: { problem: '!!binary value contains invalid base64 data' } },
  ]
  for (const { tag: name, text, expected } of values) {
    test(`${name} ${text}`, () => {
      assert.deepEqual(taggedScalar(name, text), expected)
    })
  }
})
