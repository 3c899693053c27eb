/**
 * Records what a real API server decides about the generated scenarios of `test/conformance/admission/`: one file for
 * each minor.
 *
 *   KUBEBUILDER_ASSETS=<folder of the minor> node tools/generate/record-admission.ts 1.37
 */
import { join } from 'node:path'
import { writeFileAtomic } from '../../src/adapters/fs/atomic-write.ts'
import { scenarios } from '../../test/conformance/admission/admission-cases.ts'
import { askAdmission } from '../../test/conformance/admission/ask-server.ts'
import { RECORDED_ROUNDS, RECORDED_SEED } from '../../test/conformance/admission/recording.ts'

const [minor] = process.argv.slice(2)
if (minor === undefined) throw new Error('usage: record-admission.ts 1.NN')

const answers = await askAdmission(scenarios(RECORDED_SEED, RECORDED_ROUNDS), done => {
  if (done % 20 === 0) process.stderr.write(`${done}\n`)
})
await writeFileAtomic(
  join(import.meta.dirname, `../../test/conformance/admission/answers-${minor}.json`),
  `[\n${answers.map(answer => JSON.stringify(answer)).join(',\n')}\n]\n`,
)
