import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatNames } from './format-names.ts'
import { reportFormats } from './index.ts'

test('every format that is named can be rendered, and no other', () => {
  assert.deepEqual([...reportFormats.keys()], [...formatNames])
})
