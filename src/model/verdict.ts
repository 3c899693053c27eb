/**
 * What a rule says of one object. Never a boolean, because knowledge can be missing: `unknown` carries its reason in
 * the finding and is counted and shown, never printed as safe.
 */
export type Verdict = 'fail' | 'pass' | 'notApplicable' | 'providerOwned' | 'unknown'

export const verdicts: readonly Verdict[] = ['fail', 'pass', 'notApplicable', 'providerOwned', 'unknown']
