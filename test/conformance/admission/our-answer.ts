import { kindTableOf } from '../../../src/adapters/fs/kind-tables.ts'
import { requestFor } from '../../../src/analyses/policy/admission/admission-request.ts'
import { type AdmissionSet, admissionSet } from '../../../src/analyses/policy/admission/admission-set.ts'
import { type AdmissionDecision, admit } from '../../../src/analyses/policy/admission/admit.ts'
import type { JsonObject } from '../../../src/lib/json/json-value.ts'
import { type AdmissionCase, type Scenario, surroundings } from './admission-cases.ts'

export interface OurAnswer {
  readonly refusals: readonly string[]
  readonly cases: readonly AdmissionDecision[]
}

/** What our evaluator says to a scenario, as a server of a minor. */
export function ourAnswer(scenario: Scenario, minor: number): OurAnswer {
  const set = setOf([...surroundings, ...scenario.documents], minor)
  return {
    refusals: set.diagnostics.filter(({ level }) => level === 'error').map(({ message }) => message),
    cases: scenario.cases.map(one => decide(one, set)),
  }
}

function setOf(objects: readonly JsonObject[], minor: number): AdmissionSet {
  const documents = objects.map(object => ({
    file: 'scenario.yaml',
    object,
    locate: () => ({ line: 1, column: 1 }),
    placeInExpression: () => ({ line: 1, column: 1 }),
  }))
  return admissionSet(documents, { table: kindTableOf(`1.${minor}`), minor })
}

function decide(
  { operation, object, old, subResource, user, groups }: AdmissionCase,
  set: AdmissionSet,
): AdmissionDecision {
  const attributes = requestFor(
    object,
    {
      operation,
      subResource: subResource ?? '',
      old,
      user: user === undefined ? { name: 'admin', groups: ['system:masters'] } : { name: user, groups: groups ?? [] },
      defaultNamespace: 'default',
      priorityOf: set.priorityOf,
    },
    set.world.kinds,
  )
  // A server leaves a policy alone that nothing binds.
  const policies = set.world.policies.filter(({ compiled }) => !set.unbound.includes(compiled.policy.name))
  return admit({ ...attributes, dryRun: true }, { ...set.world, policies })
}
