import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { errorCodes } from './error-codes.ts'

const source = join(import.meta.dirname, '..')
const areas = [
  'ACTION',
  'CEL',
  'CIDR',
  'CONFIG',
  'DOMAIN',
  'EXCEPT',
  'FIELD',
  'FILE',
  'GIT',
  'IDENTITY',
  'INPUT',
  'INTERNAL',
  'INVALID',
  'JSON',
  'LIMIT',
  'NAME',
  'NO',
  'PEER',
  'PEERS',
  'POLICIES',
  'POLICY',
  'PORT',
  'PRIORITY',
  'PROTOCOL',
  'RBAC',
  'READ',
  'SELECTOR',
  'SUBJECT',
  'TIER',
  'TWO',
  'UNKNOWN',
  'YAML',
]
const foreign = new Set(['NO_COLOR'])

/** Codes as the program writes them: text in quotes that begins with the name of an area. */
function codesInSource(): Set<string> {
  const found = new Set<string>(['INTERNAL'])
  for (const file of globSync('**/*.ts', { cwd: source })) {
    if (/\.(test|generated)\.ts$|error-codes\.ts$/.test(file)) continue
    for (const [, code] of readFileSync(join(source, file), 'utf8').matchAll(/'([A-Z]+(?:_[A-Z0-9]+)+)'/g)) {
      if (areas.includes(code!.split('_')[0]!) && !foreign.has(code!)) found.add(code!)
    }
  }
  return found
}

test('every code that the program prints is explained, and no other', () => {
  assert.deepEqual(
    errorCodes.map(entry => entry.code),
    [...codesInSource()].sort(),
  )
})

test('an explanation begins in lower case and ends without a full stop', () => {
  for (const { code, meaning, next } of errorCodes) {
    for (const text of [meaning, next]) assert.match(text, /^[^A-Z].*[^.]$/, code)
  }
})
