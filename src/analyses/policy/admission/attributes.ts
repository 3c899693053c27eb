import { type CelValue, isPlainMap } from '../../../lib/cel/values.ts'
import type { GroupVersionKind, GroupVersionResource } from '../request.ts'

/** A request as it reaches admission. What the input leaves open is an unknown value. */
export interface AdmissionAttributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'
  /** As the client asked, before any conversion. */
  readonly kind: GroupVersionKind
  readonly resource: GroupVersionResource
  readonly subResource: string
  /** `undefined` where the server generates it. */
  readonly name: string | undefined
  /** `""` for cluster-scoped objects; for a Namespace its own name. */
  readonly namespace: string
  /** `null` where there is none: `object` on DELETE, `oldObject` on CREATE. */
  readonly object: CelValue
  readonly oldObject: CelValue
  /** The version in which the two objects stand. */
  readonly objectKind: GroupVersionKind
  readonly userInfo: CelValue
  readonly dryRun: CelValue
  readonly options: CelValue
}

export function isNamespaceKind({ group, version, kind }: GroupVersionKind): boolean {
  return group === '' && version === 'v1' && kind === 'Namespace'
}

/** The labels of an object; none where it has no metadata. */
export function labelsIn(object: CelValue): Readonly<Record<string, string>> {
  const labels = member(member(object, 'metadata'), 'labels')
  const found: Record<string, string> = Object.create(null) as Record<string, string>
  if (labels === undefined || !isPlainMap(labels)) return found
  for (const key of Object.keys(labels)) if (typeof labels[key] === 'string') found[key] = labels[key]
  return found
}

/** The field of a JSON-like value. */
export function member(value: CelValue | undefined, key: string): CelValue | undefined {
  return value !== undefined && isPlainMap(value) && Object.hasOwn(value, key) ? value[key] : undefined
}
