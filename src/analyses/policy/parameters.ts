import { isJsonObject, type JsonObject, ownValue } from '../../lib/json/json-value.ts'
import { didYouMean } from '../../lib/text/did-you-mean.ts'
import { defaultText, type RuleMeta, type RuleParameter } from '../../model/rule.ts'

/** A value that a user gives to a parameter of a rule: `--set BW-IMG-003.registries=a,b`. */
export interface GivenParameter {
  readonly rule: string
  readonly name: string
  /** As the settings hold it: text, a number, or a list of texts. */
  readonly value: unknown
  /** Where it was given, for messages: `flag --set`, `breakwater.yaml:4`. */
  readonly place: string
}

/** Why a given parameter cannot be taken. */
export interface ParameterFault {
  readonly kind: 'unknown-parameter' | 'wrong-value'
  readonly message: string
  readonly next: string
}

/** Values by the name of their parameter, as texts: what the `data` of a ConfigMap holds. */
export type ParameterData = Readonly<Record<string, string>>

/** The text that stands for a given value in a ConfigMap. */
export function parameterText(meta: RuleMeta, given: GivenParameter): string | ParameterFault {
  const parameter = meta.params.find(({ name }) => name === given.name)
  if (parameter === undefined) return unknownParameter(meta, given.name)
  const text = parameter.type === 'strings' ? stringsText(given.value) : integerText(given.value)
  if (text !== undefined) return text
  const told = given.value === undefined ? 'nothing' : JSON.stringify(given.value)
  return {
    kind: 'wrong-value',
    message: `${meta.id}.${parameter.name} is ${told}; it must be ${expected[parameter.type]}`,
    next: `write it like --set ${meta.id}.${parameter.name}=${defaultText(parameter) || 'a,b'}`,
  }
}

/** A parameter object in which given values take the place of its own; one that holds only them where there is none. */
export function withGiven(object: JsonObject | null, given: ParameterData): JsonObject {
  if (object === null) return { apiVersion: 'v1', kind: 'ConfigMap', data: given }
  const data = ownValue(object, 'data')
  return { ...object, data: { ...(isJsonObject(data) ? data : {}), ...given } }
}

const expected: Readonly<Record<RuleParameter['type'], string>> = {
  strings: 'a list of words without spaces or commas',
  integer: 'a whole number',
}

// Policies take a list apart at commas and white space, because CEL in Kubernetes reads no JSON.
function stringsText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || !Array.isArray(value)) return undefined
  const isWord = (entry: unknown): boolean => typeof entry === 'string' && /^[^,\s]+$/.test(entry)
  return value.every(isWord) ? value.join(',') : undefined
}

function integerText(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? value : undefined
}

function unknownParameter(meta: RuleMeta, name: string): ParameterFault {
  const names = meta.params.map(parameter => parameter.name)
  const [near] = didYouMean(name, names)
  return {
    kind: 'unknown-parameter',
    message: names.length === 0 ? `rule ${meta.id} has no parameters` : `rule ${meta.id} has no parameter "${name}"`,
    next:
      near !== undefined
        ? `did you mean ${near}?`
        : names.length === 0
          ? `see \`breakwater explain ${meta.id}\``
          : `its parameters: ${names.join(', ')}`,
  }
}
