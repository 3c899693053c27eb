import { CelError, type CelValue, unknown } from '../../lib/cel/values.ts'
import type { PodView } from '../../model/pod-view.ts'
import type { CompiledPolicy, CompiledVariable } from './compiled-policy.ts'
import type { Resolve } from './expression.ts'
import type { PreludeName } from './prelude.ts'
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
  /** A variable of the prelude, taken from the pod; asked only where there is one. */
  preludeValue(name: PreludeName): CelValue
}

/** One evaluation of a policy: resolves names, and computes each variable once. */
export class PolicyScope {
  readonly policy: CompiledPolicy
  surroundings: Surroundings
  params: CelValue = null
  private readonly memo: Memo = []
  private readonly variables: CelValue

  constructor(policy: CompiledPolicy, surroundings: Surroundings) {
    this.policy = policy
    this.surroundings = surroundings
    this.variables = variablesOf(this, this.memo)
  }

  /** The same scope for another request: saves making one for each rule and object. */
  reset(surroundings: Surroundings, params: CelValue): this {
    this.surroundings = surroundings
    this.params = params
    if (this.memo.length > 0) this.memo.fill(undefined)
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
      case 'authorizer.requestResource':
        return noAuthorizer
      default:
        return undefined
    }
  }
}

const noAuthorizer = unknown('a scan has no user whose rights could be asked for')
const noUser = unknown('a scan has no user who makes the request')
const noOptions = unknown('a scan has no options of a request')

// A computed variable, or the place of one that was not asked for yet.
type Memo = (CelValue | undefined)[]

/**
 * `variables` as expressions see it: an object whose properties are computed when they are asked for. Plain properties
 * rather than a map of its own, because every pod rule reads them and generated code loads properties at once.
 */
function variablesOf(scope: PolicyScope, memo: Memo): CelValue {
  const variables = Object.create(null) as { [name: string]: CelValue }
  for (const variable of scope.policy.variables.values()) {
    const { name, index, prelude } = variable
    const compute = (): CelValue => {
      memo[index] ??= computed(variable, scope)
      return memo[index]
    }
    const get =
      prelude === undefined
        ? compute
        : (): CelValue => (scope.surroundings.pod === undefined ? compute() : scope.surroundings.preludeValue(prelude))
    Object.defineProperty(variables, name, { enumerable: true, get })
  }
  return variables
}

function computed({ name, expression }: CompiledVariable, scope: PolicyScope): CelValue {
  const compiled = expression.get()
  if ('error' in compiled) return new CelError(`composited variable "${name}" fails to compile: ${compiled.error}`)
  const value = compiled.evaluate(scope.resolve)
  if (value instanceof CelError)
    return new CelError(`composited variable "${name}" fails to evaluate: ${value.message}`)
  return value
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
