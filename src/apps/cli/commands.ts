import { Command, InvalidArgumentError, Option } from 'commander'
import { severities } from '../../model/severity.ts'
import { addVerb, collect } from './add-verb.ts'
import { addNetworkVerbs } from './network-commands.ts'
import { addRbacVerbs } from './rbac-commands.ts'
import type {
  CelFlags,
  PolicyCheckFlags,
  PolicyEvalFlags,
  PolicyTestFlags,
  RenderFlags,
  ScanFlags,
} from './verb-flags.ts'

function wholeNumber(text: string): number {
  if (!/^-?\d+$/.test(text)) throw new InvalidArgumentError('expected a whole number')
  return Number(text)
}

/**
 * The tree of commands. It names every verb and option but loads no code of them: each action imports its verb when it
 * is called, so that `--help` answers at once.
 */
export function buildProgram(exit: (code: number) => void): Command {
  const program = new Command('breakwater')
    .description('Container and Kubernetes security from build to runtime.')
    .usage('<command> [options]')
    .option('--completion <shell>', 'print the completion script for bash, zsh, fish or pwsh')
    .option('--version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ sortSubcommands: false, helpWidth: Math.min(process.stdout.columns ?? 100, 120) })
    .argument('[command...]')
    .action(async (verbs: readonly string[], flags: { completion?: string; version?: boolean }, command: Command) => {
      if (verbs[0] !== undefined) {
        const { unknownCommand } = await import('./unknown-command.ts')
        throw unknownCommand(verbs[0], command)
      }
      if (flags.completion !== undefined) {
        const { completionScript } = await import('./completion.ts')
        process.stdout.write(completionScript(flags.completion, command))
      } else if (flags.version) {
        const { printVersion } = await import('./verbs/version.ts')
        await printVersion('text')
      } else {
        command.help({ error: true })
      }
    })
    .addHelpText(
      'after',
      `
Examples:
  breakwater scan deploy/                       findings about a folder of manifests
  breakwater scan deploy/ --fail-on high        the same as a gate in a pipeline
  kubectl get all -A -o json | breakwater scan -  a live cluster's objects
  breakwater explain BW-POD-001                 what a rule means and what to do

Exit codes: 0 clean · 1 findings at or above --fail-on · 2 wrong usage or settings · 3 nothing to scan ·
            4 part of the input was not read · 70 a fault of Breakwater`,
    )

  const add = (name: string, summary: string): Command => addVerb(program, name, summary)

  withInput(
    add('scan', 'Find what is wrong in Kubernetes manifests.').argument(
      '[path...]',
      'files, folders, globs, or - for standard input',
    ),
  )
    .option('--rule <id>', 'run only this rule (repeatable)', collect)
    .option('--pack <name>', 'run this pack of rules (repeatable; default: recommended)', collect)
    .option('--pss-version <1.NN>', 'version of the Pod Security Standards for the pss-* packs (default: latest)')
    .option('--policies <path>', 'run the policies in this file or folder as well (repeatable)', collect)
    .option('--set <rule.name=value>', 'set a parameter of a rule (repeatable)', collect)
    .addOption(new Option('--severity <severity>', 'show findings from this severity on').choices(severities))
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 from this severity on (default: high where CI=true)').choices([
        ...severities,
        'none',
      ]),
    )
    .option('--where <expression>', 'show findings for which this CEL expression is true')
    .option('-n, --namespace <name>', 'namespace of objects that name none (default: default)')
    .option('--target <1.NN>', 'Kubernetes minor the manifests are for (default: 1.37)')
    .option('-o, --output <format[=file]>', 'output format, optionally to a file (repeatable)', collect)
    .option('--max-unknown <n>', 'exit with 4 where more verdicts than this are unknown', wholeNumber)
    .addOption(
      new Option('--render <when>', 'off: what is not rendered is no gap in the answer').choices(['auto', 'off']),
    )
    .option('--workers <n>', 'threads beside the main one (0: as the input needs)', wholeNumber)
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']))
    .addHelpText(
      'after',
      `
Formats: table, compact, json, ndjson, sarif, junit, html, markdown, gitlab, github, azure, csv.
On a terminal the default is table, elsewhere compact.

Examples:
  breakwater scan .
  breakwater scan deploy/ -o table -o sarif=breakwater.sarif --fail-on high
  breakwater scan deploy/ --set BW-IMG-003.registries=registry.example.com,ghcr.io/acme
  breakwater scan deploy/ --where 'severity == "critical" && subject.namespace == "shop"'
  kubectl get pods -A -o json | breakwater scan - -o ndjson`,
    )
    .action(async (paths: string[], flags: ScanFlags) => {
      const { runScanVerb } = await import('./verbs/scan.ts')
      exit(await runScanVerb(paths, flags))
    })

  withInput(
    add('render', 'Show the objects exactly as every analysis reads them.').argument(
      '[path...]',
      'files, folders, globs, or - for standard input',
    ),
  )
    .option('-o, --output <format>', 'ndjson, yaml or json', collect)
    .option('--defaulted', 'apply the defaulting of the API server of the target version')
    .option('--target <1.NN>', 'Kubernetes minor whose defaults apply (default: 1.37)')
    .addHelpText(
      'after',
      `
Examples:
  breakwater render deploy/web.yaml -o yaml
  helm template chart/ | breakwater render - -o ndjson`,
    )
    .action(async (paths: string[], flags: RenderFlags) => {
      const { runRenderVerb } = await import('./verbs/render.ts')
      exit(await runRenderVerb(paths, flags))
    })

  addPolicyVerbs(add('policy', 'Check, test, list and evaluate admission policies.'), exit)

  add('cel', 'Evaluate a CEL expression as a policy would.')
    .argument('[expression]', 'the expression, in quotes')
    .option('--object <file>', 'the object under review')
    .option('--old <file>', 'the object before the change')
    .option('--params <file>', 'the parameter object')
    .option('--var <name=JSON>', 'a variable (repeatable)', collect)
    .option('--target <1.NN>', 'judge it as newly written for a server of this minor')
    .option('--file <file>', 'read the expression from a file')
    .option('--stdin', 'read one JSON request a line from standard input and answer each')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'json']))
    .addHelpText(
      'after',
      `
Examples:
  breakwater cel 'object.spec.replicas > 2' --object deploy/web.yaml
  breakwater cel 'params.max > 1' --var 'params={"max": 3}' --target 1.34
  echo '{"id":1,"expr":"1 + 1"}' | breakwater cel --stdin`,
    )
    .action(async (expression: string | undefined, flags: CelFlags) => {
      const { runCelVerb } = await import('./verbs/cel.ts')
      exit(await runCelVerb(expression, flags))
    })

  addNetworkVerbs(add('network', 'Ask who may connect to whom, and why.'), exit)

  addRbacVerbs(add('rbac', 'Ask who may do what, answered from the files of a cluster.'), exit)

  add('explain', 'Explain a rule, an error code, or where each setting comes from.')
    .argument('<what>', 'a rule such as BW-POD-001, an error code, or "config"')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'markdown', 'json']))
    .addHelpText(
      'after',
      '\nExamples:\n  breakwater explain BW-POD-001\n  breakwater explain config\n  breakwater explain YAML_SYNTAX',
    )
    .action(async (what: string, flags: { output?: string }) => {
      const { runExplainVerb } = await import('./verbs/explain.ts')
      exit(await runExplainVerb(what, flags.output ?? 'text'))
    })

  add('version', 'Print the version of the program, its schemas and its data.')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'json']))
    .addHelpText('after', '\nExample:\n  breakwater version -o json')
    .action(async (flags: { output?: string }) => {
      const { printVersion } = await import('./verbs/version.ts')
      await printVersion(flags.output === 'json' ? 'json' : 'text')
    })

  return program
}

function addPolicyVerbs(policy: Command, exit: (code: number) => void): void {
  const add = (name: string, summary: string): Command => addVerb(policy, name, summary)

  add('check', 'Say what is wrong with policies, where, and what to write instead.')
    .argument('[file...]', 'files or folders of policies')
    .option('--target <1.NN[..1.NN]>', 'Kubernetes minors that the policies are for (default: 1.37)')
    .option('--max-cost <n>', 'an expression that may cost more is an error', wholeNumber)
    .option('-q, --quiet', 'errors and warnings only')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'ndjson']))
    .addHelpText(
      'after',
      `
Exit codes: 0 nothing a server would refuse · 2 errors · 3 no policies.

Examples:
  breakwater policy check policies/
  breakwater policy check policies/mine.yaml --target 1.31..1.37 --max-cost 100000`,
    )
    .action(async (files: string[], flags: PolicyCheckFlags) => {
      const { runPolicyCheckVerb } = await import('./verbs/policy-check.ts')
      exit(await runPolicyCheckVerb(files, flags))
    })

  add('test', 'Run the tests of policies: PolicyTest documents.')
    .argument('[file...]', 'files or folders of policies and tests')
    .option('--target <1.NN>', 'Kubernetes minor of the server (default: 1.37)')
    .option('--coverage', 'list the conditions that no case made true, or false')
    .option('--mutate', 'change the policies in small ways and list the changes that no case notices')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'ndjson', 'junit']))
    .addHelpText(
      'after',
      `
Exit codes: 0 all as expected · 1 a case fails, or a change survives · 2 a policy is refused · 3 no tests.

Examples:
  breakwater policy test policies/
  breakwater policy test policies/ --coverage --mutate
  breakwater policy test policies/ -o junit > policy-tests.xml`,
    )
    .action(async (files: string[], flags: PolicyTestFlags) => {
      const { runPolicyTestVerb } = await import('./verbs/policy-test.ts')
      exit(await runPolicyTestVerb(files, flags))
    })

  add('list', 'List policies, their bindings and what they are about.')
    .argument('[file...]', 'files or folders of policies (default: those that ship)')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'ndjson']))
    .addHelpText('after', '\nExample:\n  breakwater policy list policies/ -o ndjson')
    .action(async (files: string[], flags: { output?: 'text' | 'ndjson' }) => {
      const { runPolicyListVerb } = await import('./verbs/policy-list.ts')
      exit(await runPolicyListVerb(files, flags.output ?? 'text'))
    })

  add('eval', 'Show what an API server with these policies answers to objects or recorded requests.')
    .argument('[objects...]', 'files, folders, globs, or - for standard input')
    .option('-f, --file <file>', 'policies, bindings, parameters, Namespaces, definitions (repeatable)', collect)
    .option('--request <file>', 'AdmissionReviews, one a line, in place of objects; - for standard input')
    .addOption(
      new Option('--operation <operation>', 'what is done (default: CREATE, with --old UPDATE)').choices([
        'CREATE',
        'UPDATE',
        'DELETE',
        'CONNECT',
      ]),
    )
    .option('--old <file>', 'the objects before the change')
    .option('--subresource <name>', 'the request is for this sub-resource')
    .option('--user <name>', 'the user who asks (default: unknown)')
    .option('--group <name>', 'a group of the user (repeatable)', collect)
    .option('-n, --namespace <name>', 'namespace of objects that name none (default: default)')
    .option('--target <1.NN>', 'Kubernetes minor of the server (default: 1.37)')
    .option('--cost', 'show what each expression costs')
    .addOption(new Option('-o, --output <format>', 'output format').choices(['text', 'ndjson']))
    .addHelpText(
      'after',
      `
Exit codes: 0 all allowed · 1 something is denied · 2 a policy is refused · 3 no objects · 4 an answer is unknown.

Examples:
  breakwater policy eval deploy/ -f policies/no-latest.yaml
  breakwater policy eval new.yaml --old old.yaml -f policies/ --user alice --group dev
  breakwater policy eval --request reviews.ndjson -f policies/ -o ndjson`,
    )
    .action(async (objects: string[], flags: PolicyEvalFlags) => {
      const { runPolicyEvalVerb } = await import('./verbs/policy-eval.ts')
      exit(await runPolicyEvalVerb(objects, flags))
    })
}

function withInput(command: Command): Command {
  return command
    .option(
      '--exclude <glob>',
      'do not read files and folders that match (repeatable; counted in the summary)',
      collect,
    )
    .option('--max-document-bytes <size>', 'longest document or List item (default: 16MiB)')
    .option('--max-files <n>', 'most files (default: 200000)', wholeNumber)
    .option('--max-folder-depth <n>', 'deepest folder (default: 64)', wholeNumber)
    .option('--max-depth <n>', 'deepest nesting of a document (default: 256)', wholeNumber)
    .option('--max-slow-nodes <n>', 'most nodes of a document beyond the fast reader (default: 500000)', wholeNumber)
    .option('--max-alias-nodes <n>', 'most nodes that aliases expand to in a document (default: 100000)', wholeNumber)
    .option('--max-documents <n>', 'most documents of one stream (default: 100000)', wholeNumber)
    .option('--max-string-bytes <size>', 'longest string (default: 4MiB)')
}
