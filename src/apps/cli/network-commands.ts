import { type Command, Option } from 'commander'
import { severities } from '../../model/severity.ts'
import { addVerb, collect } from './add-verb.ts'
import type { NetworkFlags, NetworkLintFlags } from './network-flags.ts'

/** Adds the questions about connections to `breakwater network`. */
export function addNetworkVerbs(network: Command, exit: (code: number) => void): void {
  network.addHelpText(
    'after',
    `
A peer is NAMESPACE/NAME, NAMESPACE/NAME[Kind], NAMESPACE/pod/NAME, NAMESPACE/ for all its pods, NAMESPACE/{app=web},
svc:NAMESPACE/NAME, an address or CIDR, fqdn:HOST, internet or metadata. Files are manifests, folders of them, or what
kubectl get -A -o yaml|json printed.

Examples:
  breakwater network list -f deploy/
  breakwater network explain shop/web shop/database --port TCP/5432 -f deploy/
  breakwater network can shop/web metadata --port 80 --expect deny -f deploy/
  breakwater network diff origin/main HEAD -f deploy/ --fail-on added`,
  )
  const verb = (name: string, summary: string, formats: readonly string[]): Command =>
    addVerb(network, name, summary)
      .option('-f, --file <path>', 'files or folders to answer from, or - (repeatable)', collect)
      .option('-n, --namespace <name>', 'namespace of objects that name none (default: default)')
      .option('--cni <name>', 'the network engine that enforces the policies (default: generic)')
      .option('--cluster-cidr <cidr>', "addresses of the cluster's pods (repeatable)", collect)
      .option('--partial', 'the files are only a part of the cluster: labels of missing namespaces are unknown')
      .option('--as-declared', 'every pod counts as an ordinary running one: hostNetwork and phase are ignored')
      .addOption(new Option('-o, --output <format>', 'output format').choices(formats))
  const bounded = (command: Command): Command =>
    command
      .addOption(new Option('--ip-family <families>', 'families of external ranges').choices(['v4', 'both']))
      .addOption(
        new Option('--bound <bound>', 'must: what is certainly open; may: what is possibly open').choices([
          'must',
          'may',
        ]),
      )

  bounded(
    verb('list', 'Every pair of workloads that may connect, and what is open from and to the outside.', [
      'text',
      'connlist',
      'json',
      'ndjson',
      'csv',
      'markdown',
      'dot',
      'mermaid',
      'svg',
      'html',
    ]),
  )
    .option('--focus <peer>', 'only connections of this peer')
    .addHelpText(
      'after',
      '\nExamples:\n  breakwater network list -f deploy/\n  breakwater network list -f deploy/ -o html > map.html',
    )
    .action(async (flags: NetworkFlags) => {
      const { runNetworkListVerb } = await import('./verbs/network-list.ts')
      exit(await runNetworkListVerb(flags))
    })

  verb('can', 'Whether one peer may open a connection to another.', ['text', 'json', 'ndjson'])
    .argument('[peers...]', 'FROM and TO')
    .option('--port <port>', 'TCP/443, 443, UDP/dns, ICMP; without it: what is open at all')
    .option('--stdin', 'read one JSON question a line from standard input and answer each')
    .addOption(new Option('--expect <answer>', 'exit with 1 where the answer is another').choices(['allow', 'deny']))
    .addHelpText('after', '\nExample:\n  breakwater network can shop/web internet --port 443 --expect deny -f deploy/')
    .action(async (peers: readonly string[], flags: NetworkFlags) => {
      const { runNetworkCanVerb } = await import('./verbs/network-can.ts')
      exit(await runNetworkCanVerb(peers, flags))
    })

  for (const [name, summary] of [
    ['who-can', 'Everyone who may open a connection to a peer.'],
    ['reach', 'Everything that a peer may open a connection to.'],
  ] as const) {
    bounded(verb(name, summary, ['text', 'json', 'ndjson', 'csv', 'markdown', 'dot', 'mermaid']))
      .argument('<peer>', 'the peer')
      .option('--port <port>', 'only this port, such as TCP/443')
      .addHelpText('after', `\nExample:\n  breakwater network ${name} shop/database --port 5432 -f deploy/`)
      .action(async (peer: string, flags: NetworkFlags) => {
        const { runNetworkPeersVerb } = await import('./verbs/network-peers.ts')
        exit(await runNetworkPeersVerb(name, peer, flags))
      })
  }

  verb('explain', 'Why one peer may, or may not, open a connection to another: policy, rule, file and line.', [
    'text',
    'json',
  ])
    .argument('<from>', 'the peer that connects')
    .argument('<to>', 'the peer that is connected to')
    .option('--port <port>', 'TCP/443, 443, UDP/dns, ICMP; without it: the ports that are open or declared')
    .addHelpText('after', '\nExample:\n  breakwater network explain shop/web shop/database --port 5432 -f deploy/')
    .action(async (from: string, to: string, flags: NetworkFlags) => {
      const { runNetworkExplainVerb } = await import('./verbs/network-explain.ts')
      exit(await runNetworkExplainVerb(from, to, flags))
    })

  verb('metadata', 'Which pods reach the metadata services of clouds, and the policy that closes them.', [
    'text',
    'json',
    'ndjson',
    'csv',
  ])
    .addOption(new Option('--fail-on <what>', 'open: exit with 1 where a pod reaches one').choices(['open', 'none']))
    .addOption(
      new Option('--remedy <kind>', 'admin: one ClusterNetworkPolicy; networkpolicy: changed NetworkPolicies').choices([
        'admin',
        'networkpolicy',
      ]),
    )
    .option('--write <file>', 'write the policy that closes them to this file')
    .addHelpText('after', '\nExample:\n  breakwater network metadata -f deploy/ --fail-on open')
    .action(async (flags: NetworkFlags) => {
      const { runNetworkMetadataVerb } = await import('./verbs/network-metadata.ts')
      exit(await runNetworkMetadataVerb(flags))
    })

  verb('diff', 'What opens and closes between two folders or git references.', [
    'text',
    'json',
    'ndjson',
    'csv',
    'markdown',
  ])
    .argument('<base>', 'a file, a folder, or a git reference')
    .argument('<head>', 'a file, a folder, or a git reference')
    .addOption(new Option('--ip-family <families>', 'families of external ranges').choices(['v4', 'both']))
    .addOption(
      new Option('--fail-on <what>', 'added: exit with 1 where something opens; any: where anything changes').choices([
        'added',
        'any',
        'none',
      ]),
    )
    .addHelpText(
      'after',
      `
With git references, -f names files or folders of the repository to compare (default: the working folder). Nothing of
the repository is run: its objects are read as they are stored.

Examples:
  breakwater network diff before/ after/
  breakwater network diff origin/main HEAD -f deploy/ --fail-on added -o markdown`,
    )
    .action(async (base: string, head: string, flags: NetworkFlags) => {
      const { runNetworkDiffVerb } = await import('./verbs/network-diff.ts')
      exit(await runNetworkDiffVerb(base, head, flags))
    })

  verb('exposure', 'What the Internet, any pod, and pods that do not exist yet may open to each workload.', [
    'text',
    'json',
    'ndjson',
    'csv',
    'markdown',
  ])
    .option('--focus <peer>', 'only this peer')
    .addHelpText('after', '\nExample:\n  breakwater network exposure -f deploy/')
    .action(async (flags: NetworkFlags) => {
      const { runNetworkExposureVerb } = await import('./verbs/network-exposure.ts')
      exit(await runNetworkExposureVerb(flags))
    })

  verb('coverage', 'Which workloads policies isolate, in which direction.', ['text', 'json', 'ndjson', 'csv'])
    .addOption(
      new Option('--fail-on <what>', 'uncovered: exit with 1 where a workload is open in a direction').choices([
        'uncovered',
        'none',
      ]),
    )
    .addHelpText('after', '\nExample:\n  breakwater network coverage -f deploy/ --fail-on uncovered')
    .action(async (flags: NetworkFlags) => {
      const { runNetworkCoverageVerb } = await import('./verbs/network-coverage.ts')
      exit(await runNetworkCoverageVerb(flags))
    })

  addVerb(
    network,
    'lint',
    'Find what is wrong with policies, Services and routes, and what is open that should not be.',
  )
    .argument('[path...]', 'files, folders, globs, or - for standard input')
    .option('-f, --file <path>', 'the same as a path (repeatable)', collect)
    .option('--rule <id>', 'run only this rule (repeatable)', collect)
    .addOption(new Option('--severity <severity>', 'show findings from this severity on').choices(severities))
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 from this severity on (default: high where CI=true)').choices([
        ...severities,
        'none',
      ]),
    )
    .option('-n, --namespace <name>', 'namespace of objects that name none (default: default)')
    .option('--cni <name>', 'the network engine that enforces the policies (default: generic)')
    .option('--cluster-cidr <cidr>', "addresses of the cluster's pods (repeatable)", collect)
    .option('-o, --output <format[=file]>', 'output format, optionally to a file (repeatable)', collect)
    .addHelpText('after', '\nExample:\n  breakwater network lint deploy/ --cni calico -o sarif=network.sarif')
    .action(async (paths: readonly string[], flags: NetworkLintFlags) => {
      const { runNetworkLintVerb } = await import('./verbs/network-lint.ts')
      exit(await runNetworkLintVerb(paths, flags))
    })

  verb('assert', 'Hold what must, and must not, be connected: AuditPolicies about src, dst and conn.', [
    'text',
    'json',
    'ndjson',
    'junit',
  ])
    .argument('<files...>', 'files or folders with the assertions')
    .addOption(new Option('--ip-family <families>', 'families of external ranges').choices(['v4', 'both']))
    .addHelpText(
      'after',
      `
  apiVersion: policy.breakwater.io/v1
  kind: AuditPolicy
  metadata: {name: prod, annotations: {breakwater.io/evaluate: connections}}
  spec:
    validations:
      - expression: "!(src.external && dst.namespace == 'prod' && conn.any())"
        message: nothing outside reaches prod directly

Exit codes: 0 all hold · 1 one is violated · 4 whether one holds is not known

Example:
  breakwater network assert assertions/ -f deploy/ -o junit > connections.xml`,
    )
    .action(async (files: readonly string[], flags: NetworkFlags) => {
      const { runNetworkAssertVerb } = await import('./verbs/network-assert.ts')
      exit(await runNetworkAssertVerb(files, flags))
    })
}
