import {
  type Authorize,
  AuthorizerValue,
  CelError,
  CelUnknown,
  type CelValue,
  LazyMap,
  requestResourceCheck,
} from '../../../lib/cel/index.ts'
import type { GroupVersionResource } from '../request.ts'
import type { AdmissionAttributes } from './attributes.ts'
import type { AdmissionExpression, AdmissionVariable } from './compile-admission.ts'
import { isFailure } from './compile-admission.ts'

/** Cost that one binding and parameter may spend on validations and their messages; audit annotations get it anew. */
export const GROUP_COST_LIMIT = 10_000_000
/** Cost that the match conditions of a policy may spend. */
export const CONDITIONS_COST_LIMIT = 2_500_000

/** The names that expressions of one policy see. */
export interface Scope {
  readonly attributes: AdmissionAttributes
  readonly object: CelValue
  readonly oldObject: CelValue
  readonly request: CelValue
  readonly params: CelValue
  readonly namespaceObject: CelValue
  readonly variables: readonly AdmissionVariable[]
  readonly authorize: Authorize
}

export type Outcome =
  | { readonly kind: 'value'; readonly value: CelValue; readonly cost: number }
  | { readonly kind: 'error'; readonly message: string; readonly cost: number }
  | { readonly kind: 'unknown'; readonly reasons: readonly string[]; readonly cost: number }

export type GroupResult =
  | {
      readonly kind: 'done'
      readonly outcomes: readonly (Outcome | undefined)[]
      readonly remaining: number
      readonly spent: number
    }
  /** The budget is used up: nothing of the group counts. */
  | { readonly kind: 'exhausted'; readonly message: string; readonly spent: number }

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run'

/** Evaluates expressions one after the other, with variables that are computed once for all of them. */
export function evaluateGroup(
  expressions: readonly (AdmissionExpression | undefined)[],
  scope: Scope,
  budget: number,
): GroupResult {
  const variables = new PolicyVariables(scope.variables, name => resolve(name))
  const authorizer = new AuthorizerValue(scope.authorize)
  const resolve = (name: string): CelValue | undefined => {
    switch (name) {
      case 'object':
        return scope.object
      case 'oldObject':
        return scope.oldObject
      case 'request':
        return scope.request
      case 'params':
        return scope.params
      case 'namespaceObject':
        return scope.namespaceObject
      case 'variables':
        return variables
      case 'authorizer':
        return authorizer
      case 'authorizer.requestResource':
        return requestResourceCheck(authorizer, resourceOf(scope.attributes, scope.attributes.resource))
      default:
        return undefined
    }
  }
  const outcomes: (Outcome | undefined)[] = []
  let remaining = budget
  for (const expression of expressions) {
    if (expression === undefined) {
      outcomes.push(undefined)
      continue
    }
    const { compiled, source } = expression
    if (isFailure(compiled)) {
      outcomes.push({ kind: 'error', message: `compilation error: ${compiled.failure}`, cost: 0 })
      continue
    }
    const result = compiled.evaluate(resolve)
    const cost = result.cost + variables.takeCost()
    if (cost > remaining) return { kind: 'exhausted', message: OUT_OF_BUDGET, spent: budget }
    remaining -= cost
    switch (result.kind) {
      case 'value':
        outcomes.push({ kind: 'value', value: result.value, cost })
        break
      case 'unknown':
        outcomes.push({ kind: 'unknown', reasons: result.reasons, cost })
        break
      default:
        outcomes.push({
          kind: 'error',
          message: `expression '${source.text}' resulted in error: ${result.message}`,
          cost,
        })
    }
  }
  return { kind: 'done', outcomes, remaining, spent: budget - remaining }
}

function resourceOf(
  { subResource, namespace, name }: AdmissionAttributes,
  { group, resource }: GroupVersionResource,
): { group: string; resource: string; subresource: string; namespace: string; name: string } {
  return { group, resource, subresource: subResource, namespace, name: name ?? '' }
}

/** `variables` of one group: each is computed when it is first asked for, and who asks pays. */
class PolicyVariables extends LazyMap {
  private readonly declared: ReadonlyMap<string, AdmissionVariable>
  private readonly resolve: (name: string) => CelValue | undefined
  private readonly computed = new Map<string, CelValue>()
  private cost = 0

  constructor(variables: readonly AdmissionVariable[], resolve: (name: string) => CelValue | undefined) {
    super()
    this.declared = new Map(variables.map(variable => [variable.name, variable]))
    this.resolve = resolve
  }

  find(key: string): CelValue | undefined {
    const known = this.computed.get(key)
    if (known !== undefined) return known
    const variable = this.declared.get(key)
    if (variable === undefined) return undefined
    const value = this.compute(variable)
    this.computed.set(key, value)
    return value
  }

  keys(): readonly string[] {
    return [...this.declared.keys()]
  }

  takeCost(): number {
    const { cost } = this
    this.cost = 0
    return cost
  }

  private compute({ name, compiled }: AdmissionVariable): CelValue {
    if (isFailure(compiled)) return new CelError(`composited variable "${name}" fails to compile: ${compiled.failure}`)
    const result = compiled.evaluate(this.resolve)
    this.cost += result.cost
    if (result.kind === 'value') return result.value
    if (result.kind === 'unknown') return new CelUnknown(result.reasons)
    return new CelError(`composited variable "${name}" fails to evaluate: ${result.message}`)
  }
}
