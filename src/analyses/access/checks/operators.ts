import { isEverything } from '../../../inventory/permissions/powers-of.ts'
import type { OperatorPower, PolicyRule } from '../../../model/access.ts'
import type { AccessFacts } from '../access-facts.ts'
import { ruleKey } from '../element-keys.ts'
import { holderWords, milder } from '../holder-words.ts'
import type { MergedAnswers } from '../merged-answers.ts'

const writeVerbs: ReadonlySet<string> = new Set(['create', 'update', 'patch', '*'])

/** Writes of custom resources that an operator turns into more: BW-RBAC-054. */
export function checkOperators(facts: AccessFacts, answers: MergedAnswers): void {
  if (!answers.asks('BW-RBAC-054')) return
  const byGroup = new Map<string, OperatorPower[]>()
  for (const power of facts.tables.operators) byGroup.set(power.group, [...(byGroup.get(power.group) ?? []), power])
  for (const { is: role, object } of facts.roles) {
    const found = role.rules.flatMap((rule, i) => {
      const power = powerOf(rule, byGroup)
      return power === undefined ? [] : [{ i, rule, power }]
    })
    if (found.length === 0) {
      answers.pass('BW-RBAC-054')
      continue
    }
    const holders = facts.holdersOf(role)
    const { power, rule } = found[0]!
    const resources = rule.resources.includes('*')
      ? power.resources
      : power.resources.filter(name => rule.resources.includes(name))
    answers.fail('BW-RBAC-054', object, {
      message: `writes ${resources.slice(0, 3).join(', ')}.${power.group}, which an operator turns into ${power.becomes}; ${holderWords(holders)}`,
      ...(holders.length === 0 ? { severity: milder('high') } : {}),
      at: found.map(one => ({ object, path: ['rules', one.i], key: ruleKey(one.rule) })),
    })
  }
}

function powerOf(rule: PolicyRule, byGroup: ReadonlyMap<string, readonly OperatorPower[]>): OperatorPower | undefined {
  if (isEverything(rule) || rule.resourceNames.length > 0 || !rule.verbs.some(verb => writeVerbs.has(verb)))
    return undefined
  for (const group of rule.apiGroups) {
    for (const power of byGroup.get(group) ?? [])
      if (rule.resources.includes('*') || power.resources.some(resource => rule.resources.includes(resource)))
        return power
  }
  return undefined
}
