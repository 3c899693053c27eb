import { answerCanGrant } from '../../access/answer-lines.ts'
import { UserError } from '../../user-error.ts'
import { answerLines } from '../question-stream.ts'
import type { RbacFlags } from '../rbac-flags.ts'
import { readAccess } from '../rbac-input.ts'

/** `breakwater rbac can-grant --stdin`. */
export async function runCanGrantVerb(flags: RbacFlags): Promise<number> {
  if (flags.stdin !== true)
    throw new UserError('NO_QUESTION', 'rbac can-grant reads its questions from standard input', {
      next: 'add --stdin and write one JSON object a line',
    })
  const access = await readAccess(flags)
  return answerLines(line => answerCanGrant(access, line))
}
