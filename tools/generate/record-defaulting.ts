/**
 * Records what a real API server makes of `test/conformance/defaulting/objects.yaml`: its answer to a dry-run creation,
 * with the admission plug-ins off that add to an object what is no default. One file for each minor.
 *
 *   KUBEBUILDER_ASSETS=<folder of the minor> node tools/generate/record-defaulting.ts 1.37
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments } from 'yaml'
import { writeFileAtomic } from '../../src/adapters/fs/atomic-write.ts'
import { askForDefaults } from '../../test/conformance/defaulting/ask-server.ts'

const [minor] = process.argv.slice(2)
if (minor === undefined) throw new Error('usage: record-defaulting.ts 1.NN')

const folder = join(import.meta.dirname, '../../test/conformance/defaulting')
const objects = parseAllDocuments(readFileSync(join(folder, 'objects.yaml'), 'utf8')).map(
  document => document.toJS() as Record<string, unknown>,
)
const answers = await askForDefaults(objects)
for (const { name, error } of answers) if (error !== undefined) process.stderr.write(`${name}: ${error}\n`)
await writeFileAtomic(
  join(folder, `answers-${minor}.json`),
  `[\n${answers.map(({ name, object, error }) => JSON.stringify({ name, ...(error === undefined ? { object } : { error }) })).join(',\n')}\n]\n`,
)
