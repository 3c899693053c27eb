import { packageVersion } from '../adapters/fs/package-files.ts'
import type { Report } from '../model/report.ts'

/** What reports say of the program that wrote them. */
export function toolRecord(): Report['tool'] {
  return { name: 'breakwater', version: packageVersion(), informationUri: 'https://breakwater.io' }
}
