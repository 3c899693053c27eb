import { writeFileAtomic } from '../../../adapters/fs/atomic-write.ts'
import { writeAll } from '../../../adapters/process/write-stream.ts'
import type { IdentityFacts } from '../../../model/identity.ts'
import { readIdentity } from '../../../read/identity/read-identity.ts'
import { readJsonFile } from '../../access/identity-files.ts'
import { exitCode } from '../exit-code.ts'
import type { RbacImportFlags } from '../rbac-flags.ts'
import { say } from '../say.ts'

/** `breakwater rbac import entra|aws|gcp FILE...`: records of a cloud become facts that questions know by --identity. */
export async function runImportVerb(
  provider: IdentityFacts['provider'],
  files: readonly string[],
  flags: RbacImportFlags,
): Promise<number> {
  const facts = readIdentity(provider, files.map(readJsonFile), flags.clusterName)
  const text = `${JSON.stringify(facts, null, 2)}\n`
  if (flags.output === undefined || flags.output === '-') await writeAll(process.stdout, [text])
  else await writeFileAtomic(flags.output, text)
  say(
    `${facts.names.length} names, ${facts.grants.length} rights given by the cloud, ${facts.workloads.length} accounts that act as an identity`,
  )
  for (const unread of facts.unread.slice(0, 10)) say(`not understood: ${unread}`)
  if (facts.unread.length > 10) say(`and ${facts.unread.length - 10} more that are not understood`)
  if (facts.names.length + facts.grants.length + facts.workloads.length === 0) return exitCode.nothingToScan
  return facts.unread.length > 0 ? exitCode.incomplete : exitCode.clean
}
