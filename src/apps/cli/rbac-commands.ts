import { Argument, type Command, Option } from 'commander'
import type { IdentityFacts } from '../../model/identity.ts'
import { severities } from '../../model/severity.ts'
import { addVerb, collect } from './add-verb.ts'
import type { RbacCanGrantFlags, RbacDiffFlags, RbacFlags, RbacImportFlags, RbacLintFlags } from './rbac-flags.ts'

/** Adds the questions about rights to `breakwater rbac`. */
export function addRbacVerbs(rbac: Command, exit: (code: number) => void): void {
  rbac.addHelpText(
    'after',
    `
A subject is sa:NAMESPACE/NAME, user:NAME, group:NAME, node:NAME or a plain user name. A resource is written as for
kubectl: pods/log, deployments.apps, deploy. Files are manifests, folders of them, or what kubectl get -o yaml|json printed.

Examples:
  kubectl get clusterroles,clusterrolebindings,roles,rolebindings -A -o json > rbac.json
  breakwater rbac who-can get secrets -n shop -f rbac.json
  breakwater rbac can sa:ci/deployer get secrets -n shop -f rbac.json --assert no
  breakwater rbac list sa:ci/deployer -f rbac.json
  breakwater rbac admins -f rbac.json
  breakwater rbac lint manifests/
  breakwater rbac diff main HEAD -f manifests/`,
  )

  const verb = (name: string, summary: string, formats: readonly string[]): Command =>
    addVerb(rbac, name, summary)
      .option('-f, --file <path>', 'files or folders with the roles and bindings, or - (repeatable)', collect)
      .option('--target <1.NN>', 'Kubernetes minor whose own roles apply (default: 1.37)')
      .option('--identity <file>', 'what `rbac import` wrote: rights and names of a cloud (repeatable)', collect)
      .addOption(new Option('-o, --output <format>', 'output format').choices(formats))
  const scoped = (command: Command): Command =>
    command
      .option('-n, --namespace <name>', 'namespace of the request')
      .option('-A, --all-namespaces', 'in all namespaces at once')
  const asserted = (summary: string): Option => new Option('--assert <answer>', summary).choices(['yes', 'no'])
  const streamed = (command: Command): Command =>
    command.option('--stdin', 'read one JSON question a line from standard input and answer each')

  streamed(
    scoped(
      verb('can', 'Whether a subject may do something: by which rules, or what comes closest.', [
        'table',
        'json',
        'ndjson',
      ]),
    ),
  )
    .argument('[question...]', 'SUBJECT VERB RESOURCE [NAME]; or VERB RESOURCE [NAME] with --as')
    .option('--group <name>', 'a further group of the subject (repeatable)', collect)
    .option('--as <user>', 'ask for this user; after a SUBJECT: the subject impersonates this user')
    .option('--as-group <group>', 'a group that is asked for, or impersonated (repeatable)', collect)
    .option('--as-uid <uid>', 'a UID that is impersonated')
    .option('--external-authorizer', 'another authorizer stands behind RBAC: its no is not the last word')
    .option('--partial', 'the files are only a part of the cluster: what is missing may exist')
    .addOption(asserted('exit with 1 where the answer is another, with 4 where it is unknown'))
    .addHelpText(
      'after',
      `
Examples:
  breakwater rbac can sa:ci/deployer create pods/exec -n shop -f manifests/
  breakwater rbac can get secrets --as jane --as-group devs -A -f manifests/
  breakwater rbac can sa:ci/deployer get pods -n shop --as sa:shop/web -f manifests/`,
    )
    .action(async (words: readonly string[], flags: RbacFlags) => {
      const { runCanVerb } = await import('./verbs/rbac-can.ts')
      exit(await runCanVerb(words, flags))
    })

  streamed(
    scoped(
      verb('who-can', 'Everyone who may do something, as the bindings name them.', [
        'table',
        'json',
        'ndjson',
        'csv',
        'markdown',
        'mermaid',
      ]),
    ),
  )
    .argument('[question...]', 'VERB RESOURCE[/SUB][.GROUP] [NAME], or VERB /url')
    .addHelpText('after', '\nExample:\n  breakwater rbac who-can create pods/exec -n shop -f manifests/')
    .action(async (words: readonly string[], flags: RbacFlags) => {
      const { runWhoCanVerb } = await import('./verbs/rbac-who-can.ts')
      exit(await runWhoCanVerb(words, flags))
    })

  verb('list', 'What a subject may do, where and through what, the dangerous rights first.', [
    'table',
    'json',
    'ndjson',
    'csv',
    'markdown',
    'mermaid',
  ])
    .argument('<subject>', 'sa:ns/name, user:x, group:g, node:n')
    .option('-n, --namespace <name>', 'only what holds in this namespace')
    .option('--group <name>', 'a further group of the subject (repeatable)', collect)
    .addHelpText('after', '\nExample:\n  breakwater rbac list sa:ci/deployer -f manifests/')
    .action(async (subject: string, flags: RbacFlags) => {
      const { runListVerb } = await import('./verbs/rbac-list.ts')
      exit(await runListVerb(subject, flags))
    })

  verb('admins', 'Everyone who is as good as cluster-admin, and the way there step by step.', [
    'table',
    'json',
    'ndjson',
    'csv',
    'markdown',
    'mermaid',
  ])
    .option('--shipped', 'show the subjects that Kubernetes binds itself as well')
    .addHelpText('after', '\nExample:\n  breakwater rbac admins -f manifests/')
    .action(async (flags: RbacFlags) => {
      const { runAdminsVerb } = await import('./verbs/rbac-admins.ts')
      exit(await runAdminsVerb(flags))
    })

  verb('matrix', 'Subjects by resources: which verbs each has.', ['table', 'json', 'ndjson', 'csv', 'markdown'])
    .argument('[resource...]', 'resources of the columns (default: those that matter most)')
    .option('-n, --namespace <name>', 'in this namespace (default: in all namespaces at once)')
    .option('--shipped', 'show the subjects that Kubernetes binds itself as well')
    .addHelpText('after', '\nExample:\n  breakwater rbac matrix secrets pods/exec deployments -n shop -f manifests/')
    .action(async (resources: readonly string[], flags: RbacFlags) => {
      const { runMatrixVerb } = await import('./verbs/rbac-matrix.ts')
      exit(await runMatrixVerb(resources, flags))
    })

  streamed(
    verb('can-grant', 'Whether a subject may create or change a role or binding, and which rights it lacks.', [
      'table',
      'json',
      'ndjson',
    ]),
  )
    .argument('[question...]', 'SUBJECT FILE...: the role or binding as it shall be')
    .option('-n, --namespace <name>', 'namespace of an object that names none (default: default)')
    .option('--group <name>', 'a further group of the subject (repeatable)', collect)
    .addOption(
      new Option(
        '--operation <operation>',
        'what is done with the object (default: update where the files hold it)',
      ).choices(['create', 'update']),
    )
    .addOption(asserted('exit with 1 where an answer is another'))
    .addHelpText(
      'after',
      `
Examples:
  breakwater rbac can-grant sa:ci/deployer new-binding.yaml -f manifests/
  breakwater rbac can-grant user:jane role.yaml --group devs -f rbac.json --assert no
  breakwater rbac can-grant --stdin -f manifests/ < questions.ndjson`,
    )
    .action(async (words: readonly string[], flags: RbacCanGrantFlags) => {
      const { runCanGrantVerb } = await import('./verbs/rbac-can-grant.ts')
      exit(await runCanGrantVerb(words, flags))
    })

  addVerb(
    rbac,
    'lint',
    'Rights that are dangerous, dead, dangling or given twice, with the smallest change where there is one.',
  )
    .argument('[path...]', 'files, folders, globs, or - for standard input')
    .option('-f, --file <path>', 'the same as a path (repeatable)', collect)
    .option('--rule <id>', 'run this rule only (repeatable)', collect)
    .option('-n, --namespace <name>', 'namespace of objects that name none (default: default)')
    .option('--target <1.NN>', 'Kubernetes minor whose own roles apply (default: 1.37)')
    .option('--exclude <glob>', 'do not read files and folders that match (repeatable)', collect)
    .addOption(new Option('--severity <severity>', 'show findings from this severity on').choices(severities))
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 from this severity on (default: high where CI=true)').choices([
        ...severities,
        'none',
      ]),
    )
    .option('--where <expression>', 'show findings for which this CEL expression is true')
    .option('-o, --output <format[=file]>', 'any form of a scan: table, json, sarif, markdown … (repeatable)', collect)
    .addOption(new Option('--color <when>', 'colour of the table').choices(['auto', 'always', 'never']))
    .addHelpText(
      'after',
      `
Examples:
  breakwater rbac lint manifests/
  kubectl get clusterroles,clusterrolebindings,roles,rolebindings,sa,ns -A -o json | breakwater rbac lint -
  breakwater rbac lint manifests/ -o sarif=rbac.sarif --fail-on high`,
    )
    .action(async (paths: readonly string[], flags: RbacLintFlags) => {
      const { runLintVerb } = await import('./verbs/rbac-lint.ts')
      exit(await runLintVerb(paths, flags))
    })

  addVerb(rbac, 'import', "Read a cloud's exported role assignments, so that questions know them by --identity.")
    .addArgument(new Argument('<provider>', 'whose records they are').choices(['entra', 'aws', 'gcp']))
    .argument('<file...>', 'JSON as the command line of the cloud prints it, or -')
    .option('--cluster-name <name>', 'leave out what is given at another cluster')
    .option('-o, --output <file>', 'where to write the facts (default: standard output)')
    .addHelpText(
      'after',
      `
Reads: az role assignment list, az ad group list, az identity federated-credential list;
aws eks describe-access-entry, list-associated-access-policies, list-pod-identity-associations;
gcloud projects get-iam-policy. What it does not understand is said, and is exit code 4.

Examples:
  az role assignment list --all -o json > assignments.json
  breakwater rbac import entra assignments.json --cluster-name shop -o identity.json
  breakwater rbac who-can get secrets -A -f rbac.json --identity identity.json`,
    )
    .action(async (provider: IdentityFacts['provider'], files: readonly string[], flags: RbacImportFlags) => {
      const { runImportVerb } = await import('./verbs/rbac-import.ts')
      exit(await runImportVerb(provider, files, flags))
    })

  verb('diff', 'Rights gained and lost between two states.', [
    'table',
    'json',
    'ndjson',
    'csv',
    'markdown',
    'sarif',
    'mermaid',
  ])
    .argument('<base>', 'a file, a folder, or a git reference')
    .argument('<head>', 'a file, a folder, or a git reference')
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 where a right of this severity is gained').choices([
        ...severities,
        'any',
        'none',
      ]),
    )
    .addHelpText(
      'after',
      `
With git references, -f names files or folders of the repository to compare (default: the working folder). Nothing of the
repository is run: its objects are read as they are stored.

Examples:
  breakwater rbac diff before/ after/
  breakwater rbac diff origin/main HEAD -f deploy/ --fail-on high -o markdown
  breakwater rbac diff origin/main HEAD -f deploy/ -o sarif > gained.sarif`,
    )
    .action(async (base: string, head: string, flags: RbacDiffFlags) => {
      const { runDiffVerb } = await import('./verbs/rbac-diff.ts')
      exit(await runDiffVerb(base, head, flags))
    })
}
