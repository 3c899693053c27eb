/** A nested value to lay over the settings, and where each of its leaves came from. */
export interface SettingsLayer {
  readonly value: Readonly<Record<string, unknown>>
  origin(path: readonly string[]): string
  /** `file:line:column` of a value, for errors; `undefined` outside files. */
  place(path: readonly string[]): string | undefined
  readonly trust: 'repository' | 'user'
}
