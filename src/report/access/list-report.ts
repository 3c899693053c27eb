import type { HeldRight, SubjectRights } from '../../inventory/permissions/rights-of.ts'
import { escapeTerminal } from '../../lib/text/escape-terminal.ts'
import type { Style } from '../../lib/text/style.ts'
import { padEnd } from '../../lib/text/text-width.ts'
import { describeBinding, describeRole, describeSubject, type UserInfo } from '../../model/access.ts'
import { grantPlace, placeWords, ruleWords } from './access-words.ts'
import type { Grid } from './grid.ts'
import type { Edge } from './mermaid.ts'
import { danglingWords, unknownSubjectWords } from './near-miss-words.ts'

export interface ListedSubject {
  readonly user: UserInfo
  readonly held: SubjectRights
  /** Why the subject is as good as cluster-admin, step by step; `undefined` where it is not. */
  readonly chain: readonly string[] | undefined
  /** What the records of a cloud say about the subject; empty where they say nothing. */
  readonly name: string
  /** Whether a binding of the files names the subject, whatever it gives. */
  readonly isBound: boolean
  /** Subjects that were probably meant, where no binding names this one. */
  readonly meant: readonly string[]
  /** What the powers of a rule are, in words. */
  readonly powersOf: (right: HeldRight) => string
}

/** A subject's rights as a person would tell them: what they amount to, then place by place, the gravest first. */
export function* listLines(listed: ListedSubject, style: Style): Iterable<string> {
  const { user, held, chain } = listed
  yield style('bold', escapeTerminal(user.user === '' ? `group ${user.groups[0] ?? ''}` : user.user))
  if (user.user !== '') yield escapeTerminal(`  in groups: ${user.groups.join(', ')}`)
  if (listed.name !== '') yield escapeTerminal(`  ${listed.name}`)
  if (user.groups.includes('system:masters'))
    yield '  may do everything: system:masters passes every check and cannot be revoked'
  if (chain !== undefined) {
    yield style('critical', '  as good as cluster-admin:')
    for (const step of chain) yield escapeTerminal(`    ${step}`)
  }
  const everyone = held.rights.filter(isForEveryone)
  const own = held.rights.filter(right => !isForEveryone(right))
  if (own.length === 0)
    yield escapeTerminal(`  no right of its own${listed.isBound ? '' : `: ${unknownSubjectWords(user, listed.meant)}`}`)
  for (const namespace of new Set(own.map(right => right.namespace))) {
    yield ''
    yield style('bold', namespace === '' ? 'In every namespace' : escapeTerminal(`In namespace ${namespace}`))
    for (const right of own) if (right.namespace === namespace) yield* rightLines(right, listed, style)
  }
  for (const binding of held.dangling) yield escapeTerminal(`  ${danglingWords(binding)}`)
  if (everyone.length > 0) {
    yield ''
    yield style(
      'dim',
      `And what Kubernetes gives to everyone: ${everyone.length} rules, by ${[...new Set(everyone.map(right => describeRole(right.role)))].join(', ')}`,
    )
  }
}

function* rightLines(right: HeldRight, listed: ListedSubject, style: Style): Iterable<string> {
  const word = padEnd(right.gravity ?? '', 8)
  const powers = listed.powersOf(right)
  yield `  ${right.gravity === undefined ? word : style(right.gravity, word)}  ${escapeTerminal(ruleWords(right.rule))}`
  if (powers !== '') yield `  ${' '.repeat(8)}  ${escapeTerminal(`so it can ${powers}`)}`
  yield style('dim', `  ${' '.repeat(8)}  ${escapeTerminal(viaWords(right, listed.user))}`)
}

function viaWords(right: HeldRight, user: UserInfo): string {
  const group = right.through.kind === 'Group' && user.user !== '' ? ` (as a member of ${right.through.name})` : ''
  return `through ${describeBinding(right.binding)} -> ${describeRole(right.role)}${group}  ${placeWords(grantPlace(right))}`
}

/** The discovery roles that every cluster binds to everyone. */
function isForEveryone({ binding, through }: HeldRight): boolean {
  return binding.source === undefined && through.kind === 'Group'
}

export function listGrid({ held }: Pick<ListedSubject, 'held'>): Grid {
  return {
    columns: [
      'severity',
      'namespace',
      'verbs',
      'api groups',
      'resources',
      'names',
      'urls',
      'binding',
      'role',
      'through',
      'at',
    ],
    rows: held.rights.map(right => [
      right.gravity ?? '',
      right.namespace === '' ? '*' : right.namespace,
      right.rule.verbs.join(' '),
      right.rule.apiGroups.map(group => (group === '' ? 'core' : group)).join(' '),
      right.rule.resources.join(' '),
      right.rule.resourceNames.join(' '),
      right.rule.nonResourceURLs.join(' '),
      describeBinding(right.binding),
      describeRole(right.role),
      describeSubject(right.through),
      placeWords(grantPlace(right)),
    ]),
  }
}

export function listEdges({ held }: Pick<ListedSubject, 'held'>, name: string): readonly Edge[] {
  return held.rights.flatMap(right => [
    [name, describeBinding(right.binding), describeRole(right.role)] as const,
    [
      describeRole(right.role),
      right.namespace === '' ? 'everywhere' : `in ${right.namespace}`,
      ruleWords(right.rule),
    ] as const,
  ])
}
