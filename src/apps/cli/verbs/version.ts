import { dataTables, packageVersion } from '../../../adapters/fs/package-files.ts'
import { shippedRuleCount } from '../../scan/shipped-rules.ts'

/** Prints the version of the program; with `json` also its schemas, the Node it runs on, and its data. */
export async function printVersion(format: 'text' | 'json'): Promise<void> {
  const version = packageVersion()
  if (format === 'text') {
    process.stdout.write(`breakwater ${version} (node ${process.versions.node})\n`)
    return
  }
  const record = {
    version,
    schema: { findings: 'breakwater/findings/v1' },
    node: process.versions.node,
    rules: shippedRuleCount(),
    data: Object.fromEntries(dataTables().map(table => [table.name, table.compiled])),
  }
  process.stdout.write(`${JSON.stringify(record)}\n`)
}
