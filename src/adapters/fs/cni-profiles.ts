import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CniProfile } from '../../model/cni-profile.ts'
import { packageRoot } from './package-files.ts'

/** What network engines do, from the table that ships. */
export function cniProfiles(): readonly CniProfile[] {
  const text = readFileSync(join(packageRoot(), 'data', 'cni-profiles.json'), 'utf8')
  return (JSON.parse(text) as { readonly profiles: readonly CniProfile[] }).profiles
}
