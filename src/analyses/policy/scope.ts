import { CelError, type CelValue, LazyMap, unknown } from '../../lib/cel/values.ts'
import type { JsonObject } from '../../lib/json/json-value.ts'
import type { PodView } from '../../model/pod-view.ts'
import type { CompiledPolicy } from './compiled-policy.ts'
import type { Resolve } from './expression.ts'
import { preludeValue } from './prelude.ts'
import type { AdmissionRequest } from './request.ts'

/** The request under evaluation and what is known around it; shared by all rules. */
export interface Surroundings {
  readonly request: AdmissionRequest
  /** The pod whose parts take the place of the prelude; `undefined` where the object carries none. */
  readonly pod: PodView | undefined
  readonly namespaceObject: CelValue
  readonly inventory: CelValue
}

/** One evaluation of a policy: resolves names, and computes each variable once. */
export class PolicyScope {
  readonly surroundings: Surroundings
  readonly policy: CompiledPolicy
  readonly params: CelValue
  private readonly variables: Variables

  constructor(policy: CompiledPolicy, surroundings: Surroundings, params: CelValue = null) {
    this.policy = policy
    this.surroundings = surroundings
    this.params = params
    this.variables = new Variables(this)
  }

  /** Resolves the names of expressions. A property, because it is handed on as a function. */
  readonly resolve: Resolve = name => {
    switch (name) {
      case 'variables':
        return this.variables
      case 'object':
        return this.surroundings.request.object ?? null
      case 'oldObject':
        return this.surroundings.request.oldObject ?? null
      case 'request':
        return requestValue(this.surroundings.request)
      case 'namespaceObject':
        return this.surroundings.namespaceObject
      case 'params':
        return this.params
      case 'inventory':
        return this.surroundings.inventory
      case 'authorizer':
        return noAuthorizer
      default:
        return undefined
    }
  }

  variable(name: string): CelValue | undefined {
    return this.variables.find(name)
  }
}

const noAuthorizer = unknown('a scan has no user whose rights could be asked for')
const noUser = unknown('a scan has no user who makes the request')
const noOptions = unknown('a scan has no options of a request')

class Variables extends LazyMap {
  private readonly scope: PolicyScope
  private readonly values: (CelValue | undefined)[] = []

  constructor(scope: PolicyScope) {
    super()
    this.scope = scope
  }

  find(name: string): CelValue | undefined {
    const variable = this.scope.policy.variables.get(name)
    if (variable === undefined) return undefined
    const known = this.values[variable.index]
    if (known !== undefined) return known
    const value = this.compute(name)
    this.values[variable.index] = value
    return value
  }

  keys(): readonly string[] {
    return [...this.scope.policy.variables.keys()]
  }

  private compute(name: string): CelValue {
    const { policy, surroundings } = this.scope
    const { prelude, expression } = policy.variables.get(name)!
    if (prelude !== undefined && surroundings.pod !== undefined) {
      return preludeValue(prelude, surroundings.request.object ?? null, surroundings.pod)
    }
    const compiled = expression.get()
    if ('error' in compiled) return new CelError(`composited variable "${name}" fails to compile: ${compiled.error}`)
    const value = compiled.evaluate(this.scope.resolve)
    if (value instanceof CelError)
      return new CelError(`composited variable "${name}" fails to evaluate: ${value.message}`)
    return value
  }
}

/** What `request` holds. A scan knows that it creates, what and where; who does it, it cannot know. */
function requestValue(request: AdmissionRequest): CelValue {
  let value = requestValues.get(request)
  if (value === undefined) {
    const kind = { ...request.kind } as JsonObject
    const resource = { ...request.resource } as JsonObject
    const fields: Record<string, CelValue> = {
      kind,
      resource,
      subResource: request.subResource,
      requestKind: kind,
      requestResource: resource,
      requestSubResource: request.subResource,
      name: request.name,
      namespace: request.namespace,
      operation: request.operation,
      userInfo: noUser,
      dryRun: noOptions,
      options: noOptions,
    }
    value = fields
    requestValues.set(request, value)
  }
  return value
}

const requestValues = new WeakMap<AdmissionRequest, CelValue>()
