import {
  isJsonObject,
  type JsonObject,
  type JsonPath,
  type JsonValue,
  ownValue,
  valueAt,
} from '../../lib/json/json-value.ts'
import type { ObjectRef } from '../../model/subject.ts'
import type { PodPaths } from '../pod-paths.ts'
import { podViewsOf } from '../pod-view.ts'

/** What a snapshot keeps of an object, and the paths in it whose places will be asked for. */
export interface Kept {
  readonly object: JsonObject
  readonly paths: readonly JsonPath[]
}

/**
 * The part of an object that questions about several objects read; `undefined` for a kind that none asks about. Data of
 * Secrets is never kept. What is kept shares no text with the input, so that the input can be let go.
 */
export function keptOf(object: JsonObject, ref: ObjectRef, podPaths: PodPaths, shared: SharedValues): Kept | undefined {
  const key = `${ref.group}/${ref.kind}`
  if (podPaths.has(key)) return keptWorkload(object, ref, podPaths, shared)
  const paths = keptWhole.get(key) ?? keptWhole.get(`${ref.group}/*`)
  if (paths !== undefined) return { object: detached(object, wholeObjectDrops), paths: paths(object) }
  if (key === '/ConfigMap' && ref.name === 'aws-auth')
    return { object: detached(object, wholeObjectDrops), paths: [[]] }
  return key === '/Secret' ? { object: detached(object, secretDrops), paths: [[]] } : undefined
}

type Paths = (object: JsonObject) => readonly JsonPath[]

const onlyItself: Paths = () => [[]]
const rules: Paths = object => [[], ...entries(object, ['rules']), ['aggregationRule']]
const subjects: Paths = object => [[], ['roleRef'], ...entries(object, ['subjects'])]

/** Every entry of the lists and maps of `spec`, as deep as a rule with its peers and ports goes. */
const everythingInSpec: Paths = object => {
  const paths: JsonPath[] = [[], ['spec']]
  const walk = (value: JsonValue | undefined, path: JsonPath): void => {
    if (paths.length > maxPlaces) return
    if (Array.isArray(value)) {
      for (const [i, entry] of (value as readonly JsonValue[]).entries()) {
        paths.push([...path, i])
        walk(entry, [...path, i])
      }
    } else if (isJsonObject(value)) {
      for (const field of Object.keys(value)) {
        paths.push([...path, field])
        walk(value[field], [...path, field])
      }
    }
  }
  walk(ownValue(object, 'spec'), ['spec'])
  return paths
}

/** Places beyond these in one object are told by what stands around them. */
const maxPlaces = 5000

const keptWhole = new Map<string, Paths>([
  ['rbac.authorization.k8s.io/Role', rules],
  ['rbac.authorization.k8s.io/ClusterRole', rules],
  ['rbac.authorization.k8s.io/RoleBinding', subjects],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', subjects],
  ['networking.k8s.io/NetworkPolicy', everythingInSpec],
  ['extensions/NetworkPolicy', everythingInSpec],
  ['networking.k8s.io/Ingress', everythingInSpec],
  ['extensions/Ingress', everythingInSpec],
  ['networking.k8s.io/IngressClass', onlyItself],
  ['policy.networking.k8s.io/*', everythingInSpec],
  ['gateway.networking.k8s.io/*', everythingInSpec],
  ['route.openshift.io/Route', everythingInSpec],
  ['crd.projectcalico.org/*', onlyItself],
  ['projectcalico.org/*', onlyItself],
  ['cilium.io/*', onlyItself],
  ['k8s.cni.cncf.io/*', onlyItself],
  ['/Service', everythingInSpec],
  ['discovery.k8s.io/EndpointSlice', onlyItself],
  ['/Endpoints', onlyItself],
  ['/Namespace', onlyItself],
  ['/Node', onlyItself],
  ['/ServiceAccount', onlyItself],
  ['secrets-store.csi.x-k8s.io/SecretProviderClass', everythingInSpec],
  ['aadpodidentity.k8s.io/*', everythingInSpec],
  ['apiserver.config.k8s.io/*', onlyItself],
])

function entries(object: JsonObject, path: JsonPath): JsonPath[] {
  const list = valueAt(object, path)
  return Array.isArray(list) ? list.map((_, i) => [...path, i]) : []
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration'
const wholeObjectDrops: ReadonlySet<string> = new Set(['managedFields', lastApplied])
const secretDrops: ReadonlySet<string> = new Set([...wholeObjectDrops, 'data', 'stringData'])

// ---- objects that carry pods

const metadataFields = ['name', 'generateName', 'namespace', 'labels', 'ownerReferences']
/** Annotations of pods that questions ask about; the others are many, and different for every pod. */
const askedAnnotations =
  /^(k8s\.v1\.cni\.cncf\.io|azure\.workload\.identity|eks\.amazonaws\.com|iam\.(gke\.io|amazonaws\.com))\//
const podFields = [
  'automountServiceAccountToken',
  'hostNetwork',
  'imagePullSecrets',
  'nodeName',
  'serviceAccount',
  'serviceAccountName',
]
const containerFields = ['name', 'image', 'ports', 'restartPolicy']
const statusFields = ['phase', 'podIP', 'podIPs']

function keptWorkload(object: JsonObject, ref: ObjectRef, podPaths: PodPaths, shared: SharedValues): Kept {
  const kept: MutableJson = {
    ...fieldsOf(object, ['apiVersion', 'kind']),
    metadata: metadataOf(ownValue(object, 'metadata'), metadataFields, shared),
  }
  const spec = ownValue(object, 'spec')
  if (isJsonObject(spec)) {
    const own = fieldsOf(spec, ['replicas', 'selector', 'serviceName', 'schedule', 'suspend'])
    if (Object.keys(own).length > 0) kept['spec'] = own
  }
  const status = fieldsOf(ownValue(object, 'status'), statusFields)
  if (Object.keys(status).length > 0) kept['status'] = status
  const paths: JsonPath[] = [[]]
  for (const view of podViewsOf(object, ref, podPaths)) {
    const pod: MutableJson = fieldsOf(view.podSpec, podFields)
    const volumes = ownValue(view.podSpec, 'volumes')
    if (volumes !== undefined) pod['volumes'] = shared.of(detached(volumes, noDrops))
    for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
      const containers = ownValue(view.podSpec, list)
      if (Array.isArray(containers))
        pod[list] = shared.of(
          (containers as readonly JsonValue[]).map(container =>
            fieldsOf(container, isApiServer(container) ? [...containerFields, 'command', 'args'] : containerFields),
          ),
        )
    }
    if (view.specPath.length > view.path.length) {
      if (view.path.length > 0)
        put(kept, [...view.path, 'metadata'], metadataOf(view.podMeta, ['labels', 'name'], shared))
      put(kept, view.specPath, { ...((valueAt(kept, view.specPath) as JsonObject | undefined) ?? {}), ...pod })
    } else put(kept, view.path, pod)
    if (view.path.length > 0) paths.push(view.path)
    if (ref.kind !== 'Pod') for (const { path } of view.containers) paths.push(path)
  }
  return { object: kept, paths }
}

function metadataOf(metadata: JsonValue | undefined, fields: readonly string[], shared: SharedValues): MutableJson {
  const kept = fieldsOf(metadata, fields)
  for (const field of ['labels', 'ownerReferences']) if (kept[field] !== undefined) kept[field] = shared.of(kept[field])
  const annotations = ownValue(metadata, 'annotations')
  if (isJsonObject(annotations)) {
    const asked = Object.keys(annotations).filter(key => askedAnnotations.test(key))
    if (asked.length > 0) kept['annotations'] = shared.of(fieldsOf(annotations, asked))
  }
  return kept
}

/** Equal values as one: replicas of a workload differ in little but their names and addresses. */
export class SharedValues {
  private readonly known = new Map<string, JsonValue>()

  of(value: JsonValue): JsonValue {
    const text = JSON.stringify(value, (_, entry: unknown) => (typeof entry === 'bigint' ? `\u0000${entry}` : entry))
    const known = this.known.get(text)
    if (known !== undefined) return known
    if (this.known.size < maxShared) this.known.set(text, value)
    return value
  }
}

/** Different values that are remembered; beyond them nothing more is shared. */
const maxShared = 200_000

/** The flags of an API server say who is let in; those of other programs are not asked about. */
function isApiServer(container: JsonValue): boolean {
  return ['command', 'args'].some(field => {
    const words = ownValue(container, field)
    return Array.isArray(words) && words.some(word => typeof word === 'string' && /(^|\/)kube-apiserver$/.test(word))
  })
}

type MutableJson = Record<string, JsonValue>

function put(root: MutableJson, path: JsonPath, value: JsonValue): void {
  let current: JsonValue = root
  for (const [i, step] of path.entries()) {
    const holder = current as MutableJson
    if (i === path.length - 1) holder[step] = value
    else {
      if (typeof holder[step] !== 'object') holder[step] = typeof path[i + 1] === 'number' ? [] : {}
      current = holder[step]!
    }
  }
}

function fieldsOf(value: JsonValue | undefined, fields: readonly string[]): MutableJson {
  const kept: MutableJson = {}
  for (const field of fields) {
    const found = ownValue(value, field)
    if (found !== undefined) kept[field] = detached(found, wholeObjectDrops)
  }
  return kept
}

const noDrops: ReadonlySet<string> = new Set()

/** A copy without some keys, wherever they stand, that keeps no text of the input alive. */
function detached(value: JsonObject, drops: ReadonlySet<string>): JsonObject
function detached(value: JsonValue, drops: ReadonlySet<string>): JsonValue
function detached(value: JsonValue, drops: ReadonlySet<string>): JsonValue {
  if (typeof value === 'string') return ownText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(entry => detached(entry, drops))
  const copy: MutableJson = {}
  for (const key of Object.keys(value)) {
    if (!drops.has(key)) defineOwn(copy, ownText(key), detached((value as JsonObject)[key]!, drops))
  }
  return copy
}

/** `__proto__` is a key like any other. */
function defineOwn(object: MutableJson, key: string, value: JsonValue): void {
  if (key === '__proto__')
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  else object[key] = value
}

/** The engine keeps a long substring as a view of the text around it; joining it to something makes it a text of its own. */
function ownText(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1)
}
