import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type KindTable, kindTable } from '../../inventory/defaulting/index.ts'
import type { JsonValue } from '../../lib/json/json-value.ts'
import { packageRoot } from './package-files.ts'

/** The kinds of a Kubernetes minor, `1.37`; of the nearest one that is known where it is not. */
export function kindTableOf(target: string): KindTable {
  const text = readFileSync(join(packageRoot(), 'data', 'kubernetes-types.json'), 'utf8')
  return kindTable(JSON.parse(text) as JsonValue, Number(target.slice(2)))
}
