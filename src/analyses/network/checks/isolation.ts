import type { Inventory, InventoryObject } from '../../../inventory/inventory.ts'
import { type LabelSelector, readLabelSelector } from '../../../inventory/label-selector.ts'
import type { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import { isJsonObject, type JsonValue, ownValue, valueAt } from '../../../lib/json/json-value.ts'
import type { GroupedPod, NamespacePods, PodGroup } from './workloads.ts'

type Direction = 'Ingress' | 'Egress'

interface DeclaredPolicy {
  readonly at: InventoryObject
  readonly selector: LabelSelector
  readonly directions: ReadonlySet<Direction>
}

/** Which pods and namespaces NetworkPolicies isolate at all: BW-NET-001 to 003 and 005. */
export function checkIsolation(
  inventory: Inventory,
  groupsOf: () => ReadonlyMap<string, NamespacePods>,
  answers: SnapshotAnswers,
): void {
  if (!answers.asks('BW-NET-001', 'BW-NET-002', 'BW-NET-003', 'BW-NET-005')) return
  const policies = new Map<string, DeclaredPolicy[]>()
  for (const object of inventory.objects) {
    if (object.ref.kind !== 'NetworkPolicy' || !policyGroups.has(object.ref.group)) continue
    const selector = readLabelSelector(valueAt(object.object, ['spec', 'podSelector']))
    const policy = { at: object, selector, directions: directionsOf(ownValue(object.object, 'spec')) }
    const list = policies.get(object.ref.namespace)
    if (list === undefined) policies.set(object.ref.namespace, [policy])
    else list.push(policy)
  }
  const groups = groupsOf()
  const others = otherPolicyKinds(inventory)
  for (const [namespace, own] of groups) {
    const declared = policies.get(namespace) ?? []
    const covered = new Set(declared.flatMap(({ selector }) => selectedBy(selector, own)).map(({ pod }) => pod))
    const isCovered = ({ pods }: PodGroup) => pods.every(pod => covered.has(pod))
    for (const group of own.groups) checkWorkload(group, isCovered(group), declared.length, others(namespace), answers)
  }
  for (const [namespace, declared] of policies)
    for (const policy of declared) checkSelection(policy, groups.get(namespace), answers)
  for (const object of inventory.objects) {
    if (object.ref.kind !== 'Namespace' || object.ref.group !== '' || !groups.has(object.ref.name)) continue
    checkNamespace(object, policies.get(object.ref.name) ?? [], others(object.ref.name), answers)
  }
}

const policyGroups: ReadonlySet<string> = new Set(['networking.k8s.io', 'extensions'])

/**
 * Kinds beside NetworkPolicy that may isolate the pods of a namespace, cluster-wide ones among them; what they select is
 * the engine's question.
 */
function otherPolicyKinds(inventory: Inventory): (namespace: string) => readonly string[] {
  const kinds = new Map<string, Set<string>>()
  for (const { ref } of inventory.objects) {
    if (!ref.kind.endsWith('NetworkPolicy') || policyGroups.has(ref.group)) continue
    const known = kinds.get(ref.namespace)
    if (known === undefined) kinds.set(ref.namespace, new Set([ref.kind]))
    else known.add(ref.kind)
  }
  return namespace => [...(kinds.get('') ?? []), ...(kinds.get(namespace) ?? [])]
}

/** networking.k8s.io/v1: without policyTypes a policy is about ingress, and about egress where it has an egress rule. */
function directionsOf(spec: JsonValue | undefined): ReadonlySet<Direction> {
  const types = ownValue(spec, 'policyTypes')
  if (Array.isArray(types) && types.length > 0) {
    return new Set((['Ingress', 'Egress'] as const).filter(type => types.includes(type)))
  }
  const egress = ownValue(spec, 'egress')
  return new Set(Array.isArray(egress) && egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'])
}

function checkWorkload(
  group: PodGroup,
  isCovered: boolean,
  declared: number,
  others: readonly string[],
  answers: SnapshotAnswers,
): void {
  if (isCovered) {
    answers.pass('BW-NET-001')
  } else if (others.length > 0) {
    const reason = `${others.join(', ')} may select it`
    answers.unknown('BW-NET-001', group.at, { message: 'no NetworkPolicy selects the pods', reason })
  } else {
    const why = declared === 0 ? 'the namespace has none' : `the namespace has ${declared}`
    answers.fail('BW-NET-001', group.at, { message: `no NetworkPolicy selects the pods (${why})` })
  }
}

function selectedBy(selector: LabelSelector, { pods }: NamespacePods): readonly GroupedPod[] {
  return selector.kind === 'selector' ? pods.selected(selector) : []
}

function checkSelection(policy: DeclaredPolicy, own: NamespacePods | undefined, answers: SnapshotAnswers): void {
  const { at, selector } = policy
  if (selector.kind === 'invalid' || selector.requirements.length === 0 || own === undefined) return
  if (selectedBy(selector, own).length > 0) {
    answers.pass('BW-NET-005')
    return
  }
  const labels = selector.requirements.map(requirement => describe(requirement)).join(', ')
  answers.fail('BW-NET-005', at, {
    message: `the policy selects no pod of namespace "${at.ref.namespace}" (${labels})`,
    at: [{ object: at, path: ['spec', 'podSelector'], key: '' }],
  })
}

function describe({ key, operator, values }: { key: string; operator: string; values: readonly string[] }): string {
  if (operator === 'In' && values.length === 1) return `${key}=${values[0]}`
  return values.length === 0 ? `${key} ${operator}` : `${key} ${operator} ${values.join('|')}`
}

const directionRules = [
  ['BW-NET-002', 'Ingress', 'ingress', 'any pod of the cluster may connect to its pods'],
  ['BW-NET-003', 'Egress', 'egress', 'its pods may connect to anything'],
] as const

function checkNamespace(
  namespace: InventoryObject,
  declared: readonly DeclaredPolicy[],
  others: readonly string[],
  answers: SnapshotAnswers,
): void {
  for (const [ruleId, direction, field, effect] of directionRules) {
    const denies = declared.some(
      ({ at, selector, directions }) =>
        selector.kind === 'selector' &&
        selector.requirements.length === 0 &&
        directions.has(direction) &&
        !allowsEverything(valueAt(at.object, ['spec', field])),
    )
    if (denies) answers.pass(ruleId)
    else if (others.length > 0) {
      const reason = `${others.join(', ')} may deny it`
      answers.unknown(ruleId, namespace, { message: `no NetworkPolicy denies ${field} by default`, reason })
    } else {
      answers.fail(ruleId, namespace, {
        message: `no NetworkPolicy denies ${field} by default: unless one selects them, ${effect}`,
      })
    }
  }
}

function allowsEverything(rules: JsonValue | undefined): boolean {
  return (
    Array.isArray(rules) &&
    (rules as readonly JsonValue[]).some(rule => isJsonObject(rule) && Object.values(rule).every(isEmptyList))
  )
}

function isEmptyList(value: JsonValue): boolean {
  return value === null || (Array.isArray(value) && value.length === 0)
}
