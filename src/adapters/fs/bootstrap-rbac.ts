import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonValue } from '../../lib/json/json-value.ts'
import { packageRoot } from './package-files.ts'

interface Table {
  readonly entries: readonly { readonly minors: readonly string[]; readonly object: JsonValue }[]
}

/**
 * The roles and bindings that an API server of a minor (`1.37`) creates by itself. A minor that was not recorded gets
 * those of the newest recorded one before it, else of the oldest.
 */
export function bootstrapRbac(target: string): readonly JsonValue[] {
  const { entries } = table()
  const minorOf = (version: string) => Number(version.slice(2))
  const known = [...new Set(entries.flatMap(entry => entry.minors))].sort((a, b) => minorOf(a) - minorOf(b))
  const chosen = known.filter(version => minorOf(version) <= minorOf(target)).at(-1) ?? known[0]!
  return entries.filter(entry => entry.minors.includes(chosen)).map(entry => entry.object)
}

/** What any recorded minor creates by itself: every form of every object. */
export function bootstrapRbacOfAllMinors(): readonly JsonValue[] {
  return table().entries.map(entry => entry.object)
}

function table(): Table {
  return JSON.parse(readFileSync(join(packageRoot(), 'data', 'bootstrap-rbac.json'), 'utf8')) as Table
}
