import { type JsonObject, type JsonValue, ownValue } from '../../lib/json/json-value.ts'
import type { Subject } from '../../model/access.ts'
import type { CloudGrant } from '../../model/identity.ts'
import { accountIn } from './account-in.ts'
import { type GatheredFacts, list, recordsOf, text } from './records.ts'

/** Built-in roles of Azure for the Kubernetes API, by the end of their definition's id. */
const builtIn: Readonly<Record<string, CloudGrant['role']>> = {
  '7f6c6a51-bcf8-42ba-9220-52d62157d7db': 'view',
  'a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb': 'edit',
  '3498e952-d568-435e-9b2c-8d77e338d7f7': 'admin',
  'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b': 'cluster-admin',
}

const byName: Readonly<Record<string, CloudGrant['role']>> = {
  'azure kubernetes service rbac reader': 'view',
  'azure kubernetes service rbac writer': 'edit',
  'azure kubernetes service rbac admin': 'admin',
  'azure kubernetes service rbac cluster admin': 'cluster-admin',
}

/**
 * Reads what `az role assignment list`, `az ad group list`, `az ad group show` and `az identity federated-credential list`
 * print as JSON, in any mix. Assignments at another cluster than `cluster` are left out.
 */
export function readEntra(document: JsonValue, cluster: string | undefined, facts: GatheredFacts): void {
  for (const record of recordsOf(document)) {
    if (text(record['roleDefinitionId']) !== '' || text(record['roleDefinitionName']) !== '')
      readAssignment(record, cluster, facts)
    else if (text(record['issuer']) !== '' && text(record['subject']) !== '') readCredential(record, facts)
    else if (text(record['id']) !== '' && text(record['displayName']) !== '') readPrincipal(record, facts)
    else facts.unread.push(`a record with the fields ${Object.keys(record).slice(0, 5).join(', ')}`)
  }
}

function readAssignment(record: JsonObject, cluster: string | undefined, facts: GatheredFacts): void {
  const definition = text(record['roleDefinitionId']).split('/').at(-1) ?? ''
  const name = text(record['roleDefinitionName'])
  const scope = text(record['scope'])
  const role = builtIn[definition.toLowerCase()] ?? byName[name.toLowerCase()]
  const at = /\/managedClusters\/([^/]+)(?:\/namespaces\/([^/]+))?/i.exec(scope)
  if (cluster !== undefined && at !== null && at[1]!.toLowerCase() !== cluster.toLowerCase()) return
  if (role === undefined) {
    if (/kubernetes/i.test(name) || at !== null) facts.unread.push(`role "${name || definition}" at ${scope}`)
    return
  }
  const subject = subjectOf(record)
  facts.grants.push({ subject, role, namespace: at?.[2] ?? null, origin: `${name || definition} at ${scope}` })
  const display = text(record['principalName'])
  if (display !== '' && display !== subject.name) facts.names.push({ subject, name: display, members: null })
}

/** Groups and service principals are known by object id; users by their principal name. */
function subjectOf(record: JsonObject): Subject {
  const id = text(record['principalId'])
  const type = text(record['principalType'])
  if (type === 'Group') return { kind: 'Group', name: id }
  return { kind: 'User', name: type === 'User' ? text(record['principalName']) || id : id }
}

function readPrincipal(record: JsonObject, facts: GatheredFacts): void {
  const isGroup = ownValue(record, 'userPrincipalName') === undefined && ownValue(record, 'appId') === undefined
  const members = ownValue(record, 'members')
  const subject: Subject = isGroup
    ? { kind: 'Group', name: text(record['id']) }
    : { kind: 'User', name: text(record['userPrincipalName']) || text(record['id']) }
  facts.names.push({
    subject,
    name: text(record['displayName']),
    members: Array.isArray(members) ? members.length : null,
  })
}

function readCredential(record: JsonObject, facts: GatheredFacts): void {
  const account = accountIn(text(record['subject']))
  const audiences = list(record['audiences'])
  if (account === undefined) return
  const identity = /\/userAssignedIdentities\/([^/]+)/i.exec(text(record['id']))?.[1] ?? text(record['name'])
  if (audiences.length > 0 && !audiences.includes('api://AzureADTokenExchange'))
    facts.unread.push(`federated credential "${text(record['name'])}" with another audience`)
  facts.workloads.push({ ...account, identity })
}
