import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, test } from 'node:test'
import { defaultManifestLimits, type ManifestReading } from '../../read/manifests/manifest.ts'
import { writeFileAtomic } from './atomic-write.ts'
import { defaultInputLimits, findInputs } from './inputs.ts'
import { readFile, readInput } from './read-input.ts'

const home = mkdtempSync(join(tmpdir(), 'inputs-'))
after(() => rmSync(home, { recursive: true, force: true }))

const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n'
let folders = 0

/** A new folder with these files. */
async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(home, `folder-${folders++}`)
  mkdirSync(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    await writeFileAtomic(join(folder, name), text)
  }
  return folder
}

function seen(folder: string, exclude: readonly string[] = [], paths = [folder]) {
  const { files, skipped, diagnostics, renderUnits } = findInputs(paths, exclude)
  return {
    files: files.map(file => file.path.replace(`${folder}/`, '')),
    skipped: Object.fromEntries(skipped.map(({ reason, count }) => [reason, count])),
    codes: diagnostics.map(d => d.code),
    units: renderUnits.map(unit => `${unit.kind} ${unit.root.replace(folder, '.')} ${unit.files}`),
  }
}

test('a folder gives its manifests, and counts what is passed over', async () => {
  const folder = await folderOf({
    'a.yaml': pod,
    'b/c.yml': pod,
    'b/d.JSON': '{}',
    'b/readme.md': '',
    '.github/e.yaml': pod,
    '.git/f.yaml': pod,
    'node_modules/x/g.yaml': pod,
    'vendor/h.yaml': pod,
  })

  assert.deepEqual(seen(folder, ['vendor']), {
    files: ['.github/e.yaml', 'a.yaml', 'b/c.yml', 'b/d.JSON'],
    skipped: { 'folder .git': 1, 'not a manifest name': 1, 'folder node_modules': 1, 'excluded by --exclude': 1 },
    codes: [],
    units: [],
  })
})

test('a file that is named is read whatever its name, and once', async () => {
  const folder = await folderOf({ 'a.txt': pod, 'b.yaml': pod })

  const { files } = seen(folder, [], [join(folder, 'a.txt'), folder, join(folder, 'b.yaml')])

  assert.deepEqual(files, ['a.txt', 'b.yaml'])
})

test('a pattern finds what it matches', async () => {
  const folder = await folderOf({ 'a.yaml': pod, 'x/b.yaml': pod, 'x/y/c.yaml': pod, 'x/d.txt': pod })

  assert.deepEqual(seen(folder, [], [`${folder}/**/[bc].yaml`]).files, ['x/b.yaml', 'x/y/c.yaml'])
  assert.deepEqual(
    seen(folder, [], [`${folder}/x/*`]).files,
    ['x/b.yaml', 'x/d.txt', 'x/y/c.yaml']
      .filter(f => !f.includes('/y/'))
      .concat('x/y/c.yaml')
      .toSorted(),
  )
  assert.deepEqual(seen(folder, [], [`${folder}/*.none`]).codes, ['INPUT_NOT_FOUND'])
  assert.deepEqual(seen(folder, [], [`${folder}/missing`]).codes, ['INPUT_NOT_FOUND'])
})

test('links inside are followed once, loops and links to the outside are not', async () => {
  const outside = await folderOf({ 'secret.yaml': pod })
  const folder = await folderOf({ 'real/a.yaml': pod, 'hidden/real.txt': pod })
  symlinkSync(join(outside, 'secret.yaml'), join(folder, 'out.yaml'))
  symlinkSync(outside, join(folder, 'out'))
  symlinkSync(folder, join(folder, 'real/loop'))
  symlinkSync('self.yaml', join(folder, 'self.yaml'))
  symlinkSync('nowhere.yaml', join(folder, 'broken.yaml'))
  symlinkSync('hidden/real.txt', join(folder, 'named.yaml'))
  symlinkSync('real/a.yaml', join(folder, 'again.yaml'))

  assert.deepEqual(seen(folder), {
    files: ['real/a.yaml', 'named.yaml'],
    skipped: {
      'not a manifest name': 1,
      'link to what is read anyway': 2,
      'link that leads nowhere': 1,
      'link that leads out of the folder': 2,
      'link that leads to itself': 1,
    },
    codes: [],
    units: [],
  })
})

test('pipes in a folder are never opened', { skip: process.platform === 'win32' }, async () => {
  const folder = await folderOf({ 'a.yaml': pod })
  execFileSync('mkfifo', [join(folder, 'pipe.yaml')])

  assert.deepEqual(seen(folder).skipped, { 'named pipe': 1 })
  const [reading] = [...readFile(join(folder, 'pipe.yaml'))]
  assert.equal(reading?.diagnostics[0]?.code, 'INPUT_UNREADABLE')
})

test('a folder that may not be read is told', {
  skip: process.getuid?.() === 0 || process.platform === 'win32',
}, async () => {
  const folder = await folderOf({ 'a.yaml': pod, 'b/c.yaml': pod })
  chmodSync(join(folder, 'b'), 0)

  assert.deepEqual(seen(folder).codes, ['INPUT_UNREADABLE'])
  chmodSync(join(folder, 'b'), 0o755)
})

test('too many files and too deep folders are told', async () => {
  const folder = await folderOf({ 'a/b/c/d.yaml': pod, 'e.yaml': pod, 'f.yaml': pod })

  const few = findInputs([folder], [], { ...defaultInputLimits, maxFiles: 2 })
  const flat = findInputs([folder], [], { ...defaultInputLimits, maxFolderDepth: 2 })

  assert.deepEqual([few.files.length, few.diagnostics[0]?.code], [2, 'INPUT_FILES_LIMIT'])
  assert.deepEqual([flat.files.length, flat.diagnostics[0]?.code], [2, 'INPUT_FOLDER_DEPTH'])
})

test('a chart is one render unit and none of its files is read', async () => {
  const folder = await folderOf({
    'chart/Chart.yaml': 'name: x\n',
    'chart/values.yaml': 'a: 1\n',
    'chart/templates/a.yaml': '{{ .Values.a }}\n',
    'chart/charts/sub/Chart.yaml': 'name: y\n',
    'plain.yaml': pod,
  })

  assert.deepEqual(seen(folder), { files: ['plain.yaml'], skipped: {}, codes: [], units: ['helm ./chart 4'] })
})

test('a kustomization keeps its patches to itself; its resources are read as written', async () => {
  const folder = await folderOf({
    'base/kustomization.yaml': 'resources: [deployment.yaml]\nconfigMapGenerator:\n- files: [settings.yaml]\n',
    'base/deployment.yaml': pod,
    'base/settings.yaml': 'a: 1\n',
    'overlay/Kustomization': 'resources: [../base]\npatches:\n- path: ../patches/patch.yaml\n',
    'patches/patch.yaml': 'spec: {}\n',
  })

  assert.deepEqual(seen(folder), {
    files: ['base/deployment.yaml'],
    skipped: {},
    codes: [],
    units: ['kustomize ./base 2', 'kustomize ./overlay 2'],
  })
})

describe('reading a file', () => {
  test('gives what it holds', async () => {
    const folder = await folderOf({ 'a.yaml': pod })

    const readings = await collected(join(folder, 'a.yaml'))

    assert.equal(readings.flatMap(r => r.manifests).length, 1)
  })

  test('in pieces gives the same beyond the bound of a document', async () => {
    const folder = await folderOf({
      'a.yaml': Array.from({ length: 500 }, (_, i) => pod.replace('name: a', `name: a${i}`)).join('---\n'),
    })
    const limits = { ...defaultManifestLimits, maxDocumentBytes: 1000 }

    const readings = [...readFile(join(folder, 'a.yaml'), limits)]

    assert.equal(readings.flatMap(r => r.manifests).length, 500)
    assert.deepEqual(
      readings.flatMap(r => r.diagnostics),
      [],
    )
  })

  test('that is sparse and endless stops at once', async () => {
    const folder = await folderOf({ 'a.yaml': pod })
    truncateSync(join(folder, 'a.yaml'), 1024 ** 4)
    const before = performance.now()

    const readings = [...readFile(join(folder, 'a.yaml'))]

    assert.deepEqual(
      readings.flatMap(r => r.diagnostics.map(d => d.code)),
      ['READ_BINARY'],
    )
    assert.ok(performance.now() - before < 1000)
  })

  test('that is a device stops at once', { skip: process.platform === 'win32' }, async () => {
    const { files } = findInputs(['/dev/zero'])

    const readings = await collected(files[0]!.path)

    assert.deepEqual(
      readings.flatMap(r => r.diagnostics.map(d => d.code)),
      ['READ_BINARY'],
    )
  })

  test('that is gone is told', async () => {
    assert.deepEqual(
      [...readFile(join(home, 'gone.yaml'))][0]?.diagnostics.map(d => d.code),
      ['INPUT_UNREADABLE'],
    )
  })
})

async function collected(path: string): Promise<ManifestReading[]> {
  const readings: ManifestReading[] = []
  for (const input of findInputs([path]).files) for await (const reading of readInput(input)) readings.push(reading)
  return readings
}
