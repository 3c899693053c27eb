import { apiResourceOf } from '../../../inventory/api-resources.ts'
import type { KindTable } from '../../../inventory/defaulting/index.ts'
import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../../lib/json/json-value.ts'
import { groupOf, versionOf } from '../../../model/subject.ts'
import type { GroupVersionKind, GroupVersionResource } from '../request.ts'

/** One version of a resource as an API server serves it. */
export interface ServedKind extends GroupVersionKind, GroupVersionResource {
  readonly namespaced: boolean
  readonly subresources: readonly string[]
  /**
   * `builtIn` and `custom` are known from tables and definitions; `guessed` is a kind that nothing declares, with the
   * regular plural.
   */
  readonly origin: 'builtIn' | 'custom' | 'guessed'
  /** How objects of this resource get from one version to another. */
  readonly conversion: 'builtIn' | 'None' | 'Webhook'
}

/** What a server with certain definitions of custom resources serves. */
export class ServedKinds {
  readonly table: KindTable
  private readonly kinds = new Map<string, ServedKind>()
  private readonly resources = new Map<string, ServedKind[]>()

  constructor(table: KindTable, definitions: readonly JsonObject[]) {
    this.table = table
    for (const kind of table.kinds.values()) {
      // The tables were made with every version switched on; a server serves alpha and beta versions only on request.
      if (!/^v\d+$/.test(kind.version)) continue
      this.add({ ...kind, origin: 'builtIn', conversion: 'builtIn' })
    }
    for (const definition of definitions) for (const kind of servedBy(definition)) this.add(kind)
  }

  private add(kind: ServedKind): void {
    const { group, version, resource } = kind
    this.kinds.set(`${group}/${version}/${kind.kind}`, kind)
    const versions = this.resources.get(`${group}/${resource}`) ?? []
    versions.push(kind)
    this.resources.set(`${group}/${resource}`, versions)
  }

  /** The served kind, or a guess where nothing declares it. */
  of(apiVersion: string, kind: string): ServedKind {
    const group = groupOf(apiVersion)
    const version = versionOf(apiVersion)
    const known = this.kinds.get(`${group}/${version}/${kind}`)
    if (known !== undefined) return known
    const { resource, namespaced } = apiResourceOf(apiVersion, kind)
    return { group, version, kind, resource, namespaced, subresources: [], origin: 'guessed', conversion: 'None' }
  }

  isServed(apiVersion: string, kind: string): boolean {
    return this.kinds.has(`${groupOf(apiVersion)}/${versionOf(apiVersion)}/${kind}`)
  }

  /** Whether any version of the resource is declared. */
  hasResource(group: string, resource: string): boolean {
    return this.resources.has(`${group}/${resource}`)
  }

  byResource({ group, version, resource }: GroupVersionResource): ServedKind | undefined {
    return this.resources.get(`${group}/${resource}`)?.find(kind => kind.version === version)
  }

  /** Other versions, and groups, under which the server keeps the very same objects. */
  equivalents(of: GroupVersionResource, subResource: string): readonly ServedKind[] {
    const keys = colocated.find(group => group.includes(`${of.group}/${of.resource}`)) ?? [`${of.group}/${of.resource}`]
    return keys
      .flatMap(key => this.resources.get(key) ?? [])
      .filter(kind => kind.group !== of.group || kind.version !== of.version)
      .filter(kind => subResource === '' || kind.subresources.includes(subResource))
  }
}

/** Resources of two groups that share one place in the server's storage. */
const colocated: readonly (readonly string[])[] = [['/events', 'events.k8s.io/events']]

function servedBy(definition: JsonObject): readonly ServedKind[] {
  const spec = ownValue(definition, 'spec')
  const names = ownValue(spec, 'names')
  const group = text(ownValue(spec, 'group'))
  const kind = text(ownValue(names, 'kind'))
  const resource = text(ownValue(names, 'plural'))
  const versions = ownValue(spec, 'versions')
  if (group === '' || kind === '' || resource === '' || !Array.isArray(versions)) return []
  const strategy = ownValue(ownValue(spec, 'conversion'), 'strategy')
  return (versions as readonly JsonValue[]).flatMap((entry): ServedKind[] => {
    const version = text(ownValue(entry, 'name'))
    if (version === '' || ownValue(entry, 'served') === false) return []
    const declared = ownValue(entry, 'subresources')
    return [
      {
        group,
        version,
        kind,
        resource,
        namespaced: ownValue(spec, 'scope') !== 'Cluster',
        subresources: isJsonObject(declared) ? Object.keys(declared) : [],
        origin: 'custom',
        conversion: strategy === 'Webhook' ? 'Webhook' : 'None',
      },
    ]
  })
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
