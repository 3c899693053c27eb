import { type Environment, type KubernetesOptions, kubernetesEnvironment } from '../environment.ts'
import { BOOL, type CelType, DYN, INT, listType, mapType, objectType, STRING, TIMESTAMP } from '../types.ts'
import { AUTHORIZER_TYPE, RESOURCE_TYPE } from './authorizer.ts'

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

/** The static type of `request`. */
const REQUEST_TYPE = objectType('kubernetes.AdmissionRequest', {
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

/** `REQUEST_TYPE` and the types of its fields. */
const REQUEST_TYPES: readonly CelType[] = [REQUEST_TYPE, GROUP_VERSION_KIND, GROUP_VERSION_RESOURCE, USER_INFO]

const NAMESPACE_METADATA = objectType('kubernetes.NamespaceMetadata', {
  name: STRING,
  generateName: STRING,
  namespace: STRING,
  labels: mapType(STRING, STRING),
  annotations: mapType(STRING, STRING),
  UID: STRING,
  creationTimestamp: TIMESTAMP,
  deletionGracePeriodSeconds: INT,
  deletionTimestamp: TIMESTAMP,
  generation: INT,
  resourceVersion: STRING,
  finalizers: listType(STRING),
})
const NAMESPACE_SPEC = objectType('kubernetes.NamespaceSpec', { finalizers: listType(STRING) })
const NAMESPACE_CONDITION = objectType('kubernetes.NamespaceCondition', {
  status: STRING,
  type: STRING,
  lastTransitionTime: TIMESTAMP,
  message: STRING,
  reason: STRING,
})
const NAMESPACE_STATUS = objectType('kubernetes.NamespaceStatus', {
  conditions: listType(NAMESPACE_CONDITION),
  phase: STRING,
})

/** The static type of `namespaceObject`. */
const NAMESPACE_TYPE = objectType('kubernetes.Namespace', {
  metadata: NAMESPACE_METADATA,
  spec: NAMESPACE_SPEC,
  status: NAMESPACE_STATUS,
})

/** The static type of `variables`: one field for each variable declared so far. */
export function variablesType(variables: Readonly<Record<string, CelType>>): CelType {
  return objectType('kubernetes.variables', variables)
}

const TYPES: readonly CelType[] = [
  ...REQUEST_TYPES,
  NAMESPACE_TYPE,
  NAMESPACE_METADATA,
  NAMESPACE_SPEC,
  NAMESPACE_CONDITION,
  NAMESPACE_STATUS,
]

export interface AdmissionOptions extends Omit<KubernetesOptions, 'variables' | 'types'> {
  readonly params?: boolean
  readonly authorizer?: boolean
  /** The types of the policy's variables; match conditions and messages without any have none declared. */
  readonly variables?: Readonly<Record<string, CelType>>
}

/** The environment of expressions in an admission policy. */
export function admissionEnvironment(options: AdmissionOptions = {}): Environment {
  const { params = false, authorizer = false, variables, ...rest } = options
  const declared: Record<string, CelType> = {
    object: DYN,
    oldObject: DYN,
    namespaceObject: NAMESPACE_TYPE,
    request: REQUEST_TYPE,
  }
  if (params) declared['params'] = DYN
  if (authorizer) {
    declared['authorizer'] = AUTHORIZER_TYPE
    declared['authorizer.requestResource'] = RESOURCE_TYPE
  }
  if (variables !== undefined) declared['variables'] = variablesType(variables)
  return kubernetesEnvironment({ ...rest, variables: declared, types: TYPES })
}
