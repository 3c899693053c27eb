import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../lib/json/json-value.ts'

/** What differs between the pods of one controller and says nothing of their security. */
const ownMetadata = new Set([
  'name',
  'generateName',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'ownerReferences',
  'managedFields',
  'selfLink',
  'generation',
])
const ownLabels = new Set([
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'controller-revision-hash',
  'pod-template-generation',
])
const ownSpec = new Set(['nodeName', 'hostname'])

/**
 * Text that is equal for pods that one controller made alike: a live cluster holds many replicas, and every rule says the
 * same of all of them. The name of the token volume is random and stands for itself. `undefined` where the pod cannot be
 * compared this way.
 */
export function replicaPrint(pod: JsonObject): string | undefined {
  const metadata = ownValue(pod, 'metadata')
  const spec = ownValue(pod, 'spec')
  if (!isJsonObject(metadata) || !isJsonObject(spec)) return undefined
  const labels = ownValue(metadata, 'labels')
  try {
    const text = JSON.stringify([
      without(metadata, ownMetadata, 'labels'),
      isJsonObject(labels) ? without(labels, ownLabels) : labels,
      without(spec, ownSpec),
      Object.hasOwn(spec, 'nodeName'),
    ])
    return text.replaceAll(/kube-api-access-[a-z0-9]{5}/g, 'kube-api-access')
  } catch {
    // Numbers beyond 2^53 have no place in JSON.stringify; such a pod is asked by itself.
    return undefined
  }
}

function without(object: JsonObject, left: ReadonlySet<string>, also?: string): Record<string, JsonValue> {
  const rest: Record<string, JsonValue> = Object.create(null) as Record<string, JsonValue>
  for (const key in object) if (!left.has(key) && key !== also) rest[key] = object[key] as JsonValue
  return rest
}
