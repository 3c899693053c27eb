import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApiLifecycle } from '../../inventory/api-lifecycle.ts'
import type { JsonValue } from '../../lib/json/json-value.ts'
import { packageRoot } from './package-files.ts'

/** The lives of API versions, from the table that ships. */
export function apiLifecycle(): ApiLifecycle {
  const text = readFileSync(join(packageRoot(), 'data', 'k8s-deprecations.json'), 'utf8')
  return new ApiLifecycle(JSON.parse(text) as JsonValue)
}
