/** One variable of the environment that names a setting. */
export interface EnvironmentValue {
  readonly variable: string
  /** Words of the key as written: `BREAKWATER_SCAN__FAIL_ON` is `['SCAN', 'FAIL_ON']`. */
  readonly steps: readonly string[]
  readonly text: string
}

const prefix = 'BREAKWATER_'

/** The `BREAKWATER_*` variables, sorted; two underscores part the steps of a key. */
export function environmentValues(env: Readonly<Record<string, string | undefined>>): EnvironmentValue[] {
  return Object.entries(env)
    .filter((entry): entry is [string, string] => entry[0].startsWith(prefix) && entry[1] !== undefined)
    .map(([variable, text]) => ({ variable, steps: variable.slice(prefix.length).split('__'), text }))
    .sort((a, b) => (a.variable < b.variable ? -1 : 1))
}
