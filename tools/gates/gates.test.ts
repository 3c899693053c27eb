import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkCycles } from './cycles.ts'
import { type AllowedDependencies, checkDependencies, checkLock } from './dependencies.ts'
import { checkFileNames, checkLayers } from './layers.ts'
import { checkPurity } from './purity.ts'
import { runGates } from './run.ts'
import type { SourceFile, Violation } from './source-file.ts'
import { checkWrites } from './writes.ts'

const file = (path: string, text: string): SourceFile => ({ path, text })
const told = (violations: readonly Violation[]) => violations.map(v => `${v.path}:${v.line} ${v.message}`)

const planted: readonly { name: string; found: readonly Violation[]; expected: readonly string[] }[] = [
  {
    name: 'a model that imports an analysis',
    found: checkLayers([file('src/model/a.ts', "\nimport { x } from '../analyses/policy/x.ts'\n")]),
    expected: ['src/model/a.ts:2 model imports from analyses, which stands below it'],
  },
  {
    name: 'a dynamic import against the order',
    found: checkLayers([file('src/read/a.ts', "const x = await import('../apps/cli/main.ts')\n")]),
    expected: ['src/read/a.ts:1 read imports from apps, which stands below it'],
  },
  {
    name: 'two analyses that import each other',
    found: checkLayers([file('src/analyses/image/a.ts', "import type { N } from '../network/n.ts'\n")]),
    expected: ['src/analyses/image/a.ts:1 analysis image imports analysis network'],
  },
  {
    name: 'a program file that imports test equipment',
    found: checkLayers([file('src/apps/cli/a.ts', "import { f } from '../../../test/fake.ts'\n")]),
    expected: ['src/apps/cli/a.ts:1 imports test/fake.ts, which is outside src/'],
  },
  {
    name: 'a folder outside the architecture',
    found: checkLayers([file('src/shared/a.ts', "import { f } from '../lib/f.ts'\n")]),
    expected: ['src/shared/a.ts:1 folder src/shared is not part of the architecture'],
  },
  {
    name: 'an import cycle through a re-export',
    found: checkCycles([
      file('src/lib/b.ts', "export { a } from './a.ts'\n"),
      file('src/lib/a.ts', "import { c } from './c.ts'\n"),
      file('src/lib/c.ts', "import { b } from './b.ts'\n"),
    ]),
    expected: ['src/lib/a.ts:1 import cycle: src/lib/a.ts -> src/lib/c.ts -> src/lib/b.ts -> src/lib/a.ts'],
  },
  {
    name: 'a clock, randomness and a built-in module in a pure folder',
    found: checkPurity([
      file(
        'src/lib/a.ts',
        "import { readFileSync } from 'node:fs'\nexport const t = Date.now()\nexport const d = new Date()\nexport const r = Math.random()\n",
      ),
    ]),
    expected: [
      'src/lib/a.ts:2 "Date.now" reads the clock',
      'src/lib/a.ts:3 "new Date()" reads the clock',
      'src/lib/a.ts:4 "Math.random" is random',
      'src/lib/a.ts:1 imports node:fs',
    ],
  },
  {
    name: 'a file written past the atomic writer',
    found: checkWrites([
      file('src/apps/cli/a.ts', "import { writeFileSync } from 'node:fs'\nwriteFileSync('x', 'y')\n"),
    ]),
    expected: ['src/apps/cli/a.ts:2 "writeFileSync(" writes a file; only src/adapters/fs/atomic-write.ts does'],
  },
  {
    name: 'a file opened for writing past the atomic writer',
    found: checkWrites([file('src/adapters/x.ts', "import { open } from 'node:fs/promises'\nawait open(path, 'w')\n")]),
    expected: ['src/adapters/x.ts:2 "open(path, \'w" writes a file; only src/adapters/fs/atomic-write.ts does'],
  },
  {
    name: 'names that say nothing',
    found: checkFileNames(['src/lib/utils.ts', 'src/lib/helpers/a.ts', 'src/lib/ipSet.ts', 'src/lib/ip-set.test.ts']),
    expected: [
      'src/lib/utils.ts:1 the name "utils.ts" says nothing',
      'src/lib/helpers/a.ts:1 the name of its folder says nothing',
      'src/lib/ipSet.ts:1 file names are kebab-case',
    ],
  },
  {
    name: 'a package that runs code when it is installed',
    found: checkLock({
      packages: {
        '': {},
        'node_modules/a': { hasInstallScript: true, integrity: 'sha512-x' },
        'node_modules/b': { resolved: 'https://registry.example/b.tgz' },
      },
    }),
    expected: [
      'package-lock.json:1 node_modules/a has an install script',
      'package-lock.json:1 node_modules/b has no integrity digest',
      'package-lock.json:1 node_modules/b names a download address',
    ],
  },
]

for (const { name, found, expected } of planted) {
  test(`a gate catches ${name}`, () => {
    assert.deepEqual(told(found), expected)
  })
}

test('a dependency that is not allowed, not pinned, unexplained or imported in the wrong place is caught', () => {
  const allowed: AllowedDependencies = {
    dependencies: { yaml: { reason: 'short', in: ['src/lib/yaml/'] }, gone: { reason: 'a reason of some length' } },
    devDependencies: {},
    optionalDependencies: {},
  }
  const files = [
    file('src/model/a.ts', "import { parse } from 'yaml'\nimport left from 'left-pad'\nimport fs from 'node:fs'\n"),
  ]

  const found = checkDependencies({ dependencies: { yaml: '^2.0.0', other: '1.0.0' } }, allowed, files)

  assert.deepEqual(told(found), [
    'package.json:1 "yaml" is not pinned to one version: ^2.0.0',
    'package.json:1 dependencies "other" is not on the list of allowed dependencies',
    'tools/gates/allowed-dependencies.json:1 "yaml" has no reason',
    'tools/gates/allowed-dependencies.json:1 "gone" is allowed but not declared',
    'src/model/a.ts:1 "yaml" may not be imported here',
    'src/model/a.ts:2 imports "left-pad", which is not on the list of allowed dependencies',
  ])
})

test('what the gates allow raises nothing', () => {
  const files = [
    file(
      'src/lib/a.ts',
      "// Date.now() in a comment\nexport const text = 'new Date(at)'\nexport const d = new Date(0)\n",
    ),
    file('src/analyses/paths/p.ts', "import { f } from '../network/f.ts'\nimport { m } from '../../model/m.ts'\n"),
    file('src/analyses/policy/p.test.ts', "import { start } from '../../../test/control-plane.ts'\n"),
    file('src/adapters/fs/atomic-write.ts', "import { open } from 'node:fs/promises'\nawait open(path, 'w')\n"),
  ]

  assert.deepEqual(
    told([...checkLayers(files), ...checkCycles(files), ...checkPurity(files), ...checkWrites(files)]),
    [],
  )
})

test('the repository itself passes every gate', () => {
  assert.deepEqual(told(runGates(new URL('../..', import.meta.url).pathname)), [])
})
