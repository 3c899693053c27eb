/** Everything in the repository that is generated from something else in it. A test fails where one differs. */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { writeFileAtomic } from '../../src/adapters/fs/atomic-write.ts'
import { generatedFiles } from './generated-files.ts'

const root = join(import.meta.dirname, '../..')
for (const { path, text } of generatedFiles()) {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  await writeFileAtomic(join(root, path), text)
}
