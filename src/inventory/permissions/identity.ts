import type { Binding, Subject, UserInfo } from '../../model/access.ts'

/** A ServiceAccount as the API server sees it: the user of that name, in the two groups that every account is in. */
export function accountUser(namespace: string, name: string, groups: readonly string[] = []): UserInfo {
  return {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: [
      ...new Set(['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated', ...groups]),
    ],
  }
}

/** The account that a user name stands for; `undefined` for any other name. */
export function accountOf(user: string): { readonly namespace: string; readonly name: string } | undefined {
  const match = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user)
  return match === null ? undefined : { namespace: match[1]!, name: match[2]! }
}

/** The user that a subject of a binding is, with the groups that its kind always has. A group alone has no user name. */
export function userOfSubject(subject: Subject): UserInfo {
  if (subject.kind === 'ServiceAccount') return accountUser(subject.namespace, subject.name)
  if (subject.kind === 'Group') {
    const anonymous = subject.name === 'system:unauthenticated'
    return { user: '', groups: [...new Set([subject.name, ...(anonymous ? [] : ['system:authenticated'])])] }
  }
  const account = accountOf(subject.name)
  if (account !== undefined) return accountUser(account.namespace, account.name)
  const groups =
    subject.name === 'system:anonymous'
      ? ['system:unauthenticated']
      : subject.name.startsWith('system:node:')
        ? ['system:nodes', 'system:authenticated']
        : ['system:authenticated']
  return { user: subject.name, groups }
}

/** The subject that a user is asked about as: an account, a user, or the first group of somebody without a name. */
export function subjectOfUser({ user, groups }: UserInfo): Subject {
  if (user === '') return { kind: 'Group', name: groups[0] ?? '' }
  return plainSubject({ kind: 'User', name: user })
}

/** The subject by its own kind: a user that is named like an account is the account. */
export function plainSubject(subject: Subject): Subject {
  const account = subject.kind === 'User' ? accountOf(subject.name) : undefined
  return account === undefined ? subject : { kind: 'ServiceAccount', ...account }
}

/** The subject of a binding that names a user; `undefined` where none does. */
export function subjectNaming(binding: Binding, user: UserInfo): Subject | undefined {
  return binding.subjects.find(subject => isNamedBy(subject, user))
}

function isNamedBy(subject: Subject, { user, groups }: UserInfo): boolean {
  if (subject.kind === 'Group') return groups.includes(subject.name)
  if (subject.kind === 'User') return subject.name === user
  return user === `system:serviceaccount:${subject.namespace}:${subject.name}`
}
