import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { FileWriteError, writeFileAtomic } from './atomic-write.ts'

const root = mkdtempSync(join(tmpdir(), 'atomic-write-'))
after(() => rmSync(root, { recursive: true, force: true }))

test('a file appears whole and no temporary stays beside it', async () => {
  const folder = join(root, 'whole')
  mkdirSync(folder)

  await writeFileAtomic(join(folder, 'a.txt'), 'one')
  await writeFileAtomic(join(folder, 'a.txt'), ['two', new TextEncoder().encode(' and three')])

  assert.equal(readFileSync(join(folder, 'a.txt'), 'utf8'), 'two and three')
  assert.deepEqual(readdirSync(folder), ['a.txt'])
})

test('an existing file keeps its permission bits', async () => {
  const file = join(root, 'script.sh')
  await writeFileAtomic(file, 'a')
  chmodSync(file, 0o750)

  await writeFileAtomic(file, 'b')

  assert.equal(statSync(file).mode & 0o777, 0o750)
})

test('a symbolic link stays a link and its target is replaced', async () => {
  const target = join(root, 'target.txt')
  await writeFileAtomic(target, 'old')
  symlinkSync(target, join(root, 'link.txt'))

  await writeFileAtomic(join(root, 'link.txt'), 'new')

  assert.equal(readFileSync(target, 'utf8'), 'new')
})

test('a failing producer leaves the old content and no temporary', async () => {
  const folder = join(root, 'failing')
  mkdirSync(folder)
  const file = join(folder, 'report.json')
  await writeFileAtomic(file, 'old')
  async function* broken(): AsyncGenerator<string> {
    yield 'half'
    throw new Error('the source broke')
  }

  await assert.rejects(writeFileAtomic(file, broken()), /cannot write .*report\.json: the source broke/)

  assert.equal(readFileSync(file, 'utf8'), 'old')
  assert.deepEqual(readdirSync(folder), ['report.json'])
})

const refusals = [
  { name: 'a missing folder', path: 'no/such/folder/a.txt', message: /its folder does not exist/ },
  { name: 'a folder as target', path: '.', message: /it is a folder/ },
  { name: 'a file as folder', path: 'target.txt/a', message: /a part of its path is not a folder/ },
]
for (const { name, path, message } of refusals) {
  test(`${name} is refused with the reason`, async () => {
    await assert.rejects(writeFileAtomic(join(root, path), 'x'), (error: unknown) => {
      assert.ok(error instanceof FileWriteError)
      assert.equal(error.code, 'FILE_NOT_WRITTEN')
      assert.match(error.message, message)
      return true
    })
  })
}
