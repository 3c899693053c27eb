import { accountOf } from '../../../inventory/permissions/identity.ts'
import type { SnapshotObject } from '../../../inventory/snapshot/snapshot-object.ts'
import { isJsonObject, type JsonValue, ownValue } from '../../../lib/json/json-value.ts'
import { type Binding, describeRole, describeSubject } from '../../../model/access.ts'
import type { FixOffer } from '../../../model/finding.ts'
import type { AccessFacts, Own } from '../access-facts.ts'
import type { MergedAnswers } from '../merged-answers.ts'
import { offer, readChanged } from '../smallest-fix.ts'

/** Subjects that match nobody or hide whom they match, and grants that say a thing twice: BW-RBAC-042, 043, 048. */
export function checkOddSubjects(facts: AccessFacts, answers: MergedAnswers): void {
  if (!answers.asks('BW-RBAC-042', 'BW-RBAC-043', 'BW-RBAC-048')) return
  const wide = wideGrants(facts)
  for (const own of facts.bindings) {
    checkAccountAsUser(own, answers)
    checkRepeated(own, wide, answers)
  }
  for (const object of facts.written) checkMatchless(object, answers)
}

/** An account written as a user matches, but is found by nobody who looks for accounts. */
function checkAccountAsUser({ is: binding, object }: Own<Binding>, answers: MergedAnswers): void {
  const found = binding.subjects.flatMap((subject, i) => {
    const account = subject.kind === 'User' ? accountOf(subject.name) : undefined
    return account === undefined ? [] : [{ i, subject, account }]
  })
  if (found.length === 0) {
    answers.pass('BW-RBAC-043')
    return
  }
  const changes = found.map(({ i, account }) => ({
    op: 'replace' as const,
    path: ['subjects', i],
    value: { kind: 'ServiceAccount', namespace: account.namespace, name: account.name },
  }))
  const after = readChanged(object.object, changes)
  const isSame =
    after !== undefined &&
    'subjects' in after &&
    found.every(({ i, account }) => describeSubject(after.subjects[i]!) === `sa:${account.namespace}/${account.name}`)
  answers.fail('BW-RBAC-043', object, {
    message: `${found[0]!.subject.name} is ServiceAccount ${found[0]!.account.namespace}/${found[0]!.account.name}, written as a user`,
    at: found.map(({ i, subject }) => ({ object, path: ['subjects', i], key: `subject/${describeSubject(subject)}` })),
    fix: offer('safe', isSame, changes),
  })
}

/** Subjects that are bound to a role everywhere, by subject and role: the binding, for each. */
function wideGrants({ index }: AccessFacts): ReadonlyMap<string, Binding> {
  const wide = new Map<string, Binding>()
  for (const binding of index.bindings) {
    if (binding.kind !== 'ClusterRoleBinding') continue
    for (const subject of binding.subjects) {
      const key = `${describeSubject(subject)}\n${binding.roleRef.name}`
      if (!wide.has(key)) wide.set(key, binding)
    }
  }
  return wide
}

function checkRepeated(
  { is: binding, object }: Own<Binding>,
  wide: ReadonlyMap<string, Binding>,
  answers: MergedAnswers,
): void {
  const seen = new Set<string>()
  const { kind, name } = binding.roleRef
  binding.subjects.forEach((subject, i) => {
    const who = describeSubject(subject)
    const at = [{ object, path: ['subjects', i], key: `subject/${who}` }]
    const other = kind === 'ClusterRole' ? wide.get(`${who}\n${name}`) : undefined
    if (seen.has(who))
      answers.fail('BW-RBAC-048', object, { message: `${who} is named twice`, at, fix: without(object, i) })
    else if (other !== undefined && other !== binding && !(other.kind === binding.kind && other.name > binding.name)) {
      answers.fail('BW-RBAC-048', object, {
        message: `${who} has ${describeRole({ kind, namespace: '', name })} everywhere by ClusterRoleBinding "${other.name}"`,
        at,
        fix: without(object, i),
      })
    }
    seen.add(who)
  })
}

/** The binding without one of its subjects. What it gives, the subject has by another way. */
function without(object: SnapshotObject, subject: number): FixOffer {
  const changes = [{ op: 'remove', path: ['subjects', subject] } as const]
  return offer('safe', readChanged(object.object, changes) !== undefined, changes)
}

/** Subjects for which a server refuses the binding, or that nobody can be. */
function checkMatchless(object: SnapshotObject, answers: MergedAnswers): void {
  if (object.ref.kind !== 'RoleBinding' && object.ref.kind !== 'ClusterRoleBinding') return
  const subjects = ownValue(object.object, 'subjects')
  if (!Array.isArray(subjects)) return
  let isClean = true
  ;(subjects as readonly JsonValue[]).forEach((subject, i) => {
    const why = matchless(subject, object.ref.kind === 'ClusterRoleBinding')
    if (why === undefined) return
    isClean = false
    const name = String(ownValue(subject, 'name') ?? '')
    answers.fail('BW-RBAC-042', object, {
      message: why,
      at: [{ object, path: ['subjects', i], key: `subject/${String(ownValue(subject, 'kind') ?? '')}/${name}` }],
    })
  })
  if (isClean) answers.pass('BW-RBAC-042')
}

function matchless(subject: JsonValue, isClusterWide: boolean): string | undefined {
  if (!isJsonObject(subject)) return 'a subject that is no object names nobody'
  const { kind, name, namespace } = subject
  if (typeof name !== 'string' || name === '') return 'a subject without a name: the API server refuses the binding'
  if (kind !== 'User' && kind !== 'Group' && kind !== 'ServiceAccount') {
    const meant = ['User', 'Group', 'ServiceAccount'].find(one => one.toLowerCase() === String(kind).toLowerCase())
    return `kind ${JSON.stringify(kind ?? null)} is no kind of subject${meant === undefined ? '' : `; it is written ${meant}`}: the API server refuses the binding`
  }
  if (kind === 'ServiceAccount') {
    if (isClusterWide && (namespace === undefined || namespace === '' || namespace === null))
      return `ServiceAccount "${name}" without a namespace in a ClusterRoleBinding: the API server refuses the binding`
    if (/[A-Z]/.test(name))
      return `ServiceAccount "${name}" has a capital letter, which no account has: the API server refuses the binding`
    if (name.startsWith('system:serviceaccount:'))
      return `ServiceAccount "${name}" holds the user name of an account where its plain name belongs: the API server refuses the binding`
  }
  if (kind === 'Group' && /^system:serviceaccount:/.test(name))
    return `Group "${name}" is named like an account, and no group is; the account is kind ServiceAccount`
  return undefined
}
