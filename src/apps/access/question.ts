import { accountOf, accountUser, userOfSubject } from '../../inventory/permissions/identity.ts'
import { didYouMean } from '../../lib/text/did-you-mean.ts'
import type { AccessRequest, UserInfo } from '../../model/access.ts'
import { UserError } from '../user-error.ts'
import type { ResolvedResource, ResourceWords } from './resource-words.ts'

/** A request in the words of a person, and what has to be said about how they were understood. */
export interface AskedRequest {
  readonly request: AccessRequest
  readonly notes: readonly string[]
  /** Asked about all namespaces at once for want of a namespace, not by `-A`. */
  readonly isUnscoped: boolean
}

export interface Scope {
  readonly namespace: string | undefined
  readonly isAllNamespaces: boolean
}

const resourceVerbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection']
const specialVerbs = ['bind', 'escalate', 'impersonate', 'approve', 'sign', 'attest', 'use', '*']
const urlVerbs = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', '*']

/** Whether a word is a verb that servers know; constrained impersonation has verbs with a colon. */
export function isVerb(word: string): boolean {
  return resourceVerbs.includes(word) || specialVerbs.includes(word) || /^impersonate(-on)?:/.test(word)
}

/** The request that the words describe: get, update, patch and delete of Namespace N happen in N. */
export function askedRequest(
  verb: string,
  written: string,
  name: string,
  scope: Scope,
  words: ResourceWords,
): AskedRequest {
  const notes: string[] = []
  if (!isVerb(verb) && isVerb(written))
    throw new UserError('NO_QUESTION', `"${verb} ${written}": the verb stands before the resource`, {
      next: `write: ${written} ${verb}`,
    })
  if (written.startsWith('/')) {
    noteVerb(verb, urlVerbs, notes)
    return { request: { kind: 'url', verb, path: written }, notes, isUnscoped: false }
  }
  noteVerb(verb, [...resourceVerbs, ...specialVerbs], notes)
  const resource = words.resolve(written)
  if (resource.note !== undefined) notes.push(resource.note)
  if (!resource.isKnown) {
    const [near] = words.near(resource)
    notes.push(`no server knows a resource "${written}"${near === undefined ? '' : `; did you mean ${near}?`}`)
  }
  noteConfusion(verb, resource, name, notes)
  const { group, subresource } = resource
  const isNamespaceItself =
    group === '' &&
    resource.resource === 'namespaces' &&
    name !== '' &&
    ['get', 'update', 'patch', 'delete'].includes(verb)
  const namespace = isNamespaceItself
    ? name
    : resource.namespaced && !scope.isAllNamespaces
      ? (scope.namespace ?? '')
      : ''
  if (!resource.namespaced && scope.namespace !== undefined && !isNamespaceItself)
    notes.push(`${resource.resource} live in no namespace: -n ${scope.namespace} means nothing here`)
  if (name !== '' && (verb === 'create' || verb === 'deletecollection') && subresource === '')
    notes.push(`${verb} carries no name, so a rule limited to names never allows it`)
  if (
    verb === 'get' &&
    group === '' &&
    resource.resource === 'pods' &&
    ['exec', 'attach', 'portforward'].includes(subresource)
  )
    notes.push(`from Kubernetes 1.35 on, ${subresource} asks for create, whatever get says`)
  return {
    request: { kind: 'resource', verb, group, resource: resource.resource, subresource, name, namespace },
    notes,
    isUnscoped: resource.namespaced && namespace === '' && !scope.isAllNamespaces,
  }
}

function noteVerb(verb: string, known: readonly string[], notes: string[]): void {
  if (known.includes(verb) || isVerb(verb)) return
  const [near] = didYouMean(verb, known)
  notes.push(`no server knows the verb "${verb}"${near === undefined ? '' : `; did you mean ${near}?`}`)
}

/** `TYPE/NAME` where `TYPE/SUB` is meant, and the reverse. */
function noteConfusion(verb: string, resource: ResolvedResource, name: string, notes: string[]): void {
  const { subresource, subresources } = resource
  if (!resource.isKnown) return
  if (subresource !== '' && subresources !== undefined && !subresources.includes(subresource)) {
    notes.push(
      `"${resource.resource}/${subresource}" asks for the sub-resource "${subresource}" of ${resource.resource}, which does not exist; for the object of that name write: ${verb} ${resource.resource} ${subresource}`,
    )
  } else if (subresource === '' && subresources?.includes(name) === true) {
    notes.push(
      `this asks for the object named "${name}"; for the sub-resource write: ${verb} ${resource.resource}/${name}`,
    )
  }
}

/**
 * `sa:ns/name`, `user:x`, `group:g`, `node:n` or a plain user name, with the groups that a subject of its kind always
 * has and those that are added.
 */
export function askedUser(written: string, groups: readonly string[]): UserInfo {
  const account = /^sa:([^/:]+)\/([^/:]+)$/.exec(written)
  if (account !== null) return accountUser(account[1]!, account[2]!, groups)
  refuseUnclear(written)
  const plain = written.replace(/^user:/, '')
  const named = accountOf(plain)
  if (named !== undefined) return accountUser(named.namespace, named.name, groups)
  const base = written.startsWith('group:')
    ? userOfSubject({ kind: 'Group', name: written.slice(6) })
    : userOfSubject({ kind: 'User', name: written.startsWith('node:') ? `system:node:${written.slice(5)}` : plain })
  return { user: base.user, groups: [...new Set([...base.groups, ...groups])] }
}

/**
 * What looks like a subject of another kind would be taken for a user whom nobody knows, and "no" would be the answer to
 * a question that nobody asked. Whoever has such a name is asked about as `user:NAME`.
 */
function refuseUnclear(written: string): void {
  const prefix = /^(?:system:)?(sa|serviceaccounts?|users?|groups?|nodes?)[:/]/i.exec(written)
  const isAccount = prefix !== null && /^s/i.test(prefix[1]!)
  const isEmpty = /^(?:(?:user|group|node):)?$/.test(written)
  const isKnown = prefix === null || /^(?:user|group|node|system:node):/.test(written)
  if (!isEmpty && (isKnown || accountOf(written) !== undefined)) return
  const name = prefix === null ? '' : written.slice(prefix[0].length)
  const parts = name.split(/[:/]/)
  throw new UserError('UNKNOWN_SUBJECT', `"${written}" names no subject`, {
    next: isAccount
      ? `an account is sa:NAMESPACE/NAME: ${parts.length === 2 && !parts.includes('') ? `sa:${parts.join('/')}` : `sa:NAMESPACE/${parts.at(-1) || 'NAME'}`}; a user of that name is user:${written}`
      : 'write sa:NAMESPACE/NAME, user:NAME, group:NAME, node:NAME or a plain user name',
  })
}
