import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../lib/json/json-value.ts'

/** A label selector that was read: it decides, or says why it cannot. */
export type LabelSelector =
  | { readonly kind: 'selector'; readonly requirements: readonly Requirement[] }
  | { readonly kind: 'invalid'; readonly reason: string }

export interface Requirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values: readonly string[]
}

/** Matches everything, as an absent or empty selector of an admission policy does. */
const everything: LabelSelector = { kind: 'selector', requirements: [] }

export function readLabelSelector(value: JsonValue | undefined): LabelSelector {
  if (value === undefined || value === null) return everything
  if (!isJsonObject(value)) return invalid('a label selector is an object')
  const requirements: Requirement[] = []
  const labels = ownValue(value, 'matchLabels') ?? {}
  if (!isJsonObject(labels)) return invalid('matchLabels is an object')
  for (const key of Object.keys(labels).sort()) {
    const wanted = labels[key]
    if (typeof wanted !== 'string') return invalid(`matchLabels.${key} is a string`)
    requirements.push({ key, operator: 'In', values: [wanted] })
  }
  const expressions = ownValue(value, 'matchExpressions') ?? []
  if (!Array.isArray(expressions)) return invalid('matchExpressions is a list')
  for (const expression of expressions as readonly JsonValue[]) {
    const requirement = readRequirement(expression)
    if (typeof requirement === 'string') return invalid(requirement)
    requirements.push(requirement)
  }
  return { kind: 'selector', requirements }
}

/** Whether labels satisfy a valid selector. */
export function selects(selector: LabelSelector & { kind: 'selector' }, labels: JsonObject): boolean {
  return selector.requirements.every(requirement => holds(requirement, labels))
}

/**
 * Whether a selector matches an object of which only some labels are known: `undefined` where labels that are not
 * known would decide.
 */
export function selectsPartly(selector: LabelSelector & { kind: 'selector' }, known: JsonObject): boolean | undefined {
  let open = false
  for (const requirement of selector.requirements) {
    if (!Object.hasOwn(known, requirement.key)) open = true
    else if (!holds(requirement, known)) return false
  }
  return open ? undefined : true
}

function holds(requirement: Requirement, labels: JsonObject): boolean {
  const value = ownValue(labels, requirement.key)
  switch (requirement.operator) {
    case 'In':
      return typeof value === 'string' && requirement.values.includes(value)
    case 'NotIn':
      return typeof value !== 'string' || !requirement.values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
  }
}

function readRequirement(value: JsonValue): Requirement | string {
  const key = ownValue(value, 'key')
  const operator = ownValue(value, 'operator')
  const values = ownValue(value, 'values') ?? []
  if (typeof key !== 'string' || key === '') return 'an expression of a label selector names a key'
  if (!Array.isArray(values) || !values.every(entry => typeof entry === 'string')) return `values of ${key} are strings`
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0 ? { key, operator, values } : `for 'in', 'notin' operators, values set can't be empty`
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0 ? { key, operator, values } : 'values set must be empty for exists and does not exist'
    default:
      return `${JSON.stringify(operator ?? null)} is not a valid label selector operator`
  }
}

function invalid(reason: string): LabelSelector {
  return { kind: 'invalid', reason }
}
