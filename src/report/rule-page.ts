import { defaultText, type RuleMeta } from '../model/rule.ts'
import { fenced } from './markdown-text.ts'

/** What a documentation page is made of, beside the rule's own words. */
export interface RuleSource {
  readonly rule: RuleMeta
  /** The policy file as it stands in the repository. */
  readonly policy: string
  /** Its path in the repository, with `/`: `policies/pod/bw-pod-001-privileged.yaml`. */
  readonly policyPath: string
  readonly cases: readonly RuleCase[]
  /** Whether the engine obeys exceptions of this rule: what is not obeyed is not documented. */
  readonly exceptions?: boolean | undefined
}

/** An object that the rule is tested with. */
export interface RuleCase {
  /** A few words: `privileged is true`. */
  readonly name: string
  readonly outcome: 'fires' | 'passes' | 'malformed'
  /** The object as YAML text. */
  readonly object: string
  /** What the rule says of it, where it fires. */
  readonly message?: string | undefined
}

/** The Markdown page of one rule, `docs/rules/BW-POD-001.md`. Byte-equal for equal input. */
export function rulePage(source: RuleSource): string {
  const { rule } = source
  return `${[
    '<!-- Generated from the policy file and its cases; do not edit. -->',
    '',
    `# ${rule.id}: ${rule.title}`,
    '',
    ...facts(source),
    '',
    '## Why it matters',
    '',
    rule.rationale.trim(),
    '',
    '## What to do',
    '',
    rule.remediation.trim(),
    '',
    effort(rule),
    '',
    ...parameters(source),
    ...examples(source),
    ...exceptions(source),
    ...policy(source),
    ...aliases(rule),
  ]
    .join('\n')
    .trimEnd()}\n`
}

function facts({ rule, policyPath }: RuleSource): readonly string[] {
  const row = (name: string, value: string) => (value === '' ? [] : [`| ${name} | ${value} |`])
  return [
    '| | |',
    '|---|---|',
    ...row('Severity', `**${rule.severity}**`),
    ...row('Category', rule.category),
    ...row('Pack', rule.recommended ? '`recommended`' : 'off by default; select it with `--rule`'),
    ...row('Frameworks', rule.frameworks.map(code).join(', ')),
    ...row('Reads', rule.platforms.join(', ')),
    ...row('Policy', `[\`${policyPath}\`](${up(rule.docs)}${policyPath})`),
    ...row('Makes redundant', rule.absorbs.map(code).join(', ')),
  ]
}

function effort(rule: RuleMeta): string {
  return `Effort: ${rule.effort}. ${breaks[rule.breaks]}`
}

const breaks: Readonly<Record<RuleMeta['breaks'], string>> = {
  none: 'The change cannot break the application.',
  maybe: 'The change can break an application that relies on the present behaviour: try it before it is enforced.',
  likely: 'The change breaks an application that uses what it takes away: observe it first.',
}

function parameters({ rule, policy: text }: RuleSource): readonly string[] {
  const [first] = rule.params
  if (first === undefined) return []
  const rows = rule.params.map(parameter => {
    const value = defaultText(parameter)
    const words = { strings: 'list', integer: 'whole number' }[parameter.type]
    return `| ${code(parameter.name)} | ${words} | ${value === '' ? 'none' : code(value)} | ${parameter.description} |`
  })
  const example = defaultText(first) || 'a,b'
  const name = /^ {2}name: (\S+)$/m.exec(text)?.[1] ?? rule.id.toLowerCase()
  return [
    '## Parameters',
    '',
    '| Name | Type | Default | Meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
    'In a scan they are set by a flag, or in `breakwater.yaml`; the parts of a list are separated by commas:',
    '',
    ...fenced([`breakwater scan . --set ${rule.id}.${first.name}=${example}`], 'sh').split('\n'),
    '',
    yaml(`scan:\n  params:\n    ${rule.id}:\n      ${first.name}: ${JSON.stringify(first.default)}`),
    '',
    'An API server takes them from a ConfigMap, which the binding of the policy names:',
    '',
    yaml(
      [
        'apiVersion: v1',
        'kind: ConfigMap',
        `metadata: {name: ${name}, namespace: policy}`,
        'data:',
        `  ${first.name}: ${JSON.stringify(example)}`,
        '---',
        'apiVersion: admissionregistration.k8s.io/v1',
        'kind: ValidatingAdmissionPolicyBinding',
        `metadata: {name: ${name}}`,
        'spec:',
        `  policyName: ${name}`,
        '  validationActions: [Deny]',
        `  paramRef: {name: ${name}, namespace: policy, parameterNotFoundAction: Deny}`,
      ].join('\n'),
    ),
    '',
    'A binding without `paramRef` leaves the defaults in force.',
    '',
  ]
}

function examples({ cases, rule }: RuleSource): readonly string[] {
  const firing = cases.find(entry => entry.outcome === 'fires')
  const passing = cases.find(entry => entry.outcome === 'passes')
  const lines: string[] = []
  if (firing !== undefined) {
    lines.push('## Example', '', `This object is reported${named(firing)}:`, '', yaml(firing.object), '')
    if (firing.message !== undefined && firing.message !== '')
      lines.push(`    ${rule.severity}  ${rule.id}  ${firing.message}`, '')
  }
  if (passing !== undefined) lines.push(`This one is not${named(passing)}:`, '', yaml(passing.object), '')
  return lines
}

function named(entry: RuleCase): string {
  return entry.name === '' ? '' : ` (${entry.name})`
}

function exceptions({ rule, exceptions: supported }: RuleSource): readonly string[] {
  if (supported !== true) return []
  return [
    '## When it has to stay',
    '',
    'An exception names an owner, a reason and an end; a finding that it hides is still counted. As a comment, on the line of',
    'the finding or on the line above it:',
    '',
    yaml(exceptionComment(rule)),
    '',
    'As an annotation of the object:',
    '',
    yaml(
      `metadata:\n  annotations:\n    breakwater.io/ignore.${rule.id}: "why it has to be so; until=2027-01-31; owner=team-name"`,
    ),
    '',
  ]
}

/** An exception as it is written into a manifest. */
export function exceptionComment(rule: RuleMeta): string {
  return `# breakwater:ignore ${rule.id} reason="why it has to be so" until=2027-01-31 owner=team-name`
}

function policy({ policy: text, policyPath }: RuleSource): readonly string[] {
  const native = /^kind:\s*ValidatingAdmissionPolicy\s*$/m.test(text)
  return [
    '## The policy',
    '',
    native
      ? `\`${policyPath}\` is a plain ValidatingAdmissionPolicy: the same file decides here, in the webhook and in the API server.`
      : `\`${policyPath}\` needs more than the object itself, and is therefore evaluated by Breakwater alone.`,
    '',
    yaml(text),
    '',
  ]
}

function aliases(rule: RuleMeta): readonly string[] {
  if (rule.aliases.length === 0) return []
  const rows = rule.aliases.map(alias => {
    const colon = alias.indexOf(':')
    return `| ${alias.slice(0, Math.max(0, colon))} | ${code(alias.slice(colon + 1))} |`
  })
  return ['## The same check in other tools', '', '| Tool | Its name |', '|---|---|', ...rows, '']
}

function code(text: string): string {
  return `\`${text}\``
}

function yaml(text: string): string {
  return fenced(text.trimEnd().split('\n'), 'yaml')
}

/** From the page's folder to the repository's root: `../../` for `docs/rules/BW-POD-001.md`. */
function up(path: string): string {
  return '../'.repeat(path.split('/').length - 1)
}
