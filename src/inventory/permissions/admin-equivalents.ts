import { entryOf } from '../../lib/collections/entry-of.ts'
import { describeBinding, describeRole, describeSubject, type PolicyRule, type Subject } from '../../model/access.ts'
import { bypassGroup } from './can.ts'
import { plainSubject, userOfSubject } from './identity.ts'
import { ruleAllows } from './match-rule.ts'
import type { PermissionIndex, RoleGrant } from './permission-index.ts'
import { type PowerId, powers } from './powers.ts'
import { isEverything, isRisk, powersOf } from './powers-of.ts'

/** A subject that can make itself cluster-admin, and the steps of the way, each a fact that can be checked. */
export interface AdminEquivalent {
  readonly subject: Subject
  readonly chain: readonly string[]
}

/** Subjects that are as good as cluster-admin, by `describeSubject`. */
export type AdminEquivalents = ReadonlyMap<string, AdminEquivalent>

/** Rights that lead to everything where they hold in every namespace; all powers of a line are needed together. */
const wideWays: readonly (readonly [powers: readonly PowerId[], why: string])[] = [
  [['escalate', 'role-write'], 'writes a role with every right'],
  [['bind', 'binding-write'], 'binds cluster-admin to itself'],
  [['impersonate-users'], 'acts as a member of system:masters, or as any user'],
  [['nodes-proxy'], 'runs commands in the pods of the control plane'],
  [['mutation-write'], 'has every new pod altered, those of the control plane among them'],
  [['api-service-write'], 'receives the requests, and the credentials, of others'],
  [['definition-write'], 'converts the stored objects of others by a webhook of its own'],
  [['volume-create', 'pod-create'], 'mounts the file system of a node'],
  [['namespace-write', 'pod-create'], 'takes the Pod Security level off a namespace and runs a privileged pod there'],
  [['node-write', 'pod-remove'], 'draws the pods of the control plane to a node of its choice'],
  [['pod-binding', 'pod-create'], 'places a pod on a control-plane node'],
  [['daemonset-create'], 'runs a pod on every node, those of the control plane among them'],
]

/** Rights in a namespace that yield the accounts of that namespace. */
const accountWays: readonly (readonly [PowerId, string])[] = [
  ['token-create', 'mints a token of'],
  ['impersonate-accounts', 'acts as'],
  ['workload-write', 'runs a pod as'],
  ['secrets-read', 'reads the tokens in Secrets of'],
  ['exec', 'runs commands in pods of'],
  ['exec-by-get', 'runs commands in pods of'],
  ['ephemeral-containers', 'adds a container to pods of'],
]

interface Place {
  readonly grant: RoleGrant
  readonly rule: PolicyRule
}

interface Reach {
  readonly subject: Subject
  /** Powers by namespace, `""` for everywhere. */
  readonly scopes: Map<string, Map<PowerId, Place>>
  everything: Place | undefined
  clientSigner: Place | undefined
}

/**
 * Who is as good as cluster-admin: by a right that leads to everything, or by reaching an account that is. `target` is
 * the minor of the server, 37 for 1.37. What pods really run is not asked: an account can be used where it exists.
 */
export function adminEquivalents(index: PermissionIndex, target: number): AdminEquivalents {
  const reaches = reachesOf(index, target)
  const found = new Map<string, AdminEquivalent>()
  const queue: Reach[] = []
  const add = (reach: Reach, chain: readonly string[]): void => {
    const key = describeSubject(reach.subject)
    if (found.has(key)) return
    found.set(key, { subject: reach.subject, chain })
    queue.push(reach)
  }
  const masters: Subject = { kind: 'Group', name: bypassGroup }
  found.set(describeSubject(masters), { subject: masters, chain: ['members of system:masters pass every check'] })
  for (const reach of reaches.values()) {
    const chain = directChain(reach)
    if (chain !== undefined) add(reach, chain)
  }
  const waiting = new Waiting([...reaches.values()].filter(reach => !found.has(describeSubject(reach.subject))))
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const goal = describeSubject(next.subject)
    const { chain } = found.get(goal)!
    for (const namespace of namespacesOf(next.subject)) {
      for (const reach of waiting.takeReaching(namespace)) {
        const step = stepInto(reach, namespace, goal)
        if (step !== undefined) add(reach, [step, ...chain])
      }
    }
    // Members of a group have what the group has.
    if (next.subject.kind === 'Group')
      for (const reach of waiting.takeMembers(next.subject.name)) add(reach, [`is a member of ${goal}`, ...chain])
  }
  return found
}

/** Subjects that are not yet known to be as good as cluster-admin, by the namespaces whose accounts they can reach. */
class Waiting {
  private readonly rest: Set<Reach>
  private readonly byNamespace = new Map<string, Reach[]>()

  constructor(reaches: readonly Reach[]) {
    this.rest = new Set(reaches)
    for (const reach of reaches) {
      for (const [namespace, held] of reach.scopes)
        if (accountWays.some(([power]) => held.has(power))) entryOf(this.byNamespace, namespace, () => []).push(reach)
    }
  }

  /** Whoever reaches the accounts of a namespace, there or everywhere; `*` is any namespace at all. */
  takeReaching(namespace: string): readonly Reach[] {
    const keys = namespace === '*' ? [...this.byNamespace.keys()] : ['', namespace]
    const taken = new Set<Reach>()
    for (const key of keys) {
      for (const reach of this.byNamespace.get(key) ?? []) if (this.rest.delete(reach)) taken.add(reach)
      this.byNamespace.delete(key)
    }
    return [...taken]
  }

  /** Subjects that are in a group by what they are. */
  takeMembers(group: string): readonly Reach[] {
    if (!group.startsWith('system:')) return []
    const members = [...this.rest].filter(
      ({ subject }) => subject.kind !== 'Group' && userOfSubject(subject).groups.includes(group),
    )
    for (const member of members) this.rest.delete(member)
    return members
  }
}

/** The namespaces whose accounts are the subject: one for an account, every one for the group of all accounts. */
function namespacesOf(subject: Subject): readonly string[] {
  if (subject.kind === 'ServiceAccount') return [subject.namespace]
  if (subject.kind === 'User') return []
  if (subject.name === 'system:serviceaccounts' || subject.name === 'system:authenticated') return ['*']
  const match = /^system:serviceaccounts:(.+)$/.exec(subject.name)
  return match === null ? [] : [match[1]!]
}

function stepInto(reach: Reach, namespace: string, goal: string): string | undefined {
  const scopes = namespace === '*' ? [...reach.scopes.keys()] : ['', namespace]
  for (const scope of scopes) {
    for (const [power, word] of accountWays) {
      const place = reach.scopes.get(scope)?.get(power)
      if (place !== undefined) return `${word} ${goal}, by ${placeWords(place)}`
    }
  }
  return undefined
}

function directChain(reach: Reach): readonly string[] | undefined {
  if (reach.everything !== undefined) return [`may do everything, by ${placeWords(reach.everything)}`]
  const wide = reach.scopes.get('')
  const kubeSystem = reach.scopes.get('kube-system')
  for (const [needed, why] of wideWays) {
    const places = needed.map(power => wide?.get(power))
    if (places.every(place => place !== undefined))
      return [`${why}, by ${[...new Set(places.map(placeWords))].join(' and ')}`]
  }
  if (reach.clientSigner !== undefined && wide?.has('csr-decide') === true)
    return [`approves a client certificate of any user, by ${placeWords(reach.clientSigner)}`]
  const configMaps = wide?.get('configmap-write') ?? kubeSystem?.get('configmap-write')
  if (configMaps !== undefined) return [`writes the ConfigMaps of kube-system, by ${placeWords(configMaps)}`]
  for (const [namespace, held] of reach.scopes) {
    const [write, create] = [held.get('namespace-write'), held.get('pod-create') ?? wide?.get('pod-create')]
    if (namespace !== '' && write !== undefined && create !== undefined)
      return [
        `takes the Pod Security level off namespace ${namespace} and runs a privileged pod there, by ${placeWords(write)}`,
      ]
  }
  return undefined
}

function placeWords({ grant, rule }: Place): string {
  const what = rule.resources.includes('*') ? 'all resources' : rule.resources.slice(0, 3).join(', ')
  return `${describeBinding(grant.binding)} -> ${describeRole(grant.role!)} (${rule.verbs.slice(0, 4).join(', ')} on ${what})`
}

const clientSigner = {
  kind: 'resource',
  verb: 'approve',
  group: 'certificates.k8s.io',
  resource: 'signers',
  subresource: '',
  name: 'kubernetes.io/kube-apiserver-client',
  namespace: '',
} as const

function reachesOf(index: PermissionIndex, target: number): ReadonlyMap<string, Reach> {
  const reaches = new Map<string, Reach>()
  const known = new Map<readonly PolicyRule[], ReadonlyMap<PowerId, PolicyRule>>()
  for (const grant of index.grants) {
    if (grant.role === undefined || grant.rules.length === 0) continue
    const given = entryOf(known, grant.rules, () => givenBy(grant.rules, target))
    const { namespace } = grant.binding
    const everything = namespace === '' ? grant.rules.find(isEverything) : undefined
    const signer =
      namespace === ''
        ? grant.rules.find(
            rule => ruleAllows(rule, clientSigner) || ruleAllows(rule, { ...clientSigner, name: 'kubernetes.io/*' }),
          )
        : undefined
    if (given.size === 0 && everything === undefined) continue
    for (const subject of grant.binding.subjects.map(plainSubject)) {
      const key = describeSubject(subject)
      const reach = entryOf(reaches, key, () => newReach(subject))
      if (everything !== undefined) reach.everything ??= { grant, rule: everything }
      if (signer !== undefined) reach.clientSigner ??= { grant, rule: signer }
      const scope = entryOf(reach.scopes, namespace, () => new Map<PowerId, Place>())
      for (const [power, rule] of given) if (!scope.has(power)) scope.set(power, { grant, rule })
    }
  }
  return reaches
}

function newReach(subject: Subject): Reach {
  return { subject, scopes: new Map(), everything: undefined, clientSigner: undefined }
}

function givenBy(rules: readonly PolicyRule[], target: number): ReadonlyMap<PowerId, PolicyRule> {
  const given = new Map<PowerId, PolicyRule>()
  for (const rule of rules) {
    for (const power of isEverything(rule) ? powers.values() : powersOf(rule))
      if (isRisk(power.id, target) && !given.has(power.id)) given.set(power.id, rule)
  }
  return given
}
