import type { PowerId } from '../../inventory/permissions/powers.ts'
import { isEverything, powersOf } from '../../inventory/permissions/powers-of.ts'
import type { PolicyRule, Role } from '../../model/access.ts'
import type { AccessFacts, Holder } from './access-facts.ts'

/**
 * Whether somebody who holds the role has all of some powers where it holds, from whatever roles; of a role that nobody
 * holds, whether its own rules give them.
 */
export function holdsTogether(
  facts: AccessFacts,
  role: Role,
  holders: readonly Holder[],
  wanted: readonly PowerId[],
): boolean {
  if (holders.length === 0) return giveAll(role.rules, wanted)
  return holders.some(({ subject, namespace }) =>
    giveAll(facts.index.rulesFor(facts.userOf(subject), namespace), wanted),
  )
}

function giveAll(rules: readonly PolicyRule[], wanted: readonly PowerId[]): boolean {
  return wanted.every(power => rules.some(rule => isEverything(rule) || powersOf(rule).some(({ id }) => id === power)))
}
