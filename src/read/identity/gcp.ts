import { isJsonObject, type JsonValue, ownValue } from '../../lib/json/json-value.ts'
import type { Subject } from '../../model/access.ts'
import type { CloudGrant } from '../../model/identity.ts'
import { type GatheredFacts, list, recordsOf, text } from './records.ts'

/** Roles of Google Cloud that reach into every cluster of a project, by what they amount to there. */
const roles: Readonly<Record<string, CloudGrant['role']>> = {
  'roles/owner': 'cluster-admin',
  'roles/container.admin': 'cluster-admin',
  'roles/container.developer': 'edit',
  'roles/editor': 'edit',
  'roles/container.viewer': 'view',
  'roles/viewer': 'view',
}

/** Reads what `gcloud projects get-iam-policy` and `gcloud iam service-accounts get-iam-policy` print as JSON. */
export function readGcp(document: JsonValue, facts: GatheredFacts): void {
  for (const record of recordsOf(document)) {
    if (!Array.isArray(record['bindings'])) {
      facts.unread.push(`a record with the fields ${Object.keys(record).slice(0, 5).join(', ')}`)
      continue
    }
    for (const binding of list(record['bindings'])) {
      if (!isJsonObject(binding)) continue
      const role = text(binding['role'])
      const condition = text(ownValue(ownValue(binding, 'condition'), 'title'))
      for (const member of list(binding['members'])) {
        if (typeof member === 'string') readMember(member, role, condition, facts)
      }
    }
  }
}

function readMember(member: string, role: string, condition: string, facts: GatheredFacts): void {
  const account =
    /^serviceAccount:[^[]+\.svc\.id\.goog\[([^/\]]+)\/([^\]]+)\]$/.exec(member) ??
    /\/workloadIdentityPools\/[^/]+\/subject\/ns\/([^/]+)\/sa\/([^/]+)$/.exec(member)
  if (account !== null) {
    facts.workloads.push({ namespace: account[1]!, name: account[2]!, identity: role })
    return
  }
  const amounts = Object.hasOwn(roles, role) ? roles[role] : undefined
  if (amounts === undefined) {
    if (role.startsWith('roles/container.') || !role.startsWith('roles/'))
      facts.unread.push(`role ${role} of ${member}`)
    return
  }
  const subject = subjectOf(member)
  if (subject === undefined) facts.unread.push(`member ${member} of ${role}`)
  else if (condition !== '') facts.unread.push(`role ${role} of ${member} under the condition "${condition}"`)
  else facts.grants.push({ subject, role: amounts, namespace: null, origin: role })
}

function subjectOf(member: string): Subject | undefined {
  const [kind, ...rest] = member.split(':')
  const name = rest.join(':')
  if (kind === 'user' || kind === 'serviceAccount') return { kind: 'User', name }
  if (kind === 'group') return { kind: 'Group', name }
  return member === 'allAuthenticatedUsers' ? { kind: 'Group', name: 'system:authenticated' } : undefined
}
