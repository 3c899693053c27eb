import { type Environment, kubernetesEnvironment, withVariables } from '../../lib/cel/index.ts'
import { BOOL, type CelType, DYN, listType, mapType, objectType, STRING } from '../../lib/cel/types.ts'
import { inventoryFunctions } from './audit-policy.ts'

const GROUP_VERSION_KIND = objectType('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING })
const GROUP_VERSION_RESOURCE = objectType('kubernetes.GroupVersionResource', {
  group: STRING,
  version: STRING,
  resource: STRING,
})
const USER_INFO = objectType('kubernetes.UserInfo', {
  username: STRING,
  uid: STRING,
  groups: listType(STRING),
  extra: mapType(STRING, listType(STRING)),
})
const ADMISSION_REQUEST = objectType('kubernetes.AdmissionRequest', {
  kind: GROUP_VERSION_KIND,
  resource: GROUP_VERSION_RESOURCE,
  subResource: STRING,
  requestKind: GROUP_VERSION_KIND,
  requestResource: GROUP_VERSION_RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER_INFO,
  dryRun: BOOL,
  options: DYN,
})

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
  const variables: Record<string, CelType> = {
    object: DYN,
    oldObject: DYN,
    request: ADMISSION_REQUEST,
    namespaceObject: DYN,
    authorizer: DYN,
  }
  if (options.hasParams) variables['params'] = DYN
  const types = [ADMISSION_REQUEST, GROUP_VERSION_KIND, GROUP_VERSION_RESOURCE, USER_INFO]
  const base = kubernetesEnvironment(
    options.minor === undefined ? { variables, types } : { variables, types, minor: options.minor },
  )
  return options.inventory ? inventoryFunctions(base) : base
}

/** The same with the variables of a policy, as far as they are declared before the expression. */
export function withPolicyVariables(
  environment: Environment,
  declared: Readonly<Record<string, CelType>>,
): Environment {
  return withVariables(environment, { variables: objectType('kubernetes.variables', declared) })
}
