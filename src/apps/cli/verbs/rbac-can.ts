import { decide, type FullDecision } from '../../../inventory/permissions/decide.ts'
import type { ImpersonatedUser } from '../../../inventory/permissions/impersonation.ts'
import { bindingsNaming, type NearMiss, nearMisses } from '../../../inventory/permissions/near-misses.ts'
import { nearSubjects } from '../../../inventory/permissions/near-subjects.ts'
import { nodeReach } from '../../../inventory/permissions/node-authorizer.ts'
import type { PermissionIndex } from '../../../inventory/permissions/permission-index.ts'
import { escapeTerminal } from '../../../lib/text/escape-terminal.ts'
import { type AccessRequest, describeBinding, describeRole, type UserInfo } from '../../../model/access.ts'
import { grantPlace, placeWords, requestWords, ruleWords } from '../../../report/access/access-words.ts'
import { nearMissWords, nothingNearWords } from '../../../report/access/near-miss-words.ts'
import { answerCan, grantRecord } from '../../access/answer-lines.ts'
import { resourceWordsOf } from '../../access/cluster-access.ts'
import { askedRequest, askedUser, isVerb } from '../../access/question.ts'
import { UserError } from '../../user-error.ts'
import { exitCode } from '../exit-code.ts'
import { answerLines } from '../question-stream.ts'
import type { RbacFlags } from '../rbac-flags.ts'
import { checkedTarget, checkStream, exitOfReading, minorOf, readAccess } from '../rbac-input.ts'
import { say } from '../say.ts'

/** `breakwater rbac can SUBJECT VERB RESOURCE [NAME]`, or a stream of reviews with `--stdin`. */
export async function runCanVerb(words: readonly string[], flags: RbacFlags): Promise<number> {
  if (flags.stdin === true) checkStream(words, flags)
  const access = await readAccess(flags)
  const isPartial = flags.partial === true || access.isPartial
  if (flags.stdin === true) return answerLines(line => answerCan(access, line, isPartial))
  const question = questionOf(words, flags)
  const scope = { namespace: flags.namespace, isAllNamespaces: flags.allNamespaces === true }
  const { request, notes, isUnscoped } = askedRequest(
    question.verb,
    question.resource,
    question.name,
    scope,
    resourceWordsOf(access),
  )
  for (const note of notes) say(note)
  const decision = decide(
    {
      index: access.index,
      target: minorOf(checkedTarget(flags.target)),
      nodes: nodeReach(access.objects),
      hasExternalAuthorizer: flags.externalAuthorizer === true,
      isPartial,
    },
    question.user,
    request,
    question.impersonated,
  )
  const near = decision.verdict === 'allowed' ? [] : nearMisses(access.index, decision.decidedFor, request)
  if (flags.output === 'json' || flags.output === 'ndjson')
    process.stdout.write(`${JSON.stringify(record(decision, near, request))}\n`)
  else process.stdout.write(`${answerText(decision, near, request, access.index)}\n`)
  // The answer for people tells a role that is missing with its place.
  const isTold = flags.output !== 'json' && flags.output !== 'ndjson' && decision.verdict !== 'allowed'
  if (!isTold) for (const error of decision.errors) say(error)
  if (isUnscoped && decision.verdict === 'denied')
    say('asked about all namespaces at once, because no namespace was given; add -n for one of them')
  return exitOf(decision, flags.assert, exitOfReading(access))
}

interface Question {
  readonly user: UserInfo
  readonly verb: string
  readonly resource: string
  readonly name: string
  readonly impersonated: ImpersonatedUser | undefined
}

/** `SUBJECT VERB RESOURCE [NAME]`, or in kubectl's own words `VERB RESOURCE [NAME] --as USER`. */
function questionOf(words: readonly string[], flags: RbacFlags): Question {
  const isKubectl = flags.as !== undefined && words[0] !== undefined && isVerb(words[0]) && words.length <= 3
  const [who, verb, resource, name] = isKubectl ? [flags.as, ...words] : words
  if (who === undefined || verb === undefined || resource === undefined) {
    throw new UserError('NO_QUESTION', 'a question names a subject, a verb and a resource', {
      next: 'for example: breakwater rbac can sa:ci/deployer get secrets -n shop -f manifests/',
    })
  }
  if (words.length > (isKubectl ? 3 : 4))
    throw new UserError('NO_QUESTION', `"${words.at(-1)}" is one word too many: SUBJECT VERB RESOURCE [NAME]`, {
      next: 'a namespace is given by -n',
    })
  if (!isKubectl && isVerb(who) && !isVerb(verb) && !isVerb(resource))
    throw new UserError('NO_QUESTION', `"${words.join(' ')}": the subject stands before the verb`, {
      next: `write: breakwater rbac can SUBJECT ${who} ${verb}, for example sa:ci/deployer ${who} ${verb}`,
    })
  const asGroups = flags.asGroup ?? []
  const user = askedUser(who, isKubectl ? [...(flags.group ?? []), ...asGroups] : (flags.group ?? []))
  const impersonated =
    isKubectl || (flags.as === undefined && asGroups.length === 0 && flags.asUid === undefined)
      ? undefined
      : {
          user: flags.as === undefined ? '' : askedUser(flags.as, []).user,
          groups: asGroups,
          uid: flags.asUid ?? '',
          extra: {},
        }
  return { user, verb, resource, name: name ?? '', impersonated }
}

function record(decision: FullDecision, near: readonly NearMiss[], request: AccessRequest): object {
  const { verdict, reason, errors, impersonation } = decision
  const by = [
    ...(decision.isBypass ? [{ group: 'system:masters', bypass: true }] : decision.by.map(grantRecord)),
    ...(decision.nodeOpinion === 'allowed' ? [{ authorizer: 'Node' }] : []),
  ]
  return {
    verdict,
    ...(reason === undefined ? {} : { reason }),
    by,
    errors,
    request,
    ...(impersonation?.kind === 'allowed' ? { impersonation: { mode: impersonation.mode, as: impersonation.as } } : {}),
    ...(impersonation?.kind === 'denied' ? { impersonation: { missing: impersonation.missing } } : {}),
    ...(verdict === 'allowed'
      ? {}
      : { nearMisses: near.slice(0, shownMisses).map(miss => nearMissWords(miss, request)) }),
  }
}

const shownMisses = 10

function answerText(
  decision: FullDecision,
  near: readonly NearMiss[],
  request: AccessRequest,
  index: PermissionIndex,
): string {
  const { verdict, reason, impersonation } = decision
  const lines = [
    verdict === 'allowed' ? 'yes' : verdict === 'denied' ? 'no' : `unknown (${reason ?? 'something is missing'})`,
  ]
  if (impersonation?.kind === 'allowed')
    lines.push(
      `  impersonates ${impersonation.as.user} by ${impersonation.mode === 'legacy' ? 'the verb impersonate, without limits' : `constrained impersonation (${impersonation.mode})`}`,
    )
  if (impersonation?.kind === 'denied')
    for (const { mode, check } of impersonation.missing)
      lines.push(`  may not impersonate (${mode}): ${requestWords(check)} is not allowed`)
  if (decision.isBypass) lines.push('  a member of system:masters passes every check')
  if (decision.nodeOpinion === 'allowed')
    lines.push('  the Node authorizer allows it: the node runs a pod that needs it, or it is its own')
  for (const grant of decision.by)
    lines.push(
      `  ${describeBinding(grant.binding)} -> ${describeRole(grant.role)}${grant.ruleIndex === undefined ? '' : ` rule ${grant.ruleIndex}`} (${ruleWords(grant.rule)})  ${placeWords(grantPlace(grant))}`,
    )
  if (verdict !== 'allowed' && impersonation?.kind !== 'denied') {
    const user = decision.decidedFor
    if (near.length === 0)
      lines.push(`  ${nothingNearWords(bindingsNaming(index, user), user, nearSubjects(index, user))}`)
    else {
      lines.push('  closest:')
      for (const miss of near.slice(0, shownMisses)) lines.push(`    ${nearMissWords(miss, request)}`)
      if (near.length > shownMisses) lines.push(`    and ${near.length - shownMisses} more`)
    }
  }
  return lines.map(escapeTerminal).join('\n')
}

/** Where part of the input is missing, only a yes is certain. */
function exitOf({ verdict }: FullDecision, asserted: string | undefined, reading: number): number {
  if (verdict === 'denied' && reading !== exitCode.clean) return reading
  if (asserted === undefined) return exitCode.clean
  if (verdict === 'unknown') return exitCode.incomplete
  return (verdict === 'allowed' ? 'yes' : 'no') === asserted ? exitCode.clean : exitCode.findings
}
