import type { JsonObject, JsonPath } from '../lib/json/json-value.ts'
import type { ObjectRef } from './subject.ts'

/** One pod as every rule sees it, whatever carries it: a Pod, the template of a controller, a custom resource. */
export interface PodView {
  readonly platform: 'kubernetes' | 'compose' | 'container-group' | 'dockerfile'
  /** The object that carries the pod. */
  readonly owner: ObjectRef
  /** Metadata of the pod or of its template. */
  readonly podMeta: JsonObject
  readonly podSpec: JsonObject
  /** Init containers, containers, ephemeral containers, in this order. */
  readonly containers: readonly ContainerView[]
  /** Where the pod or its template stands in the object: `[]` for a Pod, `['spec', 'template']` for a Deployment. */
  readonly path: JsonPath
  /** Where the pod's specification stands: `['spec']` for a Pod. */
  readonly specPath: JsonPath
  /** Names the template where an object carries several (`worker`); `""` otherwise. */
  readonly label: string
  /** Why the pod could not be taken apart as its kind says, for example `spec.containers is no list`. */
  readonly malformed?: string
}

export type ContainerRole = 'init' | 'sidecar' | 'main' | 'ephemeral'

export interface ContainerView {
  readonly name: string
  readonly role: ContainerRole
  readonly spec: JsonObject
  /** Inside the object: `['spec', 'template', 'spec', 'containers', 0]`. */
  readonly path: JsonPath
}
