// What `npm start` does: shows the program at work on the examples, and says what to do next.

import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const say = text => process.stderr.write(`${text}\n`)

say('Scanning the examples of this repository: breakwater scan examples\n')
const scan = spawnSync(
  process.execPath,
  [join(root, 'bin/breakwater.js'), 'scan', 'examples', '-o', 'table', '--fail-on', 'none'],
  {
    cwd: root,
    stdio: 'inherit',
  },
)
if (scan.status !== 0) process.exit(scan.status ?? 70)

say(`
What to do next:
  npx breakwater scan FOLDER                     your own manifests
  npx breakwater scan FOLDER -o html=report.html a report to read in a browser
  npx breakwater scan FOLDER --fail-on high      as a gate in a pipeline
  npx breakwater explain BW-POD-001              what a rule means and what to do
  npx breakwater --help                          everything else
  npm test                                       the tests of this repository`)
