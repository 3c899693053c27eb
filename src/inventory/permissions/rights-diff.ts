import { entryOf } from '../../lib/collections/entry-of.ts'
import type { PolicyRule, Role, Subject } from '../../model/access.ts'
import { describeSubject } from '../../model/access.ts'
import { type Severity, severityRank } from '../../model/severity.ts'
import { uncovered } from './covers.ts'
import { gatheredRights } from './gathered-rights.ts'
import { plainSubject } from './identity.ts'
import type { PermissionIndex, RoleGrant } from './permission-index.ts'
import { gravityOf } from './powers-of.ts'

/** Rights of one subject in one scope that one state has and the other has not. */
export interface ChangedRights {
  readonly subject: Subject
  /** `""` is everywhere. */
  readonly namespace: string
  /** Single (verb, group, resource, name or URL) rights, gathered by what they are about, the gravest first. */
  readonly rules: readonly PolicyRule[]
  readonly gravity: Severity | undefined
  /** Grants of the state that has the rights, which give at least one of them. */
  readonly by: readonly RoleGrant[]
  /** The same rights by what gives them, in the order of `by`; what two grants give stands there for each. */
  readonly given: readonly GivenRight[]
}

/** A right of one state, as far as one rule gives it through one grant. */
export interface GivenRight {
  readonly rule: PolicyRule
  readonly gravity: Severity | undefined
  readonly grant: RoleGrant
  /** What the other state lacks: the binding, or a rule in the role of a binding that both have. */
  readonly cause: { readonly kind: 'binding' } | ({ readonly kind: 'rule' } & WrittenRule)
}

/** The place of a rule among the roles as written, from where aggregation may have carried it. */
interface WrittenRule {
  readonly role: Role
  readonly ruleIndex: number
}

export interface RightsDiff {
  readonly gained: readonly ChangedRights[]
  readonly lost: readonly ChangedRights[]
}

/**
 * What every subject, as bindings name it, may do in `head` and not in `base`, and the reverse. A right counts as held
 * where one rule covers it, in its namespace or everywhere; so writing the same rights otherwise is no change.
 */
export function rightsDiff(base: PermissionIndex, head: PermissionIndex, target: number): RightsDiff {
  const [before, after] = [heldBySubject(base), heldBySubject(head)]
  return { gained: surplus(head, after, before, target), lost: surplus(base, before, after, target) }
}

type Held = ReadonlyMap<
  string,
  { readonly subject: Subject; readonly scopes: ReadonlyMap<string, readonly RoleGrant[]> }
>

function heldBySubject({ grants }: PermissionIndex): Held {
  const held = new Map<string, { subject: Subject; scopes: Map<string, RoleGrant[]> }>()
  for (const grant of grants) {
    if (grant.rules.length === 0) continue
    const seen = new Set<string>()
    for (const subject of grant.binding.subjects.map(plainSubject)) {
      const key = describeSubject(subject)
      if (seen.has(key)) continue
      seen.add(key)
      const { scopes } = entryOf(held, key, () => ({ subject, scopes: new Map<string, RoleGrant[]>() }))
      entryOf(scopes, grant.binding.namespace, () => []).push(grant)
    }
  }
  return held
}

function surplus(index: PermissionIndex, of: Held, over: Held, target: number): readonly ChangedRights[] {
  const written = writtenRules(index)
  const changes: ChangedRights[] = []
  for (const [key, { subject, scopes }] of of) {
    const other = over.get(key)?.scopes
    for (const [namespace, grants] of scopes) {
      const owned = [...(other?.get('') ?? []), ...(namespace === '' ? [] : (other?.get(namespace) ?? []))]
      const ownedRules = owned.flatMap(grant => grant.rules)
      if (grants.every(({ rules }) => rules.every(rule => ownedRules.includes(rule)))) continue
      // What the same state gives everywhere is told there.
      const told = namespace === '' ? [] : (scopes.get('') ?? []).flatMap(grant => grant.rules)
      const by: RoleGrant[] = []
      const given: GivenRight[] = []
      const atoms: PolicyRule[] = []
      const seen = new Set<string>()
      for (const grant of grants) {
        const known = [...ownedRules, ...told]
        const isBoundBefore = (other?.get(namespace) ?? []).some(one => isSameBinding(one, grant))
        const givenBefore = given.length
        const seenHere = new Set<string>()
        for (const rule of grant.rules) {
          const fresh = uncovered(known, [rule]).filter(atom => isFirst(seenHere, atom))
          const place = isBoundBefore ? written.get(rule) : undefined
          const cause = place === undefined ? ({ kind: 'binding' } as const) : ({ kind: 'rule', ...place } as const)
          for (const part of gatheredRights(fresh))
            given.push({ rule: part, gravity: gravityOf(part, namespace === '', target), grant, cause })
          atoms.push(...fresh.filter(atom => isFirst(seen, atom)))
        }
        if (given.length > givenBefore) by.push(grant)
      }
      if (atoms.length === 0) continue
      const rules = gatheredRights(atoms).toSorted(
        (a, b) => rankOf(a, namespace, target) - rankOf(b, namespace, target),
      )
      changes.push({ subject, namespace, rules, gravity: gravest(rules, namespace === '', target), by, given })
    }
  }
  return changes.sort((a, b) => rank(a.gravity) - rank(b.gravity))
}

function isFirst(seen: Set<string>, atom: PolicyRule): boolean {
  const key = JSON.stringify(atom)
  if (seen.has(key)) return false
  seen.add(key)
  return true
}

/** Two grants to one subject in one scope: their bindings are of one kind, so the name tells them apart. */
function isSameBinding({ binding: a }: RoleGrant, { binding: b }: RoleGrant): boolean {
  return a.name === b.name && a.roleRef.kind === b.roleRef.kind && a.roleRef.name === b.roleRef.name
}

/** Where every rule stands. Shipped roles are no place that a person can go to. */
function writtenRules({ roles }: PermissionIndex): ReadonlyMap<PolicyRule, WrittenRule> {
  const places = new Map<PolicyRule, WrittenRule>()
  for (const role of roles) {
    if (role.source === undefined) continue
    role.rules.forEach((rule, ruleIndex) => {
      places.set(rule, { role, ruleIndex })
    })
  }
  return places
}

function rankOf(rule: PolicyRule, namespace: string, target: number): number {
  return rank(gravityOf(rule, namespace === '', target))
}

function gravest(rules: readonly PolicyRule[], isClusterWide: boolean, target: number): Severity | undefined {
  let found: Severity | undefined
  for (const rule of rules) {
    const gravity = gravityOf(rule, isClusterWide, target)
    if (gravity !== undefined && rank(gravity) < rank(found)) found = gravity
  }
  return found
}

function rank(severity: Severity | undefined): number {
  return severity === undefined ? 9 : severityRank(severity)
}
