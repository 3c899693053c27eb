import type { DescribedCheck } from '../../../model/policy.ts'
import type { RuleMeta } from '../../../model/rule.ts'
import type { NativeCheck } from '../plan.ts'
import { apiVersionCheck } from './api-version.ts'
import type { CheckKnowledge } from './check-knowledge.ts'
import { metadataValuesCheck } from './metadata-values.ts'
import { commandSecretCheck, configMapSecretCheck, environmentSecretCheck } from './plain-secrets.ts'
import { readingCheck } from './reading.ts'
import { unknownFieldCheck } from './unknown-field.ts'

/** The code of each rule that CEL cannot express, by the rule's id. */
const codes: Readonly<Record<string, (meta: RuleMeta, knowledge: CheckKnowledge) => NativeCheck>> = {
  'BW-NS-006': metadataValuesCheck,
  'BW-NS-007': apiVersionCheck,
  'BW-NS-010': readingCheck,
  'BW-SEC-001': environmentSecretCheck,
  'BW-SEC-002': configMapSecretCheck,
  'BW-SEC-005': commandSecretCheck,
  'BW-NS-008': unknownFieldCheck,
}

/** The rules that code answers, ready for a plan. A description without code is a mistake of ours, not of the input. */
export function nativeChecks(described: readonly DescribedCheck[], knowledge: CheckKnowledge): readonly NativeCheck[] {
  return described.map(({ meta }) => {
    const code = Object.hasOwn(codes, meta.id) ? codes[meta.id] : undefined
    if (code === undefined) throw new Error(`no code answers rule ${meta.id}`)
    return code(meta, knowledge)
  })
}
