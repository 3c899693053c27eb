import { isBuiltInGroup } from '../../inventory/api-resources.ts'
import { withPodOnlyDefaults } from '../../inventory/defaulting/index.ts'
import type { Identity } from '../../inventory/identity.ts'
import { withoutNulls } from '../../inventory/normalise.ts'
import type { PodPaths } from '../../inventory/pod-paths.ts'
import { podViewsOf } from '../../inventory/pod-view.ts'
import { isJsonObject, type JsonObject, ownValue } from '../../lib/json/json-value.ts'
import type { Subject } from './evaluate.ts'
import { withCheckedMetadata, withCheckedTypes } from './field-types.ts'
import type { AdmissionRequest } from './request.ts'

/** The object as the server would hand it to a policy when it is created, and its pods. */
export function subjectOf(object: JsonObject, identity: Identity, podPaths: PodPaths): Subject {
  const { ref, resource, assumedNamespace } = identity
  const carriesPod = podPaths.has(`${ref.group}/${ref.kind}`)
  const normal = isBuiltInGroup(ref.group) || carriesPod ? withoutNulls(object) : object
  const placed = withCheckedMetadata(assumedNamespace ? withNamespace(normal, ref.namespace) : normal)
  const complete = ref.group === '' && ref.kind === 'Pod' ? withPodOnlyDefaults(placed) : placed
  const { group, version, kind } = resource
  const request: AdmissionRequest = {
    operation: 'CREATE',
    kind: { group, version, kind },
    resource: { group, version, resource: resource.resource },
    subResource: '',
    name: ref.name,
    // A Namespace is requested in the namespace that it is.
    namespace: group === '' && kind === 'Namespace' ? ref.name : ref.namespace,
    namespaced: resource.namespaced,
    object: complete,
    oldObject: undefined,
    equivalents: [],
  }
  return {
    normal,
    resource,
    request,
    pods: carriesPod ? podViewsOf(complete, ref, podPaths).map(withCheckedTypes) : noPods,
    surroundings: new Map(),
  }
}

const noPods: Subject['pods'] = []

/** The server fills the namespace in before any policy sees the object. */
export function withNamespace(object: JsonObject, namespace: string): JsonObject {
  const metadata = ownValue(object, 'metadata')
  if (metadata !== undefined && !isJsonObject(metadata)) return object
  return { ...object, metadata: { ...metadata, namespace } }
}
