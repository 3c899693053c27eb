import { ruleAllows } from '../../../inventory/permissions/match-rule.ts'
import { type PowerId, powers } from '../../../inventory/permissions/powers.ts'
import { isEverything, isRisk, powersOf } from '../../../inventory/permissions/powers-of.ts'
import type { Objection } from '../../../inventory/snapshot/answers.ts'
import type { PolicyRule, Role } from '../../../model/access.ts'
import { type Severity, severityRank } from '../../../model/severity.ts'
import type { AccessFacts, Holder, Own } from '../access-facts.ts'
import { ruleKey } from '../element-keys.ts'
import { adminWords, holderWords, milder } from '../holder-words.ts'
import type { MergedAnswers } from '../merged-answers.ts'
import { explicitVerbs, fineKubeletRights } from '../smallest-fix.ts'
import { holdsTogether } from '../together.ts'

/** The rule that tells of each power, where the power alone decides. */
const ruleOfPower: readonly (readonly [ruleId: string, powers: readonly PowerId[]])[] = [
  ['BW-RBAC-007', ['workload-write']],
  ['BW-RBAC-008', ['exec', 'exec-by-get']],
  ['BW-RBAC-009', ['ephemeral-containers']],
  ['BW-RBAC-010', ['nodes-proxy']],
  ['BW-RBAC-012', ['impersonate-users', 'impersonate-accounts']],
  ['BW-RBAC-015', ['token-create']],
  ['BW-RBAC-016', ['admission-write']],
  ['BW-RBAC-017', ['volume-create']],
  ['BW-RBAC-018', ['node-write']],
  ['BW-RBAC-019', ['service-status-write']],
  ['BW-RBAC-020', ['endpoint-write']],
  ['BW-RBAC-021', ['event-delete']],
  ['BW-RBAC-023', ['network-write']],
  ['BW-RBAC-031', ['workload-delete']],
  ['BW-RBAC-033', ['definition-status-write']],
  ['BW-RBAC-050', ['api-service-write']],
  ['BW-RBAC-051', ['definition-write']],
  ['BW-RBAC-053', ['pod-binding']],
]

const ids = [
  ...['001', '002', '003', '005', '006', '011', '013', '014', '022', '045', '046'].map(number => `BW-RBAC-${number}`),
  ...ruleOfPower.map(([id]) => id),
]

/** What single rules of roles give, judged where the roles are bound. */
export function checkRolePowers(facts: AccessFacts, answers: MergedAnswers): void {
  if (!answers.asks(...ids)) return
  for (const own of facts.roles) {
    const holders = facts.holdersOf(own.is)
    const scope = scopeOf(own.is, holders)
    const found = own.is.rules.flatMap((rule, i) =>
      [...findingsOf(facts, own, rule, holders, scope, answers)].map(finding => ({ finding, rule, i })),
    )
    // The way to cluster-admin is told once for a role, where the role is gravest.
    const gravest = found.toSorted((a, b) => severityRank(a.finding.severity) - severityRank(b.finding.severity))[0]
    for (const { finding, rule, i } of found) {
      const way = finding === gravest?.finding ? adminWords(facts, own.is, holders) : undefined
      answers.fail(finding.id, own.object, {
        message: `${finding.message}; ${holderWords(holders)}${way === undefined ? '' : `; ${way}`}`,
        severity: scope.isUnbound ? milder(finding.severity) : finding.severity,
        at: [{ object: own.object, path: ['rules', i], key: ruleKey(rule) }],
        ...(finding.fix === undefined ? {} : { fix: finding.fix(i) }),
      })
    }
    const told = new Set(found.map(({ finding }) => finding.id))
    for (const id of ids) if (!told.has(id)) answers.pass(id)
  }
}

/** Where the rules of a role hold: everywhere, in single namespaces, or nowhere yet. */
interface Scope {
  readonly isWide: boolean
  readonly isUnbound: boolean
  readonly namespaces: ReadonlySet<string>
}

interface Found {
  readonly id: string
  readonly severity: Severity
  readonly message: string
  readonly fix?: (ruleIndex: number) => NonNullable<Objection['fix']>
}

function scopeOf(role: Role, holders: readonly Holder[]): Scope {
  const namespaces = new Set(holders.map(({ namespace }) => namespace))
  const isUnbound = holders.length === 0
  // What nobody holds yet is judged as its kind can be bound at most.
  return { isWide: isUnbound ? role.kind === 'ClusterRole' : namespaces.has(''), isUnbound, namespaces }
}

function* findingsOf(
  facts: AccessFacts,
  own: Own<Role>,
  rule: PolicyRule,
  holders: readonly Holder[],
  scope: Scope,
  answers: MergedAnswers,
): Generator<Found> {
  const { isWide } = scope
  if (isEverything(rule) && answers.asks('BW-RBAC-001')) {
    // Whatever else the rule gives is the same mistake.
    yield {
      id: 'BW-RBAC-001',
      severity: isWide ? 'critical' : 'high',
      message: `every verb on every resource of every group: ${isWide ? 'cluster-admin by another name' : 'everything in the namespace'}`,
    }
    return
  }
  if (rule.verbs.includes('*') && rule.nonResourceURLs.length === 0) {
    yield {
      id: 'BW-RBAC-002',
      severity: severityOfWildcard(rule),
      message: `every verb on ${rule.resources.slice(0, 4).join(', ')}, verbs of the future and special ones among them`,
      fix: explicitVerbs(own.object.object),
    }
  }
  if (rule.resources.includes('*')) {
    yield wildcardResources(rule, isWide, facts.minor)
    // What the wildcard gives is told there, so that one mistake is one finding.
    if (answers.asks('BW-RBAC-003') && rule.apiGroups.some(isPowerfulGroup)) return
  }
  const given = new Set(
    powersOf(rule)
      .filter(({ id }) => isRisk(id, facts.minor))
      .map(({ id }) => id),
  )
  if (given.size === 0) return
  yield* secrets(facts, given, scope)
  yield* escalation(facts, own, given, holders, isWide)
  yield* certificates(facts, own, rule, given, holders, isWide)
  if (given.has('configmap-write') && (isWide || scope.namespaces.has('kube-system')))
    yield {
      id: 'BW-RBAC-022',
      severity: 'high',
      message: 'writes ConfigMaps in kube-system: the configuration of DNS, proxies and, on EKS, who is who',
    }
  if (given.has('impersonate-constrained') && facts.minor >= 36) yield constrainedImpersonation(rule)
  for (const [id, wanted] of ruleOfPower) {
    const power = wanted.find(one => given.has(one) && severityOf(one, isWide) !== undefined)
    if (power === undefined) continue
    const title = powers.get(power)!.title
    yield {
      id,
      severity: severityOf(power, isWide)!,
      message:
        id === 'BW-RBAC-017' && !holdsTogether(facts, own.is, holders, ['volume-create', 'pod-create'])
          ? `can ${title}; its holders create no pods that could use them`
          : `can ${title}`,
      ...(id === 'BW-RBAC-010' ? { fix: fineKubeletRights(own.object.object) } : {}),
    }
  }
}

function isPowerfulGroup(group: string): boolean {
  return group === '' || group === '*'
}

function wildcardResources(rule: PolicyRule, isWide: boolean, minor: number): Found {
  const groups = rule.apiGroups.map(group => (group === '' ? 'the core group' : group === '*' ? 'every group' : group))
  const what = `${rule.verbs.slice(0, 4).join(', ')} on every resource of ${groups.join(', ')}`
  if (!rule.apiGroups.some(isPowerfulGroup)) return { id: 'BW-RBAC-003', severity: 'medium', message: what }
  const given = powersOf(rule)
    .filter(({ id }) => isRisk(id, minor) && severityOf(id, isWide) !== undefined)
    .toSorted((a, b) => severityRank(severityOf(a.id, isWide)!) - severityRank(severityOf(b.id, isWide)!))
  const [first] = given
  const leads = given.slice(0, 3).map(({ title }) => title)
  return {
    id: 'BW-RBAC-003',
    severity: first !== undefined && severityOf(first.id, isWide) === 'critical' ? 'critical' : 'high',
    message: leads.length === 0 ? what : `${what}, which is to ${leads.join('; to ')}`,
  }
}

function severityOf(power: PowerId, isWide: boolean): Severity | undefined {
  const { severity, inNamespace } = powers.get(power)!
  return isWide ? severity : inNamespace
}

/** A wildcard on resources of one's own kinds gives less away than one on what Kubernetes itself runs on. */
function severityOfWildcard(rule: PolicyRule): Severity {
  const isCustom = rule.apiGroups.every(group => group.includes('.') && !group.endsWith('.k8s.io'))
  return isCustom ? 'medium' : 'high'
}

function* secrets(facts: AccessFacts, given: ReadonlySet<PowerId>, { isWide, namespaces }: Scope): Generator<Found> {
  if (!given.has('secrets-read')) return
  if (isWide) {
    yield { id: 'BW-RBAC-005', severity: 'critical', message: 'reads every Secret of the cluster' }
    return
  }
  // What the Secrets of a namespace unlock decides: the token of an administrator is worth the cluster.
  const hosting = [...namespaces].find(namespace => facts.adminNamespaces.has(namespace))
  yield {
    id: 'BW-RBAC-006',
    severity: hosting === undefined ? 'high' : 'critical',
    message:
      hosting === undefined
        ? 'reads every Secret of the namespace'
        : `reads every Secret of namespace ${hosting}, which has an account that is as good as cluster-admin`,
  }
}

/** Who may bind or change roles: critical only where the rights of one subject suffice to climb (escalation prevention). */
function* escalation(
  facts: AccessFacts,
  { is: role }: Own<Role>,
  given: ReadonlySet<PowerId>,
  holders: readonly Holder[],
  isWide: boolean,
): Generator<Found> {
  const severity = isWide ? 'critical' : 'high'
  if (given.has('bind') || given.has('escalate')) {
    const way = given.has('bind') ? (['bind', 'binding-write'] as const) : (['escalate', 'role-write'] as const)
    const isUsable = holdsTogether(facts, role, holders, way)
    yield {
      id: 'BW-RBAC-011',
      severity: isUsable ? severity : 'medium',
      message: `can ${powers.get(way[0])!.title}${isUsable ? '' : `; its holders may not ${powers.get(way[1])!.title}, so it gives nothing yet`}`,
    }
  }
  if (given.has('binding-write')) {
    const isUnbounded = holdsTogether(facts, role, holders, ['bind', 'binding-write'])
    yield {
      id: 'BW-RBAC-013',
      severity: isUnbounded ? severity : 'info',
      message: isUnbounded
        ? 'writes bindings of roles whose rights it does not hold'
        : 'writes bindings, and so can share its own rights, no others: escalation prevention asks for bind',
    }
  }
}

const signers = ['kubernetes.io/kube-apiserver-client', 'kubernetes.io/*']

function* certificates(
  facts: AccessFacts,
  { is: role }: Own<Role>,
  rule: PolicyRule,
  given: ReadonlySet<PowerId>,
  holders: readonly Holder[],
  isWide: boolean,
): Generator<Found> {
  if (!given.has('csr-approve') || !isWide) return
  const client = signers.some(name =>
    ['approve', 'sign'].some(verb =>
      ruleAllows(rule, {
        kind: 'resource',
        verb,
        group: 'certificates.k8s.io',
        resource: 'signers',
        subresource: '',
        name,
        namespace: '',
      }),
    ),
  )
  const isUsable = holdsTogether(facts, role, holders, ['csr-approve', 'csr-decide'])
  yield {
    id: 'BW-RBAC-014',
    severity: isUsable ? 'critical' : 'medium',
    message: `can approve or sign certificates of ${client ? 'any user or group' : 'nodes'}${isUsable ? '' : '; its holders may not record the decision, so it gives nothing yet'}`,
  }
}

/** Constrained impersonation with the verbs that survive it; by `*` it comes in unseen. */
function constrainedImpersonation(rule: PolicyRule): Found {
  if (rule.verbs.includes('*'))
    return {
      id: 'BW-RBAC-046',
      severity: 'high',
      message:
        'the verb * includes constrained impersonation (impersonate:user-info and others), which nobody wrote down',
    }
  const surviving = rule.verbs.filter(verb => verb.startsWith('impersonate-on:'))
  return {
    id: 'BW-RBAC-045',
    severity: 'high',
    message: `can act as others by ${rule.verbs.filter(verb => verb.startsWith('impersonate:')).join(', ')}${surviving.length > 0 ? ` for ${surviving.join(', ')}` : '; what it can then do is limited by the impersonate-on verbs of other rules'}`,
  }
}
