import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { MetadataEndpoint } from '../../model/metadata-endpoint.ts'
import { packageRoot } from './package-files.ts'

let loaded: readonly MetadataEndpoint[] | undefined

/** The metadata services of clouds, from the table that ships. */
export function metadataEndpoints(): readonly MetadataEndpoint[] {
  if (loaded === undefined) {
    const text = readFileSync(join(packageRoot(), 'data', 'metadata-endpoints.json'), 'utf8')
    loaded = (JSON.parse(text) as { readonly endpoints: readonly MetadataEndpoint[] }).endpoints
  }
  return loaded
}
