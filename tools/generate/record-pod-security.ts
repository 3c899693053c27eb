/**
 * Records what Pod Security Admission of a real API server says to every case of `test/conformance/pss/pod-cases.ts`, at
 * both levels of every version up to its own.
 *
 *   KUBEBUILDER_ASSETS=<folder of the minor> node tools/generate/record-pod-security.ts
 */
import { join } from 'node:path'
import { writeFileAtomic } from '../../src/adapters/fs/atomic-write.ts'
import { askStandards } from '../../test/conformance/pss/ask-server.ts'
import { podCases } from '../../test/conformance/pss/pod-cases.ts'

const cases = podCases()
const { newest, answers } = await askStandards(cases)
const lines = cases.map(({ name }, i) => `${JSON.stringify(name)}: ${JSON.stringify(answers[i])}`)
await writeFileAtomic(
  join(import.meta.dirname, `../../test/conformance/pss/answers-1.${newest}.json`),
  `{\n${lines.join(',\n')}\n}\n`,
)
process.stderr.write(`${cases.length} cases, ${answers.filter(answer => answer === 'refused').length} refused\n`)
