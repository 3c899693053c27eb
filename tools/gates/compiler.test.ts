import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../..')

/** Errors of the compiler for one file that is built as the pure folders are. */
function compilePure(text: string): string {
  const home = mkdtempSync(join(tmpdir(), 'pure-'))
  try {
    mkdirSync(join(home, 'src'))
    writeFileSync(join(home, 'package.json'), '{"type":"module"}')
    writeFileSync(join(home, 'src/planted.ts'), text)
    writeFileSync(
      join(home, 'tsconfig.json'),
      JSON.stringify({
        extends: join(root, 'tsconfig.pure.json'),
        compilerOptions: { rootDir: 'src', outDir: 'out', tsBuildInfoFile: 'out/info' },
        include: ['src/**/*.ts', join(root, 'src/lib/platform.d.ts')],
        exclude: [],
      }),
    )
    return spawnSync(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), '-p', home, '--pretty', 'false', '--rootDir', '/'],
      { encoding: 'utf8' },
    ).stdout
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

const leaks = [
  { name: 'the environment', text: 'export const home = process.env.HOME\n', found: /Cannot find name 'process'/ },
  { name: 'a timer', text: 'export const t = setTimeout(() => {}, 1)\n', found: /Cannot find name 'setTimeout'/ },
  { name: 'the document of a page', text: 'export const d = document.title\n', found: /Cannot find name 'document'/ },
  { name: 'the network', text: "export const r = fetch('https://example.com')\n", found: /Cannot find name 'fetch'/ },
  {
    name: 'a file',
    text: "import { readFileSync } from 'node:fs'\nexport const f = readFileSync\n",
    found: /Cannot find (module|name) 'node:fs'/,
  },
  { name: 'an enum, which type stripping cannot run', text: 'export enum A { B }\n', found: /erasableSyntaxOnly/ },
]

for (const { name, text, found } of leaks) {
  test(`a pure folder that reaches ${name} does not compile`, () => {
    assert.match(compilePure(text), found)
  })
}

test('pure code compiles', () => {
  assert.equal(compilePure('export const bytes = new TextEncoder().encode("a")\n'), '')
})

test('the linter refuses a default export and an unchecked type', () => {
  const home = mkdtempSync(join(root, '.cache', 'lint-'))
  try {
    writeFileSync(join(home, 'planted.ts'), 'const a: any = 1\nexport default a\n')

    const result = spawnSync(
      process.execPath,
      [
        join(root, 'node_modules/@biomejs/biome/bin/biome'),
        'lint',
        '--config-path',
        root,
        '--vcs-enabled=false',
        '--max-diagnostics=20',
        join(home, 'planted.ts'),
      ],
      { cwd: root, encoding: 'utf8' },
    )

    assert.notEqual(result.status, 0)
    assert.match(result.stdout + result.stderr, /noExplicitAny/)
    assert.match(result.stdout + result.stderr, /noDefaultExport/)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
})
