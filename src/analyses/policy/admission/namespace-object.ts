import { CelUnknown, type CelValue } from '../../../lib/cel/values.ts'
import { member } from './attributes.ts'

/** `namespaceObject` has less of the metadata than the Namespace itself. */
export function filteredNamespace(namespace: CelValue): CelValue {
  const metadata = member(namespace, 'metadata')
  if (metadata === undefined || metadata instanceof CelUnknown) return namespace
  const kept: Record<string, CelValue> = {}
  for (const key of namespaceMetadata) {
    const value = member(metadata, key)
    if (value !== undefined) kept[key] = value
  }
  return { metadata: kept, spec: member(namespace, 'spec') ?? {}, status: member(namespace, 'status') ?? {} }
}

const namespaceMetadata = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'finalizers',
]
