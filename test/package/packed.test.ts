import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

const root = join(import.meta.dirname, '../..')
let home = ''
let installed = ''

before(() => {
  const stage = execFileSync(process.execPath, [join(root, 'tools/pack.mjs'), 'stage'], {
    cwd: root,
    encoding: 'utf8',
  }).trim()
  home = mkdtempSync(join(tmpdir(), 'packed-'))
  installed = join(home, 'node_modules', 'breakwater')
  cpSync(stage, installed, { recursive: true })
  cpSync(join(root, 'examples', 'broken-cidr'), join(home, 'manifests'), { recursive: true })
  writeFileSync(
    join(home, 'pod.yaml'),
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n    - name: web\n      image: web\n      securityContext:\n        privileged: true\n',
  )
})
after(() => rmSync(home, { recursive: true, force: true }))

const run = (node: string, ...args: string[]) =>
  spawnSync(node, [join(installed, 'bin/breakwater.js'), ...args], {
    cwd: home,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], CI: '' },
  })

const node24 = process.env['TEST_NODE_24']
const runtimes = [
  { name: 'this Node', program: process.execPath, skip: false as const },
  {
    name: 'Node 24',
    program: node24 ?? '',
    skip: node24 !== undefined && existsSync(node24) ? (false as const) : 'TEST_NODE_24 names no Node 24',
  },
]

for (const { name, program, skip } of runtimes) {
  test(`the packed package scans on ${name} without anything installed beside it`, { skip }, () => {
    const result = run(program, 'scan', 'pod.yaml', '--rule', 'BW-POD-001', '-o', 'ndjson', '--fail-on', 'critical')

    assert.equal(result.stderr, '')
    assert.equal(result.status, 1)
    const lines = result.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Record<string, unknown>)
    assert.equal(lines[0]?.['ruleId'], 'BW-POD-001')
    assert.equal(lines.length, 2)
  })

  test(`the packed package works as a library on ${name}`, { skip }, () => {
    writeFileSync(
      join(home, 'use.mjs'),
      "import { scan } from 'breakwater'\nconst report = await scan({ paths: ['pod.yaml'], rules: ['BW-POD-001'] })\nconsole.log(report.findings.map(f => f.ruleId).join())\n",
    )

    const result = spawnSync(program, ['use.mjs'], { cwd: home, encoding: 'utf8' })

    assert.equal(result.stderr, '')
    assert.equal(result.stdout, 'BW-POD-001\n')
  })
}

test('the packed package asks for Node 24, installs nothing and runs nothing when it is installed', () => {
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>

  assert.deepEqual(manifest['engines'], { node: '>=24' })
  for (const field of ['dependencies', 'optionalDependencies', 'scripts']) assert.equal(manifest[field], undefined)
})

test('the types of the packed package serve a user of the library', () => {
  writeFileSync(
    join(home, 'use.ts'),
    "import { scan, type Finding } from 'breakwater'\nconst report = await scan({ paths: ['.'] })\nexport const first: Finding | undefined = report.findings[0]\nconst n: number = report.summary.objects\nconsole.log(n)\n",
  )
  writeFileSync(join(home, 'package.json'), '{"type":"module"}')
  writeFileSync(
    join(home, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        module: 'nodenext',
        target: 'es2024',
        lib: ['es2024', 'dom'],
        strict: true,
        noEmit: true,
        types: [],
      },
      files: ['use.ts'],
    }),
  )

  const result = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', home], {
    encoding: 'utf8',
  })

  assert.equal(result.stdout, '')
  assert.equal(result.status, 0)
})
