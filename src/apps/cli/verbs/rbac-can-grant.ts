import { writeAll } from '../../../adapters/process/write-stream.ts'
import { canGrant, changeRequest, isRole } from '../../../inventory/permissions/can-grant.ts'
import { explainGrant } from '../../../inventory/permissions/explain-grant.ts'
import { bindingsNaming, nearMisses } from '../../../inventory/permissions/near-misses.ts'
import { nearSubjects } from '../../../inventory/permissions/near-subjects.ts'
import type { Style } from '../../../lib/text/style.ts'
import { describeBinding, describeRole, type UserInfo } from '../../../model/access.ts'
import { grantLines } from '../../../report/access/grant-report.ts'
import { answerCanGrant, changeRecord } from '../../access/answer-lines.ts'
import type { ClusterAccess } from '../../access/cluster-access.ts'
import { existingGrant, grantChange } from '../../access/grant-change.ts'
import { askedUser } from '../../access/question.ts'
import { readWantedGrants, type WantedGrant } from '../../access/wanted-grants.ts'
import { UserError } from '../../user-error.ts'
import { exitCode } from '../exit-code.ts'
import { answerLines } from '../question-stream.ts'
import type { RbacCanGrantFlags } from '../rbac-flags.ts'
import { checkStream, exitOfReading, formatOf, readAccess, sayDiagnostics, terminalStyle } from '../rbac-input.ts'

/** `breakwater rbac can-grant SUBJECT FILE...`, or a stream of questions with `--stdin`. */
export async function runCanGrantVerb(words: readonly string[], flags: RbacCanGrantFlags): Promise<number> {
  const [who, ...files] = words
  if (flags.stdin === true) {
    checkStream(words, flags)
    const access = await readAccess(flags)
    return answerLines(line => answerCanGrant(access, line))
  }
  if (who === undefined || files.length === 0)
    throw new UserError(
      'NO_QUESTION',
      'a question names a subject and a file with the role or binding as it shall be',
      {
        next: 'for example: breakwater rbac can-grant sa:ci/deployer new-binding.yaml -f manifests/; or --stdin for one JSON question a line',
      },
    )
  const user = askedUser(who, flags.group ?? [])
  const access = await readAccess(flags)
  const { wanted, diagnostics } = await readWantedGrants(files, flags.namespace ?? 'default')
  sayDiagnostics({ diagnostics })
  if (wanted.length === 0)
    throw new UserError('NO_QUESTION', `${files.join(', ')}: no role and no binding to ask about`, {
      next: 'name a file with the Role, ClusterRole, RoleBinding or ClusterRoleBinding as it shall be',
    })
  const answers = wanted.map(one => answerOf(access, user, one, flags.operation))
  const format = formatOf(flags, 'table')
  const style = terminalStyle()
  await writeAll(process.stdout, [
    format === 'table'
      ? answers.map(answer => textOf(answer, style)).join('\n')
      : answers.map(({ change, decision }) => `${JSON.stringify(changeRecord(nameOf(change), decision))}\n`).join(''),
  ])
  const asserted = flags.assert === undefined ? undefined : flags.assert === 'yes' ? 'allowed' : 'denied'
  if (asserted !== undefined && answers.some(({ decision }) => decision.verdict !== asserted)) return exitCode.findings
  return diagnostics.some(({ level }) => level === 'error') ? exitCode.incomplete : exitOfReading(access)
}

type Answer = ReturnType<typeof answerOf>

/** An object that the files hold already is changed; any other is created. */
function answerOf(
  access: ClusterAccess,
  user: UserInfo,
  { object, written }: WantedGrant,
  operation: RbacCanGrantFlags['operation'],
) {
  const isUpdate = operation === undefined ? existingGrant(access, object) !== undefined : operation === 'update'
  const change = grantChange(access, object, written, isUpdate ? 'UPDATE' : 'CREATE')
  const { index } = access
  return {
    user,
    change,
    decision: canGrant(index, user, change),
    explanation: explainGrant(index, user, change),
    near: nearMisses(index, user, changeRequest(change)),
    naming: bindingsNaming(index, user),
    meant: nearSubjects(index, user),
  }
}

function textOf(answer: Answer, style: Style): string {
  return [...grantLines(answer, style)].map(line => `${line}\n`).join('')
}

function nameOf({ object }: Answer['change']): string {
  return isRole(object) ? describeRole(object) : describeBinding(object)
}
