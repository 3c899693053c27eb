import type { JsonValue } from '../../lib/json/json-value.ts'
import type { IdentityFacts } from '../../model/identity.ts'
import { readAws } from './aws.ts'
import { readEntra } from './entra.ts'
import { readGcp } from './gcp.ts'
import type { GatheredFacts } from './records.ts'

/** Facts about identities from the exported records of one cloud. */
export function readIdentity(
  provider: IdentityFacts['provider'],
  documents: readonly JsonValue[],
  cluster: string | undefined,
): IdentityFacts {
  const facts: GatheredFacts = { names: [], grants: [], workloads: [], unread: [] }
  for (const document of documents) {
    if (provider === 'entra') readEntra(document, cluster, facts)
    else if (provider === 'aws') readAws(document, cluster, facts)
    else readGcp(document, facts)
  }
  const unique = <T>(list: readonly T[]): T[] => [
    ...new Map(list.map(entry => [JSON.stringify(entry), entry])).values(),
  ]
  return {
    schema: 'breakwater/identity/v1',
    provider,
    names: unique(facts.names),
    grants: unique(facts.grants),
    workloads: unique(facts.workloads),
    unread: unique(facts.unread),
  }
}
