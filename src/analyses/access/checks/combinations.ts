import type { PowerId } from '../../../inventory/permissions/powers.ts'
import { isEverything, powersOf } from '../../../inventory/permissions/powers-of.ts'
import type { PolicyRule, Role } from '../../../model/access.ts'
import type { AccessFacts, Own } from '../access-facts.ts'
import { ruleKey } from '../element-keys.ts'
import { holderWords, milder } from '../holder-words.ts'
import type { MergedAnswers } from '../merged-answers.ts'
import { holdsTogether } from '../together.ts'

/** Rights that are harmless one by one and lead on together. The first power is where the finding stands. */
const combinations: readonly {
  readonly id: string
  readonly first: PowerId
  readonly second: PowerId
  readonly message: string
}[] = [
  {
    id: 'BW-RBAC-049',
    first: 'namespace-write',
    second: 'pod-create',
    message: 'changes the labels of a namespace and creates pods in it: Pod Security is switched off by whom it limits',
  },
  {
    id: 'BW-RBAC-052',
    first: 'node-write',
    second: 'pod-remove',
    message: 'taints nodes and removes pods: it draws pods, and their tokens, to a node of its choice',
  },
]

/** BW-RBAC-049 and 052, judged by everything that the holders of a role have. */
export function checkCombinations(facts: AccessFacts, answers: MergedAnswers): void {
  if (!answers.asks(...combinations.map(({ id }) => id))) return
  for (const own of facts.roles) for (const one of combinations) check(facts, own, one, answers)
}

function check(
  facts: AccessFacts,
  { is: role, object }: Own<Role>,
  one: (typeof combinations)[number],
  answers: MergedAnswers,
): void {
  const places = role.rules.flatMap((rule, i) => (gives(rule, one.first) ? [{ rule, i }] : []))
  const all = places.length === 0 ? [] : facts.holdersOf(role)
  const isDeclared = places.length > 0 && all.length === 0
  const holders = all.filter(holder => holdsTogether(facts, role, [holder], [one.first, one.second]))
  if (holders.length === 0 && !(isDeclared && holdsTogether(facts, role, [], [one.first, one.second]))) {
    answers.pass(one.id)
    return
  }
  answers.fail(one.id, object, {
    message: `${one.message}; ${holderWords(holders)}`,
    ...(isDeclared ? { severity: milder('high') } : {}),
    at: places.map(({ rule, i }) => ({ object, path: ['rules', i], key: ruleKey(rule) })),
  })
}

/** All rights together are told by BW-RBAC-001. */
function gives(rule: PolicyRule, power: PowerId): boolean {
  return !isEverything(rule) && powersOf(rule).some(({ id }) => id === power)
}
