import { type CelValue, isList, isPlainMap, unknown } from '../../../lib/cel/values.ts'
import { member } from './attributes.ts'
import type { ServedKind } from './served-kinds.ts'

type Fields = Record<string, CelValue>

const generated = (what: string): CelValue => unknown(`the API server generates ${what}`)
const uid = generated('metadata.uid')
const creationTimestamp = generated('metadata.creationTimestamp')
const resourceVersion = generated('metadata.resourceVersion')
const managedFields = generated('metadata.managedFields')

/**
 * An object that is being created, with what the server adds before policies see it: what it makes up is unknown, what
 * its own admission plug-ins always add is known.
 */
export function asCreated(
  object: CelValue,
  served: ServedKind,
  minor: number,
  priorityOf: (className: string) => CelValue,
): CelValue {
  if (!isPlainMap(object)) return object
  const metadata = fieldsOf(member(object, 'metadata'))
  metadata['uid'] ??= uid
  if (isAbsent(metadata['creationTimestamp'])) metadata['creationTimestamp'] = creationTimestamp
  metadata['managedFields'] ??= managedFields
  const since = countsGenerations.get(`${served.group}/${served.resource}`) ?? Number.POSITIVE_INFINITY
  if (served.origin !== 'builtIn' || minor >= since) metadata['generation'] ??= 1
  const fields: Fields = { ...object, metadata }
  if (served.origin !== 'builtIn') return fields
  switch (`${served.group}/${served.resource}`) {
    case '/pods':
      return completePod(fields, priorityOf)
    case '/namespaces':
      return { ...fields, status: { phase: 'Active' } }
    case '/persistentvolumeclaims':
      protect(metadata, 'kubernetes.io/pvc-protection')
      return { ...fields, status: { phase: 'Pending' } }
    case '/persistentvolumes':
      protect(metadata, 'kubernetes.io/pv-protection')
      return { ...fields, status: { phase: 'Pending' } }
    case '/services':
      return withClusterIp(fields)
    default:
      return fields
  }
}

/** An object that the server has kept for a while: what it made up when it was created is there, but not known. */
export function asStored(object: CelValue): CelValue {
  if (!isPlainMap(object)) return object
  const metadata = fieldsOf(member(object, 'metadata'))
  metadata['uid'] ??= uid
  if (isAbsent(metadata['creationTimestamp'])) metadata['creationTimestamp'] = creationTimestamp
  metadata['resourceVersion'] ??= resourceVersion
  metadata['managedFields'] ??= managedFields
  return { ...object, metadata }
}

/** A Namespace as policies see it. */
export function storedNamespace(namespace: CelValue): CelValue {
  const stored = asStored(namespace)
  if (!isPlainMap(stored)) return stored
  const status = member(stored, 'status')
  const phase = member(status, 'phase')
  return phase === undefined ? { ...stored, status: { ...fieldsOf(status), phase: 'Active' } } : stored
}

/** Kinds whose objects count their generations from 1, some only since a minor version. */
const countsGenerations: ReadonlyMap<string, number> = new Map([
  ['/podtemplates', 0],
  ['/pods', 0],
  ['/replicationcontrollers', 0],
  ['admissionregistration.k8s.io/mutatingwebhookconfigurations', 0],
  ['admissionregistration.k8s.io/validatingwebhookconfigurations', 0],
  ['apps/daemonsets', 0],
  ['apps/deployments', 0],
  ['apps/replicasets', 0],
  ['apps/statefulsets', 0],
  ['autoscaling/horizontalpodautoscalers', 37],
  ['batch/cronjobs', 0],
  ['batch/jobs', 0],
  ['discovery.k8s.io/endpointslices', 0],
  ['flowcontrol.apiserver.k8s.io/flowschemas', 0],
  ['flowcontrol.apiserver.k8s.io/prioritylevelconfigurations', 0],
  ['networking.k8s.io/ingressclasses', 0],
  ['networking.k8s.io/ingresses', 0],
  ['networking.k8s.io/networkpolicies', 0],
  ['policy/poddisruptionbudgets', 0],
  ['resource.k8s.io/deviceclasses', 0],
  ['resource.k8s.io/resourceslices', 0],
  ['scheduling.k8s.io/priorityclasses', 0],
])

function protect(metadata: Fields, finalizer: string): void {
  const present = metadata['finalizers']
  const list = present !== undefined && isList(present) ? present : []
  if (!list.includes(finalizer)) metadata['finalizers'] = [...list, finalizer]
}

function withClusterIp(service: Fields): CelValue {
  const spec = fieldsOf(service['spec'])
  if (spec['type'] === 'ExternalName' || spec['clusterIP'] !== undefined) return service
  const address = generated('spec.clusterIP')
  return { ...service, spec: { ...spec, clusterIP: address, clusterIPs: [address] } }
}

const notReady = 'node.kubernetes.io/not-ready'
const unreachable = 'node.kubernetes.io/unreachable'
const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount'

/** What the plug-ins ServiceAccount, DefaultTolerationSeconds and Priority add to every Pod. */
function completePod(pod: Fields, priorityOf: (className: string) => CelValue): CelValue {
  const spec = fieldsOf(pod['spec'])
  const isMirror = member(member(pod['metadata'], 'annotations'), 'kubernetes.io/config.mirror') !== undefined
  if (!isMirror) {
    if (isAbsent(spec['serviceAccountName']) || spec['serviceAccountName'] === '') {
      spec['serviceAccountName'] = 'default'
      spec['serviceAccount'] = 'default'
    }
    if (spec['automountServiceAccountToken'] !== false) mountToken(spec)
  }
  const tolerations = listIn(spec['tolerations'])
  const added = [notReady, unreachable].filter(taint => !tolerations.some(toleration => covers(toleration, taint)))
  if (added.length > 0) spec['tolerations'] = [...tolerations, ...added.map(evicted)]
  if (spec['priority'] === undefined) {
    const name = spec['priorityClassName']
    spec['priority'] = typeof name === 'string' && name !== '' ? priorityOf(name) : 0
  }
  spec['preemptionPolicy'] ??= 'PreemptLowerPriority'
  return { ...pod, spec, status: { phase: 'Pending', qosClass: qosClass(spec) } }
}

function covers(toleration: CelValue, taint: string): boolean {
  const key = member(toleration, 'key') ?? ''
  const effect = member(toleration, 'effect') ?? ''
  return (key === taint || key === '') && (effect === 'NoExecute' || effect === '')
}

function evicted(key: string): CelValue {
  return { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }
}

function mountToken(spec: Fields): void {
  // The server draws the last five characters; no policy can ask for certain ones.
  const name = 'kube-api-access-xxxxx'
  let isMounted = false
  for (const field of ['initContainers', 'containers']) {
    const containers = spec[field]
    if (containers === undefined || !isList(containers)) continue
    spec[field] = containers.map(container => {
      const mounts = listIn(member(container, 'volumeMounts'))
      if (!isPlainMap(container) || mounts.some(mount => member(mount, 'mountPath') === tokenPath)) return container
      isMounted = true
      return { ...container, volumeMounts: [...mounts, { name, readOnly: true, mountPath: tokenPath }] }
    })
  }
  if (!isMounted) return
  const sources = [
    { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    {
      downwardAPI: {
        items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
      },
    },
  ]
  spec['volumes'] = [...listIn(spec['volumes']), { name, projected: { sources, defaultMode: 420 } }]
}

/** By what a pod asks for of processor and memory, whose amounts are canonical by now. */
function qosClass(spec: Fields): CelValue {
  if (spec['resources'] !== undefined) return generated('status.qosClass')
  const containers = [...listIn(spec['initContainers']), ...listIn(spec['containers'])]
  let isGuaranteed = true
  let isBestEffort = true
  for (const container of containers) {
    const requests = fieldsOf(member(member(container, 'resources'), 'requests'))
    const limits = fieldsOf(member(member(container, 'resources'), 'limits'))
    for (const name of ['cpu', 'memory']) {
      if (asks(requests[name]) || asks(limits[name])) isBestEffort = false
      if (!asks(limits[name]) || (requests[name] ?? limits[name]) !== limits[name]) isGuaranteed = false
    }
  }
  return isBestEffort ? 'BestEffort' : isGuaranteed ? 'Guaranteed' : 'Burstable'
}

function asks(quantity: CelValue | undefined): boolean {
  return typeof quantity === 'string' && quantity !== '0'
}

function listIn(value: CelValue | undefined): readonly CelValue[] {
  return value !== undefined && isList(value) ? value : []
}

function isAbsent(value: CelValue | undefined): boolean {
  return value === undefined || value === null
}

function fieldsOf(value: CelValue | undefined): Fields {
  return value !== undefined && isPlainMap(value) ? { ...value } : {}
}
