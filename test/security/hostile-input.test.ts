import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../run-cli.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

// Whatever lies in a folder, the good file next to it is still reported, nothing hangs, and the summary says what was
// not read.

const good =
  'apiVersion: v1\nkind: Pod\nmetadata: {name: good, namespace: shop}\nspec:\n  containers:\n    - {name: a, image: a, securityContext: {privileged: true}}\n'

/** A start of the program and a second for the file; the machine may be busy with other tests. */
const patienceMs = 15_000

interface Hostile {
  readonly name: string
  readonly content?: string | Uint8Array
  readonly make?: (path: string) => void
  /** Whether the run has to say that something was not read. */
  readonly partial: boolean
  readonly told?: RegExp
}

const bomb = `a0: &a0 [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`).join('\n')}\n`
const pod = (spec: string, extra = '') =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: bad, namespace: shop${extra}}\nspec: ${spec}\n`

const hostile: readonly Hostile[] = [
  { name: 'an alias bomb', content: bomb, partial: true, told: /bad\.yaml:\d+:\d+ {2}error {2}YAML_ALIAS_LIMIT/ },
  { name: 'YAML nested 100,000 deep', content: '['.repeat(100_000), partial: true, told: /error {2}(YAML|JSON)_/ },
  {
    name: 'block YAML nested 2,000 deep',
    content: Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    partial: true,
    told: /YAML_DEPTH_LIMIT/,
  },
  { name: 'JSON nested 100,000 deep', content: '{"a":'.repeat(100_000), partial: true },
  {
    name: 'a line of 100 MB',
    content: `a: ${'x'.repeat(100_000_000)}\n`,
    partial: true,
    told: /READ_DOCUMENT_LIMIT|STRING_LIMIT/,
  },
  {
    name: 'a binary file',
    content: new Uint8Array(4096).map((_, i) => (i * 7) & 255),
    partial: true,
    told: /READ_BINARY/,
  },
  {
    name: 'UTF-16 without a mark',
    content: Buffer.from(good, 'utf16le'),
    partial: true,
    told: /READ_UTF16_WITHOUT_MARK/,
  },
  {
    name: 'a truncated document',
    content: '{"apiVersion": "v1", "kind": "Pod", "meta',
    partial: true,
    told: /bad\.yaml:1:/,
  },
  { name: 'tabs for indentation', content: 'apiVersion: v1\nkind: Pod\nmetadata:\n\tname: a\n', partial: true },
  {
    name: 'duplicate keys',
    content: `${pod('{containers: []}')}spec: {containers: [{name: b, image: b}]}\n`,
    partial: false,
  },
  {
    name: '__proto__ and constructor as keys',
    content: pod(
      '{containers: [{name: a, image: a}]}',
      ', labels: {__proto__: x, constructor: y}, __proto__: {privileged: true}',
    ),
    partial: false,
  },
  {
    name: 'an object of 3 MB',
    content: pod('{containers: [{name: a, image: a}]}', `, annotations: {a: "${'x'.repeat(3_000_000)}"}`),
    partial: false,
  },
  {
    name: 'a list of 200,000 entries',
    content: pod(`{containers: [{name: a, image: a, args: [${'x, '.repeat(200_000)}x]}]}`),
    partial: false,
  },
  {
    name: 'wrong types in every field',
    content: pod('{containers: {a: 1}, initContainers: 7, volumes: "x", securityContext: [1], hostNetwork: "yes"}'),
    partial: false,
  },
  {
    name: 'containers that are no objects',
    content: pod('{containers: [1, null, "x", [], {name: 5, securityContext: 3, image: {}, ports: "80"}]}'),
    partial: false,
  },
  {
    name: 'metadata that is a number',
    content: 'apiVersion: v1\nkind: Pod\nmetadata: 5\nspec: {containers: [{name: a, image: a}]}\n',
    partial: false,
  },
  { name: 'a pipe that nobody writes to', make: path => execFileSync('mkfifo', [path]), partial: false },
  { name: 'an endless device behind a link', make: path => symlinkSync('/dev/zero', path), partial: false },
  {
    name: 'a sparse file of a terabyte',
    make: path => {
      writeFileSync(path, '')
      truncateSync(path, 2 ** 40)
    },
    partial: true,
  },
  { name: 'a link to itself', make: path => symlinkSync('bad.yaml', path), partial: false },
  { name: 'a link to the folder above', make: path => symlinkSync('..', path), partial: false },
]

for (const { name, content, make, partial, told } of hostile) {
  test(`${name} does not keep the file next to it from being reported`, () => {
    inTemporaryFolder({ 'in/good.yaml': good, ...(content === undefined ? {} : { 'in/bad.yaml': content }) }, cwd => {
      make?.(join(cwd, 'in/bad.yaml'))
      const started = performance.now()

      const { code, stdout, stderr } = runCli(
        ['scan', 'in', '-o', 'ndjson', '--rule', 'BW-POD-001', '--fail-on', 'none'],
        { cwd },
      )

      assert.ok(performance.now() - started < patienceMs, 'it took too long')
      assert.equal(code, partial ? 4 : 0, stderr.slice(0, 2000))
      const lines = stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as Record<string, never>)
      assert.ok(
        lines.some(line => (line['subject'] as { name: string } | undefined)?.name === 'good'),
        'the good file is missing',
      )
      assert.equal((lines.at(-1)!['summary'] as unknown as { partial: boolean }).partial, partial)
      if (told !== undefined) assert.match(stderr, told)
    })
  })
}

test('names that hold newlines, escapes and CI commands stay one inert line', () => {
  const name = '"a\\n::error::x\\u001b[31m##vso[task.complete]<script>"'
  const text = good.replace('name: good', `name: ${name}`)
  for (const format of ['compact', 'table', 'github', 'azure', 'markdown']) {
    const { stdout, stderr } = runCli(['scan', '-', '-o', format, '--rule', 'BW-POD-001'], { input: text })

    assert.ok(!`${stdout}${stderr}`.includes('\u001b[31m##'), format)
    assert.doesNotMatch(stdout, /^(::error::x|##vso\[task\.complete)/m, format)
  }
})

test('a repository cannot make a scan read or write outside itself', () => {
  const settings = 'scan:\n  output: ["json=../stolen.json"]\n'
  const result = inTemporaryFolder(
    { 'repo/.git/HEAD': 'x', 'repo/breakwater.yaml': settings, 'repo/a.yaml': good },
    folder => runCli(['scan', '.'], { cwd: join(folder, 'repo') }),
  )

  assert.equal(result.code, 2)
  assert.match(result.stderr, /breakwater\.yaml:2:\d+ {2}error CONFIG_NOT_TRUSTED/)
})

test('a link out of the tree is not followed, and it is said', () => {
  inTemporaryFolder({ 'secret/pod.yaml': good, 'in/good.yaml': good }, cwd => {
    symlinkSync('../secret', join(cwd, 'in/link'))

    const { stdout } = runCli(['scan', 'in', '-o', 'ndjson', '--rule', 'BW-POD-001'], { cwd })

    assert.equal(stdout.includes('link/pod.yaml'), false)
    assert.match(stdout, /"skipped":\[\{"reason":"[^"]*link/)
  })
})
