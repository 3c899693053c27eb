import { jsonPointer } from '../../../lib/json/json-value.ts'
import type { Direction, NetworkPolicyObject, PolicyRef, RuleRef } from '../../../model/network.ts'
import type { RuleEvidence } from './evidence.ts'

/** How answers name a policy. */
export function policyRef({ kind, namespace, name, source }: NetworkPolicyObject): PolicyRef {
  return { kind, namespace, name, file: source.file, line: source.line }
}

/** How answers name a rule, with its place in the file. */
export function ruleRef({ policy, part }: Pick<RuleEvidence, 'policy' | 'part'>, direction: Direction): RuleRef {
  const { object } = policy
  const { rule } = part
  const { line, column } = object.source.locate(rule.path)
  return {
    policy: policyRef(object),
    direction,
    rule: rule.index,
    ruleName: rule.name,
    action: rule.action,
    file: object.source.file,
    line,
    column,
    pointer: jsonPointer(rule.path),
  }
}
