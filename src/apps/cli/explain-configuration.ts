import { metaOf, settingsOf } from '../configuration/layers.ts'
import { loadSettings } from '../configuration/load.ts'

interface Row {
  readonly key: string
  readonly value: unknown
  readonly origin: string
  readonly overridden: readonly string[]
  readonly description: string
}

/** Every setting with its value, where it came from, and what it overrode. */
export async function explainConfiguration(format: string): Promise<string> {
  const resolved = await loadSettings({ cwd: process.cwd(), env: process.env, flags: new Map() })
  const rows: Row[] = [...settingsOf()].map(({ path, schema }) => {
    const key = path.join('.')
    return {
      key,
      value: path.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], resolved.settings),
      origin: originOf(key, resolved.origins),
      overridden: resolved.overridden.get(key) ?? [],
      description: metaOf(schema).description ?? '',
    }
  })
  if (format === 'json') return `${JSON.stringify({ settings: rows }, null, 2)}\n`
  const shown = rows.map(row => [
    row.key,
    show(row.value),
    row.overridden.length > 0 ? `${row.origin} (over ${row.overridden.join(', ')})` : row.origin,
  ])
  const widths = [0, 1].map(column => Math.min(44, Math.max(...shown.map(row => row[column]!.length))))
  const lines = shown.map(
    ([key, value, origin]) => `${key!.padEnd(widths[0]!)}  ${value!.padEnd(widths[1]!)}  ${origin}`,
  )
  return `${lines.join('\n')}\n`
}

/** A map setting may get its entries from several places; any of them names its origin. */
function originOf(key: string, origins: ReadonlyMap<string, string>): string {
  const own = origins.get(key)
  if (own !== undefined) return own
  const entries = [...origins].filter(([name]) => name.startsWith(`${key}.`)).map(([, origin]) => origin)
  return entries.length > 0 ? [...new Set(entries)].join(', ') : 'default'
}

function show(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '""' : value
  return JSON.stringify(value)
}
