import type { BuiltInKind, KindTable } from '../../inventory/defaulting/index.ts'

/** A resource as a person writes it, resolved to what a request names. */
export interface ResolvedResource {
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespaced: boolean
  /** What was understood, where it differs from what was written. */
  readonly note: string | undefined
  /** False where no server of the version knows the resource. */
  readonly isKnown: boolean
}

/**
 * `pods/log`, `deployments.apps`, `deploy`: everything after the first dot is the group; without one it is the group that
 * kubectl would take. Short names, singulars and kinds are resolved and said.
 */
export function resolveResource(written: string, table: KindTable): ResolvedResource {
  const slash = written.indexOf('/')
  const [beforeSlash, afterSlash] = slash < 0 ? [written, ''] : [written.slice(0, slash), written.slice(slash + 1)]
  const dot = beforeSlash.indexOf('.')
  // `pods/log.metrics.k8s.io` puts the group behind the sub-resource.
  const subDot = dot < 0 ? afterSlash.indexOf('.') : -1
  const subresource = subDot < 0 ? afterSlash : afterSlash.slice(0, subDot)
  const word = dot < 0 ? beforeSlash : beforeSlash.slice(0, dot)
  const group = dot >= 0 ? beforeSlash.slice(dot + 1) : subDot >= 0 ? afterSlash.slice(subDot + 1) : undefined
  const kinds = [...table.kinds.values()].filter(kind => group === undefined || kind.group === group)
  const found =
    kinds.find(kind => kind.resource === word) ??
    kinds.find(kind => kind.shortNames.includes(word.toLowerCase())) ??
    kinds.find(kind => kind.kind.toLowerCase() === word.toLowerCase()) ??
    kinds.find(kind => kind.resource === word.toLowerCase())
  if (found === undefined)
    return { group: group ?? '', resource: word, subresource, namespaced: true, note: undefined, isKnown: word === '*' }
  const note = found.resource === word ? undefined : `"${word}" is taken for ${described(found)}`
  return {
    group: found.group,
    resource: found.resource,
    subresource,
    namespaced: found.namespaced,
    note,
    isKnown: true,
  }
}

function described(kind: BuiltInKind): string {
  return kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`
}
