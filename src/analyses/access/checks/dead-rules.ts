import type { KindTable } from '../../../inventory/defaulting/index.ts'
import { uncovered } from '../../../inventory/permissions/covers.ts'
import type { SnapshotObject } from '../../../inventory/snapshot/snapshot-object.ts'
import type { JsonPath } from '../../../lib/json/json-value.ts'
import type { PolicyRule, Role } from '../../../model/access.ts'
import type { AccessFacts, Own } from '../access-facts.ts'
import { ruleKey } from '../element-keys.ts'
import type { MergedAnswers } from '../merged-answers.ts'
import { offer, readChanged, sameRightsFix } from '../smallest-fix.ts'

/** Rules that give nothing, or less than they seem to: BW-RBAC-032, 044, and covered rules of 048. */
export function checkDeadRules(facts: AccessFacts, answers: MergedAnswers): void {
  if (!answers.asks('BW-RBAC-032', 'BW-RBAC-044', 'BW-RBAC-048')) return
  const names = resourceNamesOf(facts.tables.kinds)
  for (const own of facts.roles) {
    checkNames(own, answers)
    checkCovered(own, answers)
    checkInert(facts, own, names, answers)
  }
  for (const object of facts.written) checkRefused(object, answers)
}

const withoutName = ['create', 'deletecollection']

/** Names limit no request that carries none: creating, deleting a collection, and lists without a field selector. */
function checkNames({ is: role, object }: Own<Role>, answers: MergedAnswers): void {
  const found = role.rules.flatMap((rule, i) => {
    if (rule.resourceNames.length === 0 || rule.resourceNames.includes('')) return []
    const tops = rule.resources.filter(resource => !resource.includes('/'))
    const dead = tops.length === 0 ? [] : rule.verbs.filter(verb => withoutName.includes(verb))
    const lists = rule.verbs.filter(verb => verb === 'list' || verb === 'watch')
    return dead.length + lists.length > 0 ? [{ i, rule, dead, lists }] : []
  })
  if (found.length === 0) {
    answers.pass('BW-RBAC-032')
    return
  }
  const { dead, lists, rule } = found[0]!
  answers.fail('BW-RBAC-032', object, {
    message:
      dead.length > 0
        ? `${dead.join(', ')} carries no name, so limited to ${rule.resourceNames.slice(0, 3).join(', ')} it is never allowed`
        : `${lists.join(', ')} limited to ${rule.resourceNames.slice(0, 3).join(', ')} is allowed only with the field selector metadata.name`,
    at: found.map(one => ({ object, path: ['rules', one.i], key: ruleKey(one.rule) })),
  })
}

/** A rule that another rule of the role covers whole. */
function checkCovered({ is: role, object }: Own<Role>, answers: MergedAnswers): void {
  if (!answers.asks('BW-RBAC-048') || role.rules.length > mostRules) return
  const i = role.rules.findIndex((rule, index) =>
    role.rules.some(
      (other, at) =>
        at !== index &&
        uncovered([other], [rule]).length === 0 &&
        (uncovered([rule], [other]).length > 0 || at < index),
    ),
  )
  if (i < 0) {
    answers.pass('BW-RBAC-048')
    return
  }
  const rule = role.rules[i]!
  const fix = sameRightsFix(object.object, [{ op: 'remove', path: ['rules', i] }])
  answers.fail('BW-RBAC-048', object, {
    message: `another rule of the role covers ${rule.verbs.slice(0, 3).join(', ')} on ${[...rule.resources, ...rule.nonResourceURLs].slice(0, 3).join(', ')}`,
    at: [{ object, path: ['rules', i], key: ruleKey(rule) }],
    ...(fix === undefined ? {} : { fix }),
  })
}

/** Beyond it, comparing every rule with every other takes longer than the answer is worth. */
const mostRules = 200

interface Inert {
  readonly path: JsonPath
  readonly why: string
  /** What was meant, where that is plain. */
  readonly meant: string | undefined
}

/** Entries of rules that no request of a server can equal. */
function checkInert(
  facts: AccessFacts,
  { is: role, object }: Own<Role>,
  names: ResourceNames,
  answers: MergedAnswers,
): void {
  const holders = facts.holdersOf(role)
  const isNamespaced =
    role.kind === 'Role' || (holders.length > 0 && holders.every(({ namespace }) => namespace !== ''))
  const found = role.rules.flatMap((rule, i) => inertOf(rule, i, isNamespaced, names))
  if (found.length === 0) {
    answers.pass('BW-RBAC-044')
    return
  }
  const [first] = found
  const repairs = found.filter(({ meant }) => meant !== undefined)
  const changes = repairs.map(({ path, meant }) => ({ op: 'replace', path, value: meant! }) as const)
  const after = repairs.length === found.length ? readChanged(object.object, changes) : undefined
  const isGone =
    after !== undefined &&
    'rules' in after &&
    after.rules.every((rule, i) => inertOf(rule, i, isNamespaced, names).length === 0)
  answers.fail('BW-RBAC-044', object, {
    message: `${first!.why}${found.length > 1 ? `; ${found.length - 1} more entries give nothing` : ''}`,
    at: found.map(({ path, why }) => ({ object, path, key: `entry/${why}` })),
    // It gives the right that was meant, which the role did not give before: a person decides.
    ...(isGone ? { fix: offer('needs-evidence', true, changes) } : {}),
  })
}

interface ResourceNames {
  readonly byGroup: ReadonlyMap<string, ReadonlySet<string>>
  readonly all: ReadonlySet<string>
  /** Short names, singulars and kinds, to the plural that rules compare. */
  readonly plural: ReadonlyMap<string, string>
  readonly clusterScoped: ReadonlySet<string>
}

function resourceNamesOf(table: KindTable): ResourceNames {
  const byGroup = new Map<string, Set<string>>()
  const plural = new Map<string, string>()
  const clusterScoped = new Set<string>()
  for (const kind of table.kinds.values()) {
    byGroup.set(kind.group, (byGroup.get(kind.group) ?? new Set()).add(kind.resource))
    for (const word of [...kind.shortNames, kind.kind.toLowerCase()])
      if (!plural.has(word)) plural.set(word, kind.resource)
    if (!kind.namespaced) clusterScoped.add(`${kind.group}/${kind.resource}`)
  }
  return { byGroup, all: new Set([...byGroup.values()].flatMap(set => [...set])), plural, clusterScoped }
}

const knownVerbs = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'bind',
  'escalate',
  'impersonate',
  'approve',
  'sign',
  'use',
]

function inertOf(rule: PolicyRule, index: number, isNamespaced: boolean, names: ResourceNames): readonly Inert[] {
  const at = (field: string, i: number): JsonPath => ['rules', index, field, i]
  const found: Inert[] = []
  rule.verbs.forEach((verb, i) => {
    const lower = verb.toLowerCase()
    if (verb !== lower && knownVerbs.includes(lower))
      found.push({
        path: at('verbs', i),
        why: `verb "${verb}" equals no request: verbs are written in small letters`,
        meant: lower,
      })
  })
  rule.apiGroups.forEach((group, i) => {
    const version = /^(?:([a-z0-9.-]+)\/)?v\d+((alpha|beta)\d+)?$/.exec(group)
    if (group === 'core' || version !== null)
      found.push({
        path: at('apiGroups', i),
        why: `apiGroup "${group}" equals no request: ${group === 'core' || version?.[1] === undefined ? 'the core group is ""' : `the group alone is "${version[1]}"`}`,
        meant: version?.[1] ?? '',
      })
  })
  rule.resources.forEach((resource, i) => {
    const inert = inertResource(rule, resource, names)
    if (inert !== undefined) found.push({ path: at('resources', i), ...inert })
  })
  if (found.length === 0 && isNamespaced) {
    const isUrl = rule.nonResourceURLs.length > 0
    const isOutside =
      rule.resources.length > 0 &&
      rule.resources.every(resource =>
        rule.apiGroups.every(group => names.clusterScoped.has(`${group}/${resource}`)),
      ) &&
      // A namespace itself is asked about in that namespace.
      !rule.resources.includes('namespaces')
    if (isUrl || isOutside)
      found.push({
        path: ['rules', index],
        why: `${isUrl ? `URL ${rule.nonResourceURLs[0]}` : rule.resources.slice(0, 3).join(', ')} ${isUrl ? 'belongs' : 'belong'} to no namespace: a grant in a namespace gives nothing of it`,
        meant: undefined,
      })
  }
  return found
}

function inertResource(rule: PolicyRule, resource: string, names: ResourceNames): Omit<Inert, 'path'> | undefined {
  if (resource === '*' || resource.startsWith('*/')) return undefined
  if (resource.endsWith('/*')) {
    return {
      why: `resource "${resource}" equals no request: rules do not expand it; name the sub-resources, or write "*/SUB"`,
      meant: undefined,
    }
  }
  const [base = ''] = resource.split('/')
  const isBuiltIn = rule.apiGroups.some(group => names.byGroup.has(group))
  if (!isBuiltIn || names.all.has(base) || virtual.has(base)) return undefined
  const lower = base.toLowerCase()
  const plural = names.all.has(lower) ? lower : names.plural.get(lower)
  if (plural === undefined) return undefined
  const meant = plural + resource.slice(base.length)
  return {
    why: `resource "${resource}" equals no request: rules compare the plural in small letters, "${meant}"`,
    meant,
  }
}

/** Names that only rules know. */
const virtual: ReadonlySet<string> = new Set(['users', 'groups', 'uids', 'userextras', 'signers'])

/** Rules that a server refuses whole, with the object: without verbs, groups or resources, URLs in a Role. */
function checkRefused(object: SnapshotObject, answers: MergedAnswers): void {
  const { kind } = object.ref
  if (kind !== 'Role' && kind !== 'ClusterRole') return
  const { rules } = object.object
  if (!Array.isArray(rules)) return
  const empty = (value: unknown): boolean => !Array.isArray(value) || value.length === 0
  rules.forEach((rule, i) => {
    if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) return
    const { verbs, apiGroups, resources, nonResourceURLs } = rule as Readonly<Record<string, unknown>>
    const why = empty(verbs)
      ? 'a rule without verbs'
      : empty(nonResourceURLs)
        ? empty(resources)
          ? 'a rule without resources'
          : empty(apiGroups)
            ? 'a rule without apiGroups ("" is the core group)'
            : undefined
        : kind === 'Role'
          ? 'a URL in a Role'
          : empty(resources) && empty(apiGroups)
            ? undefined
            : 'a URL and a resource in one rule'
    if (why === undefined) return
    answers.fail('BW-RBAC-044', object, {
      message: `${why}: the API server refuses the whole ${kind}`,
      at: [{ object, path: ['rules', i], key: `refused/${why}` }],
    })
  })
}
