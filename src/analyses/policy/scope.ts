import { CelError, type CelValue, LazyMap, unknown } from '../../lib/cel/values.ts'
import type { PodView } from '../../model/pod-view.ts'
import type { CompiledPolicy } from './compiled-policy.ts'
import type { Resolve } from './expression.ts'
import { preludeValue } from './prelude.ts'
import type { AdmissionRequest } from './request.ts'

/** The request under evaluation and what is known around it; shared by all rules. */
export interface Surroundings {
  readonly request: AdmissionRequest
  /** `request` as expressions see it. */
  readonly requestValue: CelValue
  /** The pod whose parts take the place of the prelude; `undefined` where the object carries none. */
  readonly pod: PodView | undefined
  readonly namespaceObject: CelValue
  readonly inventory: CelValue
}

/** One evaluation of a policy: resolves names, and computes each variable once. */
export class PolicyScope {
  readonly policy: CompiledPolicy
  surroundings: Surroundings
  params: CelValue = null
  private readonly variables: Variables

  constructor(policy: CompiledPolicy, surroundings: Surroundings) {
    this.policy = policy
    this.surroundings = surroundings
    this.variables = new Variables(this)
  }

  /** The same scope for another request: saves making one for each rule and object. */
  reset(surroundings: Surroundings, params: CelValue): this {
    this.surroundings = surroundings
    this.params = params
    this.variables.forget()
    return this
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
        return this.surroundings.requestValue
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

  forget(): void {
    this.values.fill(undefined)
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
export function requestValueOf(request: AdmissionRequest): CelValue {
  const { group, version, kind } = request.kind
  const requested = { group, version, kind }
  const resource = {
    group: request.resource.group,
    version: request.resource.version,
    resource: request.resource.resource,
  }
  return {
    kind: requested,
    resource,
    subResource: request.subResource,
    requestKind: requested,
    requestResource: resource,
    requestSubResource: request.subResource,
    name: request.name,
    namespace: request.namespace,
    operation: request.operation,
    userInfo: noUser,
    dryRun: noOptions,
    options: noOptions,
  }
}
