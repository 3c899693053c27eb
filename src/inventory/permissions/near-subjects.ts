import { didYouMean } from '../../lib/text/did-you-mean.ts'
import { describeSubject, type UserInfo } from '../../model/access.ts'
import { subjectOfUser } from './identity.ts'
import type { PermissionIndex } from './permission-index.ts'

/** Subjects of bindings in the files that a user was probably meant to be: of the same name elsewhere, or one slip away. */
export function nearSubjects({ bindings }: PermissionIndex, user: UserInfo): readonly string[] {
  const wanted = describeSubject(subjectOfUser(user))
  const bound = new Set<string>()
  for (const { source, subjects } of bindings)
    if (source !== undefined) for (const subject of subjects) bound.add(describeSubject(subject))
  if (bound.has(wanted)) return []
  const name = lastPart(wanted)
  const namesakes = [...bound].filter(subject => lastPart(subject) === name).sort()
  // Names are compared without the word for their kind, which would make short ones look alike.
  const kind = wanted.slice(0, wanted.indexOf(':') + 1)
  const names = [...bound].filter(subject => subject.startsWith(kind)).map(subject => subject.slice(kind.length))
  const slips = didYouMean(wanted.slice(kind.length), names).map(near => kind + near)
  return [...new Set([...namesakes, ...slips])].slice(0, 3)
}

function lastPart(subject: string): string {
  return subject.slice(Math.max(subject.lastIndexOf('/'), subject.lastIndexOf(':')) + 1)
}
