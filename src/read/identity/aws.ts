import { isJsonObject, type JsonObject, type JsonValue, ownValue } from '../../lib/json/json-value.ts'
import type { CloudGrant } from '../../model/identity.ts'
import { type GatheredFacts, list, recordsOf, text } from './records.ts'

/** Access policies of EKS, by the end of their ARN. */
const policies: Readonly<Record<string, CloudGrant['role']>> = {
  AmazonEKSClusterAdminPolicy: 'cluster-admin',
  AmazonEKSAdminPolicy: 'admin',
  AmazonEKSEditPolicy: 'edit',
  AmazonEKSViewPolicy: 'view',
}

/**
 * Reads what `aws eks describe-access-entry`, `list-associated-access-policies` and `list-pod-identity-associations` print,
 * in any mix. Records of another cluster than `cluster` are left out.
 */
export function readAws(document: JsonValue, cluster: string | undefined, facts: GatheredFacts): void {
  for (const record of recordsOf(document)) {
    const entry = ownValue(record, 'accessEntry')
    if (isJsonObject(entry)) readEntry(entry, cluster, facts)
    else if (Array.isArray(record['associatedAccessPolicies'])) readPolicies(record, cluster, facts)
    else if (Array.isArray(record['associations'])) {
      for (const association of list(record['associations']))
        if (isJsonObject(association) && isOf(association, cluster)) readAssociation(association, facts)
    } else facts.unread.push(`a record with the fields ${Object.keys(record).slice(0, 5).join(', ')}`)
  }
}

function isOf(record: JsonObject, cluster: string | undefined): boolean {
  const named = text(record['clusterName'])
  return cluster === undefined || named === '' || named === cluster
}

function readEntry(entry: JsonObject, cluster: string | undefined, facts: GatheredFacts): void {
  if (!isOf(entry, cluster)) return
  const arn = text(entry['principalArn'])
  const subject = { kind: 'User', name: text(entry['username']) || arn } as const
  if (subject.name !== arn) facts.names.push({ subject, name: arn, members: null })
  for (const group of list(entry['kubernetesGroups'])) {
    if (typeof group !== 'string') continue
    facts.names.push({ subject: { kind: 'Group', name: group }, name: arn, members: null })
  }
}

function readPolicies(record: JsonObject, cluster: string | undefined, facts: GatheredFacts): void {
  if (!isOf(record, cluster)) return
  const arn = text(record['principalArn'])
  for (const association of list(record['associatedAccessPolicies'])) {
    const policy = text(ownValue(association, 'policyArn')).split('/').at(-1) ?? ''
    const role = policies[policy]
    const scope = ownValue(association, 'accessScope')
    const namespaces = ownValue(scope, 'type') === 'namespace' ? list(ownValue(scope, 'namespaces')) : [null]
    if (role === undefined) {
      facts.unread.push(`access policy ${policy} of ${arn}`)
      continue
    }
    for (const namespace of namespaces) {
      if (namespace !== null && typeof namespace !== 'string') continue
      // A pattern of namespaces is no namespace, and what it covers is not known here.
      if (namespace?.includes('*') === true) facts.unread.push(`${policy} of ${arn} in the namespaces ${namespace}`)
      else
        facts.grants.push({ subject: { kind: 'User', name: arn }, role, namespace, origin: `access policy ${policy}` })
    }
  }
}

function readAssociation(record: JsonObject, facts: GatheredFacts): void {
  const [namespace, name] = [text(record['namespace']), text(record['serviceAccount'])]
  if (namespace === '' || name === '') return
  facts.workloads.push({ namespace, name, identity: text(record['roleArn']) || text(record['associationArn']) })
}
