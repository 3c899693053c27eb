import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type KindTable, kindTable } from '../../inventory/defaulting/index.ts'
import type { JsonValue } from '../../lib/json/json-value.ts'
import { packageRoot } from './package-files.ts'

/**
 * The kinds of a Kubernetes minor, `1.37`. A minor without a table of its own gets that of the nearest one: an older one
 * where there is one, since a server knows at least what its predecessor knew.
 */
export function kindTableOf(target: string): KindTable {
  const folder = join(packageRoot(), 'data')
  const minors = readdirSync(folder).flatMap(file => {
    const minor = /^kubernetes-types-1\.(\d+)\.json$/.exec(file)?.[1]
    return minor === undefined ? [] : [Number(minor)]
  })
  const wanted = Number(target.slice(2))
  const older = minors.filter(minor => minor <= wanted)
  const chosen = older.length > 0 ? Math.max(...older) : Math.min(...minors)
  return kindTable(JSON.parse(readFileSync(join(folder, `kubernetes-types-1.${chosen}.json`), 'utf8')) as JsonValue)
}
