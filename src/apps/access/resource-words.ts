import type { KindTable } from '../../inventory/defaulting/index.ts'
import { didYouMean } from '../../lib/text/did-you-mean.ts'

/** A resource as a person writes it, resolved to what a request names. */
export interface ResolvedResource {
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespaced: boolean
  /** Sub-resources that the server has; `undefined` where they are not known. */
  readonly subresources: readonly string[] | undefined
  /** What was understood, where it differs from what was written. */
  readonly note: string | undefined
  /** False where neither a server of the version nor a definition in the files knows the resource. */
  readonly isKnown: boolean
}

/** A kind that can be asked about. */
export interface NamedResource {
  readonly group: string
  readonly kind: string
  /** Plural in lower case. */
  readonly resource: string
  readonly namespaced: boolean
  readonly subresources: readonly string[] | undefined
  readonly shortNames: readonly string[]
}

/** Names that only rules know: what impersonation and signing ask about. */
const virtual: readonly NamedResource[] = [
  ['', 'users'],
  ['', 'groups'],
  ['authentication.k8s.io', 'uids'],
  ['authentication.k8s.io', 'userextras'],
  ['certificates.k8s.io', 'signers'],
].map(([group, resource]) => ({
  group: group!,
  kind: '',
  resource: resource!,
  namespaced: false,
  subresources: undefined,
  shortNames: [],
}))

/** The resources of a cluster: those of its version and those that definitions in its files add. */
export class ResourceWords {
  private readonly kinds: readonly NamedResource[]

  constructor(table: KindTable, defined: readonly NamedResource[]) {
    this.kinds = [...table.kinds.values(), ...defined, ...virtual]
  }

  /**
   * `pods/log`, `deployments.apps`, `deploy`: everything after the first dot is the group; without one it is the group
   * that kubectl would take. Short names, singulars and kinds are resolved and said.
   */
  resolve(written: string): ResolvedResource {
    const slash = written.indexOf('/')
    const [beforeSlash, afterSlash] = slash < 0 ? [written, ''] : [written.slice(0, slash), written.slice(slash + 1)]
    const dot = beforeSlash.indexOf('.')
    // `pods/log.metrics.k8s.io` puts the group behind the sub-resource.
    const subDot = dot < 0 ? afterSlash.indexOf('.') : -1
    const subresource = subDot < 0 ? afterSlash : afterSlash.slice(0, subDot)
    const word = dot < 0 ? beforeSlash : beforeSlash.slice(0, dot)
    const group = dot >= 0 ? beforeSlash.slice(dot + 1) : subDot >= 0 ? afterSlash.slice(subDot + 1) : undefined
    const kinds = this.kinds.filter(kind => group === undefined || kind.group === group)
    const lower = word.toLowerCase()
    const found =
      kinds.find(kind => kind.resource === word) ??
      kinds.find(kind => kind.shortNames.includes(lower)) ??
      kinds.find(kind => kind.kind.toLowerCase() === lower && lower !== '') ??
      kinds.find(kind => kind.resource === lower)
    if (found === undefined) {
      const isKnown = word === '*'
      return {
        group: group ?? '',
        resource: word,
        subresource,
        namespaced: true,
        subresources: undefined,
        note: undefined,
        isKnown,
      }
    }
    return {
      group: found.group,
      resource: found.resource,
      subresource,
      namespaced: found.namespaced,
      subresources: found.subresources,
      note: found.resource === word ? undefined : `"${word}" is taken for ${described(found)}`,
      isKnown: true,
    }
  }

  /** Resources that are probably meant by one that no server knows, the nearest first. */
  near({ group, resource }: Pick<ResolvedResource, 'group' | 'resource'>): readonly string[] {
    // Of a right word in a wrong group only the group has to be said.
    const elsewhere = this.resolve(resource)
    if (group !== '' && elsewhere.isKnown) return [described(elsewhere)]
    return didYouMean(resource, new Set(this.kinds.map(kind => kind.resource)))
  }
}

function described(kind: Pick<NamedResource, 'group' | 'resource'>): string {
  return kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`
}
