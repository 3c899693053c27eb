import type { JsonObject } from '../../lib/json/json-value.ts'

/** A request as admission sees it. In a scan it is the creation of an object that stands in a file. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  readonly kind: GroupVersionKind
  readonly resource: GroupVersionResource
  readonly subResource: string
  readonly name: string
  /** `""` for cluster-scoped objects; for a Namespace its own name. */
  readonly namespace: string
  readonly namespaced: boolean
  readonly object: JsonObject | undefined
  readonly oldObject: JsonObject | undefined
  /** Other groups and versions that name the same resource: `apps` and `extensions` Deployments. */
  readonly equivalents: readonly GroupVersionResource[]
}

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

export interface GroupVersionResource {
  readonly group: string
  readonly version: string
  readonly resource: string
}

/** What is known of a namespace's labels. */
export interface NamespaceLabels {
  readonly labels: JsonObject
  /** False where the Namespace was not seen: only `kubernetes.io/metadata.name` is certain. */
  readonly complete: boolean
}
