import { admissionEnvironment, type Environment, variablesType, withVariables } from '../../lib/cel/index.ts'
import type { CelType } from '../../lib/cel/types.ts'
import { inventoryFunctions } from './audit-policy.ts'

export interface PolicyEnvironmentOptions {
  /** Minor version of Kubernetes; the newest known when absent. */
  readonly minor: number | undefined
  readonly hasParams: boolean
  /** AuditPolicies may look other objects up. */
  readonly inventory: boolean
}

/** What expressions of a policy may mention, apart from its own variables. */
export function policyEnvironment(options: PolicyEnvironmentOptions): Environment {
  // The same few for all policies; making one joins a few hundred functions.
  const key = `${options.minor} ${options.hasParams} ${options.inventory}`
  let environment = environments.get(key)
  if (environment === undefined) {
    environment = makeEnvironment(options)
    environments.set(key, environment)
  }
  return environment
}

const environments = new Map<string, Environment>()

function makeEnvironment(options: PolicyEnvironmentOptions): Environment {
  const { minor, hasParams: params } = options
  const base = admissionEnvironment({ params, authorizer: true, ...(minor !== undefined && { minor }) })
  return options.inventory ? inventoryFunctions(base) : base
}

/** The same with the variables of a policy, as far as they are declared before the expression. */
export function withPolicyVariables(
  environment: Environment,
  declared: Readonly<Record<string, CelType>>,
): Environment {
  return withVariables(environment, { variables: variablesType(declared) })
}
