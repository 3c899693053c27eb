import { isJsonObject } from '../../lib/json/json-value.ts'
import type { Selector, SelectorRequirement } from '../../model/network.ts'
import type { Field, PolicyFields } from './policy-fields.ts'

const labelName = /^([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/
const labelPrefix = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/

/**
 * Reads a label selector with the server's validation (meta/v1 LabelSelector): operators and values agree, keys and
 * values are labels. `undefined` where it is refused; such a selector matches nothing.
 */
export function readSelector(fields: PolicyFields, field: Field): Selector | undefined {
  const object = fields.object(field)
  if (object === undefined) return field.value === undefined ? selectorOf([], field.path) : undefined
  const before = fields.problems.length
  const requirements: SelectorRequirement[] = []
  const labels = fields.child(field, 'matchLabels')
  const pairs = fields.object(labels) ?? {}
  for (const key of Object.keys(pairs)) {
    const value = pairs[key]
    const path = [...labels.path, key]
    if (typeof value !== 'string') fields.wrongType(path, value ?? null, 'a string')
    else if (isKey(fields, key, path) && isValue(fields, value, path))
      requirements.push({ key, operator: 'In', values: [value] })
  }
  for (const entry of fields.list(field, 'matchExpressions') ?? []) {
    const requirement = readRequirement(fields, entry)
    if (requirement !== undefined) requirements.push(requirement)
  }
  const isBad = fields.problems.slice(before).some(problem => problem.isRefusal)
  return isBad ? undefined : selectorOf(requirements, field.path)
}

/** The selector of requirements that are already valid. */
export function selectorOf(requirements: readonly SelectorRequirement[], path: Field['path']): Selector {
  const normal = requirements.map(({ key, operator, values }) => ({
    key,
    operator,
    values: [...new Set(values)].sort(),
  }))
  const texts = normal.map(({ key, operator, values }) => `${key} ${operator} ${values.join()}`)
  const order = texts.map((_, i) => i).sort((a, b) => (texts[a]! < texts[b]! ? -1 : texts[a]! > texts[b]! ? 1 : a - b))
  const distinct = order.filter((at, i) => i === 0 || texts[at] !== texts[order[i - 1]!])
  return {
    key: distinct.map(at => texts[at]).join('; '),
    requirements: distinct.map(at => normal[at]!),
    path,
  }
}

function readRequirement(fields: PolicyFields, entry: Field): SelectorRequirement | undefined {
  if (!isJsonObject(entry.value)) {
    fields.wrongType(entry.path, entry.value ?? null, 'an object')
    return undefined
  }
  const key = fields.text(entry, 'key') ?? ''
  const operator = fields.text(entry, 'operator') ?? ''
  const values = fields.texts(entry, 'values')
  const refuse = (message: string): undefined => {
    fields.refuse('SELECTOR_INVALID', entry.path, message)
    return undefined
  }
  if (!isKey(fields, key, [...entry.path, 'key'])) return undefined
  if (!values.every(({ text, path }) => isValue(fields, text, path))) return undefined
  const texts = values.map(({ text }) => text)
  switch (operator) {
    case 'In':
    case 'NotIn':
      return texts.length > 0 ? { key, operator, values: texts } : refuse(`${operator} needs at least one value`)
    case 'Exists':
    case 'DoesNotExist':
      return texts.length === 0 ? { key, operator, values: [] } : refuse(`${operator} takes no values`)
    default:
      return refuse(`"${operator}" is no operator; use In, NotIn, Exists or DoesNotExist`)
  }
}

function isKey(fields: PolicyFields, key: string, path: Field['path']): boolean {
  const slash = key.indexOf('/')
  const isGood = labelName.test(key.slice(slash + 1)) && (slash < 0 || labelPrefix.test(key.slice(0, slash)))
  if (!isGood) fields.refuse('SELECTOR_INVALID', path, `"${key}" cannot be the key of a label`)
  return isGood
}

function isValue(fields: PolicyFields, value: string, path: Field['path']): boolean {
  const isGood = value === '' || labelName.test(value)
  if (!isGood) fields.refuse('SELECTOR_INVALID', path, `"${value}" cannot be the value of a label`)
  return isGood
}
