import { writeAll } from '../../../adapters/process/write-stream.ts'
import { adminEquivalents } from '../../../inventory/permissions/admin-equivalents.ts'
import { accountOf, subjectOfUser } from '../../../inventory/permissions/identity.ts'
import { bindingsNaming } from '../../../inventory/permissions/near-misses.ts'
import { nearSubjects } from '../../../inventory/permissions/near-subjects.ts'
import { type HeldRight, rightsOf } from '../../../inventory/permissions/rights-of.ts'
import { describeSubject, type Subject, type UserInfo } from '../../../model/access.ts'
import { powerWords } from '../../../report/access/access-words.ts'
import { gridCsv, gridMarkdown } from '../../../report/access/grid.ts'
import { listEdges, listGrid, listLines } from '../../../report/access/list-report.ts'
import { mermaidLines } from '../../../report/access/mermaid.ts'
import { grantRecord } from '../../access/answer-lines.ts'
import { askedUser } from '../../access/question.ts'
import type { RbacFlags } from '../rbac-flags.ts'
import { checkedTarget, exitOfReading, formatOf, minorOf, readAccess, terminalStyle } from '../rbac-input.ts'

/** `breakwater rbac list SUBJECT`. */
export async function runListVerb(subject: string, flags: RbacFlags): Promise<number> {
  const user = askedUser(subject, flags.group ?? [])
  const access = await readAccess(flags)
  const target = minorOf(checkedTarget(flags.target))
  const all = rightsOf(access.index, user, target)
  const { namespace } = flags
  const held =
    namespace === undefined
      ? all
      : { ...all, rights: all.rights.filter(right => right.namespace === '' || right.namespace === namespace) }
  const admins = adminEquivalents(access.index, target)
  const chain = namesOf(user)
    .map(name => admins.get(name)?.chain)
    .find(found => found !== undefined)
  const name = access.nameOf(subjectOfUser(user))
  const listed = {
    user,
    name,
    isBound: bindingsNaming(access.index, user).some(binding => binding.source !== undefined),
    meant: nearSubjects(access.index, user),
    held,
    chain,
    powersOf: (right: HeldRight) => powerWords(right.rule, right.namespace === '', target),
  }
  const text = (): string => {
    switch (formatOf(flags, 'table')) {
      case 'csv':
        return gridCsv(listGrid(listed))
      case 'markdown':
        return lines(gridMarkdown(listGrid(listed)))
      case 'mermaid':
        return lines([...mermaidLines(listEdges(listed, subject))])
      case 'json':
        return `${JSON.stringify({ subject: user, adminEquivalent: chain ?? null, rights: held.rights.map(rightRecord) }, null, 2)}\n`
      case 'ndjson':
        return lines(held.rights.map(right => JSON.stringify(rightRecord(right))))
      default:
        return lines([...listLines(listed, terminalStyle())])
    }
  }
  await writeAll(process.stdout, [text()])
  return exitOfReading(access)
}

/** How bindings may name a user: by itself, as an account, by each of its groups. */
function namesOf({ user, groups }: UserInfo): readonly string[] {
  const account = accountOf(user)
  const subjects: Subject[] = [
    ...(user === '' ? [] : [{ kind: 'User', name: user } as const]),
    ...(account === undefined ? [] : [{ kind: 'ServiceAccount', ...account } as const]),
    ...groups.map(name => ({ kind: 'Group', name }) as const),
  ]
  return subjects.map(describeSubject)
}

function rightRecord(right: HeldRight): object {
  return {
    severity: right.gravity ?? null,
    namespace: right.namespace === '' ? null : right.namespace,
    rule: right.rule,
    through: right.through,
    ...grantRecord(right),
  }
}

function lines(of: readonly string[]): string {
  return of.map(line => `${line}\n`).join('')
}
