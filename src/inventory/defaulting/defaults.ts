import type { Draft, DraftObject } from './decode.ts'
import { isDraftObject } from './encode.ts'
import { imagePullPolicy } from './image-tag.ts'
import { defaultPodLevelResources } from './pod-level-resources.ts'

/**
 * The defaults of the API server, by type. Each entry does what the server's defaulting function of that type does;
 * `minor` is that of the server, 37 for 1.37.
 */
type Defaulter = (value: DraftObject, minor: number) => void

export function defaultsOf(type: string): Defaulter | undefined {
  return Object.hasOwn(defaulters, type) ? defaulters[type] : undefined
}

/** Sets fields that are absent, or empty text. */
function set(value: DraftObject, defaults: Readonly<Record<string, Draft>>): void {
  for (const key of Object.keys(defaults)) {
    if (!Object.hasOwn(value, key) || value[key] === '') value[key] = structuredCopy(defaults[key]!)
  }
}

/** Sets numeric fields that are absent or 0: in these types 0 and absent are the same. */
function setNumbers(value: DraftObject, defaults: Readonly<Record<string, number>>): void {
  for (const key of Object.keys(defaults)) if (!value[key]) value[key] = defaults[key]!
}

function structuredCopy(value: Draft): Draft {
  if (Array.isArray(value)) return value.map(structuredCopy)
  if (isDraftObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, structuredCopy(inner)]))
  return value
}

const objectAt = (value: Draft | undefined, ...path: string[]): DraftObject | undefined => {
  let at = value
  for (const key of path) at = isDraftObject(at) && Object.hasOwn(at, key) ? at[key] : undefined
  return isDraftObject(at) ? at : undefined
}
const listAt = (value: DraftObject, key: string): Draft[] => (Array.isArray(value[key]) ? value[key] : [])
const objectsAt = (value: DraftObject, key: string): DraftObject[] => listAt(value, key).filter(isDraftObject)
const isEmptyMap = (value: Draft | undefined): boolean => !isDraftObject(value) || Object.keys(value).length === 0
/** The object at a field, made where it is absent. */
const made = (value: DraftObject, key: string): DraftObject | undefined => {
  if (!Object.hasOwn(value, key)) value[key] = {}
  return objectAt(value, key)
}
const copyMissing = (from: DraftObject | undefined, to: DraftObject): void => {
  for (const key of Object.keys(from ?? {})) if (!Object.hasOwn(to, key)) to[key] = from![key]!
}

const container: Defaulter = value => {
  set(value, {
    imagePullPolicy: imagePullPolicy(typeof value['image'] === 'string' ? value['image'] : ''),
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  })
}

/** Requests are copied from limits, and ports of the host network from container ports, in Pods only. */
const pod: Defaulter = value => {
  const spec = made(value, 'spec')
  if (spec === undefined) return
  const grace = spec['terminationGracePeriodSeconds']
  if (typeof grace === 'number' && grace < 0) spec['terminationGracePeriodSeconds'] = 1
  for (const list of ['initContainers', 'containers']) {
    for (const item of objectsAt(spec, list)) {
      const limits = objectAt(item, 'resources', 'limits')
      const resources = objectAt(item, 'resources')
      if (limits !== undefined && resources !== undefined) copyMissing(limits, made(resources, 'requests') ?? {})
      if (spec['hostNetwork'] === true) {
        for (const port of objectsAt(item, 'ports'))
          if (!port['hostPort'] && port['containerPort'] !== undefined) port['hostPort'] = port['containerPort']
      }
    }
  }
  set(spec, { enableServiceLinks: true })
  defaultPodLevelResources(spec)
}

const podSpec: Defaulter = value => {
  if (!value['serviceAccountName'] && value['serviceAccount']) value['serviceAccountName'] = value['serviceAccount']
  if (value['serviceAccountName']) value['serviceAccount'] = value['serviceAccountName']
  set(value, {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
  })
}

const volume: Defaulter = value => {
  if (Object.keys(value).every(key => key === 'name')) value['emptyDir'] = {}
  const image = objectAt(value, 'image')
  if (image !== undefined)
    set(image, { pullPolicy: imagePullPolicy(typeof image['reference'] === 'string' ? image['reference'] : '') })
}

const probe: Defaulter = value =>
  setNumbers(value, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 })

const service: Defaulter = value => {
  const spec = made(value, 'spec')
  if (spec === undefined) return
  set(spec, { sessionAffinity: 'None', type: 'ClusterIP' })
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig']
  if (
    spec['sessionAffinity'] === 'ClientIP' &&
    objectAt(spec, 'sessionAffinityConfig', 'clientIP')?.['timeoutSeconds'] === undefined
  ) {
    spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: 10800 } }
  }
  for (const port of objectsAt(spec, 'ports')) {
    set(port, { protocol: 'TCP' })
    if ((port['targetPort'] ?? 0) === 0 || port['targetPort'] === '') port['targetPort'] = port['port'] ?? 0
  }
  const isExternal =
    spec['type'] === 'LoadBalancer' ||
    spec['type'] === 'NodePort' ||
    (spec['type'] === 'ClusterIP' && listAt(spec, 'externalIPs').length > 0)
  if (isExternal) set(spec, { externalTrafficPolicy: 'Cluster' })
  if (spec['type'] !== 'ExternalName') set(spec, { internalTrafficPolicy: 'Cluster' })
  if (spec['type'] === 'LoadBalancer') set(spec, { allocateLoadBalancerNodePorts: true })
}

const deployment: Defaulter = value => {
  const spec = made(value, 'spec')
  const strategy = spec && made(spec, 'strategy')
  if (spec === undefined || strategy === undefined) return
  set(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 })
  set(strategy, { type: 'RollingUpdate' })
  if (strategy['type'] === 'RollingUpdate')
    set(made(strategy, 'rollingUpdate') ?? {}, { maxUnavailable: '25%', maxSurge: '25%' })
}

const daemonSet: Defaulter = value => {
  const spec = made(value, 'spec')
  const strategy = spec && made(spec, 'updateStrategy')
  if (spec === undefined || strategy === undefined) return
  set(spec, { revisionHistoryLimit: 10 })
  set(strategy, { type: 'RollingUpdate' })
  if (strategy['type'] === 'RollingUpdate')
    set(made(strategy, 'rollingUpdate') ?? {}, { maxUnavailable: 1, maxSurge: 0 })
  // The generation of the template is internal state that the stored version keeps as an annotation.
  const metadata = made(value, 'metadata')
  if (metadata !== undefined)
    set(made(metadata, 'annotations') ?? {}, { 'deprecated.daemonset.template.generation': '1' })
}

const statefulSet: Defaulter = (value, minor) => {
  const spec = made(value, 'spec')
  const strategy = spec && made(spec, 'updateStrategy')
  if (spec === undefined || strategy === undefined) return
  set(spec, { podManagementPolicy: 'OrderedReady', replicas: 1, revisionHistoryLimit: 10 })
  if (!strategy['type']) {
    strategy['type'] = 'RollingUpdate'
    made(strategy, 'rollingUpdate')
  }
  const rolling = objectAt(strategy, 'rollingUpdate')
  if (strategy['type'] === 'RollingUpdate' && rolling !== undefined) {
    set(rolling, { partition: 0 })
    if (minor >= 37) set(rolling, { maxUnavailable: 1 })
  }
  for (const claim of objectsAt(spec, 'volumeClaimTemplates')) {
    set(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' })
    set(made(claim, 'status') ?? {}, { phase: 'Pending' })
  }
  set(made(spec, 'persistentVolumeClaimRetentionPolicy') ?? {}, { whenDeleted: 'Retain', whenScaled: 'Retain' })
}

const replicationController: Defaulter = value => {
  const spec = made(value, 'spec')
  if (spec === undefined) return
  const labels = objectAt(spec, 'template', 'metadata', 'labels')
  if (labels !== undefined) {
    if (isEmptyMap(spec['selector'])) spec['selector'] = { ...labels }
    const metadata = made(value, 'metadata')
    if (metadata !== undefined && isEmptyMap(metadata['labels'])) metadata['labels'] = { ...labels }
  }
  set(spec, { replicas: 1 })
}

const job: Defaulter = value => {
  const spec = made(value, 'spec')
  if (spec === undefined) return
  if (spec['completions'] === undefined && spec['parallelism'] === undefined) spec['completions'] = 1
  set(spec, { parallelism: 1, backoffLimit: spec['backoffLimitPerIndex'] === undefined ? 6 : 2147483647 })
  const labels = objectAt(spec, 'template', 'metadata', 'labels')
  const metadata = made(value, 'metadata')
  if (labels !== undefined && metadata !== undefined && isEmptyMap(metadata['labels']))
    metadata['labels'] = { ...labels }
  set(spec, {
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: spec['podFailurePolicy'] === undefined ? 'TerminatingOrFailed' : 'Failed',
    manualSelector: false,
  })
}

const networkPolicy: Defaulter = value => {
  const spec = made(value, 'spec')
  if (spec === undefined || listAt(spec, 'policyTypes').length > 0) return
  spec['policyTypes'] = listAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
}

const scalingRules = (given: Draft | undefined, defaults: DraftObject): Draft => {
  const rules = isDraftObject(given) ? { ...given } : {}
  set(rules, defaults)
  return rules
}

const horizontalPodAutoscaler: Defaulter = value => {
  const spec = made(value, 'spec')
  if (spec === undefined) return
  set(spec, { minReplicas: 1 })
  if (listAt(spec, 'metrics').length === 0) {
    spec['metrics'] = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } },
    ]
  }
  const behavior = objectAt(spec, 'behavior')
  if (behavior === undefined) return
  const percent = { type: 'Percent', value: 100, periodSeconds: 15 }
  behavior['scaleUp'] = scalingRules(behavior['scaleUp'], {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [{ type: 'Pods', value: 4, periodSeconds: 15 }, percent],
  })
  behavior['scaleDown'] = scalingRules(behavior['scaleDown'], { selectPolicy: 'Max', policies: [percent] })
}

const limitRangeItem: Defaulter = value => {
  if (value['type'] !== 'Container') return
  const limits = made(value, 'default')
  const requests = made(value, 'defaultRequest')
  if (limits === undefined || requests === undefined) return
  copyMissing(objectAt(value, 'max'), limits)
  copyMissing(limits, requests)
  copyMissing(objectAt(value, 'min'), requests)
}

const matchDefaults = { matchPolicy: 'Equivalent', namespaceSelector: {}, objectSelector: {} }
const webhookDefaults = { failurePolicy: 'Fail', ...matchDefaults, timeoutSeconds: 10 }
const rbacGroup = 'rbac.authorization.k8s.io'
const roleBinding: Defaulter = value => set(made(value, 'roleRef') ?? {}, { apiGroup: rbacGroup })
const deviceRequest: Defaulter = value => {
  set(value, { allocationMode: 'ExactCount' })
  if (value['allocationMode'] === 'ExactCount') setNumbers(value, { count: 1 })
}
const fields =
  (defaults: Readonly<Record<string, Draft>>): Defaulter =>
  value =>
    set(value, defaults)
const specFields =
  (defaults: Readonly<Record<string, Draft>>): Defaulter =>
  value =>
    set(made(value, 'spec') ?? {}, defaults)

const defaulters: Readonly<Record<string, Defaulter>> = {
  'core/v1.Pod': pod,
  'core/v1.PodSpec': podSpec,
  'core/v1.Container': container,
  'core/v1.EphemeralContainer': container,
  'core/v1.ContainerPort': fields({ protocol: 'TCP' }),
  'core/v1.Probe': probe,
  'core/v1.GRPCAction': fields({ service: '' }),
  'core/v1.HTTPGetAction': fields({ path: '/', scheme: 'HTTP' }),
  'core/v1.FileKeySelector': fields({ optional: false }),
  'core/v1.ObjectFieldSelector': fields({ apiVersion: 'v1' }),
  'core/v1.Volume': volume,
  'core/v1.HostPathVolumeSource': fields({ type: '' }),
  'core/v1.SecretVolumeSource': fields({ defaultMode: 420 }),
  'core/v1.ConfigMapVolumeSource': fields({ defaultMode: 420 }),
  'core/v1.DownwardAPIVolumeSource': fields({ defaultMode: 420 }),
  'core/v1.ProjectedVolumeSource': fields({ defaultMode: 420 }),
  'core/v1.ServiceAccountTokenProjection': fields({ expirationSeconds: 3600 }),
  'core/v1.ISCSIVolumeSource': fields({ iscsiInterface: 'default' }),
  'core/v1.ISCSIPersistentVolumeSource': fields({ iscsiInterface: 'default' }),
  'core/v1.RBDVolumeSource': fields({ pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }),
  'core/v1.RBDPersistentVolumeSource': fields({ pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' }),
  'core/v1.AzureDiskVolumeSource': fields({
    cachingMode: 'ReadWrite',
    fsType: 'ext4',
    readOnly: false,
    kind: 'Shared',
  }),
  'core/v1.ScaleIOVolumeSource': fields({ storageMode: 'ThinProvisioned', fsType: 'xfs' }),
  'core/v1.ScaleIOPersistentVolumeSource': fields({ storageMode: 'ThinProvisioned', fsType: 'xfs' }),
  'core/v1.Service': service,
  'core/v1.EndpointPort': fields({ protocol: 'TCP' }),
  'core/v1.ReplicationController': replicationController,
  'core/v1.Secret': fields({ type: 'Opaque' }),
  'core/v1.Namespace': value => {
    const name = objectAt(value, 'metadata')?.['name']
    const labels = typeof name === 'string' && name !== '' ? made(objectAt(value, 'metadata')!, 'labels') : undefined
    if (labels !== undefined) labels['kubernetes.io/metadata.name'] = name!
  },
  'core/v1.PersistentVolume': specFields({ persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }),
  'core/v1.PersistentVolumeClaimSpec': fields({ volumeMode: 'Filesystem' }),
  'core/v1.LimitRangeItem': limitRangeItem,
  'apps/v1.Deployment': deployment,
  'apps/v1.DaemonSet': daemonSet,
  'apps/v1.StatefulSet': statefulSet,
  'apps/v1.ReplicaSet': specFields({ replicas: 1 }),
  'batch/v1.Job': job,
  'batch/v1.CronJob': specFields({
    concurrencyPolicy: 'Allow',
    suspend: false,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 1,
  }),
  'batch/v1.PodFailurePolicyOnPodConditionsPattern': fields({ status: 'True' }),
  'networking/v1.NetworkPolicy': networkPolicy,
  'networking/v1.NetworkPolicyPort': fields({ protocol: 'TCP' }),
  'networking/v1.IngressClassParametersReference': fields({ scope: 'Cluster' }),
  'autoscaling/v1.HorizontalPodAutoscaler': specFields({ minReplicas: 1, targetCPUUtilizationPercentage: 80 }),
  'autoscaling/v2.HorizontalPodAutoscaler': horizontalPodAutoscaler,
  'rbac/v1.ClusterRoleBinding': roleBinding,
  'rbac/v1.RoleBinding': roleBinding,
  'rbac/v1.Subject': value => {
    if (value['kind'] === 'User' || value['kind'] === 'Group') set(value, { apiGroup: rbacGroup })
  },
  'storage/v1.StorageClass': fields({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  'storage/v1.CSIDriver': (value, minor) => {
    const spec = made(value, 'spec')
    if (spec === undefined) return
    set(spec, {
      attachRequired: true,
      podInfoOnMount: false,
      storageCapacity: false,
      fsGroupPolicy: 'ReadWriteOnceWithFSType',
      requiresRepublish: false,
      seLinuxMount: false,
      ...(minor >= 37 ? { preventPodSchedulingIfMissing: false } : {}),
    })
    if (listAt(spec, 'volumeLifecycleModes').length === 0) spec['volumeLifecycleModes'] = ['Persistent']
  },
  'admissionregistration/v1.ValidatingWebhook': fields(webhookDefaults),
  'admissionregistration/v1.MutatingWebhook': fields({ ...webhookDefaults, reinvocationPolicy: 'Never' }),
  'admissionregistration/v1.RuleWithOperations': fields({ scope: '*' }),
  'admissionregistration/v1.NamedRuleWithOperations': fields({ scope: '*' }),
  'apiextensions/v1.CustomResourceDefinitionSpec': value => {
    const names = made(value, 'names')
    const kind = names?.['kind']
    if (names !== undefined && typeof kind === 'string' && kind !== '')
      set(names, { singular: kind.toLowerCase(), listKind: `${kind}List` })
    set(value, { conversion: { strategy: 'None' } })
  },
  'apiextensions/v1.ServiceReference': fields({ port: 443 }),
  'apiregistration/v1.ServiceReference': fields({ port: 443 }),
  'admissionregistration/v1.ServiceReference': fields({ port: 443 }),
  'admissionregistration/v1.MatchResources': fields(matchDefaults),
  'admissionregistration/v1.ValidatingAdmissionPolicySpec': fields({ failurePolicy: 'Fail' }),
  'admissionregistration/v1.MutatingAdmissionPolicySpec': fields({ failurePolicy: 'Fail' }),
  'discovery/v1.EndpointPort': fields({ name: '', protocol: 'TCP' }),
  'scheduling/v1.PriorityClass': fields({ preemptionPolicy: 'PreemptLowerPriority' }),
  'flowcontrol/v1.FlowSchemaSpec': value => setNumbers(value, { matchingPrecedence: 1000 }),
  'flowcontrol/v1.ExemptPriorityLevelConfiguration': fields({ nominalConcurrencyShares: 0, lendablePercent: 0 }),
  'flowcontrol/v1.LimitedPriorityLevelConfiguration': fields({ nominalConcurrencyShares: 30, lendablePercent: 0 }),
  'flowcontrol/v1.QueuingConfiguration': value => setNumbers(value, { handSize: 8, queues: 64, queueLengthLimit: 50 }),
  'resource/v1.ExactDeviceRequest': deviceRequest,
  'resource/v1.DeviceSubRequest': deviceRequest,
}
