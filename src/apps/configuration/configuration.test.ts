import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { inTemporaryFolder } from '../../../test/temporary-folder.ts'
import { UserError } from '../user-error.ts'
import { loadSettings } from './load.ts'
import { parseByteSize } from './units.ts'

const flags = (entries: Record<string, unknown>) =>
  new Map(Object.entries(entries).map(([key, value]) => [key, { value, flag: `--${key}` }]))

/** Settings of a repository in a temporary folder; `user.yaml` becomes the user's file. */
async function load(
  files: Record<string, string>,
  env: Record<string, string> = {},
  given: Record<string, unknown> = {},
  cwd = '',
) {
  return inTemporaryFolder({ ...files, 'home/breakwater/config.yaml': files['user.yaml'] ?? '{}' }, folder => {
    mkdirSync(join(folder, 'repo', '.git'), { recursive: true })
    mkdirSync(join(folder, 'repo', cwd), { recursive: true })
    return loadSettings({
      cwd: join(folder, 'repo', cwd),
      env: { XDG_CONFIG_HOME: join(folder, 'home'), ...env },
      flags: flags(given),
    })
  })
}

async function refusal(files: Record<string, string>, env: Record<string, string> = {}): Promise<UserError> {
  try {
    await load(files, env)
  } catch (error) {
    assert.ok(error instanceof UserError, String(error))
    return error
  }
  assert.fail('the settings were accepted')
}

test('flags win over the environment, it over the repository, it over the user, it over the defaults', async () => {
  const files = {
    'user.yaml': 'scan: {failOn: low, namespace: u, target: "1.34"}',
    'repo/breakwater.yaml': 'scan: {failOn: medium, namespace: r}',
  }

  const { settings, origins, overridden } = await load(
    files,
    { BREAKWATER_SCAN__FAIL_ON: 'high' },
    { 'scan.failOn': 'critical' },
  )

  assert.deepEqual(
    [settings.scan.failOn, settings.scan.namespace, settings.scan.target, settings.scan.severity],
    ['critical', 'r', '1.34', 'info'],
  )
  assert.equal(origins.get('scan.failOn'), 'flag --scan.failOn')
  assert.equal(overridden.get('scan.failOn')?.at(-1), 'env BREAKWATER_SCAN__FAIL_ON')
})

test('the nearest file upwards counts, and none beyond the repository', async () => {
  const found = await load({ 'repo/breakwater.yaml': 'scan: {namespace: near}' }, {}, {}, 'a/b')
  const none = await load({ 'breakwater.yaml': 'scan: {namespace: far}' }, {}, {}, 'a/b')

  assert.equal(found.settings.scan.namespace, 'near')
  assert.equal(none.settings.scan.namespace, 'default')
})

test('maps merge, lists replace, null resets', async () => {
  const files = {
    'user.yaml': 'scan: {exclude: [a, b], severities: {BW-POD-001: low}, namespace: u}',
    'repo/breakwater.yaml': 'scan: {exclude: [c], severities: {BW-POD-002: "off"}, namespace: null}',
  }

  const { settings } = await load(files)

  assert.deepEqual(settings.scan.exclude, ['c'])
  assert.deepEqual(settings.scan.severities, { 'BW-POD-001': 'low', 'BW-POD-002': 'off' })
  assert.equal(settings.scan.namespace, 'default')
})

test('sizes and lists are read from text', async () => {
  const { settings } = await load(
    {},
    { BREAKWATER_INPUT__MAX_DOCUMENT_BYTES: '2MiB', BREAKWATER_SCAN__EXCLUDE: 'a, b' },
  )

  assert.equal(settings.input.maxDocumentBytes, 2 * 1024 * 1024)
  assert.deepEqual(settings.scan.exclude, ['a', 'b'])
})

const refused: readonly {
  name: string
  files: Record<string, string>
  env?: Record<string, string>
  code: string
  place?: RegExp
  next?: RegExp
}[] = [
  {
    name: 'an unknown key',
    files: { 'repo/breakwater.yaml': 'scan:\n  failon: high\n' },
    code: 'CONFIG_UNKNOWN_KEY',
    place: /breakwater\.yaml:2:3$/,
    next: /did you mean "failOn"/,
  },
  {
    name: 'a wrong value',
    files: { 'repo/breakwater.yaml': 'scan:\n  severity: terrible\n' },
    code: 'CONFIG_INVALID_VALUE',
    place: /breakwater\.yaml:2:\d+$/,
  },
  {
    name: 'a list where a word belongs',
    files: { 'repo/breakwater.yaml': 'scan: {namespace: [a]}\n' },
    code: 'CONFIG_INVALID_VALUE',
    place: /:1:/,
  },
  {
    name: 'a user-only key in a repository',
    files: { 'repo/breakwater.yaml': 'input:\n  maxFiles: 5\n' },
    code: 'CONFIG_NOT_TRUSTED',
    place: /:2:3$/,
  },
  {
    name: 'an output outside the repository',
    files: { 'repo/breakwater.yaml': 'scan:\n  output: [json=../../x.json]\n' },
    code: 'CONFIG_NOT_TRUSTED',
    place: /:2:/,
  },
  {
    name: 'broken YAML',
    files: { 'repo/breakwater.yaml': 'scan: [\n' },
    code: 'CONFIG_SYNTAX',
    place: /breakwater\.yaml:\d+:\d+/,
  },
  { name: 'a list instead of a map', files: { 'repo/breakwater.yaml': '- a\n' }, code: 'CONFIG_SYNTAX' },
  {
    name: 'a variable that names nothing',
    files: {},
    env: { BREAKWATER_SCAN__FAILURE: 'x' },
    code: 'CONFIG_UNKNOWN_KEY',
    next: /explain config|did you mean/,
  },
  {
    name: 'a variable with a wrong value',
    files: {},
    env: { BREAKWATER_SCAN__WORKERS: 'many' },
    code: 'CONFIG_INVALID_VALUE',
    place: /env BREAKWATER_SCAN__WORKERS/,
  },
]

for (const { name, files, env, code, place, next } of refused) {
  test(`settings with ${name} are refused where they stand`, async () => {
    const error = await refusal(files, env)

    assert.equal(error.code, code, error.message)
    if (place !== undefined) assert.match(error.place ?? '', place)
    if (next !== undefined) assert.match(error.next ?? '', next)
  })
}

test('a key of a settings file cannot reach the prototype of anything', async () => {
  const error = await refusal({ 'repo/breakwater.yaml': 'scan: {severities: {}}\n__proto__: {polluted: yes}\n' })

  assert.equal(error.code, 'CONFIG_UNKNOWN_KEY')
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
})

test('sizes are read with their units', () => {
  const sizes: readonly (readonly [string, number | undefined])[] = [
    ['1', 1],
    ['64MiB', 67_108_864],
    ['1.5 KB', 1500],
    ['2gib', 2_147_483_648],
    ['0', undefined],
    ['-1', undefined],
    ['x', undefined],
    ['1 parsec', undefined],
  ]
  for (const [text, bytes] of sizes) assert.equal(parseByteSize(text), bytes, text)
})
