import { didYouMean } from '../../../lib/text/did-you-mean.ts'
import { UserError } from '../../user-error.ts'
import { explainConfiguration } from '../explain-configuration.ts'

/** `breakwater explain RULE|CODE|config`. */
export async function runExplainVerb(what: string, format: string): Promise<number> {
  if (what === 'config') {
    process.stdout.write(await explainConfiguration(format))
    return 0
  }
  const { explainRule, knownRuleIds } = await import('../explain-rule.ts')
  const id = what.toUpperCase()
  if (knownRuleIds().includes(id)) {
    process.stdout.write(explainRule(id, format))
    return 0
  }
  const { errorCodes } = await import('../../error-codes.ts')
  const code = errorCodes.find(entry => entry.code === id)
  if (code !== undefined) {
    process.stdout.write(
      format === 'json' ? `${JSON.stringify(code)}\n` : `${code.code}\n\n  ${code.meaning}\n  next: ${code.next}\n`,
    )
    return 0
  }
  const [near] = didYouMean(id, [...knownRuleIds(), ...errorCodes.map(entry => entry.code), 'config'])
  throw new UserError('UNKNOWN_RULE', `there is no rule, error code or topic "${what}"`, {
    next:
      near === undefined
        ? 'rules look like BW-POD-001; `breakwater explain config` shows the settings'
        : `did you mean ${near}?`,
  })
}
