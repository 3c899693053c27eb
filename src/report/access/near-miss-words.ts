import { subjectOfUser } from '../../inventory/permissions/identity.ts'
import type { NearMiss } from '../../inventory/permissions/near-misses.ts'
import {
  type AccessRequest,
  type Binding,
  describeBinding,
  describeRole,
  describeSubject,
  type UserInfo,
} from '../../model/access.ts'
import { few, grantPlace, placeWords } from './access-words.ts'

/** Why a binding that names the subject, or nearly, does not give the right; one sentence. */
export function nearMissWords(miss: NearMiss, request: AccessRequest): string {
  const binding = describeBinding(miss.binding)
  if (miss.kind === 'missing-role') return danglingWords(miss.binding)
  if (miss.kind === 'look-alike')
    return `${binding} would give it to ${describeSubject(miss.subject)}, which is another subject: kind and case of a name count (${placeWords(miss.binding.source)})`
  const { rule, role, ruleIndex } = miss
  const reasons = miss.misses.map((reason): string => {
    switch (reason) {
      case 'namespace':
        return `holds in namespace ${miss.binding.namespace}, not ${request.kind === 'resource' && request.namespace !== '' ? `in ${request.namespace}` : 'in all namespaces'}`
      case 'verb':
        return `gives ${few(rule.verbs)}, not ${request.verb}`
      case 'group':
        return `is about ${rule.apiGroups.map(groupName).join(', ')}, not ${request.kind === 'resource' ? groupName(request.group) : ''}`
      case 'resource':
        return `is about ${few(rule.resources)}, not ${request.kind === 'resource' ? resourceName(request) : ''}`
      case 'name':
        return `is limited to ${few(rule.resourceNames)}${request.kind === 'resource' && request.name === '' ? ', and the request carries no name' : ''}`
      default:
        return `is about ${few(rule.nonResourceURLs)}, not ${request.kind === 'url' ? request.path : ''}`
    }
  })
  const place = placeWords(
    grantPlace({ binding: miss.binding, role, ruleIndex: role.aggregation === undefined ? ruleIndex : undefined }),
  )
  return `${binding} -> ${describeRole(role)} ${reasons.join('; ')} (${place})`
}

/** What to say where no rule comes close: which bindings there are, those that hold for everyone left out. */
export function nothingNearWords(naming: readonly Binding[], user: UserInfo, near: readonly string[]): string {
  const written = naming.filter(binding => binding.source !== undefined)
  if (written.length === 0) return unknownSubjectWords(user, near)
  return `nothing that ${few(written.map(describeBinding))} give${written.length === 1 ? 's' : ''} is about this`
}

/** That nothing in the files is about a subject, and which ones were probably meant. */
export function unknownSubjectWords(user: UserInfo, near: readonly string[]): string {
  return `no binding in the files names ${describeSubject(subjectOfUser(user))}${near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`}`
}

/** What a binding to nothing is, and where it stands. */
export function danglingWords(binding: Binding): string {
  return `${describeBinding(binding)} refers to ${binding.roleRef.kind} "${binding.roleRef.name}", which does not exist (${placeWords(binding.source)})`
}

function groupName(group: string): string {
  return group === '' ? 'the core group' : group === '*' ? 'every group' : `group ${group}`
}

function resourceName({ resource, subresource }: Extract<AccessRequest, { kind: 'resource' }>): string {
  return subresource === '' ? resource : `${resource}/${subresource}`
}
