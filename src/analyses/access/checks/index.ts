import type { SnapshotAnswers } from '../../../inventory/snapshot/answers.ts'
import type { SnapshotObject } from '../../../inventory/snapshot/snapshot-object.ts'
import { type AccessCheckOptions, accessFacts } from '../access-facts.ts'
import { MergedAnswers } from '../merged-answers.ts'
import { checkAccounts } from './accounts.ts'
import { checkAggregation } from './aggregation.ts'
import { checkAuthentication } from './authentication.ts'
import { checkBindings } from './bindings.ts'
import { checkCloudIdentities } from './cloud-identities.ts'
import { checkCombinations } from './combinations.ts'
import { checkDangling } from './dangling.ts'
import { checkDeadRules } from './dead-rules.ts'
import { checkOddSubjects } from './odd-subjects.ts'
import { checkOperators } from './operators.ts'
import { checkRolePowers } from './role-powers.ts'

/** Answers the rules about rights and identities that were asked for, about a whole snapshot. */
export function checkAccess(
  objects: readonly SnapshotObject[],
  given: SnapshotAnswers,
  options: AccessCheckOptions,
): void {
  const answers = new MergedAnswers(given)
  const facts = accessFacts(objects, options)
  checkRolePowers(facts, answers)
  checkBindings(facts, answers)
  checkAggregation(facts, answers)
  checkCombinations(facts, answers)
  checkDangling(facts, answers)
  checkDeadRules(facts, answers)
  checkOddSubjects(facts, answers)
  checkOperators(facts, answers)
  checkAccounts(facts, answers)
  checkAuthentication(facts, answers)
  checkCloudIdentities(facts, answers)
  answers.finish()
}
