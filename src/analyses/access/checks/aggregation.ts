import { uncovered } from '../../../inventory/permissions/covers.ts'
import { isEverything, isRisk, powersOf } from '../../../inventory/permissions/powers-of.ts'
import { describeRole, type PolicyRule, type Role } from '../../../model/access.ts'
import type { AccessFacts } from '../access-facts.ts'
import { ruleKey } from '../element-keys.ts'
import type { MergedAnswers } from '../merged-answers.ts'

const gatherers: ReadonlySet<string> = new Set(['admin', 'edit', 'view'])

/** Roles that grow admin, edit or view by a label, with rights that those did not have: BW-RBAC-030. */
export function checkAggregation(facts: AccessFacts, answers: MergedAnswers): void {
  if (!answers.asks('BW-RBAC-030')) return
  for (const { is: role, object } of facts.roles) {
    const grown = facts.gatherersOf(role).filter(({ name }) => gatherers.has(name))
    const found = grown.flatMap(gatherer => {
      const others = rulesWithout(facts, gatherer, role)
      return role.rules.flatMap((rule, i) => (isNewPower(rule, others, facts.minor) ? [{ gatherer, i, rule }] : []))
    })
    if (found.length === 0) {
      answers.pass('BW-RBAC-030')
      continue
    }
    const names = [...new Set(found.map(({ gatherer }) => gatherer.name))].sort()
    const places = new Map(found.map(({ i, rule }) => [i, rule]))
    const [first] = places.values()
    answers.fail('BW-RBAC-030', object, {
      message: `a label adds ${first!.verbs.slice(0, 4).join(', ')} on ${first!.resources.slice(0, 3).join(', ')} to ${names.join(', ')}: everybody bound to ${names.length > 1 ? 'those' : describeRole({ kind: 'ClusterRole', namespace: '', name: names[0]! })} has it`,
      at: [...places].map(([i, rule]) => ({ object, path: ['rules', i], key: ruleKey(rule) })),
    })
  }
}

/** What a gathering role has from everybody else. */
function rulesWithout(facts: AccessFacts, gatherer: Role, role: Role): readonly PolicyRule[] {
  const own = new Set(role.rules)
  return facts.index.rulesOf(gatherer).filter(rule => !own.has(rule))
}

function isNewPower(rule: PolicyRule, others: readonly PolicyRule[], minor: number): boolean {
  const isPower =
    isEverything(rule) || powersOf(rule).some(({ id, inNamespace }) => isRisk(id, minor) && inNamespace !== undefined)
  return isPower && uncovered(others, [rule]).length > 0
}
