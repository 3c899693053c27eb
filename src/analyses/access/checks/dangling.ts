import { ruleAllows } from '../../../inventory/permissions/match-rule.ts'
import { entryOf } from '../../../lib/collections/entry-of.ts'
import { type Binding, describeSubject, type Subject } from '../../../model/access.ts'
import type { AccessFacts, Own } from '../access-facts.ts'
import type { MergedAnswers } from '../merged-answers.ts'
import { offer, readChanged } from '../smallest-fix.ts'

/** Bindings to nothing, and who could make something of them: BW-RBAC-029, 040, 055. */
export function checkDangling(facts: AccessFacts, answers: MergedAnswers): void {
  if (!answers.asks('BW-RBAC-029', 'BW-RBAC-040', 'BW-RBAC-055')) return
  const accounts = knownAccounts(facts)
  let creators: Creators | undefined
  for (const own of facts.bindings) {
    const { is: binding, object } = own
    const { kind, name } = binding.roleRef
    const role = facts.index.role(kind, kind === 'Role' ? binding.namespace : '', name)
    if (role === undefined) {
      creators ??= creatorsOf(facts)
      const claimants = claimantsOf(creators, binding)
      // Who may make the missing role up is told in place of its being missing.
      if (claimants.length > 0) {
        answers.fail('BW-RBAC-040', object, {
          message: `${kind} "${name}" does not exist, and ${list(claimants)} may create it: ${list(binding.subjects.map(describeSubject))} would have what stands in it`,
          at: [{ object, path: ['roleRef'], key: 'roleRef' }],
        })
      } else
        answers.fail('BW-RBAC-029', object, {
          message: `${kind} "${name}" is not in the input: the binding gives nothing`,
          at: [{ object, path: ['roleRef'], key: 'roleRef' }],
        })
      continue
    }
    answers.pass('BW-RBAC-040')
    checkSubjects(facts, own, accounts, answers)
  }
}

function list(names: readonly string[]): string {
  if (names.length === 0) return 'nobody'
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`
}

/** Who may create roles, administrators left out, by the kind of role and where. They need `escalate` for rights they lack. */
interface Creators {
  readonly clusterRoles: readonly string[]
  readonly everywhere: readonly string[]
  readonly inNamespace: ReadonlyMap<string, readonly string[]>
}

function creatorsOf(facts: AccessFacts): Creators {
  const clusterRoles = new Set<string>()
  const everywhere = new Set<string>()
  const inNamespace = new Map<string, string[]>()
  for (const { binding, rules } of facts.index.grants) {
    if (binding.source === undefined) continue
    const names = binding.subjects.map(describeSubject).filter(name => !facts.admins.has(name))
    if (names.length === 0) continue
    const creates = (resource: string): boolean => rules.some(rule => ruleAllows(rule, { ...creation, resource }))
    if (binding.namespace !== '') {
      if (creates('roles')) entryOf(inNamespace, binding.namespace, () => []).push(...names)
      continue
    }
    if (creates('roles')) for (const name of names) everywhere.add(name)
    if (creates('clusterroles')) for (const name of names) clusterRoles.add(name)
  }
  return { clusterRoles: [...clusterRoles], everywhere: [...everywhere], inNamespace }
}

const creation = {
  kind: 'resource',
  verb: 'create',
  group: 'rbac.authorization.k8s.io',
  resource: 'roles',
  subresource: '',
  name: '',
  namespace: '',
} as const

function claimantsOf(creators: Creators, { roleRef, namespace, subjects }: Binding): readonly string[] {
  if (subjects.length === 0) return []
  if (roleRef.kind === 'ClusterRole') return creators.clusterRoles
  return [...new Set([...creators.everywhere, ...(creators.inNamespace.get(namespace) ?? [])])]
}

function checkSubjects(facts: AccessFacts, own: Own<Binding>, accounts: KnownAccounts, answers: MergedAnswers): void {
  const { is: binding, object } = own
  let isClean = true
  binding.subjects.forEach((subject, i) => {
    if (subject.kind !== 'ServiceAccount') return
    const at = [{ object, path: ['subjects', i], key: `subject/${describeSubject(subject)}` }]
    if (facts.isWholeCluster && !accounts.namespaces.has(subject.namespace)) {
      isClean = false
      answers.fail('BW-RBAC-055', object, {
        message: `namespace "${subject.namespace}" does not exist: whoever may create it and an account "${subject.name}" in it has these rights`,
        at,
      })
    } else if (accounts.isMissing(subject)) {
      isClean = false
      const changes = [{ op: 'remove', path: ['subjects', i] } as const]
      answers.fail('BW-RBAC-029', object, {
        message: `ServiceAccount ${subject.namespace}/${subject.name} is not in the input, although others of the namespace are`,
        at,
        fix: offer('likely', readChanged(object.object, changes) !== undefined, changes),
      })
    }
  })
  if (!isClean) return
  answers.pass('BW-RBAC-029')
  if (facts.isWholeCluster) answers.pass('BW-RBAC-055')
}

interface KnownAccounts {
  readonly namespaces: ReadonlySet<string>
  isMissing(subject: Extract<Subject, { kind: 'ServiceAccount' }>): boolean
}

function knownAccounts({ inventory }: AccessFacts): KnownAccounts {
  const namespaces = new Set<string>()
  const names = new Set<string>()
  const having = new Set<string>()
  for (const { ref } of inventory.objects) {
    if (ref.group !== '') continue
    if (ref.kind === 'Namespace') namespaces.add(ref.name)
    if (ref.kind !== 'ServiceAccount') continue
    names.add(`${ref.namespace}\n${ref.name}`)
    having.add(ref.namespace)
  }
  return {
    namespaces,
    // Where no account of a namespace was read, accounts are no part of the input. Every namespace has `default`.
    isMissing: ({ namespace, name }) =>
      having.has(namespace) && name !== 'default' && !names.has(`${namespace}\n${name}`),
  }
}
