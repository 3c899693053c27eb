import type { Power } from '../../../inventory/permissions/powers.ts'
import { isEverything, isRisk, powersOf } from '../../../inventory/permissions/powers-of.ts'
import type { Pointed } from '../../../inventory/snapshot/answers.ts'
import {
  type Binding,
  describeRole,
  describeSubject,
  type PolicyRule,
  type Role,
  type Subject,
} from '../../../model/access.ts'
import { type Severity, severityRank } from '../../../model/severity.ts'
import type { AccessFacts, Own } from '../access-facts.ts'
import type { MergedAnswers } from '../merged-answers.ts'
import { offer, readChanged } from '../smallest-fix.ts'

/** Subjects that are cluster-admin by design. A name is exempt whole, never by its beginning. */
const exemptAdmins: ReadonlySet<string> = new Set(['group:system:masters', 'group:kubeadm:cluster-admins'])

const anonymous: ReadonlySet<string> = new Set(['user:system:anonymous', 'group:system:unauthenticated'])
const everybody: ReadonlySet<string> = new Set(['group:system:authenticated', 'group:system:serviceaccounts'])

const ids = ['BW-RBAC-004', 'BW-RBAC-024', 'BW-RBAC-025', 'BW-RBAC-026', 'BW-RBAC-027', 'BW-RBAC-041', 'BW-IDN-003']

/** Who is bound to what: administrators, everybody, nobody in particular. */
export function checkBindings(facts: AccessFacts, answers: MergedAnswers): void {
  if (!answers.asks(...ids)) return
  for (const own of facts.bindings) {
    checkAdmins(facts, own, answers)
    checkEverybody(facts, own, answers)
    checkSubjectKinds(facts, own, answers)
  }
}

function pointAt({ is, object }: Own<Binding>, chosen: (subject: Subject) => boolean): readonly Pointed[] {
  const found: Pointed[] = []
  is.subjects.forEach((subject, i) => {
    if (chosen(subject)) found.push({ object, path: ['subjects', i], key: `subject/${describeSubject(subject)}` })
  })
  return found
}

function names(of: readonly Pointed[]): string {
  const all = of.map(({ key }) => key.slice('subject/'.length))
  return all.length <= 4 ? all.join(', ') : `${all.slice(0, 4).join(', ')} and ${all.length - 4} more`
}

/** cluster-admin, and shipped roles that amount to it; the role itself is not in the input, so the binding is told of. */
function checkAdmins(facts: AccessFacts, own: Own<Binding>, answers: MergedAnswers): void {
  const { is: binding, object } = own
  const role = roleBoundBy(facts, binding)
  if (role === undefined || facts.objectOf(role) !== undefined) {
    answers.pass('BW-RBAC-004')
    return
  }
  const isWide = binding.kind === 'ClusterRoleBinding'
  const rules = facts.index.rulesOf(role)
  const at = pointAt(own, subject => !exemptAdmins.has(describeSubject(subject)) && !isMasters(subject))
  if (at.length === 0) {
    answers.pass('BW-RBAC-004')
    return
  }
  const where = isWide ? 'in every namespace' : `in namespace ${binding.namespace}`
  if (rules.some(isEverything)) {
    answers.fail('BW-RBAC-004', object, {
      message: `${names(at)} may do everything ${isWide ? 'in the cluster' : where}, by ${describeRole(role)}`,
      severity: isWide || binding.namespace === 'kube-system' ? 'critical' : 'high',
      at,
    })
    return
  }
  const gravest = gravestPower(rules, isWide, facts.minor)
  const chain = at
    .map(({ key }) => facts.admins.get(key.slice('subject/'.length))?.chain)
    .find(found => found?.[0]?.includes(`-> ${describeRole(role)} `) === true)
  // `edit` in one's own namespace is what the role is for; everywhere, or beside an administrator, it is the cluster.
  if (gravest === undefined || chain === undefined) {
    answers.pass('BW-RBAC-004')
    return
  }
  answers.fail('BW-RBAC-004', object, {
    message: `${names(at)} can ${gravest.title} ${where}, by ${describeRole(role)}, and so is as good as cluster-admin: ${chain.slice(0, 4).join('; then ')}`,
    severity: gravest.severity === 'critical' ? 'critical' : 'high',
    at,
  })
}

function isMasters(subject: Subject): boolean {
  return subject.kind === 'Group' && subject.name === 'system:masters'
}

function gravestPower(rules: readonly PolicyRule[], isWide: boolean, minor: number): Power | undefined {
  const rank = (power: Power): number => {
    const severity: Severity | undefined = isWide ? power.severity : power.inNamespace
    return severity === undefined ? 9 : severityRank(severity)
  }
  return rules
    .flatMap(powersOf)
    .filter(power => isRisk(power.id, minor) && rank(power) < 9)
    .sort((a, b) => rank(a) - rank(b))[0]
}

function roleBoundBy({ index }: AccessFacts, { roleRef, namespace }: Binding): Role | undefined {
  return index.role(roleRef.kind, roleRef.kind === 'Role' ? namespace : '', roleRef.name)
}

function rulesBoundBy(facts: AccessFacts, binding: Binding): readonly PolicyRule[] {
  const role = roleBoundBy(facts, binding)
  return role === undefined ? [] : facts.index.rulesOf(role)
}

/** Anonymous requests, everybody who can sign in, and the group that no binding is needed for. */
function checkEverybody(facts: AccessFacts, own: Own<Binding>, answers: MergedAnswers): void {
  const { is: binding, object } = own
  const rules = rulesBoundBy(facts, binding)
  const unsigned = pointAt(own, subject => anonymous.has(describeSubject(subject)))
  const rest = rules.filter(rule => !isDiscovery(rule))
  if (unsigned.length > 0 && rest.length > 0) {
    const changes = [...unsigned].reverse().map(({ path }) => ({ op: 'remove', path }) as const)
    const after = readChanged(object.object, changes)
    const isGone =
      after !== undefined &&
      'subjects' in after &&
      !after.subjects.some(subject => anonymous.has(describeSubject(subject)))
    answers.fail('BW-RBAC-024', object, {
      message: `requests without credentials get ${ruleWords(rest)} by ${describeRole(roleBoundBy(facts, binding)!)}`,
      at: unsigned,
      fix: offer('likely', isGone, changes),
    })
  } else answers.pass('BW-RBAC-024')
  const everyone = pointAt(own, subject => everybody.has(describeSubject(subject)))
  const isWide = binding.kind === 'ClusterRoleBinding'
  const harmful = rest.filter(
    rule => isEverything(rule) || writes(rule) || powersOf(rule).some(({ id }) => id === 'secrets-read'),
  )
  if (everyone.length > 0 && harmful.length > 0) {
    answers.fail('BW-RBAC-025', object, {
      message: `${names(everyone)}: ${everyone.some(({ key }) => key.endsWith('system:authenticated')) ? 'whoever can sign in' : 'every pod'} gets ${ruleWords(harmful)} ${isWide ? 'in every namespace' : `in namespace ${binding.namespace}`}`,
      severity: isWide ? 'critical' : 'high',
      at: everyone,
    })
  } else answers.pass('BW-RBAC-025')
  const masters = pointAt(own, isMasters)
  if (masters.length > 0) {
    const changes = [...masters].reverse().map(({ path }) => ({ op: 'remove', path }) as const)
    answers.fail('BW-RBAC-026', object, {
      message:
        'binds system:masters, whose members pass every check without a binding: it says nothing, and hides who they are',
      at: masters,
      // The group is asked about before any rule, so that taking it out of a binding changes no right.
      fix: offer('safe', readChanged(object.object, changes) !== undefined, changes),
    })
  } else answers.pass('BW-RBAC-026')
}

const readVerbs = new Set(['get', 'list', 'watch'])

function writes(rule: PolicyRule): boolean {
  if (rule.resources.length === 0) return false
  // Asking what one may do oneself is no write, although it is a create.
  const reviews = rule.resources.every(resource => /^selfsubject\w*reviews$/.test(resource))
  return !reviews && rule.verbs.some(verb => !readVerbs.has(verb))
}

/** What `system:discovery` and `system:public-info-viewer` give: versions, health, the list of resources. */
function isDiscovery(rule: PolicyRule): boolean {
  const harmless = /^\/(api|apis|openapi|version|healthz|livez|readyz|\.well-known)(\/|\/\*|$|\/.*)/
  return (
    rule.nonResourceURLs.length > 0 &&
    rule.verbs.every(verb => verb === 'get' || verb === 'head' || verb === 'options') &&
    rule.nonResourceURLs.every(url => harmless.test(url))
  )
}

function ruleWords(rules: readonly PolicyRule[]): string {
  const [first] = rules
  if (first === undefined) return 'nothing'
  const what = first.nonResourceURLs.length > 0 ? first.nonResourceURLs : first.resources
  return `${first.verbs.slice(0, 4).join(', ')} on ${what.slice(0, 4).join(', ')}${rules.length > 1 ? ` and ${rules.length - 1} rules more` : ''}`
}

/** Default accounts, which every pod without an account of its own is; people who are bound one by one. */
function checkSubjectKinds(facts: AccessFacts, own: Own<Binding>, answers: MergedAnswers): void {
  const { is: binding, object } = own
  const rules = rulesBoundBy(facts, binding)
  const standard = pointAt(own, subject => subject.kind === 'ServiceAccount' && subject.name === 'default')
  if (standard.length > 0 && rules.length > 0) {
    answers.fail('BW-RBAC-027', object, {
      message: `${names(standard)}: every pod that names no account of its own gets ${ruleWords(rules)}`,
      at: standard,
    })
  } else answers.pass('BW-RBAC-027')
  const people = pointAt(own, subject => subject.kind === 'User' && !subject.name.startsWith('system:'))
  // On an Entra cluster the same mistake has a rule of its own.
  const id = facts.isEntra ? 'BW-IDN-003' : 'BW-RBAC-041'
  if (people.length === 0) answers.pass(id)
  else
    answers.fail(id, object, {
      message: `${names(people)}: bound one by one, so that leaving the team does not take the right away`,
      at: people,
    })
}
