import { entryOf } from '../../lib/collections/entry-of.ts'
import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../lib/json/json-value.ts'
import type { AccessRequest, PolicyRule, UserInfo } from '../../model/access.ts'
import { ruleAllows } from './match-rule.ts'

/** What is bound to a node, as the Node authorizer follows it: from pods to what they name. */
export interface NodeReach {
  /** By node: `secret\nshop\ndb`, `pod\nshop\nweb`. */
  readonly byNode: ReadonlyMap<string, ReadonlySet<string>>
}

/** Follows pods to Secrets, ConfigMaps, claims, volumes and accounts. Mirror pods lead nowhere: a node writes them itself. */
export function nodeReach(objects: readonly JsonObject[]): NodeReach {
  const byNode = new Map<string, Set<string>>()
  const volumesOfClaim = new Map<string, string>()
  for (const object of objects) {
    if (object['kind'] !== 'PersistentVolume') continue
    const claim = ownValue(ownValue(object, 'spec'), 'claimRef')
    if (isJsonObject(claim)) volumesOfClaim.set(`${text(claim['namespace'])}\n${text(claim['name'])}`, nameOf(object))
  }
  for (const object of objects) {
    if (object['kind'] === 'VolumeAttachment') {
      const node = text(ownValue(ownValue(object, 'spec'), 'nodeName'))
      if (node !== '') entryOf(byNode, node, () => new Set<string>()).add(`attachment\n\n${nameOf(object)}`)
    }
    if (object['kind'] !== 'Pod') continue
    const spec = ownValue(object, 'spec')
    const node = text(ownValue(spec, 'nodeName'))
    if (node === '' || !isJsonObject(spec)) continue
    const reach = entryOf(byNode, node, () => new Set<string>())
    const namespace = text(ownValue(ownValue(object, 'metadata'), 'namespace')) || 'default'
    reach.add(`pod\n${namespace}\n${nameOf(object)}`)
    if (ownValue(ownValue(ownValue(object, 'metadata'), 'annotations'), 'kubernetes.io/config.mirror') !== undefined)
      continue
    for (const [kind, name] of namedByPod(spec, nameOf(object))) {
      reach.add(`${kind}\n${namespace}\n${name}`)
      const volume = kind === 'claim' ? volumesOfClaim.get(`${namespace}\n${name}`) : undefined
      if (volume !== undefined) reach.add(`volume\n\n${volume}`)
    }
  }
  return { byNode }
}

function* namedByPod(spec: JsonObject, pod: string): Generator<readonly [string, string]> {
  // Admission writes the account of a pod that names none.
  yield ['account', text(spec['serviceAccountName']) || text(spec['serviceAccount']) || 'default']
  for (const claim of list(spec['resourceClaims'])) yield ['resourceclaim', text(ownValue(claim, 'resourceClaimName'))]
  for (const secret of list(spec['imagePullSecrets'])) yield ['secret', text(ownValue(secret, 'name'))]
  for (const containers of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of list(spec[containers])) {
      for (const from of list(ownValue(container, 'envFrom'))) {
        yield ['secret', text(ownValue(ownValue(from, 'secretRef'), 'name'))]
        yield ['configmap', text(ownValue(ownValue(from, 'configMapRef'), 'name'))]
      }
      for (const variable of list(ownValue(container, 'env'))) {
        const from = ownValue(variable, 'valueFrom')
        yield ['secret', text(ownValue(ownValue(from, 'secretKeyRef'), 'name'))]
        yield ['configmap', text(ownValue(ownValue(from, 'configMapKeyRef'), 'name'))]
      }
    }
  }
  for (const volume of list(spec['volumes'])) {
    yield* namedBySource(volume)
    yield ['claim', text(ownValue(ownValue(volume, 'persistentVolumeClaim'), 'claimName'))]
    if (ownValue(volume, 'ephemeral') !== undefined) yield ['claim', `${pod}-${text(ownValue(volume, 'name'))}`]
    for (const source of list(ownValue(ownValue(volume, 'projected'), 'sources'))) {
      yield ['secret', text(ownValue(ownValue(source, 'secret'), 'name'))]
      yield ['configmap', text(ownValue(ownValue(source, 'configMap'), 'name'))]
    }
  }
}

function* namedBySource(volume: JsonValue): Generator<readonly [string, string]> {
  yield ['secret', text(ownValue(ownValue(volume, 'secret'), 'secretName'))]
  yield ['configmap', text(ownValue(ownValue(volume, 'configMap'), 'name'))]
  yield ['secret', text(ownValue(ownValue(volume, 'azureFile'), 'secretName'))]
  yield ['secret', text(ownValue(ownValue(ownValue(volume, 'csi'), 'nodePublishSecretRef'), 'name'))]
  for (const plugin of ['cephfs', 'flexVolume', 'rbd', 'scaleIO', 'iscsi', 'storageos'])
    yield ['secret', text(ownValue(ownValue(ownValue(volume, plugin), 'secretRef'), 'name'))]
}

/** What the Node authorizer says: it allows or has no opinion, and never denies. */
export type NodeOpinion = 'allowed' | 'no-opinion'

const readVerbs = ['get', 'list', 'watch']

/**
 * The opinion of the Node authorizer (mode Node) about a request. `rules` are those of the role `system:node`, which it
 * applies to what its graph does not decide. Requests of anyone but a node get no opinion.
 */
export function nodeOpinion(
  reach: NodeReach,
  rules: readonly PolicyRule[],
  user: UserInfo,
  request: AccessRequest,
): NodeOpinion {
  const node = /^system:node:(.+)$/.exec(user.user)?.[1]
  if (node === undefined || !user.groups.includes('system:nodes')) return 'no-opinion'
  if (request.kind === 'url') return answer(rules.some(rule => ruleAllows(rule, request)))
  const { verb, group, resource, subresource, name, namespace } = request
  const reaches = (kind: string, scope = namespace): boolean =>
    name !== '' && reach.byNode.get(node)?.has(`${kind}\n${scope}\n${name}`) === true
  const isOwn = name === node
  switch (`${resource}.${group}`) {
    case 'secrets.':
    case 'configmaps.':
      return answer(
        readVerbs.includes(verb) && subresource === '' && namespace !== '' && reaches(resource.slice(0, -1)),
      )
    case 'persistentvolumeclaims.':
      if (subresource === 'status') return answer((verb === 'update' || verb === 'patch') && reaches('claim'))
      return answer(verb === 'get' && subresource === '' && reaches('claim'))
    case 'persistentvolumes.':
      return answer(verb === 'get' && subresource === '' && reaches('volume', ''))
    case 'serviceaccounts.':
      if (verb === 'get' && subresource === '') return answer(namespace !== '' && reaches('account'))
      return answer(verb === 'create' && subresource === 'token' && reaches('account'))
    case 'leases.coordination.k8s.io':
      if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb) || namespace !== 'kube-node-lease')
        return 'no-opinion'
      return answer(verb === 'create' || isOwn)
    case 'csinodes.storage.k8s.io':
      if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb) || subresource !== '') return 'no-opinion'
      return answer(verb === 'create' || isOwn)
    case 'volumeattachments.storage.k8s.io':
      return answer(verb === 'get' && subresource === '' && reaches('attachment', ''))
    case 'resourceclaims.resource.k8s.io':
      return answer(verb === 'get' && subresource === '' && reaches('resourceclaim'))
    case 'resourceslices.resource.k8s.io':
      // Lists carry a selector for the node, which is no part of the question.
      return answer(verb === 'create')
    case 'podcertificaterequests.certificates.k8s.io':
      return answer(!readVerbs.includes(verb) && rules.some(rule => ruleAllows(rule, request)))
    case 'nodes.':
      return nodesOpinion(verb, subresource, isOwn)
    case 'pods.':
      return podsOpinion(verb, subresource, reaches('pod'))
    default:
      return answer(rules.some(rule => ruleAllows(rule, request)))
  }
}

/**
 * AuthorizeNodeWithSelectors (1.32): a node reads itself alone. Whose node is changed is not asked here but in admission
 * (see `nodeRestriction`).
 */
function nodesOpinion(verb: string, subresource: string, isOwn: boolean): NodeOpinion {
  const isChange = verb === 'update' || verb === 'patch'
  if (subresource === 'status') return answer(isChange)
  if (subresource !== '') return 'no-opinion'
  return answer(verb === 'create' || isChange || (readVerbs.includes(verb) && isOwn))
}

function podsOpinion(verb: string, subresource: string, isBound: boolean): NodeOpinion {
  if (subresource === 'status') return answer(verb === 'update' || verb === 'patch')
  if (subresource === 'eviction') return answer(verb === 'create')
  if (subresource !== '') return 'no-opinion'
  return answer(verb === 'create' || verb === 'delete' || (readVerbs.includes(verb) && isBound))
}

/**
 * What the admission plugin NodeRestriction would refuse of what the authorizer allows, in words; `undefined` where it
 * lets it pass. Whether the plugin is on is a fact of the server that no object tells.
 */
export function nodeRestriction(reach: NodeReach, user: UserInfo, request: AccessRequest): string | undefined {
  const node = /^system:node:(.+)$/.exec(user.user)?.[1]
  if (node === undefined || request.kind === 'url') return undefined
  const { verb, group, resource, subresource, name, namespace } = request
  if (group === '' && resource === 'nodes' && name !== node && ['create', 'update', 'patch'].includes(verb))
    return 'a node changes no other node'
  if (group !== '' || resource !== 'pods') return undefined
  if (verb === 'create' && subresource === '') return 'a node creates mirror pods of its own only'
  const isOwn = reach.byNode.get(node)?.has(`pod\n${namespace}\n${name}`) === true
  return isOwn || !['delete', 'update', 'patch', 'create'].includes(verb)
    ? undefined
    : 'a node changes only pods that are bound to it'
}

function answer(isAllowed: boolean): NodeOpinion {
  return isAllowed ? 'allowed' : 'no-opinion'
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}

function nameOf(object: JsonObject): string {
  return text(ownValue(ownValue(object, 'metadata'), 'name'))
}
