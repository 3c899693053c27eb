// Records how kubectl reads the cases of test/conformance/reading, for machines without one. Needs KUBEBUILDER_ASSETS.
import { writeFileAtomic } from '../../src/adapters/fs/atomic-write.ts'
import { readingCases } from '../../test/conformance/reading/cases.ts'
import { kubectlAnswers } from '../../test/conformance/reading/kubectl-answers.ts'
import { startControlPlane } from '../../test/control-plane.ts'

const server = await startControlPlane()
try {
  const { stdout } = await server.kubectl(['version', '--client', '-o', 'json'])
  const { gitVersion } = (JSON.parse(stdout) as { clientVersion: { gitVersion: string } }).clientVersion
  const answers = await kubectlAnswers(server, readingCases)
  const lines = readingCases.map((reading, i) => `    ${JSON.stringify(reading.name)}: ${JSON.stringify(answers[i])}`)
  const path = new URL('../../test/conformance/reading/recorded.generated.json', import.meta.url).pathname
  await writeFileAtomic(
    path,
    `{\n  "version": ${JSON.stringify(gitVersion)},\n  "answers": {\n${lines.join(',\n')}\n  }\n}\n`,
  )
  process.stdout.write(`${lines.length} answers of kubectl ${gitVersion} in ${path}\n`)
} finally {
  await server.stop()
}
