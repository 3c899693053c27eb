import { isJsonObject, type JsonValue, ownValue } from '../lib/json/json-value.ts'

/** An API version of a kind, as `data/k8s-deprecations.json` tells its life. Versions are minors of Kubernetes. */
export interface ApiVersionLife {
  readonly group: string
  readonly version: string
  readonly kind: string
  /** First minor that calls it deprecated. */
  readonly deprecated: number | undefined
  /** First minor that does not serve it any more. */
  readonly removed: number | undefined
  /** `group/version/Kind` that takes its place. */
  readonly replacement: string | undefined
}

/** Deprecated and removed API versions. */
export class ApiLifecycle {
  private readonly groups = new Set<string>()
  private readonly lives = new Map<string, ApiVersionLife>()

  /** Takes the table apart; entries that are no API version of a kind are passed over. */
  constructor(table: JsonValue) {
    const entries = ownValue(table, 'apis')
    if (!Array.isArray(entries)) return
    for (const entry of entries as readonly JsonValue[]) {
      const key = keyIn(entry)
      if (key === undefined || !isJsonObject(entry)) continue
      this.groups.add(String(entry['group']))
      this.lives.set(key, {
        group: String(entry['group']),
        version: String(entry['version']),
        kind: String(entry['kind']),
        deprecated: minorOf(entry['deprecated']),
        removed: minorOf(entry['removed']),
        replacement: keyIn(entry['replacement']),
      })
    }
  }

  /** Whether the group is one of Kubernetes: of others the table says nothing. */
  knows(group: string): boolean {
    return this.groups.has(group)
  }

  of(group: string, version: string, kind: string): ApiVersionLife | undefined {
    return this.lives.get(`${group}/${version}/${kind}`)
  }

  /** The replacement that the minor serves: some replacements were removed in their turn. As `apiVersion Kind`. */
  servedReplacement(life: ApiVersionLife, minor: number): string | undefined {
    const seen = new Set<string>()
    let next = life.replacement
    while (next !== undefined && !seen.has(next)) {
      seen.add(next)
      const further = this.lives.get(next)
      if (further?.removed === undefined || further.removed > minor) {
        const [group, version, kind] = next.split('/')
        return `${group === '' ? version : `${group}/${version}`} ${kind}`
      }
      next = further.replacement
    }
    return undefined
  }
}

function keyIn(entry: JsonValue | undefined): string | undefined {
  const [group, version, kind] = ['group', 'version', 'kind'].map(field => ownValue(entry, field))
  if (typeof group !== 'string' || typeof version !== 'string' || typeof kind !== 'string') return undefined
  return `${group}/${version}/${kind}`
}

function minorOf(value: JsonValue | undefined): number | undefined {
  const minor = typeof value === 'string' ? /^1\.(\d+)$/.exec(value)?.[1] : undefined
  return minor === undefined ? undefined : Number(minor)
}
