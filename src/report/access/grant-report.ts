import { type GrantChange, type GrantDecision, isRole } from '../../inventory/permissions/can-grant.ts'
import type { GrantExplanation } from '../../inventory/permissions/explain-grant.ts'
import { gatheredRights } from '../../inventory/permissions/gathered-rights.ts'
import { subjectOfUser } from '../../inventory/permissions/identity.ts'
import type { NearMiss } from '../../inventory/permissions/near-misses.ts'
import type { RoleGrant } from '../../inventory/permissions/permission-index.ts'
import { escapeTerminal } from '../../lib/text/escape-terminal.ts'
import type { Style } from '../../lib/text/style.ts'
import {
  type Binding,
  describeBinding,
  describeRole,
  describeSubject,
  type GrantPath,
  type PolicyRule,
  type Role,
  type UserInfo,
} from '../../model/access.ts'
import { few, grantPlace, placeWords, requestWords } from './access-words.ts'
import { type Grid, gridLines } from './grid.ts'
import { nearMissWords, nothingNearWords } from './near-miss-words.ts'

/** A wish to change a role or binding, how it was decided, and the facts behind that. */
export interface AnsweredGrant {
  readonly user: UserInfo
  readonly change: GrantChange
  readonly decision: GrantDecision
  readonly explanation: GrantExplanation
  /** What comes closest to allowing the request, the closest first. */
  readonly near: readonly NearMiss[]
  /** The bindings that name the subject. */
  readonly naming: readonly Binding[]
  /** Subjects that were probably meant, where no binding names this one. */
  readonly meant: readonly string[]
}

/** Yes or no first; then why; for a no the rights that are missing, as a table, and what would make it a yes. */
export function* grantLines(answer: AnsweredGrant, style: Style): Iterable<string> {
  const { user, change, decision } = answer
  const isYes = decision.verdict === 'allowed'
  const who = describeSubject(subjectOfUser(user))
  yield escapeTerminal(
    `${isYes ? 'yes' : 'no'}  ${who} may ${isYes ? '' : 'not '}${change.operation.toLowerCase()} ${objectWords(change.object)}  ${placeWords(change.object.source)}`,
  )
  if (isYes) yield* yesLines(answer, decision.because).map(escapeTerminal)
  else yield* noLines(answer, decision, who, style)
}

function yesLines(
  { change, explanation }: AnsweredGrant,
  because: Extract<GrantDecision, { verdict: 'allowed' }>['because'],
): string[] {
  const { request, requestBy, pass, passBy, own } = explanation
  if (because === 'masters') return ['  a member of system:masters passes every check']
  const sent = [`  may send the request: ${requestWords(request)}`, ...pathLines(requestBy)]
  switch (because) {
    case 'escalate':
      return [
        ...sent,
        '  needs to hold none of the rights that it writes into the role, because it may escalate:',
        ...pathLines(passBy),
      ]
    case 'bind':
      return [
        ...sent,
        `  needs to hold none of the rights that it hands on, because it may ${requestWords(pass)}:`,
        ...pathLines(passBy),
      ]
    case 'unchanged':
      return [...sent, '  changes nothing that gives rights']
    default:
      return [
        ...sent,
        own.length === 0
          ? '  hands on no right'
          : `  holds every right that it hands on ${scopeWords(change.object)}, through`,
        ...ownLines(own),
      ]
  }
}

function* noLines(
  { user, change, explanation, near, naming, meant }: AnsweredGrant,
  { stage, missing }: Extract<GrantDecision, { verdict: 'denied' }>,
  who: string,
  style: Style,
): Iterable<string> {
  const { request, pass, own } = explanation
  const { object } = change
  if (stage === 'request') {
    yield escapeTerminal(`  may not send the request: ${requestWords(request)} is not allowed`)
    yield near.length > 0 ? '  closest:' : escapeTerminal(`  ${nothingNearWords(naming, user, meant)}`)
    for (const miss of near.slice(0, shownPaths)) yield escapeTerminal(`    ${nearMissWords(miss, request)}`)
    return
  }
  if (stage === 'not-found') {
    yield escapeTerminal(
      isRole(object) || change.operation === 'UPDATE'
        ? `  there is no ${objectWords(object)} in the files that could be changed`
        : `  ${describeRole({ ...object.roleRef, namespace: object.namespace })} does not exist: what it gives is not known, and only who may ${requestWords(pass)} binds it all the same`,
    )
    return
  }
  yield escapeTerminal(
    stage === 'aggregation'
      ? `  may send the request, but an aggregated role may come to give anything: its writer holds everything or may escalate, and ${who} lacks`
      : `  may send the request, but lacks ${missing.length === 1 ? 'a right' : `${missing.length} rights`} that it would hand on ${scopeWords(object)}`,
  )
  yield ''
  for (const line of gridLines(missingGrid(missing), style)) yield `    ${line}`
  yield ''
  if (own.length > 0 && stage === 'escalation') {
    yield escapeTerminal('  holds others of them, through')
    yield* ownLines(own).map(escapeTerminal)
  }
  yield escapeTerminal(`  to make it a yes, give it what it lacks, or the right to ${requestWords(pass)}`)
}

/** Group by group, resources that lack the same verbs side by side. Names have a column where a rule is limited to some. */
function missingGrid(missing: readonly PolicyRule[]): Grid {
  const byThing = gatheredRights(missing).map(rule => ({ ...rule, verbs: inOrder(rule.verbs) }))
  // Once more, because rules list the same verbs in different orders.
  const parts = gatheredRights(byThing)
  const hasNames = parts.some(rule => rule.resourceNames.length > 0)
  const entries = parts
    .map(rule => ({
      group: rule.nonResourceURLs.length > 0 ? '(URLs)' : rule.apiGroups.map(groupName).join(', '),
      verbs: rule.verbs.join(', '),
      names: rule.resourceNames.length === 0 ? 'any' : few(rule.resourceNames),
      things: [...rule.resources, ...rule.nonResourceURLs].sort(),
    }))
    .sort((a, b) => compare(orderOf(a.group), orderOf(b.group)) || compare(a.things[0]!, b.things[0]!))
  return {
    columns: ['api group', 'verbs', ...(hasNames ? ['names'] : []), 'resources'],
    rows: entries.flatMap(({ group, verbs, names, things }) =>
      chunksOf(things).map((chunk, i) => {
        const head = [group, verbs, ...(hasNames ? [names] : [])]
        return [...(i === 0 ? head : head.map(() => '')), chunk.join(', ')]
      }),
    ),
  }
}

function groupName(group: string): string {
  return group === '' ? 'core' : group
}

/** The core group first, URLs last. */
function orderOf(group: string): string {
  return group === 'core' ? '' : group === '(URLs)' ? '~' : group
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Verbs as kubectl lists them, so that rows can be compared at a glance; those of other kinds stand first. */
function inOrder(verbs: readonly string[]): readonly string[] {
  return [...verbs].sort((a, b) => usual.indexOf(a) - usual.indexOf(b))
}

const usual = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection']

/** Few enough for a row that is read without turning the head. */
function chunksOf(things: readonly string[]): readonly (readonly string[])[] {
  const rows: string[][] = []
  for (let i = 0; i < things.length; i += 4) rows.push(things.slice(i, i + 4))
  return rows
}

/** Places that are told of one right; who wants all asks `rbac can`. */
const shownPaths = 3

function pathLines(paths: readonly GrantPath[]): string[] {
  const lines = paths
    .slice(0, shownPaths)
    .map(
      grant => `    ${describeBinding(grant.binding)} -> ${describeRole(grant.role)}  ${placeWords(grantPlace(grant))}`,
    )
  return paths.length > shownPaths ? [...lines, `    and ${paths.length - shownPaths} more`] : lines
}

function ownLines(grants: readonly RoleGrant[]): string[] {
  const lines = grants
    .slice(0, shownPaths)
    .map(
      ({ binding, role }) =>
        `    ${describeBinding(binding)}${role === undefined ? '' : ` -> ${describeRole(role)}`}  ${placeWords(binding.source)}`,
    )
  return grants.length > shownPaths ? [...lines, `    and ${grants.length - shownPaths} more`] : lines
}

function objectWords(object: Role | Binding): string {
  return isRole(object)
    ? describeRole(object)
    : `${describeBinding(object)} to ${describeRole({ ...object.roleRef, namespace: object.namespace })}`
}

function scopeWords({ namespace }: Role | Binding): string {
  return namespace === '' ? 'in every namespace' : `in namespace ${namespace}`
}
