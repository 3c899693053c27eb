import { type CelValue, unknown } from '../../lib/cel/values.ts'
import type { JsonObject } from '../../lib/json/json-value.ts'
import { filteredNamespace } from './admission/namespace-object.ts'
import { storedNamespace } from './admission/server-fields.ts'
import { wrongTypeIn } from './field-types.ts'

const known = new WeakMap<JsonObject, CelValue>()

/**
 * A Namespace of the scan as `namespaceObject` holds it. Expressions are compiled against its types, so that one whose
 * labels are no texts, which a server refuses, is unknown as a whole.
 */
export function namespaceObjectOf(namespace: JsonObject): CelValue {
  let value = known.get(namespace)
  if (value === undefined) {
    const wrong = wrongTypeIn(namespace, namespaceFields)
    value =
      wrong === undefined
        ? filteredNamespace(storedNamespace(completed(namespace)))
        : unknown(`its Namespace: ${wrong}`)
    known.set(namespace, value)
  }
  return value
}

const texts = { list: 'string' } as const
const namespaceFields = {
  fields: {
    metadata: {
      fields: {
        name: 'string',
        generateName: 'string',
        namespace: 'string',
        resourceVersion: 'string',
        labels: { map: 'string' },
        annotations: { map: 'string' },
        finalizers: texts,
      },
    },
    spec: { fields: { finalizers: texts } },
  },
} as const

// The server adds both when the Namespace is created.
function completed(namespace: JsonObject): JsonObject {
  const { metadata = {}, spec = {} } = namespace as { readonly metadata?: JsonObject; readonly spec?: JsonObject }
  const labels = {
    ...(metadata['labels'] as JsonObject | undefined),
    'kubernetes.io/metadata.name': metadata['name'] ?? '',
  }
  return { ...namespace, metadata: { ...metadata, labels }, spec: { finalizers: ['kubernetes'], ...spec } }
}
