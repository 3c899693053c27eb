/** What a finding is about: a Kubernetes object by its identity. The API version is no part of an identity. */
export interface ObjectRef {
  /** API group; `""` is the core group. */
  readonly group: string
  readonly kind: string
  /** `""` for cluster-scoped objects. */
  readonly namespace: string
  readonly name: string
}

/** `Deployment shop/web`, `ClusterRole admin`: how a person names the object. */
export function describeObject(ref: ObjectRef): string {
  return `${ref.kind} ${ref.namespace === '' ? ref.name : `${ref.namespace}/${ref.name}`}`
}

/** The group of an `apiVersion`: `apps/v1` is `apps`, `v1` is the core group `""`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

/** The version of an `apiVersion`: `apps/v1` and `v1` are both `v1`. */
export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1)
}
