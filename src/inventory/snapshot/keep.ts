import {
  isJsonObject,
  type JsonObject,
  type JsonPath,
  type JsonValue,
  ownValue,
  valueAt,
} from '../../lib/json/json-value.ts'
import { ownText } from '../../lib/text/own-text.ts'
import type { ObjectRef } from '../../model/subject.ts'
import { refusedHostPorts } from '../network/host-ports.ts'
import { sourceRangesAnnotation } from '../network/source-ranges.ts'
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

function service(object: JsonObject): readonly JsonPath[] {
  const ranges = ['metadata', 'annotations', sourceRangesAnnotation]
  return valueAt(object, ranges) === undefined ? everythingInSpec(object) : [...everythingInSpec(object), ranges]
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
  ['/Service', service],
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
const apiServerFields = [...containerFields, 'command', 'args']
const statusFields = ['phase', 'podIP', 'podIPs']

function keptWorkload(object: JsonObject, ref: ObjectRef, podPaths: PodPaths, replicas: SharedValues): Kept {
  // Where nobody made an object from a template, hardly another is like it: to look for one would cost more than a copy.
  const isReplica = ref.kind === 'Pod' && ownValue(ownValue(object, 'metadata'), 'ownerReferences') !== undefined
  const shared = isReplica ? replicas : copies
  const kept = sharedFields(object, ['apiVersion', 'kind'], shared)
  kept['metadata'] = metadataOf(ownValue(object, 'metadata'), metadataFields, shared)
  const spec = ownValue(object, 'spec')
  if (isJsonObject(spec)) {
    const own = sharedFields(spec, ['replicas', 'selector', 'serviceName', 'schedule', 'suspend'], shared)
    if (Object.keys(own).length > 0) kept['spec'] = own
  }
  const status = statusOf(ownValue(object, 'status'), shared)
  if (Object.keys(status).length > 0) kept['status'] = status
  const paths: JsonPath[] = [[]]
  for (const view of podViewsOf(object, ref, podPaths)) {
    const pod = sharedFields(view.podSpec, podFields, shared)
    const volumes = ownValue(view.podSpec, 'volumes')
    if (volumes !== undefined) pod['volumes'] = shared.of(volumes, noDrops)
    for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
      const containers = ownValue(view.podSpec, list)
      if (Array.isArray(containers)) pod[list] = shared.containers(containers)
    }
    if (view.specPath.length > view.path.length) {
      if (view.path.length > 0)
        put(kept, [...view.path, 'metadata'], metadataOf(view.podMeta, ['labels', 'name'], shared))
      const around = valueAt(kept, view.specPath) as JsonObject | undefined
      put(kept, view.specPath, around === undefined ? pod : { ...around, ...pod })
    } else put(kept, view.path, pod)
    if (view.path.length > 0) paths.push(view.path)
    // What is wrong with a port of a node is told where it stands.
    for (const container of view.containers) for (const { path } of refusedHostPorts(container)) paths.push(path)
    // Of containers themselves, only those with the flags of an API server are ever pointed at.
    if (ref.kind !== 'Pod') for (const { spec, path } of view.containers) if (isApiServer(spec)) paths.push(path)
  }
  return { object: kept, paths }
}

function metadataOf(metadata: JsonValue | undefined, fields: readonly string[], shared: Copies): MutableJson {
  const kept: MutableJson = {}
  for (const field of fields) {
    const value = ownValue(metadata, field)
    // Names differ from object to object: to look for an equal one would be in vain.
    if (value !== undefined) kept[field] = field === 'name' ? detached(value, wholeObjectDrops) : shared.of(value)
  }
  const annotations = ownValue(metadata, 'annotations')
  if (isJsonObject(annotations)) {
    const asked = Object.keys(annotations).filter(key => askedAnnotations.test(key))
    if (asked.length > 0) kept['annotations'] = shared.of(fieldsOf(annotations, asked))
  }
  return kept
}

function statusOf(status: JsonValue | undefined, shared: Copies): MutableJson {
  const kept: MutableJson = {}
  for (const field of statusFields) {
    const value = ownValue(status, field)
    if (value !== undefined) kept[field] = field === 'phase' ? shared.of(value) : detached(value, wholeObjectDrops)
  }
  return kept
}

function sharedFields(value: JsonValue | undefined, fields: readonly string[], shared: Copies): MutableJson {
  const kept: MutableJson = {}
  for (const field of fields) {
    const found = ownValue(value, field)
    if (found !== undefined) kept[field] = shared.of(found)
  }
  return kept
}

/** How values are copied, so that they keep no text of the input alive. */
interface Copies {
  /** Without some keys, wherever they stand. */
  of(value: JsonValue, drops?: ReadonlySet<string>): JsonValue
  /** What is asked of a list of containers. */
  containers(list: readonly JsonValue[]): JsonValue
}

const copies: Copies = {
  of: (value, drops = wholeObjectDrops) => detached(value, drops),
  containers: list => list.map(container => fieldsOf(container, askedFields(container))),
}

function askedFields(container: JsonValue): readonly string[] {
  return isApiServer(container) ? apiServerFields : containerFields
}

/** Equal values as one: replicas of a workload differ in little but their names and addresses. */
export class SharedValues implements Copies {
  private readonly known = new Map<string, JsonValue>()
  private readonly texts = new Map<string, string>()

  of(value: JsonValue, drops: ReadonlySet<string> = wholeObjectDrops): JsonValue {
    if (typeof value === 'string') return this.text(value)
    if (typeof value !== 'object' || value === null) return value
    return this.made(`${drops === noDrops ? 'all' : 'part'}${textOf(value)}`, () => copies.of(value, drops))
  }

  containers(list: readonly JsonValue[]): JsonValue {
    let key = 'containers'
    for (const container of list) {
      key += '\n'
      for (const field of askedFields(container)) {
        const value = ownValue(container, field)
        if (value !== undefined) key += `${field}=${textOf(value)} `
      }
    }
    return this.made(key, () => copies.containers(list))
  }

  text(text: string): string {
    const known = this.texts.get(text)
    if (known !== undefined) return known
    const own = ownText(text)
    if (this.texts.size < maxShared) this.texts.set(own, own)
    return own
  }

  /** What was made for an equal key, else what `make` makes. */
  private made(key: string, make: () => JsonValue): JsonValue {
    const known = this.known.get(key)
    if (known !== undefined) return known
    const value = make()
    if (this.known.size < maxShared) this.known.set(key, value)
    return value
  }
}

/** Different values that are remembered; beyond them nothing more is shared. */
const maxShared = 200_000

/** Text that is equal for equal values. JSON has no integers beyond those of doubles. */
function textOf(value: JsonValue): string {
  try {
    return JSON.stringify(value)
  } catch {
    return JSON.stringify(value, (_, entry: unknown) => (typeof entry === 'bigint' ? `\u0000${entry}` : entry))
  }
}

/** The flags of an API server say who is let in; those of other programs are not asked about. */
function isApiServer(container: JsonValue): boolean {
  return ['command', 'args'].some(field => {
    const words = ownValue(container, field)
    if (!Array.isArray(words)) return false
    return words.some(
      word => typeof word === 'string' && word.endsWith('kube-apiserver') && /(^|\/)kube-apiserver$/.test(word),
    )
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
