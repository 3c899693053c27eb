import { readFileSync, writeFileSync } from 'node:fs'
import { startControlPlane } from '../../control-plane.ts'
import { INCOMPARABLE, OBJECT_TEXT, serverAnswer } from './compare-answers.ts'
import { generatedExpressions } from './generated-expressions.ts'
import { askServer } from './server-oracle.ts'

/** Records a real server's answers: `KUBEBUILDER_ASSETS=... node record-server-answers.ts`. */
const written = readFileSync(new URL('expressions.txt', import.meta.url), 'utf8').split('\n')
// Every sixteenth generated expression keeps the file small; the differential test asks about all of them.
const generated = generatedExpressions().filter((_, i) => i % 16 === 0)
const expressions = [...new Set([...written, ...generated])].filter(expr => expr !== '' && !INCOMPARABLE.test(expr))
const plane = await startControlPlane()
try {
  const answers = await askServer(plane, expressions, JSON.parse(OBJECT_TEXT) as Record<string, unknown>)
  const rows = expressions.map((expr, i) => JSON.stringify([expr, serverAnswer(answers[i]!)]))
  writeFileSync(new URL('server-answers.generated.json', import.meta.url), `[\n${rows.join(',\n')}\n]\n`)
  process.stdout.write(`${rows.length} answers recorded\n`)
} finally {
  await plane.stop()
}
