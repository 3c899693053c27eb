import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { metaOf, settingsOf } from '../../src/apps/configuration/layers.ts'
import { errorCodes } from '../../src/apps/error-codes.ts'
import { ruleSources } from '../../src/apps/rules/rule-sources.ts'
import { ruleIndex, rulePage } from '../../src/report/index.ts'

const root = join(import.meta.dirname, '../..')

export interface GeneratedFile {
  /** Relative to the repository. */
  readonly path: string
  readonly text: string
}

/** The pages of the documentation that are made from the program itself. */
export function generatedFiles(): GeneratedFile[] {
  const sources = ruleSources()
  return [
    ...sources.map(source => ({ path: source.rule.docs, text: rulePage(source) })),
    { path: 'docs/rules/README.md', text: ruleIndex(sources.map(({ rule }) => rule)) },
    { path: 'docs/settings.md', text: settingsPage() },
    { path: 'docs/errors.md', text: errorsPage() },
    { path: 'README.md', text: readme() },
  ]
}

function settingsPage(): string {
  const rows = [...settingsOf()].map(({ path, schema }) => {
    const { description, default: standard, trust } = metaOf(schema)
    const where = trust === 'user' ? 'user only' : 'repository, user'
    return `| \`${path.join('.')}\` | ${description ?? ''} | ${standard === undefined ? '' : `\`${JSON.stringify(standard)}\``} | ${where} |`
  })
  return `<!-- Generated from src/apps/configuration/schema.ts; do not edit. -->

# Settings

Flags win over the environment, the environment over the nearest \`breakwater.yaml\`, that over
\`$XDG_CONFIG_HOME/breakwater/config.yaml\`, and that over the defaults. Maps merge, lists replace, \`null\` resets to the
default. In the environment \`scan.failOn\` is \`BREAKWATER_SCAN__FAIL_ON\`; lists are split at commas.
\`breakwater explain config\` shows every value and where it came from.

The nearest \`breakwater.yaml\` is sought from the working folder upwards to the root of the repository; outside a
repository only the working folder counts. It is **untrusted**: it comes from whoever wrote the repository. Settings marked
"user only" are refused there, and so are paths outside the repository.

| Setting | Meaning | Default | May be set in |
|---|---|---|---|
${rows.join('\n')}
`
}

function errorsPage(): string {
  const rows = errorCodes.map(({ code, meaning, next }) => `| \`${code}\` | ${meaning} | ${next} |`)
  return `<!-- Generated from src/apps/error-codes.ts; do not edit. -->

# Error codes

Errors and diagnostics carry a stable code. \`breakwater explain CODE\` prints the same.

| Code | Meaning | What to do |
|---|---|---|
${rows.join('\n')}
`
}

const sessionCommand = ['scan', 'examples/misplaced-security-context', '-o', 'table', '--color', 'never']

/** The README with the real output of its first session between the two marks. */
function readme(): string {
  const text = readFileSync(join(root, 'README.md'), 'utf8')
  const program = join(root, 'src/apps/cli/main.ts')
  const { stdout } = spawnSync(process.execPath, [program, ...sessionCommand], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] ?? '', XDG_CONFIG_HOME: '/nonexistent' },
  })
  const session = `$ npx breakwater scan examples/misplaced-security-context\n${stdout.trimEnd()}`
  const indented = session
    .split('\n')
    .map(line => (line === '' ? '' : `    ${line}`))
    .join('\n')
  return text.replace(
    /(<!-- session:start [^\n]*-->\n)[\s\S]*?(<!-- session:end -->)/,
    (_, start: string, end: string) => `${start}\n${indented}\n\n${end}`,
  )
}
