import type { AccessRequest, UserInfo } from '../../model/access.ts'
import { isAllowed } from './can.ts'
import { accountOf } from './identity.ts'
import type { PermissionIndex } from './permission-index.ts'

/** Who asks: what authentication says, with the node that a token of a ServiceAccount is bound to. */
export interface Requester extends UserInfo {
  readonly node?: string
}

/** What the impersonation headers of a request say. Absent is empty. */
export interface ImpersonatedUser {
  readonly user: string
  readonly groups: readonly string[]
  readonly uid: string
  readonly extra: Readonly<Record<string, readonly string[]>>
}

export type ImpersonationMode = 'associated-node' | 'arbitrary-node' | 'serviceaccount' | 'user-info' | 'legacy'

export type Impersonation =
  | { readonly kind: 'bad-request'; readonly reason: string }
  | {
      readonly kind: 'denied'
      /** The check that failed, by each mode that applies. */
      readonly missing: readonly { readonly mode: ImpersonationMode; readonly check: AccessRequest }[]
    }
  | { readonly kind: 'allowed'; readonly mode: ImpersonationMode; readonly as: UserInfo }

const authentication = 'authentication.k8s.io'
/** From so many groups or values of an extra on, one check of `*` is tried before the single ones. */
const manyNames = 4

/**
 * Whether a requester may make a request as another user, and by which mode. Constrained impersonation (KEP 5284) is on
 * from 1.36; its modes are tried before the old one, which has no limit. `target` is the minor, 37 for 1.37.
 */
export function impersonate(
  index: PermissionIndex,
  requester: Requester,
  wanted: ImpersonatedUser,
  request: AccessRequest,
  target: number,
): Impersonation {
  if (wanted.user === '')
    return { kind: 'bad-request', reason: 'groups, UID and extras are impersonated together with a user name' }
  const missing: { mode: ImpersonationMode; check: AccessRequest }[] = []
  for (const mode of target >= 36 ? ([...constrained(requester, wanted), 'legacy'] as const) : (['legacy'] as const)) {
    const failed = firstFailed(index, requester, checksOf(mode, wanted, request))
    if (failed === undefined) return { kind: 'allowed', mode, as: becomes(wanted) }
    missing.push({ mode, check: failed })
  }
  return { kind: 'denied', missing }
}

/** The constrained modes that apply to a target, in the order in which the server tries them. */
function constrained(requester: Requester, wanted: ImpersonatedUser): readonly ImpersonationMode[] {
  const onlyUser = wanted.groups.length === 0 && wanted.uid === '' && Object.keys(wanted.extra).length === 0
  const node = nodeOf(wanted.user)
  if (node !== undefined) {
    if (!onlyUser) return []
    return accountOf(requester.user) !== undefined && requester.node === node
      ? ['associated-node', 'arbitrary-node']
      : ['arbitrary-node']
  }
  if (accountOf(wanted.user) !== undefined) return onlyUser ? ['serviceaccount'] : []
  const isRefused =
    wanted.groups.includes('system:masters') ||
    wanted.groups.includes('') ||
    !Object.keys(wanted.extra).every(key => domainPrefixedPath.test(key))
  return isRefused ? [] : ['user-info']
}

/** Keys of extras that the constrained mode takes: `example.com/team`. */
const domainPrefixedPath =
  /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/

function nodeOf(user: string): string | undefined {
  const name = /^system:node:(.+)$/.exec(user)?.[1]
  return name !== undefined && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name) ? name : undefined
}

/** One check, or alternatives of which the first that holds suffices: every one of the second, or the first alone. */
type Check = AccessRequest | { readonly all: AccessRequest; readonly each: readonly AccessRequest[] }

function checksOf(mode: ImpersonationMode, wanted: ImpersonatedUser, request: AccessRequest): readonly Check[] {
  if (mode === 'legacy') return legacyChecks(wanted)
  const verb = `impersonate:${mode}`
  const on: AccessRequest = { ...request, verb: `impersonate-on:${mode}:${request.verb}` }
  const account = accountOf(wanted.user)
  switch (mode) {
    case 'associated-node':
      return [on, named(verb, authentication, 'nodes', '*')]
    case 'arbitrary-node':
      return [on, named(verb, authentication, 'nodes', nodeOf(wanted.user)!)]
    case 'serviceaccount':
      return [on, { ...named(verb, authentication, 'serviceaccounts', account!.name), namespace: account!.namespace }]
    case 'user-info':
      return [
        on,
        named(verb, authentication, 'users', wanted.user),
        ...(wanted.uid === '' ? [] : [named(verb, authentication, 'uids', wanted.uid)]),
        ...many(
          wanted.groups,
          group => named(verb, authentication, 'groups', group),
          named(verb, authentication, 'groups', '*'),
        ),
        ...extraChecks(verb, wanted.extra),
      ]
  }
}

function extraChecks(verb: string, extra: ImpersonatedUser['extra']): readonly Check[] {
  const values = Object.keys(extra).flatMap(key => extra[key]!.map(value => [key, value] as const))
  const one = ([key, value]: readonly [string, string]): AccessRequest => ({
    ...named(verb, authentication, 'userextras', value),
    subresource: key,
  })
  return many(values, one, { ...named(verb, authentication, 'userextras', '*'), subresource: '*' })
}

function legacyChecks({ user, groups, uid, extra }: ImpersonatedUser): readonly Check[] {
  const account = accountOf(user)
  return [
    account === undefined
      ? named('impersonate', '', 'users', user)
      : { ...named('impersonate', '', 'serviceaccounts', account.name), namespace: account.namespace },
    ...groups.map(group => named('impersonate', '', 'groups', group)),
    ...Object.keys(extra).flatMap(key =>
      extra[key]!.map(value => ({ ...named('impersonate', authentication, 'userextras', value), subresource: key })),
    ),
    ...(uid === '' ? [] : [named('impersonate', authentication, 'uids', uid)]),
  ]
}

function many<T>(items: readonly T[], one: (item: T) => AccessRequest, all: AccessRequest): readonly Check[] {
  if (items.length < manyNames) return items.map(one)
  return [{ all, each: items.map(one) }]
}

function named(
  verb: string,
  group: string,
  resource: string,
  name: string,
): Extract<AccessRequest, { kind: 'resource' }> {
  return { kind: 'resource', verb, group, resource, subresource: '', name, namespace: '' }
}

function firstFailed(index: PermissionIndex, user: UserInfo, checks: readonly Check[]): AccessRequest | undefined {
  for (const check of checks) {
    if ('kind' in check) {
      if (!isAllowed(index, user, check)) return check
    } else if (!isAllowed(index, user, check.all)) {
      const failed = check.each.find(one => !isAllowed(index, user, one))
      if (failed !== undefined) return failed
    }
  }
  return undefined
}

/** The user that the rest of the request is decided for. */
function becomes({ user, groups }: ImpersonatedUser): UserInfo {
  const account = accountOf(user)
  const own =
    groups.length > 0
      ? groups
      : account !== undefined
        ? ['system:serviceaccounts', `system:serviceaccounts:${account.namespace}`]
        : nodeOf(user) !== undefined
          ? ['system:nodes']
          : []
  const anonymous = user === 'system:anonymous'
  const certain = anonymous ? 'system:unauthenticated' : 'system:authenticated'
  const isSaid = own.includes('system:authenticated') || own.includes('system:unauthenticated')
  return { user, groups: isSaid ? own : [...own, certain] }
}
