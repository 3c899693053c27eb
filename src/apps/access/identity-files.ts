import { readFileSync } from 'node:fs'
import type { JsonValue } from '../../lib/json/json-value.ts'
import { type Binding, describeSubject, type Subject } from '../../model/access.ts'
import type { IdentityFacts } from '../../model/identity.ts'
import { UserError } from '../user-error.ts'

/** A file of JSON of a user's; an error that names it where it is none. */
export function readJsonFile(file: string): JsonValue {
  let bytes: string
  try {
    bytes = readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new UserError('IDENTITY_UNREADABLE', `${file}: cannot be read`, { cause: error })
  }
  try {
    return JSON.parse(bytes) as JsonValue
  } catch (error) {
    throw new UserError('IDENTITY_UNREADABLE', `${file}: is no JSON`, {
      cause: error,
      next: 'export it as JSON: `az … -o json`, `aws … --output json`, `gcloud … --format json`',
    })
  }
}

/** What `rbac import` wrote, as questions use it: more bindings, and names for opaque ones. */
export interface KnownIdentities {
  readonly bindings: readonly Binding[]
  nameOf(subject: Subject): string
}

export function readIdentityFiles(files: readonly string[]): KnownIdentities {
  const names = new Map<string, string>()
  const bindings: Binding[] = []
  for (const file of files) {
    const facts = readJsonFile(file) as unknown as IdentityFacts
    if (typeof facts !== 'object' || facts === null || facts.schema !== 'breakwater/identity/v1')
      throw new UserError('IDENTITY_UNREADABLE', `${file}: holds no identity facts`, {
        next: 'make it with `breakwater rbac import entra|aws|gcp FILE`',
      })
    const provider = { entra: 'Entra', aws: 'AWS', gcp: 'Google Cloud' }[facts.provider]
    for (const { subject, name, members } of facts.names)
      names.set(describeSubject(subject), `${provider} "${name}"${members === null ? '' : `, ${members} members`}`)
    const source = { file, line: 1, column: 1 }
    facts.grants.forEach(({ subject, role, namespace, origin }) => {
      bindings.push({
        kind: namespace === null ? 'ClusterRoleBinding' : 'RoleBinding',
        namespace: namespace ?? '',
        name: `${facts.provider}:${origin}`,
        roleRef: { kind: 'ClusterRole', name: role },
        subjects: [subject],
        subjectSource: () => source,
        source,
      })
    })
    for (const { namespace, name, identity } of facts.workloads)
      names.set(`sa:${namespace}/${name}`, `acts as ${provider} "${identity}"`)
  }
  return { bindings, nameOf: subject => names.get(describeSubject(subject)) ?? '' }
}
