import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { runCli } from '../run-cli.ts'
import { inTemporaryFolder } from '../temporary-folder.ts'

const privileged = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
      securityContext:
        privileged: true
`
const harmless = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: shop}\ndata: {a: b}\n'

const exits: readonly {
  name: string
  files: Record<string, string>
  args: string[]
  env?: Record<string, string>
  code: number
}[] = [
  { name: 'a clean folder', files: { 'a.yaml': harmless }, args: ['scan', '.'], code: 0 },
  { name: 'findings without a threshold', files: { 'a.yaml': privileged }, args: ['scan', '.'], code: 0 },
  {
    name: 'findings at the threshold',
    files: { 'a.yaml': privileged },
    args: ['scan', '.', '--fail-on', 'critical'],
    code: 1,
  },
  {
    name: 'high findings in a pipeline',
    files: { 'a.yaml': privileged },
    args: ['scan', '.'],
    env: { CI: 'true' },
    code: 1,
  },
  {
    name: 'findings below the threshold',
    files: { 'a.yaml': privileged },
    args: ['scan', '.', '--fail-on', 'high', '--rule', 'BW-POD-028'],
    code: 0,
  },
  {
    name: 'findings and damage: findings are certain',
    files: { 'a.yaml': privileged, 'b.yaml': 'a: [' },
    args: ['scan', '.', '--fail-on', 'low'],
    code: 1,
  },
  { name: 'damage alone', files: { 'a.yaml': harmless, 'b.yaml': 'a: [' }, args: ['scan', '.'], code: 4 },
  { name: 'an empty folder', files: { 'README.md': 'hello' }, args: ['scan', '.'], code: 3 },
  { name: 'a path that does not exist', files: {}, args: ['scan', 'nothing-here'], code: 4 },
  { name: 'no path', files: {}, args: ['scan'], code: 2 },
  { name: 'an unknown flag', files: {}, args: ['scan', '.', '--frobnicate'], code: 2 },
  { name: 'an unknown command', files: {}, args: ['scna'], code: 2 },
  { name: 'an unknown rule', files: { 'a.yaml': harmless }, args: ['scan', '.', '--rule', 'BW-POD-999'], code: 2 },
  {
    name: 'a rule that a parameter makes object',
    files: { 'a.yaml': privileged },
    args: ['scan', '.', '--rule', 'BW-NS-005', '--set', 'BW-NS-005.labels=cost-center', '--fail-on', 'info'],
    code: 1,
  },
  {
    name: 'a parameter that the rule does not have',
    files: { 'a.yaml': harmless },
    args: ['scan', '.', '--set', 'BW-NS-005.label=a'],
    code: 2,
  },
  {
    name: 'a parameter of a wrong form in the settings',
    files: { 'a.yaml': harmless, 'breakwater.yaml': 'scan: {params: {BW-POD-005: {minimum: many}}}' },
    args: ['scan', '.'],
    code: 2,
  },
  { name: 'an unknown pack', files: { 'a.yaml': harmless }, args: ['scan', '.', '--pack', 'recomended'], code: 2 },
  { name: 'an unknown format', files: { 'a.yaml': harmless }, args: ['scan', '.', '-o', 'sarf'], code: 2 },
  {
    name: 'a chart that is not rendered',
    files: {
      'a.yaml': harmless,
      'chart/Chart.yaml': 'name: c\nversion: 1.0.0\n',
      'chart/templates/d.yaml': '{{ .Values.x }}\n',
    },
    args: ['scan', '.'],
    code: 4,
  },
  {
    name: 'a chart whose rendering is waived',
    files: { 'a.yaml': harmless, 'chart/Chart.yaml': 'name: c\nversion: 1.0.0\n' },
    args: ['scan', '.', '--render', 'off'],
    code: 0,
  },
  { name: 'help', files: {}, args: ['--help'], code: 0 },
  { name: 'help of a command', files: {}, args: ['scan', '--help'], code: 0 },
]

for (const { name, files, args, env, code } of exits) {
  test(`the exit code for ${name} is ${code}`, () => {
    const result = inTemporaryFolder(files, cwd => runCli(args, { cwd, ...(env === undefined ? {} : { env }) }))

    assert.equal(result.code, code, result.stderr)
  })
}

const suggestions: readonly { args: string[]; told: RegExp }[] = [
  { args: ['scna', '.'], told: /did you mean `breakwater scan`/ },
  { args: ['scan', '.', '--rule', 'BW-POD-01'], told: /did you mean BW-POD-001/ },
  { args: ['scan', '.', '--pack', 'recomended'], told: /did you mean recommended/ },
  { args: ['scan', '.', '-o', 'sarf'], told: /did you mean sarif/ },
  { args: ['scan', '.', '--sevrity', 'high'], told: /Did you mean --severity/ },
  { args: ['explain', 'BW-POD-0001'], told: /did you mean BW-POD-001/ },
]

for (const { args, told } of suggestions) {
  test(`a wrong word is answered with the right one: ${args.join(' ')}`, () => {
    const result = inTemporaryFolder({ 'a.yaml': harmless }, cwd => runCli(args, { cwd }))

    assert.match(result.stderr, told)
    assert.equal(result.stdout, '')
  })
}

test('several formats are written in one run, files whole', () => {
  inTemporaryFolder({ 'a.yaml': privileged }, cwd => {
    const result = runCli(['scan', 'a.yaml', '-o', 'compact', '-o', 'sarif=out.sarif', '-o', 'html=out.html'], { cwd })

    assert.equal(result.code, 0)
    assert.match(result.stdout, /^a\.yaml:\d+:\d+ {2}critical {2}BW-POD-001 /m)
    assert.equal((JSON.parse(readFileSync(join(cwd, 'out.sarif'), 'utf8')) as { version: string }).version, '2.1.0')
    assert.match(readFileSync(join(cwd, 'out.html'), 'utf8'), /^<!doctype html>/i)
  })
})

test('two formats to standard output are refused', () => {
  const result = inTemporaryFolder({ 'a.yaml': harmless }, cwd =>
    runCli(['scan', '.', '-o', 'json', '-o', 'sarif'], { cwd }),
  )

  assert.equal(result.code, 2)
  assert.match(result.stderr, /TWO_OUTPUTS_TO_STDOUT/)
})

test('an output that cannot be written is said, and nothing is left behind', () => {
  inTemporaryFolder({ 'a.yaml': harmless }, cwd => {
    const result = runCli(['scan', 'a.yaml', '-o', 'json=missing/out.json'], { cwd })

    assert.equal(result.code, 2)
    assert.match(result.stderr, /FILE_NOT_WRITTEN/)
    assert.equal(existsSync(join(cwd, 'missing')), false)
  })
})

test('a failure with -o json leaves stdout empty and writes one JSON line to stderr', () => {
  const result = inTemporaryFolder({ 'a.yaml': harmless }, cwd =>
    runCli(['scan', '.', '-o', 'json', '--rule', 'BW-POD-999'], { cwd }),
  )

  assert.equal(result.stdout, '')
  assert.equal((JSON.parse(result.stderr) as { error: { code: string } }).error.code, 'UNKNOWN_RULE')
})

test('manifests come from standard input', () => {
  const result = runCli(['scan', '-', '-o', 'ndjson', '--rule', 'BW-POD-001'], { input: privileged })

  const [finding, summary] = result.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
  assert.equal(finding?.['ruleId'], 'BW-POD-001')
  assert.ok(summary?.['summary'])
})

const filters: readonly { name: string; args: string[]; rules: readonly string[] }[] = [
  { name: 'a severity', args: ['--severity', 'critical'], rules: ['BW-POD-001'] },
  { name: 'a rule', args: ['--rule', 'BW-POD-034'], rules: ['BW-POD-034'] },
  {
    name: 'an expression',
    args: ['--where', 'severity == "high" && subject.namespace == "shop" && ruleId.startsWith("BW-POD-00")'],
    rules: ['BW-POD-002', 'BW-POD-003'],
  },
  {
    name: 'an expression over the whole finding',
    args: ['--where', 'finding.locations.exists(l, l.key == "container/web") && finding.severity == "critical"'],
    rules: ['BW-POD-001'],
  },
]

for (const { name, args, rules } of filters) {
  test(`findings are filtered by ${name}`, () => {
    const result = inTemporaryFolder({ 'a.yaml': privileged }, cwd =>
      runCli(['scan', '.', '-o', 'json', ...args], { cwd }),
    )

    const { findings } = JSON.parse(result.stdout) as { findings: { ruleId: string }[] }
    assert.deepEqual(findings.map(finding => finding.ruleId).sort(), rules)
  })
}

test('a --where that does not compile is refused with its place', () => {
  const result = inTemporaryFolder({ 'a.yaml': privileged }, cwd =>
    runCli(['scan', '.', '--where', 'severty == "high"'], { cwd }),
  )

  assert.equal(result.code, 2)
  assert.match(result.stderr, /INVALID_WHERE: --where at 1:1: undeclared reference to 'severty'/)
})

test('two threads and one give the same bytes', () => {
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [
      `team-${i % 7}/f-${i}.yaml`,
      privileged.replace('name: web\n  namespace', `name: web-${i}\n  namespace`),
    ]),
  )
  inTemporaryFolder(files, cwd => {
    const [one, two] = ['0', '2'].map(workers =>
      runCli(['scan', '.', '-o', 'ndjson', '--workers', workers], { cwd }).stdout.replace(/"durationMs":\d+/, ''),
    )

    assert.equal(one!.split('\n').length > 400, true)
    assert.equal(two, one)
  })
})

test('files that are renamed or moved keep the fingerprints of what they hold', () => {
  const prints = (name: string) =>
    inTemporaryFolder({ [name]: `# a comment\n\n${privileged}` }, cwd =>
      (
        JSON.parse(runCli(['scan', '.', '-o', 'json'], { cwd }).stdout) as { findings: { fingerprint: string }[] }
      ).findings.map(f => f.fingerprint),
    )

  assert.deepEqual(prints('deploy/a.yaml'), prints('b.yaml'))
})

test('a script for completion exists for every shell and names every command', () => {
  for (const shell of ['bash', 'zsh', 'fish', 'pwsh']) {
    const { stdout } = runCli(['--completion', shell])

    for (const word of ['scan', 'render', 'explain', 'fail-on']) assert.match(stdout, new RegExp(word), shell)
  }
})

test('a folder that cannot be opened is reported and the rest is scanned', {
  skip: process.getuid?.() === 0 ? 'root may open everything' : false,
}, () => {
  inTemporaryFolder({ 'closed/a.yaml': harmless, 'open/a.yaml': privileged }, cwd => {
    chmodSync(join(cwd, 'closed'), 0)
    const result = runCli(['scan', '.', '-o', 'ndjson'], { cwd })
    chmodSync(join(cwd, 'closed'), 0o755)

    assert.equal(result.code, 4)
    assert.match(result.stderr, /closed/)
    assert.match(result.stdout, /BW-POD-001/)
  })
})
